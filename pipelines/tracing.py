"""Tracing money from the head manifest: whom a text names, which rows the trace needs, what the answer rests on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from duckdb import DuckDBPyConnection

from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.domain.keys import date_of, day_number, record_text
from fundwatch.domain.tracing.following import follow
from fundwatch.domain.tracing.moves import Booking, Direction, Holding, Move, Side, Start, Terms
from fundwatch.domain.tracing.outcome import Trace
from fundwatch.store.operations import audit, history, queue
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.warehouse import open_manifest
from pipelines.installation import Installation
from pipelines.queries import rows
from pipelines.tables import temporary_table

_DAYS = 90
"""Days of the window where none are asked for."""
_HUB = 20_000
"""Transfers of the window from which on a party is a hub that is not followed."""
_ALERT = re.compile(r"AL-[0-9A-Z]+")
_KEY = re.compile(r"[0-9a-f]{15}")


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names: parties, and one account or one transfer of theirs where it names that."""

    parties: frozenset[int]
    account: int | None = None
    transfer: int | None = None
    days: tuple[int, int] | None = None
    subject: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """How a party is shown."""

    kind: str
    name: str | None
    account: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """One or two traces of one start with what they rest on."""

    subject: int
    """The party that the start is named after."""
    members: frozenset[int]
    """The parties of the start; empty for a single transfer, which starts from either of its sides."""
    account: str | None
    """The account number where one account alone was asked for."""
    transfer: int | None
    """The transfer where it alone was asked for."""
    traces: tuple[Trace, ...]
    from_day: int
    to_day: int
    parties: Mapping[int, Party]
    gaps: Sequence[Mapping[str, Any]]
    """Institutions with days missing in the window: ``institution``, ``days``."""
    left_out: int
    """Transfers without a value in CNY, which no trace can follow."""
    manifest_id: str


def trace(
    installation: Installation, text: str, terms: Sequence[Terms], from_day: date | None, to_day: date | None
) -> Report:
    """Trace what ``text`` names in each direction of ``terms`` through the head manifest.

    ``text`` is an account or card number, a holder's token, a social credit code, an alert's id, or the 15 digits of a
    party or a record. Without days the window is the alert's, 90 days around the transfer, or the last 90 days.
    Raises InputError when nothing is named or nothing moved.
    """
    with reading(installation.operations) as operations:
        manifest = history.head(operations)
        alert = queue.get(operations, text) if _ALERT.fullmatch(text) else None
    connection = open_manifest(installation.settings, manifest)
    try:
        named = _of_alert(alert) if alert is not None else _named(connection, text)
        first, last = _window(connection, named, from_day, to_day)
        source = _Source(connection, first, last)
        traces = tuple(_trace(source, named, asked) for asked in terms)
        shown = {node.key.party for one in traces for node in one.nodes} | named.parties
        gaps = rows(connection, "coverage_gaps", {"from_day": first, "to_day": last})
        return Report(
            subject=named.subject if named.subject is not None else min(named.parties),
            members=named.parties if named.transfer is None else frozenset(),
            transfer=named.transfer,
            account=text if named.account is not None else None,
            traces=traces,
            from_day=first,
            to_day=last,
            parties=_parties(connection, shown),
            gaps=[gap for gap in gaps if gap["status"] == "missing"],
            left_out=len(source.left_out),
            manifest_id=manifest.manifest_id,
        )
    finally:
        connection.close()


def record_unmasking(installation: Installation, report: Report, reason: str) -> None:
    """Put on the record that full names and numbers of a trace were asked for; raises InputError without a reason."""
    if not reason.strip():
        raise InputError("查看完整名称须填写理由。", "state the reason for seeing full names.", code="F322")
    with writing(installation.operations) as connection:
        audit.append(
            connection,
            now=installation.clock(),
            actor="cli",
            action="unmask_trace",
            subject=record_text(report.subject),
            detail={"reason": reason.strip(), "parties": len(report.parties), "manifest": report.manifest_id},
        )


def _of_alert(alert: queue.Alert) -> Named:
    """Return the parties of an alert, named after its anchor, and the days that it speaks of."""
    first, last = (day_number(date.fromisoformat(day)) for day in alert.content["span"])
    parties = frozenset(int(party, 16) for party in alert.content["subject"]["parties"])
    anchor = int(alert.anchor, 16) if _KEY.fullmatch(alert.anchor) else min(parties)
    return Named(parties, days=(first, last), subject=anchor if anchor in parties else min(parties))


def _named(connection: DuckDBPyConnection, text: str) -> Named:
    key = int(text, 16) if _KEY.fullmatch(text) else None
    found = rows(connection, "trace_subjects", {"text": text, "parties": [] if key is None else [key]})
    accounts = [row for row in found if row["is_account"]]
    if accounts:
        return Named(frozenset({accounts[0]["party_key"]}), account=accounts[0]["canonical_key"])
    if found:
        return Named(frozenset(row["party_key"] for row in found))
    transfers = rows(connection, "trace_transfer", {"record": key}) if key is not None else []
    if not transfers:
        raise InputError(
            "数据中没有这个账号、主体、预警或交易，请核对编号。",
            "no account, party, alert or transfer is called that; check the number.",
            code="R405",
        )
    one = transfers[0]
    parties = frozenset({one["from_party"], one["to_party"]} - {0})
    return Named(parties, transfer=one["transfer_id"], days=(one["day"] - _DAYS + 1, one["day"] + _DAYS - 1))


def _window(
    connection: DuckDBPyConnection, named: Named, from_day: date | None, to_day: date | None
) -> tuple[int, int]:
    held = rows(connection, "trace_days")[0]
    if held["last_day"] is None:
        raise InputError(
            "尚无资金转移数据：请先运行 fundwatch nightly。",
            "no money has moved yet: run fundwatch nightly.",
            code="R406",
        )
    first, last = named.days or (held["last_day"] - _DAYS + 1, held["last_day"])
    last = day_number(to_day) if to_day else min(last, held["last_day"])
    first = day_number(from_day) if from_day else max(min(first, last), held["first_day"])
    if first > last:
        raise ConfigurationError(
            "起始日晚于截止日。", "the first day comes after the last.", code="C223", place="--from --to"
        )
    return first, last


class _Source:
    """Reads the holdings of parties, a hop at a time."""

    def __init__(self, connection: DuckDBPyConnection, from_day: int, to_day: int) -> None:
        self.connection = connection
        self.days = {"from_day": from_day, "to_day": to_day}
        self.left_out: set[int] = set()

    def holdings(self, parties: frozenset[int]) -> list[Holding]:
        """Return the holding of every party; hubs come without rows."""
        self._ask(parties)
        sizes = rows(self.connection, "trace_sizes", self.days)
        hubs = {row["party_key"] for row in sizes if row["transfers"] > _HUB}
        self._ask(parties - hubs)
        openings = {row["party_key"]: row["opening"] for row in rows(self.connection, "trace_openings", self.days)}
        moves = self._moves(parties - hubs)
        return [Holding(party, openings.get(party), tuple(moves[party]), party in hubs) for party in sorted(parties)]

    def moves(self, parties: frozenset[int]) -> list[Move]:
        """Return every move of parties, each once."""
        self._ask(parties)
        return list({move.move_id: move for found in self._moves(parties).values() for move in found}.values())

    def _ask(self, parties: frozenset[int]) -> None:
        temporary_table(
            self.connection, "trace_parties", {"party_key": "BIGINT"}, [(party,) for party in sorted(parties)]
        )

    def _moves(self, parties: frozenset[int]) -> dict[int, list[Move]]:
        found: dict[int, list[Move]] = defaultdict(list)
        for row in rows(self.connection, "trace_moves", self.days):
            if not row["amount"]:
                self.left_out.add(row["move_id"])
                continue
            move = Move(row["move_id"], row["amount"], _side(row, "from"), _side(row, "to"))
            for party in {move.payer.party, move.payee.party} & parties:
                found[party].append(move)
        return found


def _side(row: Mapping[str, Any], end: str) -> Side:
    booking = Booking(row[f"{end}_day"], row[f"{end}_second"], row[f"{end}_sequence"])
    return Side(row[f"{end}_party"], row[f"{end}_account"], row[f"{end}_kind"], row[f"{end}_visible"], booking)


def _trace(source: _Source, named: Named, asked: Terms) -> Trace:
    """Follow, in one direction, what leaves or reaches the named parties."""
    is_forward = asked.direction is Direction.FORWARD
    moves = source.moves(named.parties)
    parties = named.parties
    if named.transfer is not None:
        moves = [move for move in moves if move.move_id == named.transfer]
        parties = frozenset(move.side(paying=is_forward).party for move in moves)
    begin = [move for move in moves if _begins(move, replace(named, parties=parties), is_forward)]
    return follow(Start(parties, tuple(begin)), asked, source.holdings)


def _begins(move: Move, named: Named, is_forward: bool) -> bool:
    near, far = move.side(paying=is_forward), move.side(paying=not is_forward)
    return (
        near.party in named.parties
        and far.party not in named.parties
        and (named.account is None or near.account == named.account)
    )


def _parties(connection: DuckDBPyConnection, parties: set[int]) -> dict[int, Party]:
    temporary_table(connection, "trace_parties", {"party_key": "BIGINT"}, [(party,) for party in sorted(parties)])
    return {
        row["party_key"]: Party(row["party_kind"], row["party_name"], row["account"])
        for row in rows(connection, "trace_names")
    }


def window_of(report: Report) -> tuple[str, str]:
    """Return the window as ISO days."""
    return date_of(report.from_day).isoformat(), date_of(report.to_day).isoformat()
