"""What several files together show of a batch, in words: each is a warning or a note, since the rest may still come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from fundwatch.domain.keys import date_of
from fundwatch.domain.receipts import BatchFault, Level

Place = tuple[str, int]


def reported_before(duplicates: int) -> BatchFault:
    """Return the note that rows had been reported by an earlier batch and count once."""
    return BatchFault(
        code="B121",
        level=Level.NORMALISED,
        reason=f"{duplicates} 行此前的批次已报送，内容相同，只计一次",
        remedy="无需处理",
        reason_en=f"{duplicates} rows had been reported by an earlier batch with the same content; they count once",
        remedy_en="Nothing to do",
        count=duplicates,
    )


def missing_days(first_day: int, earlier: Iterable[tuple[int, int]], zero_days: Collection[int]) -> tuple[int, ...]:
    """Return the days between the last one reported before ``first_day`` and that day on which nothing was reported.

    ``earlier`` holds first and last days of other batches. Nothing is missing before an institution's first batch, nor
    where another batch reaches to ``first_day`` or beyond it from before.
    """
    ends = [min(last, first_day - 1) for first, last in earlier if first < first_day]
    if not ends:
        return ()
    return tuple(day for day in range(max(ends) + 1, first_day) if day not in zero_days)


def unreported_days(days: Sequence[int]) -> tuple[BatchFault, ...]:
    """Return a warning when days between this batch and the one before it were not reported."""
    if not days:
        return ()
    first, last, count = date_of(min(days)), date_of(max(days)), len(days)
    span = f"{first}" if first == last else f"{first} ～ {last}"
    return (
        _warning(
            "B122",
            reason=f"与上一批次之间有 {count} 日没有报送（{span}）",
            remedy="请补报这些日期；若当日无数据，请作零报告",
            reason_en=f"{count} days between the batch before and this one were not reported ({first} to {last})",
            remedy_en="Report these days, or declare a zero report for days without data",
            count=count,
        ),
    )


def contradicted_zero_reports(days: Sequence[int]) -> tuple[BatchFault, ...]:
    """Return a warning when the batch brings entries of days for which a zero report was declared."""
    if not days:
        return ()
    named = "、".join(str(date_of(day)) for day in sorted(days)[:5])
    return (
        _warning(
            "B123",
            reason=f"{len(days)} 日曾申报零报告，本批次却有数据（{named}）",
            remedy="以数据为准，无需重报；请核对零报告流程",
            reason_en=f"{len(days)} days had been declared empty and now have data ({named})",
            remedy_en="The data hold; check how zero reports are declared",
            count=len(days),
        ),
    )


def broken_seams(broken: int, continuing: int, places: Sequence[Place]) -> tuple[BatchFault, ...]:
    """Return a warning when balances do not go on from those of earlier batches."""
    if broken == 0:
        return ()
    together = broken + continuing
    return (
        _warning(
            "B124",
            reason=f"{together} 个账户接续以前批次，其中 {broken} 个首笔余额与此前末笔余额不衔接（{_rows(places)}）",
            remedy="两批之间可能缺少流水，请核对并补报",
            reason_en=f"{broken} of {together} accounts do not go on from the last balance reported before "
            f"({_rows_en(places)})",
            remedy_en="Entries between the two batches may be missing; check and report them",
            count=broken,
        ),
    )


def unknown_references(
    column: str, target: str, *, values: int, rows: int, places: Sequence[Place], is_target_empty: bool
) -> BatchFault:
    """Return the warning that values of a column are in no record that they refer to."""
    lacking = f"本机构尚未报送{target}，" if is_target_empty else ""
    lacking_en = f"this institution has not reported {target}; " if is_target_empty else ""
    return _warning(
        "B125",
        reason=f"{lacking}{values} 个{column}在{target}中查不到，涉及 {rows} 行（{_rows(places)}）",
        remedy=f"请补报{target}，或核对这些{column}",
        reason_en=f"{lacking_en}{values} values of {column} are not in {target}, in {rows} rows ({_rows_en(places)})",
        remedy_en=f"Report {target}, or check these values",
        count=values,
    )


def unknown_holders(unknown: int, entries: int) -> tuple[BatchFault, ...]:
    """Return a warning when nobody is named as the holder of entries: neither in them nor in a companion file."""
    if unknown == 0:
        return ()
    share = f"{100 * unknown / entries:.1f}"
    return (
        _warning(
            "B126",
            reason=f"{unknown} 笔流水（{share} %）查不到账户持有人的证件号码，分析时只能按账号计",
            remedy="请补报账户信息与人员信息，或在流水中填写开户人证件号码",
            reason_en=f"{unknown} entries ({share} %) name no holder; they are analysed by account number only",
            remedy_en="Report account and person files, or fill in the holder's identity number",
            count=unknown,
        ),
    )


def _rows(places: Sequence[Place]) -> str:
    return "首见于" + "、".join(f"{sheet} 第 {row} 行".strip() for sheet, row in places)


def _rows_en(places: Sequence[Place]) -> str:
    return "first in row " + ", ".join(f"{sheet} {row}".strip() for sheet, row in places)


def _warning(code: str, *, reason: str, remedy: str, reason_en: str, remedy_en: str, count: int) -> BatchFault:
    return BatchFault(code, Level.WARNING, reason, remedy, reason_en, remedy_en, count)
