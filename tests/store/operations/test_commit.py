"""One transaction moves manifest, ledger and alerts; the second time it moves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from fundwatch.domain.errors import BusyError, InputError
from fundwatch.store.manifests import LakeFile, Manifest
from fundwatch.store.operations import audit, commit, history, ledger, night_records, queue
from fundwatch.store.operations.commit import AlertRow, Change, FindingRow, NightRow
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.lease import WRITER, Lease, acquire
from fundwatch.store.operations.ledger import BatchMove
from fundwatch.store.operations.tables import metadata

NIGHT = date(2026, 2, 28)
FILES = (LakeFile("transfers", "2026-02", "rows", "transfers/x.parquet", "1" * 64, 3),)


@pytest.fixture
def lease(engine: Engine, now: datetime) -> Lease:
    return acquire(engine, WRITER, "host:1", now, timedelta(minutes=2))


def _alert(name: str = "A1", score: float = 71.5, **changed: Any) -> AlertRow:
    row = AlertRow(
        alert_id=name,
        anchor=f"party:{name}",
        episode=1,
        score=score,
        level="orange",
        first_seen=NIGHT,
        as_of=NIGHT,
        manifest_id="m1",
        content={"claim": "30 日内 40 名自然人转入", "evidence": [{"record_id": "00a", "row": 3}], "score": score},
        county="610902",
    )
    return replace(row, **changed)


def _dump(engine: Engine) -> dict[str, list[Any]]:
    left_out = {"alembic_version", "leases"}
    with reading(engine) as connection:
        return {
            table.name: [
                tuple(map(str, row)) for row in connection.execute(table.select().order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
            if table.name not in left_out
        }


def _night(engine: Engine, now: datetime) -> Change:
    with writing(engine) as connection:
        batch = ledger.receive(
            connection,
            sha256="ab" * 32,
            size=1,
            file_name="f",
            institution="I",
            legal_basis="b",
            received_by="x",
            now=now,
        )
    draft = Manifest(FILES)
    return Change(
        base=Manifest().manifest_id,
        manifest=draft,
        as_of=20_512,
        batches=(BatchMove(batch.batch, "loaded", rows_accepted=3, receipt={"verdict": "accepted"}),),
        alerts=(_alert("A1"), _alert("A2", 90.0)),
        findings=(FindingRow("backfill", NIGHT, draft.manifest_id, {"alerts": 3}),),
        night=NightRow(NIGHT, draft.manifest_id, "done", {"hits": 7}),
    )


def test_a_night_commits_everything_together(engine: Engine, now: datetime, lease: Lease) -> None:
    change = _night(engine, now)
    done = commit.commit(engine, lease, change, now=now, actor="nightly")
    assert done.raised == ("A1", "A2")
    assert (done.grown, done.recurred, done.manifest.number) == ((), (), 1)
    with reading(engine) as connection:
        assert history.head(connection) == done.manifest
        assert done.manifest.as_of == 20_512
        assert ledger.batch(connection, change.batches[0].batch).state == "loaded"
        assert [alert.alert_id for alert in queue.ranked(connection)] == ["A2", "A1"]
        assert [record["status"] for record in night_records.every_night(connection)] == ["done"]
        assert [record["content"] for record in night_records.every_finding(connection)] == [{"alerts": 3}]
        assert [entry.action for entry in audit.entries(connection)] == ["commit"]


def test_the_same_night_again_changes_nothing(engine: Engine, now: datetime, lease: Lease) -> None:
    change = _night(engine, now)
    commit.commit(engine, lease, change, now=now, actor="nightly")
    before = _dump(engine)
    done = commit.commit(engine, lease, change, now=now + timedelta(hours=1), actor="nightly")
    assert (done.batches, done.raised, done.grown, done.recurred) == ((), (), (), ())
    assert _dump(engine) == before


def test_new_evidence_makes_a_new_version_and_keeps_the_old(engine: Engine, now: datetime, lease: Lease) -> None:
    commit.commit(engine, lease, Change(alerts=(_alert(),)), now=now, actor="nightly")
    later = replace(_alert(score=83.0), as_of=NIGHT + timedelta(days=1), level="red")
    done = commit.commit(engine, lease, Change(alerts=(later,)), now=now, actor="nightly")
    assert done.grown == ("A1",)
    with reading(engine) as connection:
        alert = queue.get(connection, "A1")
        assert (alert.version, alert.score, alert.level, alert.first_seen) == (2, 83.0, "red", NIGHT)
        assert [version["score"] for version in queue.versions(connection, "A1")] == [71.5, 83.0]
        assert [event.kind for event in queue.events(connection, "A1")] == ["raised", "grew"]
        assert queue.ranked(connection, as_of=NIGHT)[0].score == 71.5
        assert queue.ranked(connection, as_of=NIGHT - timedelta(days=1)) == []


def test_another_manifest_with_the_same_evidence_is_no_new_version(engine: Engine, now: datetime, lease: Lease) -> None:
    commit.commit(engine, lease, Change(alerts=(_alert(),)), now=now, actor="nightly")
    again = replace(_alert(), manifest_id="m2", as_of=NIGHT + timedelta(days=1))
    assert commit.commit(engine, lease, Change(alerts=(again,)), now=now, actor="nightly").grown == ()


def test_a_person_s_state_survives_a_night(engine: Engine, now: datetime, lease: Lease) -> None:
    commit.commit(engine, lease, Change(alerts=(_alert(),)), now=now, actor="nightly")
    with writing(engine) as connection:
        queue.claim_next(connection, actor="officer", now=now, ttl=timedelta(days=1))
    commit.commit(engine, lease, Change(alerts=(_alert(score=90.0),)), now=now, actor="nightly")
    with reading(engine) as connection:
        alert = queue.get(connection, "A1")
    assert (alert.state, alert.claimed_by, alert.version) == ("claimed", "officer", 2)


def test_a_recurrence_moves_once(engine: Engine, now: datetime, lease: Lease) -> None:
    commit.commit(engine, lease, Change(alerts=(_alert(),)), now=now, actor="nightly")
    with writing(engine) as connection:
        queue.move(connection, "A1", revision=1, to_state="closed", kind="closed", actor="o", now=now, content={})
    recurring = replace(_alert(score=90.0), move=("closed", "recurred"), event={"reason": "score"})
    change = Change(alerts=(recurring,))
    assert commit.commit(engine, lease, change, now=now, actor="nightly").recurred == ("A1",)
    before = _dump(engine)
    assert commit.commit(engine, lease, change, now=now, actor="nightly").recurred == ()
    assert _dump(engine) == before


def test_a_recurrence_that_a_person_forestalled_is_refused_whole(engine: Engine, now: datetime, lease: Lease) -> None:
    commit.commit(engine, lease, Change(alerts=(_alert(),)), now=now, actor="nightly")
    before = _dump(engine)
    recurring = replace(_alert(score=90.0), move=("closed", "recurred"))
    with pytest.raises(BusyError):
        commit.commit(engine, lease, Change(alerts=(_alert("A9"), recurring)), now=now, actor="nightly")
    assert _dump(engine) == before


def test_a_stale_lease_commits_nothing(engine: Engine, now: datetime, lease: Lease) -> None:
    change = _night(engine, now)
    acquire(engine, WRITER, "host:2", now + timedelta(hours=1), timedelta(minutes=2))
    before = _dump(engine)
    with pytest.raises(BusyError):
        commit.commit(engine, lease, change, now=now, actor="nightly")
    assert _dump(engine) == before


@pytest.mark.parametrize("part", ["alerts", "alert_versions", "alert_events", "findings", "nights", "audit"])
def test_a_failure_anywhere_leaves_nothing(
    engine: Engine, now: datetime, lease: Lease, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reliability 5 and 6: the commit happened or it did not, wherever it was cut off."""
    change = _night(engine, now)
    before = _dump(engine)
    with monkeypatch.context() as patch:

        def cut(*_arguments: object, **_named: object) -> None:
            raise RuntimeError("killed")

        places = {"audit": (audit, "append"), "nights": (commit, "_file_night"), "findings": (commit, "_file_findings")}
        module, name = places.get(part, (commit, "_version" if part == "alert_versions" else "_event"))
        patch.setattr(module, "_new_head" if part == "alerts" else name, cut)
        with pytest.raises(RuntimeError):
            commit.commit(engine, lease, change, now=now, actor="nightly")
    assert _dump(engine) == before
    assert commit.commit(engine, lease, change, now=now, actor="nightly").raised == ("A1", "A2")


def test_a_batch_that_cannot_move_stops_the_whole_commit(engine: Engine, now: datetime, lease: Lease) -> None:
    change = _night(engine, now)
    wrong = replace(change, batches=(*change.batches, BatchMove("B0", "loaded")))
    before = _dump(engine)
    with pytest.raises(InputError):
        commit.commit(engine, lease, wrong, now=now, actor="nightly")
    assert _dump(engine) == before


def test_many_alerts_are_filed_in_slices(engine: Engine, now: datetime, lease: Lease) -> None:
    rows = tuple(_alert(f"A{number:05}", float(number % 100)) for number in range(2100))
    done = commit.commit(engine, lease, Change(alerts=rows), now=now, actor="nightly")
    assert len(done.raised) == 2100
    assert commit.commit(engine, lease, Change(alerts=rows), now=now, actor="nightly").raised == ()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM alert_versions")).scalar() == 2100
