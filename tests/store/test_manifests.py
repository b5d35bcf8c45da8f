"""Manifests are values: pure functions make new ones, and equal files make equal ids."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.errors import ConfigurationError
from fundwatch.store.manifests import LakeFile, Manifest, diff, with_batch, with_partitions, without_batch


def _batch_file(batch: str, name: str = "transactions", role: str = "rows", rows: int = 3) -> LakeFile:
    return LakeFile(name, batch, role, f"{name}/{batch}.{role}", f"{batch}{role}{rows}", rows, "I", 1)


def _partition_file(month: str, content: str = "a", rows: int = 2, name: str = "transfers") -> LakeFile:
    return LakeFile(name, month, "rows", f"{name}/{month}-{content}", content, rows)


def test_the_id_is_made_of_the_files_alone() -> None:
    one = with_partitions(Manifest(), [_partition_file("2026-01"), _partition_file("2026-02")])
    other = with_partitions(
        with_partitions(
            Manifest(number=9, parent="x", committed_at=datetime(2026, 1, 1, tzinfo=UTC)), [_partition_file("2026-02")]
        ),
        [_partition_file("2026-01")],
    )
    assert one.manifest_id == other.manifest_id != Manifest().manifest_id
    assert len(one.manifest_id) == 64
    changed = with_partitions(one, [_partition_file("2026-01", "b")])
    assert changed.manifest_id != one.manifest_id


def test_a_batch_replaces_its_own_files_only() -> None:
    manifest = with_batch(Manifest(), "b1", [_batch_file("b1"), _batch_file("b1", role="shadow")])
    manifest = with_batch(manifest, "b2", [_batch_file("b2")])
    again = with_batch(manifest, "b1", [_batch_file("b1", rows=5)])
    assert [file.place for file in again.files] == [("transactions", "b1", "rows"), ("transactions", "b2", "rows")]
    assert again.of_batch("b1")[0].rows == 5
    assert without_batch(again, "b1") == with_batch(Manifest(), "b2", [_batch_file("b2")])
    assert without_batch(again, "b9") == again


def test_a_partition_without_rows_is_gone() -> None:
    manifest = with_partitions(Manifest(), [_partition_file("2026-01"), _partition_file("2026-02")])
    emptied = with_partitions(manifest, [_partition_file("2026-01", "", 0)])
    assert emptied.partitions("transfers") == ("2026-02",)


def test_files_in_the_wrong_place_are_refused() -> None:
    with pytest.raises(ConfigurationError):
        with_batch(Manifest(), "b1", [_batch_file("b2")])
    with pytest.raises(ConfigurationError):
        with_batch(Manifest(), "2026-01", [_partition_file("2026-01")])
    with pytest.raises(ConfigurationError):
        with_partitions(Manifest(), [_batch_file("b1")])
    with pytest.raises(ConfigurationError):
        with_partitions(Manifest(), [_partition_file("2026-01"), _partition_file("2026-01", "b")])


_FILES = st.dictionaries(st.sampled_from(["2026-01", "2026-02", "2026-03"]), st.sampled_from("abc"))


@given(before=_FILES, after=_FILES)
def test_a_difference_leads_from_one_to_the_other(before: dict[str, str], after: dict[str, str]) -> None:
    old = with_partitions(Manifest(), [_partition_file(*item) for item in before.items()])
    new = with_partitions(Manifest(), [_partition_file(*item) for item in after.items()])
    change = diff(old, new)
    assert tuple(sorted((set(old.files) - set(change.removed)) | set(change.added))) == new.files
    assert not set(change.removed) & set(change.added)
    assert change.relations() == ({"transfers"} if old.files != new.files else set())
