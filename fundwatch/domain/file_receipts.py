"""The receipt of a whole file, made from those of its tables and from what loading finds afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fundwatch.domain.receipts import BatchFault, Fault, FaultCount, Level, Receipt, Verdict

_ORDER = (Verdict.ACCEPTED, Verdict.QUARANTINE, Verdict.REJECTED)


def merged(receipts: Sequence[Receipt]) -> Receipt:
    """Return one receipt for all tables of a file; one refused table refuses the file, so that nothing is half-loaded.

    A sheet that fills two tables is counted once.
    """
    first = receipts[0]
    if len(receipts) == 1:
        return first
    verdict = max((one.verdict for one in receipts), key=_ORDER.index)
    per_sheet: dict[str, Receipt] = {}
    for one in receipts:
        per_sheet.setdefault(one.sheet, one)
    read = sum(one.rows_read for one in per_sheet.values())
    accepted = sum(one.rows_accepted for one in per_sheet.values())
    quarantined = sum(one.rows_quarantined for one in per_sheet.values())
    is_refused = verdict is Verdict.REJECTED
    return Receipt(
        file=first.file,
        institution=first.institution,
        contract="+".join(dict.fromkeys(one.contract for one in receipts if one.contract)),
        verdict=verdict,
        rows_read=read,
        rows_accepted=0 if is_refused else accepted,
        rows_quarantined=quarantined,
        batch_faults=tuple(dict.fromkeys(fault for one in receipts for fault in one.batch_faults)),
        faults=tuple(dict.fromkeys(fault for one in receipts for fault in one.faults)),
        totals=tuple(replace(total, sheet=one.sheet) for one in per_sheet.values() for total in one.totals),
    )


def refused(receipt: Receipt, faults: Sequence[BatchFault]) -> Receipt:
    """Return the receipt with faults of the batch as a whole; an error among them refuses the file."""
    if not faults:
        return receipt
    known = tuple(dict.fromkeys((*receipt.batch_faults, *faults)))
    if all(fault.level is not Level.ERROR for fault in faults):
        return replace(receipt, batch_faults=known)
    return replace(receipt, batch_faults=known, verdict=Verdict.REJECTED, rows_accepted=0)


def quarantining(receipt: Receipt, faults: Sequence[Fault]) -> Receipt:
    """Return the receipt with rows taken back because they contradict rows of another batch."""
    if not faults:
        return receipt
    rows = {(fault.sheet, fault.row) for fault in faults}
    return replace(
        receipt,
        verdict=Verdict.QUARANTINE,
        rows_accepted=receipt.rows_accepted - len(rows),
        rows_quarantined=receipt.rows_quarantined + len(rows),
        faults=(*receipt.faults, *faults),
    )


def conflict_fault(row: int, sheet: str) -> Fault:
    """Return the fault of a row whose key stands in another batch with other content."""
    return Fault(
        row=row,
        sheet=sheet,
        column="",
        header="",
        code="F120",
        level=Level.ERROR,
        value="",
        reason="与已报批次中同一流水号（主键）的记录内容不一致，两条均已隔离",
        remedy="核对后以 --corrects 批次号 重报正确的一批，或撤回有误的一批",
        reason_en="A record with the same key but other content stands in an earlier batch; both are quarantined",
        remedy_en="Send the right batch with --corrects BATCH, or withdraw the wrong one",
    )


def forgotten_rows(withdrawn: Mapping[str, int]) -> tuple[BatchFault, ...]:
    """Return a warning when a correction leaves out rows of the batch it replaces; ``withdrawn`` counts by table."""
    count = sum(withdrawn.values())
    if count == 0:
        return ()
    return (
        BatchFault(
            code="B120",
            level=Level.WARNING,
            reason=f"更正批次缺少原批次中的 {count} 条记录，这些记录已随原批次失效",
            remedy="如并非有意删除，请补报这些记录",
            reason_en=f"The correction leaves out {count} records of the batch it replaces; they no longer hold",
            remedy_en="Send them again unless they were meant to go",
            count=count,
        ),
    )


def receipt_from_json(data: Mapping[str, Any]) -> Receipt:
    """Return the receipt that ``Receipt.to_json`` wrote."""
    return Receipt(
        file=data["file"],
        institution=data["institution"],
        contract=data["contract"],
        verdict=Verdict(data["verdict"]),
        rows_read=data["rows_read"],
        rows_accepted=data["rows_accepted"],
        rows_quarantined=data["rows_quarantined"],
        batch_faults=tuple(BatchFault(**_levelled(one)) for one in data["batch_faults"]),
        faults=tuple(Fault(**_levelled(one)) for one in data["faults"]),
        sheet=data["sheet"],
        totals=tuple(FaultCount(**_levelled(one)) for one in data["totals"]),
        header_row=data.get("header_row", 0),
    )


def _levelled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "level": Level(data["level"])}
