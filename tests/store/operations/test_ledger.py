"""The ledger of batches, receipts and zero reports."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from fundwatch.domain.errors import InputError
from fundwatch.store.operations import ledger
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.ledger import Batch, BatchMove


def _receive(connection: Connection, now: datetime, **changed: Any) -> Batch:
    given: dict[str, Any] = {
        "sha256": "ab" * 32,
        "size": 10,
        "file_name": "流水.csv",
        "institution": "610900-B01",
        "legal_basis": "条例第十三条",
        "received_by": "liaison",
        "now": now,
    }
    return ledger.receive(connection, **given | changed)


def test_the_same_file_twice_is_the_same_batch(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        first = _receive(connection, now)
        again = _receive(connection, now + timedelta(days=1), file_name="renamed.csv")
        other = _receive(connection, now, institution="610900-B02")
    assert again == first
    assert other.batch != first.batch
    assert other.number > first.number


def test_ids_do_not_depend_on_the_order_of_arrival() -> None:
    assert ledger.batch_name("A", "00", 1) == ledger.batch_name("A", "00", 1) != ledger.batch_name("A", "00", 2)


def test_a_withdrawn_file_may_come_again_as_another_batch(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        first = _receive(connection, now)
        ledger.apply(connection, BatchMove(first.batch, "retracted", reason="发错文件"), now)
        second = _receive(connection, now)
    assert (second.generation, second.state) == (2, "received")
    assert second.batch != first.batch


def test_an_upload_without_a_legal_basis_is_refused(engine: Engine, now: datetime) -> None:
    with pytest.raises(InputError, match="legal basis"), writing(engine) as connection:
        _receive(connection, now, legal_basis=" ")


def test_a_checked_batch_keeps_its_figures_and_receipts(engine: Engine, now: datetime) -> None:
    receipt = {"verdict": "accepted", "rows_read": 3, "faults": []}
    with writing(engine) as connection:
        name = _receive(connection, now).batch
        move = BatchMove(name, "checked", contract="bank_query", rows_read=3, first_day=5, last_day=9, receipt=receipt)
        assert ledger.apply(connection, move, now)
        assert not ledger.apply(connection, move, now)
        assert ledger.apply(connection, BatchMove(name, "loaded", rows_accepted=3), now)
    with reading(engine) as connection:
        batch = ledger.batch(connection, name)
        assert ledger.list_receipts(connection, name) == [receipt]
        assert [b.batch for b in ledger.list_batches(connection, states=["loaded"])] == [name]
        assert ledger.list_batches(connection, institution="other") == []
    assert (batch.contract, batch.rows_read, batch.rows_accepted, batch.first_day) == ("bank_query", 3, 3, 5)
    assert batch.checked_at == batch.loaded_at == now


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ((), "superseded"),
        (("loaded",), "rejected"),
        (("loaded", "superseded"), "loaded"),
        (("rejected",), "superseded"),
    ],
)
def test_other_moves_are_refused(engine: Engine, now: datetime, path: tuple[str, ...], refused: str) -> None:
    with writing(engine) as connection:
        name = _receive(connection, now).batch
        for state in path:
            ledger.apply(connection, BatchMove(name, state), now)
    with pytest.raises(InputError, match=refused), writing(engine) as connection:
        ledger.apply(connection, BatchMove(name, refused), now)


def test_a_withdrawal_needs_a_reason(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        name = _receive(connection, now).batch
    with pytest.raises(InputError, match="reason"), writing(engine) as connection:
        ledger.apply(connection, BatchMove(name, "retracted"), now)


def test_an_unknown_batch_is_named(engine: Engine) -> None:
    with pytest.raises(InputError, match="B0"), reading(engine) as connection:
        ledger.batch(connection, "B0")


def test_a_zero_report_counts_once(engine: Engine, now: datetime) -> None:
    for _ in range(2):
        with writing(engine) as connection:
            ledger.declare_nothing(connection, institution="A", day=date(2026, 3, 1), declared_by="x", now=now)
    with reading(engine) as connection:
        assert ledger.zero_report_days(connection) == [("A", date(2026, 3, 1))]


def test_a_batch_that_waits_keeps_what_it_replaces(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        first = _receive(connection, now, corrects="B000000000001")
        again = _receive(connection, now)
        said_anew = _receive(connection, now, completes="B000000000002")
    assert (again.corrects, again.completes) == (first.corrects, None) == ("B000000000001", None)
    assert (said_anew.corrects, said_anew.completes) == (None, "B000000000002")


def test_a_loaded_batch_does_not_change_its_meaning(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        name = _receive(connection, now).batch
        ledger.apply(connection, BatchMove(name, "loaded", quality=987), now)
        again = _receive(connection, now, corrects="B000000000001")
    assert (again.corrects, again.quality) == (None, 987)


def test_the_coming_name_is_the_one_that_the_file_gets(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        coming = ledger.coming_name(connection, "610900-B01", "ab" * 32)
        first = _receive(connection, now)
        assert ledger.coming_name(connection, "610900-B01", "ab" * 32) == first.batch == coming
        ledger.apply(connection, BatchMove(first.batch, "retracted", reason="发错文件"), now)
        coming = ledger.coming_name(connection, "610900-B01", "ab" * 32)
        assert coming == _receive(connection, now).batch != first.batch
