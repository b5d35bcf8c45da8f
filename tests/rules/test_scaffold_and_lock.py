"""A new rule works as written, and a locked rule cannot change unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fundwatch.domain.errors import ConfigurationError
from fundwatch.store.schema import RELATIONS
from rules.casework import Bench, check_cases
from rules.catalogue import load_catalogue
from rules.laws import broken_laws
from rules.locking import departures, lock, read_lock
from rules.scaffold import new


def test_a_new_rule_obeys_the_laws_and_its_own_cases(tmp_path: Path, bench: Bench) -> None:
    cases, query = new(load_catalogue(tmp_path), "many_transfers_in", "T99", "collection")
    assert cases.name == "many_transfers_in.test.yaml"
    assert query.name == "many_transfers_in.sql"
    catalogue = load_catalogue(tmp_path)
    assert broken_laws(catalogue, RELATIONS) == []
    assert check_cases(catalogue.rules[0], bench) == []
    assert catalogue.active_rules() == ()


@pytest.mark.parametrize(
    ("id", "code", "family"),
    [("Bad-Name", "T98", "flow"), ("good_name", "98", "flow"), ("good_name", "T98", "reference")],
)
def test_a_malformed_name_is_refused(tmp_path: Path, id: str, code: str, family: str) -> None:
    with pytest.raises(ConfigurationError):
        new(load_catalogue(tmp_path), id, code, family)


def test_a_used_id_or_code_is_refused(tmp_path: Path) -> None:
    new(load_catalogue(tmp_path), "many_transfers_in", "T99", "collection")
    for id, code in (("many_transfers_in", "T98"), ("other_name", "T99")):
        with pytest.raises(ConfigurationError, match="already used"):
            new(load_catalogue(tmp_path), id, code, "flow")


def _change(path: Path, old: str, new_text: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new_text), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "changed", "says"),
    [(">= $min_transfers", "> $min_transfers", "query changed"), ("{value: 3,", "{value: 4,", "parameters")],
)
def test_a_change_without_a_version_is_noticed(tmp_path: Path, old: str, changed: str, says: str) -> None:
    _, query = new(load_catalogue(tmp_path), "many_transfers_in", "T99", "collection")
    assert lock(load_catalogue(tmp_path)) == ("many_transfers_in",)
    assert departures(load_catalogue(tmp_path), read_lock(tmp_path)) == []
    _change(query, old, changed)
    assert says in departures(load_catalogue(tmp_path), read_lock(tmp_path))[0]
    with pytest.raises(ConfigurationError, match="higher version"):
        lock(load_catalogue(tmp_path))
    _change(query, "version: 1", "version: 2")
    assert "not in the lock" in departures(load_catalogue(tmp_path), read_lock(tmp_path))[0]
    assert lock(load_catalogue(tmp_path)) == ("many_transfers_in",)
    assert departures(load_catalogue(tmp_path), read_lock(tmp_path)) == []


def test_prose_layout_and_comments_are_free(tmp_path: Path) -> None:
    _, query = new(load_catalogue(tmp_path), "many_transfers_in", "T99", "collection")
    lock(load_catalogue(tmp_path))
    _change(query, "why this is worth a look", "why this deserves a look")
    _change(query, "WITH days AS (", "-- a comment\nWITH  days AS (")
    assert departures(load_catalogue(tmp_path), read_lock(tmp_path)) == []


def test_a_deleted_rule_is_noticed(tmp_path: Path) -> None:
    _, query = new(load_catalogue(tmp_path), "many_transfers_in", "T99", "collection")
    lock(load_catalogue(tmp_path))
    query.unlink()
    assert "gone" in departures(load_catalogue(tmp_path), read_lock(tmp_path))[0]
    with pytest.raises(ConfigurationError):
        lock(load_catalogue(tmp_path))
