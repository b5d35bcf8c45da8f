"""Batches as a page lists them: of whom a person may see, found by number or name, newest first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from fundwatch.store.operations import batch_list, ledger
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.ledger import BatchMove

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with writing(engine) as connection:
        for number in range(5):
            ledger.receive(
                connection,
                sha256=f"{number:064d}",
                size=10,
                file_name=f"流水_{number}%.csv",
                institution="A" if number % 2 else "B",
                legal_basis="条例",
                received_by="zhou",
                now=NOW,
            )
        found = ledger.list_batches(connection)
        for batch in found[:3]:
            move = BatchMove(batch=batch.batch, state="checked", first_day=100, last_day=110)
            ledger.apply(connection, move, NOW)
        ledger.apply(connection, BatchMove(batch=found[1].batch, state="retracted", reason="test"), NOW)
    return engine


def test_newest_first_of_whom_one_may_see(filled: Engine) -> None:
    with reading(filled) as connection:
        everybody, total = batch_list.listed(connection, None)
        own, count = batch_list.listed(connection, {"A"})
        nobody, none = batch_list.listed(connection, set())
    assert [one.number for one in everybody] == [5, 4, 3, 2, 1] and total == 5
    assert {one.institution for one in own} == {"A"} and count == 2
    assert nobody == [] and none == 0


def test_a_text_is_taken_as_it_is_and_pages_follow_one_another(filled: Engine) -> None:
    with reading(filled) as connection:
        assert batch_list.listed(connection, None, text="_3%.CSV")[1] == 1
        assert batch_list.listed(connection, None, text="%%")[1] == 0
        assert batch_list.listed(connection, None, state="checked")[1] == 2
        first, _ = batch_list.listed(connection, None, most=2)
        second, _ = batch_list.listed(connection, None, most=2, offset=2)
    assert [one.number for one in (*first, *second)] == [5, 4, 3, 2]


def test_days_are_spoken_of_by_what_has_not_ended(filled: Engine) -> None:
    with reading(filled) as connection:
        assert [one.number for one in batch_list.that_speak_of(connection, None, 105, 200)] == [1, 3]
        assert [one.number for one in batch_list.that_speak_of(connection, {"A"}, 105, 200)] == []
        assert batch_list.that_speak_of(connection, None, 111, 200) == []
