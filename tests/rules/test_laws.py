"""The laws hold over the whole catalogue, and each law notices its breach."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fundwatch.store.schema import RELATIONS
from rules.catalogue import Catalogue, load_catalogue
from rules.laws import broken_laws
from rules.locking import departures, read_lock
from rules.scaffold import new


def test_catalogue_obeys_every_law(catalogue: Catalogue) -> None:
    assert broken_laws(catalogue, RELATIONS) == []


def test_catalogue_agrees_with_its_lock(catalogue: Catalogue) -> None:
    assert departures(catalogue, read_lock(catalogue.folder)) == []


@pytest.fixture
def scaffolded(tmp_path: Path) -> Path:
    new(load_catalogue(tmp_path), "many_transfers_in", "T99", "collection")
    return tmp_path / "collection" / "many_transfers_in.sql"


BREACHES: dict[str, tuple[Callable[[str], str], str]] = {
    "id": (lambda text: text.replace("id: many_transfers_in", "id: other"), "the id must be the file name"),
    "code": (lambda text: text.replace("code: T99", "code: X"), "is not a letter and a number"),
    "undeclared": (lambda text: text.replace("$min_transfers", "$least"), "$least is not declared"),
    "unused": (lambda text: text.replace(">= $min_transfers", ">= 3"), "min_transfers is not used"),
    "bounds": (lambda text: text.replace("{value: 3,", "{value: 3000,"), "must lie within a declared min and max"),
    "claim name": (lambda text: text.replace("转入 {transfer_count}", "转入 {count}"), "which are not declared"),
    "figure": (lambda text: text.replace('en: "{transfer_count}', 'en: "30 or {transfer_count}'), "could drift"),
    "accusation": (lambda text: text.replace("why this is worth", "a fraud worth"), "says fraud"),
    "language": (lambda text: text.replace("en: name the ordinary explanations", 'en: ""'), "en is empty"),
    "relation": (lambda text: text.replace("FROM transfers\n", "FROM tranfers\n"), "unknown relations tranfers"),
    "reads": (lambda text: text.replace("reads: [transfers]", "reads: [transfers, loans]"), "reads must name"),
    "hits": (lambda text: text.replace("hits AS", "found AS").replace("FROM hits", "FROM found"), "CTE named hits"),
    "columns": (lambda text: text.replace("'inflow' AS role, ", ""), "the final SELECT must name"),
    "portable": (lambda text: text.replace("count(*) AS transfers", "avg(amount) AS transfers"), "avg()"),
    "measure": (lambda text: text.replace("threshold: min_transfers", "threshold: least"), "no parameter of its unit"),
}


@pytest.mark.parametrize("name", list(BREACHES))
def test_each_law_notices_its_breach(name: str, scaffolded: Path) -> None:
    change, sentence = BREACHES[name]
    text = scaffolded.read_text(encoding="utf-8")
    assert change(text) != text
    scaffolded.write_text(change(text), encoding="utf-8")
    found = broken_laws(load_catalogue(scaffolded.parents[1]), RELATIONS)
    assert any(sentence in one for one in found), found


def test_missing_cases_are_noticed(scaffolded: Path) -> None:
    cases = scaffolded.with_name("many_transfers_in.test.yaml")
    text = cases.read_text(encoding="utf-8")
    cases.write_text(text.replace("expect: silent", "expect: fires").split("boundary:")[0], encoding="utf-8")
    found = " ".join(broken_laws(load_catalogue(scaffolded.parents[1]), RELATIONS))
    assert "fewer than two silent cases" in found
    assert "min_transfers has no boundary case" in found
    cases.unlink()
    assert "test.yaml is missing" in " ".join(broken_laws(load_catalogue(scaffolded.parents[1]), RELATIONS))


def test_two_rules_with_one_code_are_noticed(scaffolded: Path) -> None:
    text = scaffolded.read_text(encoding="utf-8").replace("status: shadow", "status: active")
    scaffolded.write_text(text, encoding="utf-8")
    twin = scaffolded.parents[1] / "flow" / scaffolded.name
    twin.parent.mkdir()
    shutil.copy(scaffolded, twin)
    found = broken_laws(load_catalogue(scaffolded.parents[1]), RELATIONS)
    assert any("the id is used 2 times" in one for one in found)
    assert any("the code is used 2 times" in one for one in found)
