"""The notebooks run from top to bottom on a small city, offline, on pseudonyms, and their two forms are one."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import jupytext
import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.review import ReviewState
from fundwatch.store.operations import queue
from fundwatch.store.operations.database import reading, writing
from pipelines.installation import Installation
from pipelines.notebook import Notebook
from pipelines.pseudonyms import Pseudonyms
from tests.pipelines.conftest import City

FOLDER = Path(__file__).parents[2] / "notebooks"
PAPERS = sorted(FOLDER.glob("*.py"))


@pytest.fixture
def decided(own_city: City, installation: Installation) -> City:
    """The city after the office has decided on most of its alerts."""
    with writing(installation.operations) as connection:
        for number, alert in enumerate(queue.ranked(connection)):
            if number % 5 == 4:
                continue
            queue.move(
                connection,
                alert.alert_id,
                revision=alert.revision,
                to_state=ReviewState.CLOSED.value,
                kind="closed",
                actor="甲",
                now=datetime(2026, 11, 1, tzinfo=UTC),
                content={"disposition": "open_case" if number % 2 else "normal_business"},
            )
    return own_city


def people_of(installation: Installation) -> set[str]:
    """Names, account numbers and tokens on the city's alerts."""
    with reading(installation.operations) as connection:
        cards = [alert.content["subject"] for alert in queue.ranked(connection)]
    found = {value for card in cards for key in ("accounts", "holder_tokens", "usccs") for value in card[key]}
    return found | {card["name"] for card in cards if card["name"]}


def test_there_are_five() -> None:
    assert [path.stem[0] for path in PAPERS] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_both_forms_say_the_same_and_hold_no_output(path: Path) -> None:
    script, book = jupytext.read(path), nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    assert [(cell.cell_type, cell.source) for cell in book.cells] == [
        (cell.cell_type, cell.source) for cell in script.cells
    ]
    assert all(not cell.get("outputs") for cell in book.cells)
    # What a flow needs is defined elsewhere.
    assert not re.search(r"^\s*(def|class) ", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_names_nobody(
    path: Path, decided: City, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = str(FOLDER.parent)
    monkeypatch.setenv("PYTHONPATH", root)
    book = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    client = NotebookClient(book, timeout=540, kernel_name="python3", resources={"metadata": {"path": root}})
    # The kernel is reached through a file, not over the network.
    client.km = client.create_kernel_manager()
    client.km.transport = "ipc"
    client.execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    assert outputs
    figures = [output for output in outputs if "image/svg+xml" in output.get("data", {})]
    assert figures, "no figure came out as SVG"
    shown = json.dumps(outputs, ensure_ascii=False)
    assert [one for one in people_of(installation) if one in shown] == []


def test_frames_agree_with_the_queue(decided: City, installation: Installation) -> None:
    with Notebook(decided.home) as nb, reading(installation.operations) as connection:
        heads = queue.ranked(connection)
        alerts, labels = nb.alerts(), nb.labels()
        assert alerts["alert_id"].tolist() == [head.alert_id for head in heads]
        assert alerts["disposition"].notna().sum() == sum(head.state == "closed" for head in heads)
        judged = alerts[alerts["disposition"].notna()].groupby("subject")["disposition"]
        expected = judged.apply(lambda found: (found == "open_case").any())
        assert labels.set_index("subject")["label"].to_dict() == expected.to_dict()
        first, last = nb.days
        rule = "many_payers_one_collector"
        curve = nb.tradeoff(rule, "min_payers", [10, 30], first, last)
        assert curve["subjects"].tolist() == [
            nb.hits(rule, first, last, min_payers=value)["subject"].nunique() for value in (10, 30)
        ]
        assert (curve[["followed_up", "cleared", "undecided"]].sum(axis=1) == curve["subjects"]).all()
        month = nb.table("transactions", last, last)
        assert set(month["booked_on"].dt.date) == {last}
        assert nb.propose_command(rule, author="甲 乙", reason="r", from_day=last, min_payers=9) == (
            f"fundwatch rules propose {rule} --set min_payers=9 --author '甲 乙' --reason r --from {last}"
        )


def test_people_are_shown_only_when_asked_for(decided: City, installation: Installation) -> None:
    with Notebook(decided.home) as masked, Notebook(decided.home, pseudonyms=False) as plain:
        last = plain.days[1]
        hidden, open_ = masked.table("transactions", last, last), plain.table("transactions", last, last)
        assert len(hidden) == len(open_) > 0
        assert hidden["amount"].tolist() == open_["amount"].tolist()
        assert hidden["account"].nunique() == open_["account"].nunique()
        assert not set(hidden["account"]) & set(open_["account"])
        assert not set(hidden["counterparty_name"].dropna()) & set(open_["counterparty_name"].dropna())


def test_a_pseudonym_stands_for_one_value_within_one_secret() -> None:
    frame = pd.DataFrame(
        {
            "account_key": [1, 2, 1],
            "account_name": ["甲", None, "甲"],
            "birth_on": [datetime(1950, 3, 4)] * 3,
            "amount": [1, 2, 3],
            "status": ["ok", "ok", "no"],
            "unheard_of": ["x", "y", "x"],
        }
    )
    one, other = Pseudonyms(b"a").applied(frame), Pseudonyms(b"b").applied(frame)
    for name in ("account_key", "account_name", "unheard_of"):
        assert one[name][0] == one[name][2] != frame[name][0]
        assert one[name][0] != other[name][0]
    assert one["account_key"][0] != one["account_key"][1]
    assert pd.isna(one["account_name"][1])
    assert one["birth_on"].tolist() == [1950] * 3
    assert one[["amount", "status"]].equals(frame[["amount", "status"]])


def test_an_empty_home_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        Notebook(tmp_path)
