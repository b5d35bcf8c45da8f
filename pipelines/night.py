"""A run from its lease to its end: what an ingest and a night do, step by step, with or without Prefect."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import date_of, day_number
from fundwatch.store.engines import TIME_ZONE
from fundwatch.store.operations import history, ledger, night_records
from fundwatch.store.operations.database import reading
from fundwatch.store.operations.lease import WRITER, acquire, local_lock, release
from pipelines import drafts
from pipelines.detection import explain, run_detector, run_rules
from pipelines.drafts import Draft
from pipelines.examining import Source
from pipelines.inbox import finished_files
from pipelines.installation import Installation
from pipelines.intake import receive
from pipelines.publication import publish
from pipelines.relating import relate
from pipelines.shadow import observe

_MAX_LOOKBACK = 400
"""Days before the as-of day that late rows can bring into a night."""
_BACKFILL_DAYS = 45
"""A window that ended this long before the last night, and is found only now, goes to the analyst's summary."""
_MAX_CATCH_UP = 31
"""Missed nights that are run one by one; after a longer pause one night covers them all."""
STRAY_AFTER = timedelta(hours=1)
"""What uploads left behind is removed after this long: they take no lease, and the slowest is done by then."""
Step = Callable[[Installation, Draft], Draft]


@dataclass(frozen=True, slots=True)
class LastNight:
    """The last published night: its day, its first evaluated day, and when it was committed."""

    as_of: int
    from_day: int
    finished_at: datetime


@contextmanager
def begun(
    installation: Installation, kind: str, *, as_of: date | None = None, known_at: datetime | None = None
) -> Iterator[str]:
    """Take the writer's lease, begin a run and yield its id; whatever happens, the lease is given back.

    Raises BusyError while another run writes, ConfigurationError for a night that cannot be.
    """
    settings, engine = installation.settings, installation.operations
    now = installation.clock()
    holder = f"{socket.gethostname()}:{os.getpid()}"
    with local_lock(settings.locks / "writer.lock"):
        ttl = timedelta(seconds=settings.lease_seconds)
        lease = acquire(engine, WRITER, holder, now, ttl, former_is_gone=True)
        run_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
        try:
            sweep(installation)
            with reading(engine) as connection:
                base = history.head(connection) if known_at is None else history.head_at(connection, known_at)
            draft = Draft(run_id, kind, lease, now, base.manifest_id, base.files, known_at=known_at)
            if as_of is not None:
                draft = _for_night(installation, draft, day_number(as_of))
            drafts.save(settings, draft)
            yield run_id
        finally:
            drafts.discard(settings, run_id)
            release(engine, lease, installation.clock())


def step(installation: Installation, run_id: str, work: Step) -> Draft:
    """Run one step of a run and save what it leaves; running it twice leaves the same."""
    draft = drafts.load(installation.settings, run_id)
    with drafts.working(installation, draft):
        return drafts.save(installation.settings, work(installation, draft))


STEPS: Sequence[tuple[str, Step]] = (
    ("relate", relate),
    ("rules", run_rules),
    ("detector", run_detector),
    ("explain", explain),
    ("shadow", observe),
    ("publish", publish),
)
"""What a night does after its files are in; the flow names the same steps."""


def intake(
    *,
    inbox: Path | None = None,
    sources: Sequence[Source] = (),
    corrects: str | None = None,
    completes: str | None = None,
    basis: str | None = None,
) -> Step:
    """Return the step that takes in what was landed but not loaded, the inbox if one is named, and ``sources``."""

    def work(installation: Installation, draft: Draft) -> Draft:
        if draft.replay:
            return draft
        ready, waiting = finished_files(inbox, installation.clock()) if inbox is not None else ([], [])
        known = [source for source in ready if source.institution in installation.registry.institutions]
        for code in sorted({source.institution for source in ready} - {source.institution for source in known}):
            draft = draft.noting(f"收件夹 {code} 未登记，其中文件未处理", f"inbox {code} is not registered; left alone")
        if waiting:
            draft = draft.noting(
                f"{len(waiting)} 个文件仍在写入，留待下次", f"{len(waiting)} files still being written"
            )
        named = {"corrects": corrects, "completes": completes, "legal_basis": basis}
        draft = receive(installation, draft, [*known, *sources], **named)
        return _from_earliest(draft)

    return work


def _from_earliest(draft: Draft) -> Draft:
    """Let a night reach back to the earliest row that this run brought."""
    if draft.as_of is None or draft.from_day is None or draft.touched_from is None:
        return draft
    return replace(draft, from_day=max(min(draft.from_day, draft.touched_from), draft.as_of - _MAX_LOOKBACK))


def sweep(installation: Installation) -> None:
    """Remove what interrupted runs left behind; only the holder of the lease may."""
    installation.lake.sweep()
    installation.landing.sweep(installation.clock() - STRAY_AFTER)
    for folder in (installation.settings.home / "runs").glob("*/"):
        drafts.discard(installation.settings, folder.name)


def days_due(installation: Installation, *, today: date | None = None) -> list[date]:
    """Return the nights to run now: those missed since the last one, in order, up to yesterday (bank-local)."""
    local = today or installation.clock().astimezone(ZoneInfo(TIME_ZONE)).date()
    until = day_number(local) - 1
    last = last_night(installation)
    if last is None or until - last.as_of > _MAX_CATCH_UP or until <= last.as_of:
        return [date_of(until)]
    return [date_of(day) for day in range(last.as_of + 1, until + 1)]


def last_night(installation: Installation) -> LastNight | None:
    """Return the last published night, None before the first."""
    with reading(installation.operations) as connection:
        published = [night for night in night_records.every_night(connection) if night["status"] == "published"]
    if not published:
        return None
    latest = max(published, key=lambda night: (night["as_of"], night["finished_at"]))
    first = min(night["counts"]["from_day"] for night in published if night["as_of"] == latest["as_of"])
    return LastNight(day_number(latest["as_of"]), first, latest["finished_at"])


def _for_night(installation: Installation, draft: Draft, as_of: int) -> Draft:
    """Return the draft of a night: the days it evaluates, and whether it replays the past."""
    if date_of(as_of) > draft.started_at.astimezone(ZoneInfo(TIME_ZONE)).date():
        raise ConfigurationError(
            "截止日在今天之后，请改为今天或更早的日期。",
            "the as-of day lies in the future; give today or earlier.",
            code="N001",
        )
    last = last_night(installation)
    replay = draft.known_at is not None or (last is not None and as_of < last.as_of)
    if replay:
        return replace(draft, as_of=as_of, from_day=as_of, replay=True)
    if last is None:
        return replace(draft, as_of=as_of, from_day=as_of - _MAX_LOOKBACK)
    first = last.from_day if as_of == last.as_of else last.as_of + 1
    return replace(
        draft,
        as_of=as_of,
        from_day=max(min(first, *_late_days(installation, last), as_of), as_of - _MAX_LOOKBACK),
        backfill_before=last.as_of - _BACKFILL_DAYS,
    )


def _late_days(installation: Installation, last: LastNight) -> list[int]:
    """Return the days that what came in since the last night reaches back to.

    A batch reaches back to its first booking day. A zero report brings no rows; it completes coverage as of the
    evening before it was declared, on which questions that waited for it are answered.
    """
    with reading(installation.operations) as connection:
        loaded = ledger.list_batches(connection, states=[ledger.LOADED])
        declared = [at for _, _, at in ledger.declarations(connection) if at > last.finished_at]
    batches = [
        batch.first_day
        for batch in loaded
        if batch.loaded_at is not None and batch.loaded_at > last.finished_at and batch.first_day is not None
    ]
    return batches + [day_number(at.astimezone(ZoneInfo(TIME_ZONE)).date()) - 1 for at in declared]
