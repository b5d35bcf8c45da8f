"""Who an alert is about: the accounts, holders and firms of a control group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from fundwatch.domain.keys import record_text
from pipelines.queries import rows


@dataclass(frozen=True, slots=True)
class SubjectCard:
    """What an alert keeps of its subject; ``kind`` is ``person``, ``firm`` or ``group`` (several holders)."""

    kind: str
    name: str | None
    parties: tuple[str, ...]
    accounts: tuple[str, ...]
    usccs: tuple[str, ...]
    holder_tokens: tuple[str, ...]
    institutions: tuple[str, ...]
    region: str | None

    def to_json(self) -> dict[str, object]:
        """Return plain data for the queue."""
        return {
            "kind": self.kind,
            "name": self.name,
            "parties": list(self.parties),
            "accounts": list(self.accounts),
            "usccs": list(self.usccs),
            "holder_tokens": list(self.holder_tokens),
            "institutions": list(self.institutions),
            "region": self.region,
        }


def anchors_of(connection: DuckDBPyConnection, groups: Collection[int]) -> dict[int, int]:
    """Return the party that anchors a new alert on each control group."""
    found = rows(connection, "anchors", {"groups": sorted(groups)})
    return {row["group_key"]: row["party_key"] for row in found}


def groups_of_parties(connection: DuckDBPyConnection, groups: Collection[int]) -> dict[int, int]:
    """Return every party of the control groups with its group."""
    found = rows(connection, "group_parties", {"groups": sorted(groups)})
    return {row["party_key"]: row["group_key"] for row in found}


def cards_of(
    connection: DuckDBPyConnection, groups: Collection[int], anchors: Mapping[int, int]
) -> dict[int, SubjectCard]:
    """Return the card of each control group; ``anchors`` maps a group to the party it is named after."""
    by_group: dict[int, list[dict[str, object]]] = defaultdict(list)
    for row in rows(connection, "subject_accounts", {"groups": sorted(groups)}):
        by_group[row["group_key"]].append(row)
    return {group: _card(members, anchors.get(group)) for group, members in by_group.items()}


def _card(members: list[dict[str, object]], anchor: int | None) -> SubjectCard:
    named = [row for row in members if row["party_key"] == anchor] or members
    kinds = {row["party_kind"] for row in members if row["party_key"] == anchor}
    parties = {int(str(row["party_key"])) for row in members}
    kind = "firm" if "firm" in kinds else "person" if len(parties) == 1 and "person" in kinds else "group"
    return SubjectCard(
        kind=kind,
        name=next((str(row["party_name"]) for row in named if row["party_name"]), None),
        parties=tuple(sorted(record_text(party) for party in parties)),
        accounts=_distinct(members, "account"),
        usccs=_distinct(members, "uscc"),
        holder_tokens=_distinct(members, "party_token"),
        institutions=_distinct(members, "institution"),
        region=next((str(row["region"]) for row in named if row["region"]), None),
    )


def _distinct(members: list[dict[str, object]], column: str) -> tuple[str, ...]:
    return tuple(sorted({str(row[column]) for row in members if row[column]}))
