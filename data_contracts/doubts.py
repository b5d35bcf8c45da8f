"""What a whole column shows that none of its cells shows alone: mixed conventions, lost zeros, digits cut off."""

from __future__ import annotations

from data_contracts.cleaning import spellings_of
from data_contracts.faulting import Checking
from data_contracts.recognition import Matched
from data_contracts.vocabulary import Kind
from data_contracts.wording import batch_fault
from fundwatch.domain.receipts import BatchFault

_FEWEST_CONTRADICTING = 5
_FEWEST_LONG = 3
_FEWEST_ACCOUNTS = 20
_USUAL_SHARE = 0.9
_WAYS = ("收付 (in/out)", "借贷 (debit/credit)")
_CONVENTIONS = {"statement": "贷为收 (credit is in)", "ledger": "借为收 (debit is in)"}


def _mixed_directions(checking: Checking) -> list[BatchFault]:
    """Say so where one column holds 收/付 and 借/贷, and refuse it where the balances tell the two apart."""
    matched = checking.match.source_of("direction")
    if matched is None:
        return []
    spelled = dict(spellings_of(matched.column))
    found = checking.run("doubt_spellings", words={"told_cell": f"c{matched.place}"}).fetchall()
    if len({spelled[word] in ("in", "out") for (word,) in found if word in spelled}) < len(_WAYS):
        return []
    row = checking.run("doubt_directions").fetchone() or (0, 0, 0, 0)
    absolute, relative, absolute_broken, relative_broken = row
    if not absolute or not relative:
        return []
    convention = _CONVENTIONS[checking.match.contract.direction]
    faults = [
        batch_fault("B044", name=matched.header, absolute=str(absolute), relative=str(relative), convention=convention)
    ]
    fewer = min((absolute, absolute_broken, _WAYS[0]), (relative, relative_broken, _WAYS[1]))
    rows, broken, words = fewer
    if broken >= _FEWEST_CONTRADICTING and 2 * broken > rows:
        faults.append(batch_fault("B045", name=matched.header, minority=words, rows=str(rows), broken=str(broken)))
    return faults


def _mixed_clocks(checking: Checking, matched: Matched) -> list[BatchFault]:
    row = checking.run("doubt_clocks", words={"told_cell": f"c{matched.place}"}).fetchone()
    short, long = row or (0, 0)
    return [batch_fault("B046", name=matched.header, short=str(short))] if short and long else []


def _lengths(checking: Checking, matched: Matched) -> list[BatchFault]:
    """Say so where nearly all account numbers have one length and a few have one or two digits fewer."""
    found = checking.run("doubt_lengths").fetchall()
    total = sum(count for _, count in found)
    usual, most = max(found, key=lambda item: item[1], default=(0, 0))
    short = sum(count for length, count in found if usual - 2 <= length < usual)
    if total < _FEWEST_ACCOUNTS or most < _USUAL_SHARE * total or not short:
        return []
    return [batch_fault("B047", name=matched.header, usual=str(usual), count_short=str(short))]


def _cut_numbers(checking: Checking, matched: Matched) -> list[BatchFault]:
    """Refuse a column of which most numbers of 17 digits and more are zeros from the 16th on."""
    words = {"told_cell": f"c{matched.place}"}
    ((warned,),) = checking.run("doubt_endings", {"place": matched.place}, words).fetchall()
    if warned < _FEWEST_LONG:
        return []
    ((whole,),) = checking.run("doubt_sample", words=words).fetchall()
    if whole > warned:
        # More whole numbers than cut ones among the first rows: there are no fewer in all of them.
        return []
    row = checking.run("doubt_cuts", words={"told_cell": matched.column.key}).fetchone()
    long, cut = row or (0, 0)
    if cut < _FEWEST_LONG or 2 * cut < long:
        return []
    return [batch_fault("B048", name=matched.header, cut=str(cut), long=str(long))]


def column_doubts(checking: Checking) -> list[BatchFault]:
    """Return what whole columns of a checked table give reason to doubt; an error rejects the batch."""
    faults = _mixed_directions(checking)
    for matched in checking.match.read:
        if matched.column.part == "time":
            faults += _mixed_clocks(checking, matched)
        if matched.column.kind is Kind.ACCOUNT:
            faults += _cut_numbers(checking, matched)
        if matched.column.targets[0] == "account":
            faults += _lengths(checking, matched)
    return faults
