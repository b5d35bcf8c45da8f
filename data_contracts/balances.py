"""The proof by balances: each is the one before plus or minus the amount, so direction, order and gaps show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from data_contracts.chains import Entry, chain, patched
from data_contracts.expressions import coalesce, column, sql
from data_contracts.faulting import Checking, add_hits
from data_contracts.wording import batch_fault
from fundwatch.domain.receipts import BatchFault, Level

_LISTED_BREAKS = 1000
_CHUNK = 200_000

Opening = Mapping[tuple[int, str], int]
"""(account key, currency) → balance before the first entry of this batch, in hundredths."""


@dataclass(frozen=True, slots=True)
class Order:
    """A candidate order of entries within an account."""

    by_day: bool = False
    by_time: bool = False
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """Checkable entries, how many agree, agree when inverted, and disagree because a row was kept out."""

    checkable: int
    agreeing: int
    inverted: int
    explained: int

    @property
    def agreement(self) -> float:
        """Share of checkable entries that agree, those that kept-out rows explain left aside; 1 when none is left."""
        judged = self.checkable - self.explained
        return self.agreeing / judged if judged > 0 else 1.0

    @property
    def inversion(self) -> float:
        """Share that would agree if in and out changed places."""
        return self.inverted / self.checkable if self.checkable else 0.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What the balances prove: faults of the batch (an error rejects it), entries that were checked, and that agree."""

    faults: tuple[BatchFault, ...]
    checkable: int
    agreeing: int


def _measure(checking: Checking, order: Order, tolerance: int) -> Share:
    checking.run("positions", _parameters(order))
    return _remeasure(checking, tolerance)


def _parameters(order: Order) -> dict[str, object]:
    return {"by_day": order.by_day, "by_time": order.by_time, "newest_first": order.newest_first}


def _remeasure(checking: Checking, tolerance: int) -> Share:
    checking.run("balance_offsets")
    row = checking.run("balance_shares", {"tolerance": tolerance}).fetchone()
    return Share(*row) if row else Share(0, 0, 0, 0)


def _may_gain(checking: Checking, order: Order, tolerance: int) -> bool:
    """Say whether another order can agree more often than the one measured, whose positions are in place.

    Only accounts that disagree somewhere can gain, the others agree wherever they can be checked; so it is enough to
    try the order on those, which are few.
    """
    checking.run("disagreeing", {"tolerance": tolerance})
    (own,) = checking.run("disagreeing_share", {"tolerance": tolerance}).fetchone() or (0,)
    if own is None:
        return False
    prefix = checking.prefix
    words = {f"{prefix}_{name}": f"{prefix}_tried_{name}" for name in ("typed", "positions", "offsets")}
    checking.run("positions", _parameters(order), words)
    checking.run("balance_offsets", words=words)
    (tried,) = checking.run("disagreeing_share", {"tolerance": tolerance}, words).fetchone() or (0,)
    return int(tried or 0) > int(own)


def _candidates(order_within_day: str) -> tuple[Order, Order]:
    first = Order(by_day=order_within_day == "searched", by_time=order_within_day == "time")
    return first, replace(first, newest_first=True)


def _best(checking: Checking, orders: tuple[Order, ...], tolerance: int) -> tuple[Order, Share]:
    """Return the order that most entries agree with, the first of equals, and leave its positions in place."""
    measured: list[tuple[Order, Share]] = []
    for order in orders:
        if measured and not _may_gain(checking, order, tolerance):
            return measured[0]
        measured.append((order, _measure(checking, order, tolerance)))
        if measured[-1][1].agreeing == measured[-1][1].checkable:
            return measured[-1]
    best = max(measured, key=lambda item: item[1].agreeing)
    if best is not measured[-1]:
        _measure(checking, best[0], tolerance)
    return best


_Suspect = tuple[int, int, str, int, int | None, int, int | None]


def _reordered(account: list[_Suspect], opening: int | None, tolerance: int) -> Iterator[int]:
    """Yield the rows of one account in the order that its balances prove, day by day (or instant by instant)."""
    groups = [list(group) for _, group in groupby(account, key=lambda item: (item[3], item[4]))]
    balance = opening
    for place, group in enumerate(groups):
        entries = [Entry(item[0], item[5], item[6]) for item in group if item[6] is not None]
        if len(entries) < len(group) or len(group) == 1:
            yield from (item[0] for item in group)
            last = group[-1][6]
            balance = (
                last if last is not None else (None if balance is None else balance + sum(item[5] for item in group))
            )
            continue
        ahead = groups[place + 1] if place + 1 < len(groups) else []
        closings = frozenset(item[6] - item[5] for item in ahead if item[6] is not None)
        ordered = chain(entries, balance, tolerance, closings)
        if ordered is None and balance is not None:
            ordered = chain(entries, None, tolerance, closings)
        ordered = ordered or patched(entries, balance, tolerance)
        yield from (entry.row for entry in ordered)
        balance = ordered[-1].balance


def _search(checking: Checking, opening: Opening, tolerance: int, by_instant: bool) -> Share | None:
    """Set the positions of accounts that disagree to the searched order and measure again; None if none moves."""
    found = checking.run("balance_suspects", {"by_instant": by_instant, "tolerance": tolerance}).fetchall()
    rows: list[int] = []
    positions: list[int] = []
    for key, entries in groupby(found, key=lambda item: (item[1], item[2])):
        account = list(entries)
        searched = list(_reordered(account, opening.get(key), tolerance))
        if searched == [item[0] for item in account]:
            continue
        for position, row in enumerate(searched, 1):
            rows.append(row)
            positions.append(position)
    for start in range(0, len(rows), _CHUNK):
        checking.run(
            "balance_moved",
            {"rows": rows[start : start + _CHUNK], "positions": positions[start : start + _CHUNK]},
        )
    return _remeasure(checking, tolerance) if rows else None


def _prepare(checking: Checking, opening: Opening) -> None:
    """Create tables of series (account and currency), of opening balances and of rows kept out per account."""
    checking.run(
        "balance_openings",
        {
            "keys": [key for key, _ in opening],
            "currencies": [currency for _, currency in opening],
            "balances": list(opening.values()),
        },
    )
    sources = [matched.column.key for name in ("account", "card") if (matched := checking.match.source_of(name))]
    expression = sql(coalesce(*(column(key) for key in sources))) if sources else "CAST(NULL AS VARCHAR)"
    checking.run("balance_series")
    checking.run("balance_kept", words={"account_source": expression})
    checking.run("balance_gaps")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _cause(checking: Checking, share: Share, opening: Opening) -> BatchFault:
    """Return why the balances disagree, the likeliest first: inverted, unsorted, incomplete."""
    contract = checking.match.contract
    bound, tolerance = contract.balance_agreement, contract.balance_tolerance
    shown = _percent(share.agreement)
    if share.inversion >= bound:
        return batch_fault("B006", share=shown, other=_percent(share.inversion))
    others = [
        _measure(checking, order, tolerance) for order in (Order(by_time=True), Order(by_time=True, newest_first=True))
    ]
    others.append(_search(checking, opening, tolerance, by_instant=False) or others[-1])
    best = max(other.agreement for other in others)
    if best >= bound:
        return batch_fault("B007", share=shown, other=_percent(best))
    return batch_fault("B008", share=shown, bound=_percent(bound))


def prove_balances(checking: Checking, opening: Opening | None = None) -> Proof:
    """Return what the balances prove and create ``<prefix>_ordered``.

    That table holds each row with its sequence within the account's day.
    Rows without a balance, and the first of an account without a known opening balance, are not checkable. Breaks in a
    batch that holds are recorded as warnings on their rows.
    """
    contract = checking.match.contract
    tolerance, known = contract.balance_tolerance, opening or {}
    _prepare(checking, known)
    order, share = _best(checking, _candidates(contract.order_within_day), tolerance)
    if share.agreeing < share.checkable and contract.order_within_day != "as_given":
        share = _search(checking, known, tolerance, by_instant=contract.order_within_day == "time") or share
    faults: list[BatchFault] = []
    if share.checkable == 0:
        faults.append(batch_fault("B009"))
    elif share.agreement < contract.balance_agreement:
        faults.append(_cause(checking, share, known))
    else:
        faults.append(batch_fault("B018", detail=str(share.checkable), share=_percent(share.agreement)))
        if order.newest_first:
            faults.append(batch_fault("B013"))
        balance = checking.match.source_of("balance")
        place = balance.place if balance else 0
        broken = checking.run("balance_breaks", {"tolerance": tolerance, "most": _LISTED_BREAKS}).fetchall()
        add_hits(checking, ((row, place, "F032", Level.WARNING, f"{off_by / 100:.2f}") for row, off_by in broken))
    checking.run("balance_ordered")
    return Proof(tuple(faults), share.checkable - share.explained, share.agreeing)
