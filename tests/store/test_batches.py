"""Which rows hold is a function of the batches that stand, not of the order in which they came."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.store.batches import Arrival, Settlement, add_batch, retract
from fundwatch.store.lake import Lake
from fundwatch.store.manifests import Manifest
from fundwatch.store.warehouse import expose

Content = Mapping[int, int]
"""Amount by record id: what a batch says."""
SLOW = hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Sender:
    """Sends batches of compensations and looks at what holds."""

    def __init__(self, connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any]) -> None:
        self.connection, self.lake, self.rows_of = connection, lake, rows_of

    def rows(self, batch: str, content: Content, institution: str = "I") -> Any:
        made = [
            {
                "record_id": record,
                "batch": batch,
                "file": f"{batch}.csv",
                "sheet": None,
                "row": number + 2,
                "institution": institution,
                "contract_no": f"C{record}",
                "amount": amount,
            }
            for number, (record, amount) in enumerate(content.items())
        ]
        return self.rows_of(self.connection, "compensations", made)

    def add(
        self,
        manifest: Manifest,
        batch: str,
        content: Content,
        number: int,
        *,
        corrects: Sequence[str] = (),
        institution: str = "I",
    ) -> Settlement:
        arrival = Arrival(batch, institution, number, corrects=tuple(corrects))
        rows = self.rows(batch, content, institution)
        return add_batch(self.connection, self.lake, manifest, arrival, {"compensations": rows})

    def held(self, manifest: Manifest) -> Counter[tuple[int, int]]:
        rows = []
        for file in manifest.of("compensations"):
            rows += self.connection.read_parquet(str(self.lake.path(file))).select("record_id", "amount").fetchall()
        return Counter((int(record), int(amount)) for record, amount in rows)


@pytest.fixture
def sender(connection: DuckDBPyConnection, lake: Lake, rows_of: Callable[..., Any]) -> Sender:
    return Sender(connection, lake, rows_of)


def expected(batches: Sequence[Content]) -> Counter[tuple[int, int]]:
    """The law: a record holds, once, when all standing batches that name it say the same."""
    said: dict[int, set[int]] = {}
    for content in batches:
        for record, amount in content.items():
            said.setdefault(record, set()).add(amount)
    return Counter((record, next(iter(amounts))) for record, amounts in said.items() if len(amounts) == 1)


_CONTENT = st.dictionaries(st.integers(1, 6), st.integers(1, 2), min_size=1, max_size=5)


@given(contents=st.lists(_CONTENT, min_size=1, max_size=4), data=st.data())
@SLOW
def test_what_holds_depends_on_the_set_of_batches_alone(
    sender: Sender, contents: list[dict[int, int]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(contents))))
    gone = data.draw(st.sets(st.sampled_from(range(len(contents)))))
    manifest = Manifest()
    for step in order:
        manifest = sender.add(manifest, f"b{step}", contents[step], step + 1).manifest
    for step in data.draw(st.permutations(sorted(gone))):
        manifest = retract(sender.connection, sender.lake, manifest, f"b{step}").manifest
    standing = [contents[step] for step in range(len(contents)) if step not in gone]
    assert sender.held(manifest) == expected(standing)
    # With the same numbers even the files are the same, whatever the order and the detours.
    direct = Manifest()
    for step in range(len(contents)):
        if step not in gone:
            direct = sender.add(direct, f"b{step}", contents[step], step + 1).manifest
    assert manifest.manifest_id == direct.manifest_id


@given(content=st.dictionaries(st.integers(1, 12), st.integers(1, 3), min_size=2, max_size=10), data=st.data())
@SLOW
def test_whole_split_and_overlapping_extracts_hold_the_same_rows(
    sender: Sender, content: dict[int, int], data: st.DataObject
) -> None:
    records = data.draw(st.permutations(sorted(content)))
    cut = data.draw(st.integers(0, len(records)))
    overlap = data.draw(st.integers(0, cut))
    parts = [records[:cut], records[cut - overlap :]]
    manifest = Manifest()
    for number, part in enumerate(data.draw(st.permutations(parts)), start=1):
        manifest = sender.add(manifest, f"p{number}", {record: content[record] for record in part}, number).manifest
    assert sender.held(manifest) == sender.held(sender.add(Manifest(), "whole", content, 1).manifest)


def test_a_row_sent_before_rests_in_the_shadow_and_comes_back(sender: Sender) -> None:
    first = sender.add(Manifest(), "b1", {1: 5, 2: 6}, 1)
    second = sender.add(first.manifest, "b2", {2: 6, 3: 7}, 2)
    assert (second.held, second.duplicates, second.conflicts) == ({"compensations": 1}, {"compensations": 1}, ())
    assert first.manifest.of_batch("b1") == second.manifest.of_batch("b1"), "the earlier file is not rewritten"
    after = retract(sender.connection, sender.lake, second.manifest, "b1")
    assert sender.held(after.manifest) == {(2, 6): 1, (3, 7): 1}
    assert after.withdrawn == {"compensations": 1}


def test_a_contradiction_holds_in_neither_batch_and_names_the_rows(sender: Sender) -> None:
    """Reliability 21."""
    first = sender.add(Manifest(), "b1", {1: 5, 2: 6}, 1)
    second = sender.add(first.manifest, "b2", {2: 60, 3: 7}, 2)
    assert sender.held(second.manifest) == {(1, 5): 1, (3, 7): 1}
    assert [(c.record_id, c.batch, c.file, c.row, c.is_new) for c in second.conflicts] == [
        (2, "b1", "b1.csv", 3, False),
        (2, "b2", "b2.csv", 2, True),
    ]
    assert second.duplicates == {"compensations": 0}
    after = retract(sender.connection, sender.lake, second.manifest, "b2")
    assert after.manifest == first.manifest


def test_a_contradiction_inside_one_file_is_found(sender: Sender) -> None:
    rows = sender.rows("b1", {1: 5, 2: 6}).union(
        sender.rows("b1", {9: 1}).select("* REPLACE (1::BIGINT AS record_id, 99 AS row)")
    )
    settled = add_batch(sender.connection, sender.lake, Manifest(), Arrival("b1", "I", 1), {"compensations": rows})
    assert sender.held(settled.manifest) == {(2, 6): 1}
    assert [conflict.row for conflict in settled.conflicts] == [2, 99]


def test_a_correction_replaces_the_whole_batch_it_names(sender: Sender) -> None:
    """Reliability 16: declared, never inferred; what the correction leaves out is counted."""
    first = sender.add(Manifest(), "b1", {1: 5, 2: 6, 3: 7}, 1)
    fixed = sender.add(first.manifest, "b2", {1: 5, 2: 66}, 2, corrects=["b1"])
    assert sender.held(fixed.manifest) == {(1, 5): 1, (2, 66): 1}
    assert fixed.conflicts == ()
    assert fixed.withdrawn == {"compensations": 1}
    assert fixed.manifest.of_batch("b1") == ()


def test_a_correction_frees_what_was_in_conflict_with_the_old(sender: Sender) -> None:
    manifest = sender.add(Manifest(), "b1", {1: 5}, 1).manifest
    manifest = sender.add(manifest, "b2", {1: 50, 4: 4}, 2).manifest
    fixed = sender.add(manifest, "b3", {1: 5}, 3, corrects=["b2"])
    assert sender.held(fixed.manifest) == {(1, 5): 1}


def test_only_a_standing_batch_can_be_corrected(sender: Sender) -> None:
    with pytest.raises(InputError, match="b9"):
        sender.add(Manifest(), "b1", {1: 5}, 1, corrects=["b9"])


def test_nobody_corrects_another_institution_s_batch(sender: Sender) -> None:
    first = sender.add(Manifest(), "b1", {1: 5}, 1, institution="I")
    with pytest.raises(InputError, match="of this institution"):
        sender.add(first.manifest, "b2", {2: 6}, 2, corrects=["b1"], institution="J")


def test_settling_the_same_batch_again_changes_nothing(sender: Sender) -> None:
    first = sender.add(Manifest(), "b1", {1: 5, 2: 6}, 1).manifest
    second = sender.add(first, "b2", {2: 60, 3: 7}, 2).manifest
    assert sender.add(second, "b2", {2: 60, 3: 7}, 2).manifest == second
    assert retract(sender.connection, sender.lake, second, "b9").manifest == second


def test_institutions_do_not_meet(sender: Sender) -> None:
    first = sender.add(Manifest(), "b1", {1: 5}, 1, institution="I")
    second = sender.add(first.manifest, "b2", {2: 6}, 2, institution="J")
    assert first.manifest.of_batch("b1") == second.manifest.of_batch("b1")
    assert retract(sender.connection, sender.lake, second.manifest, "b2").manifest == first.manifest


def test_order_within_the_file_is_no_contradiction(sender: Sender) -> None:
    """Two extracts of one day number its entries each for itself."""

    def transactions(batch: str, sequence: int, remark: str) -> Any:
        row = {
            "record_id": 1,
            "batch": batch,
            "file": batch,
            "row": 2,
            "institution": "I",
            "sequence": sequence,
            "remark": remark,
        }
        return {"transactions": sender.rows_of(sender.connection, "transactions", [row])}

    manifest = add_batch(
        sender.connection, sender.lake, Manifest(), Arrival("b1", "I", 1), transactions("b1", 1, "x")
    ).manifest
    same = add_batch(sender.connection, sender.lake, manifest, Arrival("b2", "I", 2), transactions("b2", 7, "x"))
    assert (same.conflicts, same.duplicates) == ((), {"transactions": 1})
    other = add_batch(sender.connection, sender.lake, manifest, Arrival("b2", "I", 2), transactions("b2", 1, "y"))
    assert len(other.conflicts) == 2


def test_two_rows_of_one_place_are_refused(sender: Sender) -> None:
    rows = sender.rows("b1", {1: 5}).union(sender.rows("b1", {2: 6}))
    with pytest.raises(InputError, match="row 2"):
        add_batch(sender.connection, sender.lake, Manifest(), Arrival("b1", "I", 1), {"compensations": rows})


def test_other_columns_are_refused_and_nothing_is_left_behind(sender: Sender) -> None:
    rows = sender.connection.sql("SELECT 1 AS record_id")
    before = sender.connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
    with pytest.raises(ConfigurationError):
        add_batch(sender.connection, sender.lake, Manifest(), Arrival("b1", "I", 1), {"compensations": rows})
    sender.add(Manifest(), "b1", {1: 5}, 1)
    names = sender.connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, '_')"
    ).fetchall()
    assert names == []
    assert before is not None


def test_of_states_the_latest_holds_whatever_the_order(sender: Sender, settings: Any) -> None:
    def account(batch: str, status: str) -> Any:
        row = {
            "record_id": 1,
            "batch": batch,
            "file": batch,
            "row": 2,
            "institution": "I",
            "account": "A",
            "status": status,
        }
        return {"accounts": sender.rows_of(sender.connection, "accounts", [row])}

    january = (Arrival("b1", "I", 1, state_day=20_000), account("b1", "open"))
    february = (Arrival("b2", "I", 2, state_day=20_031), account("b2", "frozen"))
    resent = (Arrival("b3", "I", 3, state_day=20_031), account("b3", "closed"))
    seen = set()
    for order in itertools.permutations([january, february, resent]):
        manifest = Manifest()
        for arrival, tables in order:
            manifest = add_batch(sender.connection, sender.lake, manifest, arrival, tables).manifest
        seen.add((manifest.manifest_id, _status(sender, manifest, settings)))
        manifest = retract(sender.connection, sender.lake, manifest, "b3").manifest
        seen.add((manifest.manifest_id, _status(sender, manifest, settings)))
    assert {status for _, status in seen} == {"closed", "frozen"}
    assert len(seen) == 2


def _status(sender: Sender, manifest: Manifest, settings: Any) -> str:
    from fundwatch.store.engines import open_memory

    with open_memory(settings, (Path(sender.lake.folder),)) as connection:
        expose(connection, manifest, sender.lake)
        return str(connection.execute("SELECT status FROM accounts").fetchall()[0][0])
