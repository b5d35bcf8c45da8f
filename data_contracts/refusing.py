"""What is said of a layout that is not read, or in part: found, missing, mistyped, of another sector or unit."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from data_contracts.contract import Column, Contract
from data_contracts.headers import bare_form, stated_unit, unit_above
from data_contracts.reading.staged import RawTable, header_form
from data_contracts.recognition import Match, Recognition, best_match, is_complete
from data_contracts.vocabulary import Kind
from data_contracts.wording import batch_fault
from fundwatch.domain.receipts import BatchFault

SECTOR_NAMES = {
    "bank": "银行 (bank)",
    "micro_loan": "小额贷款公司 (micro_loan)",
    "guarantee": "融资担保公司 (guarantee)",
    "pawn": "典当行 (pawn)",
    "authority": "登记与处置机关 (authority)",
}
UNIT_NAMES = {
    "yuan": "元",
    "wan": "万元",
    "fen": "分",
    "thousand": "千元",
    "million": "百万元",
    "hundred million": "亿元",
    "percent": "%",
    "permille": "‰",
    "permille_a_month": "‰",
    "gram": "克",
    "kilogram": "千克",
    "milligram": "毫克",
    "fraction": "小数",
}
_WANTED = {
    "balance": ("余额无法勾稽，方向与漏报不能验证", "balances prove nothing, neither direction nor gaps"),
    "counterparty_account": ("看不到资金来源与去向", "where money came from and went is not seen"),
    "serial": ("只能按内容区分重复记录", "repeated records are told apart by content only"),
}
_CLOSE = 0.6
_FEWEST_ELSEWHERE = 3
_LISTED = 40


def nearest_header(text: str, columns: Iterable[Column]) -> str | None:
    """Return the header of these columns that a header was most likely meant to be, None if none is near."""
    spelled = {header_form(name): name for column in columns for name in column.spellings}
    close = get_close_matches(bare_form(text), spelled, n=1, cutoff=_CLOSE)
    return spelled[close[0]] if close else None


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return "、".join(found[:_LISTED]) + ("…" if len(found) > _LISTED else "")


def _free(match: Match) -> list[Column]:
    """Columns of the contract that no header of the table fills."""
    taken = {matched.column.header for matched in match.columns}
    return [column for column in match.contract.columns if column.header not in taken]


def hinted(match: Match) -> str:
    """Return the headers not known, each with the nearest one that the contract knows and the table lacks."""
    free = _free(match)
    hints = [(header, nearest_header(header, free)) for header in match.unknown]
    return _listed(f"{header}（是否为“{near}”？）" if near else header for header, near in hints)


def _elsewhere(table: RawTable, own: Match | None, others: Iterable[Contract], file: str) -> Match | None:
    matches = [match for contract in others if (match := best_match(table, contract, file)) is not None]
    complete = [match for match in matches if is_complete(match) and len(match.columns) >= _FEWEST_ELSEWHERE]
    best = max(complete, key=lambda match: match.score, default=None)
    return best if best is not None and (own is None or len(best.columns) > len(own.columns)) else None


def refused_layout(
    table: RawTable, seen: Recognition, others: Iterable[Contract], sector: str, file: str = ""
) -> list[BatchFault]:
    """Return why no feed of the sector reads a table; ``others`` are the feeds of all other sectors.

    Several feeds fit equally, the layout is one of another sector, or what is missing from the nearest, which headers
    were found and which were not known, with their nearest spelling.
    """
    if seen.ambiguous:
        fitting = [f"{match.contract.name}（{match.contract.id}）" for match in seen.ambiguous]
        return [batch_fault("B003", detail=_listed(fitting))]
    nearest = seen.nearest
    elsewhere = _elsewhere(table, nearest, others, file)
    if elsewhere is not None:
        sectors = "、".join(SECTOR_NAMES[name] for name in elsewhere.contract.sectors)
        return [batch_fault("B042", name=elsewhere.contract.name, other=sectors, own=SECTOR_NAMES.get(sector, sector))]
    if nearest is None:
        return [batch_fault("B005")]
    if not nearest.columns:
        first = next((cells for _, cells in table.head if sum(bool(cell.strip()) for cell in cells) > 1), ())
        return [batch_fault("B050", detail=_listed(cell.strip() for cell in first if cell.strip()))]
    faults = [batch_fault("B001", name=nearest.contract.name, missing=_listed(nearest.missing) or "足够的列 (columns)")]
    if nearest.columns:
        headers = [matched.header for matched in nearest.columns]
        faults.append(batch_fault("B040", row=str(nearest.header_row), detail=_listed(headers)))
        if nearest.unknown:
            faults.append(batch_fault("B041", detail=hinted(nearest), count=len(nearest.unknown)))
    return faults


def unread_fault(match: Match) -> list[BatchFault]:
    """Return the warning about headers of an accepted table that no column of the contract knows."""
    return [batch_fault("B004", detail=hinted(match), count=len(match.unknown))] if match.unknown else []


def wanted_faults(match: Match) -> list[BatchFault]:
    """Return the warning about columns whose lack refuses nothing and yet costs an analysis."""
    lacking = [
        (column.header, _WANTED[target])
        for column in match.contract.columns
        for target in column.targets
        if target in _WANTED and match.contract.table.id == "transactions" and match.source_of(target) is None
    ]
    if not lacking:
        return []
    detail = "；".join(f"{header}（{zh}）" for header, (zh, _) in lacking)
    detail_en = "; ".join(f"{header} ({en})" for header, (_, en) in lacking)
    return [batch_fault("B049", detail=(detail, detail_en), count=len(lacking))]


def _unit_of(column: Column, contract: Contract) -> str | None:
    if column.kind is Kind.MONEY:
        return column.unit or contract.amount_unit
    return column.unit if column.kind is Kind.SCALED else None


def unit_faults(table: RawTable, match: Match) -> list[BatchFault]:
    """Return the fault that headers or title rows state another unit than the one in force for their columns."""
    above = unit_above([cells for row, cells in table.head if row < match.header_row])
    wrong: dict[tuple[str, str], list[str]] = {}
    for matched in match.read:
        declared = _unit_of(matched.column, match.contract)
        if declared is None:
            continue
        stated = stated_unit(matched.header)[1]
        if matched.column.kind is Kind.MONEY:
            stated = stated or above
        if stated is not None and UNIT_NAMES.get(stated, stated) != UNIT_NAMES[declared]:
            wrong.setdefault((stated, declared), []).append(matched.header)
    return [
        batch_fault(
            "B043",
            detail=_listed(headers),
            stated=UNIT_NAMES.get(stated, stated),
            declared=UNIT_NAMES[declared],
            count=len(headers),
        )
        for (stated, declared), headers in wrong.items()
    ]
