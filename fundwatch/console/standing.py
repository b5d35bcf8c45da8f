"""How far the data go: what the office is told when the last night lies further back than yesterday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from fundwatch.domain.access import Permission
from fundwatch.store.operations import night_records
from fundwatch.store.operations.database import reading

if TYPE_CHECKING:
    from fundwatch.console.visits import Visit


@dataclass(frozen=True, slots=True)
class Standing:
    """The last published night, which is not that of yesterday."""

    as_of: date
    finished_at: datetime
    overdue: int
    """Institutions whose report was overdue that night."""


def standing_of(visit: Visit) -> Standing | None:
    """Return how far the data go where that is not through yesterday; None for whoever sees no alerts and no runs."""
    if not (visit.may(Permission.SEE_ALERTS) or visit.may(Permission.SEE_RUNS)):
        return None
    with reading(visit.office.engine) as connection:
        last = night_records.last_published(connection)
    if last is None or last["as_of"] >= visit.today - timedelta(days=1):
        return None
    return Standing(last["as_of"], last["finished_at"], len(last["counts"].get("overdue", ())))
