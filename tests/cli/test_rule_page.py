"""The page of a rule: what an analyst hands over reads whole, and an expired basis is shown as such."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from fundwatch.cli.rule_page import RulePage, catalogue_table
from pipelines.installation import RULES_FOLDER
from rules.catalogue import load_catalogue
from rules.rule import Entry, LegalBasis, Value

DAY = date(2026, 11, 1)
CATALOGUE = load_catalogue(RULES_FOLDER)


def printed(*parts: object) -> str:
    console = Console(width=160, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as caught:
        for part in parts:
            console.print(part, markup=False)
    return caught.get()


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.id)
def test_every_page_has_its_parts_and_leaves_no_placeholder(entry: Entry) -> None:
    text = printed(*RulePage(entry, DAY, entry.defaults()).parts())
    for heading in ("一、", "二、", "三、", "四、", "五、", "六、", "七、"):
        assert heading in text
    assert "{" not in text and "}" not in text
    assert entry.name.zh in text and entry.name.en in text


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2021-05-01", None, "2021-05-01 起"),
        ("2021-03-01", "2026-02-28", "2021-03-01 至 2026-02-28，已失效"),
        ("2026-03-01", "2027-01-01", "2026-03-01 至 2027-01-01"),
        ("2027-01-01", None, "2027-01-01 起，尚未生效"),
    ],
)
def test_validity_of_a_basis(since: str, until: str | None, said: str) -> None:
    assert LegalBasis("某规定", since, until).validity(DAY).zh == said


def test_a_tuned_value_is_shown_beside_its_default() -> None:
    entry = CATALOGUE.entry("many_payers_one_collector")
    values: dict[str, Value] = entry.defaults() | {"min_payers": 40}
    text = printed(*RulePage(entry, DAY, values).parts())
    assert "40 人（默认 30 人）" in text
    assert "≥ 40 人" in text


def test_the_catalogue_names_an_expired_basis_only_when_no_other_holds() -> None:
    entry = CATALOGUE.entry("many_payers_one_collector")
    old, new = LegalBasis("旧规定", "2020-01-01", "2020-12-31"), LegalBasis("新规定", "2021-01-01", None)
    assert "新规定" in printed(catalogue_table([replace(entry, legal_basis=(old, new))], DAY))
    assert "已失效" in printed(catalogue_table([replace(entry, legal_basis=(old,))], DAY))
