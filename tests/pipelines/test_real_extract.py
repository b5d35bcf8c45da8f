"""Real statements of a Czech bank (PKDD'99) through contract, relations, rules and detector."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from fundwatch.store.operations import history, ledger, queue
from fundwatch.store.operations.database import reading
from fundwatch.store.settings import Settings
from fundwatch.store.warehouse import open_manifest
from pipelines.examining import Source
from pipelines.installation import Installation
from pipelines.night import begun, intake, step
from pipelines.publication import publish
from pipelines.relating import relate
from pipelines.verification import Agreement, Verifier
from tests.pipelines.conftest import run_nights

FOLDER = os.environ.get("FUNDWATCH_REAL_DATA")
NIGHTS = ("1993-09-30", "1993-12-31", "1994-03-31")
FILES = ("trans.asc", "account.asc", "client.asc", "disp.asc", "loan.asc")
REGISTER = """
[[institution]]
code = "CZ-01"
name = "捷克银行"
sector = "bank"
region = "610902"
legal_basis = "公开的研究数据"
approval_no = "测试 1"
"""
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER, reason="FUNDWATCH_REAL_DATA does not point at the PKDD'99 statements"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("czech")
    (folder / "institutions.toml").write_text(REGISTER, encoding="utf-8")
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(folder)})
    sources = [Source(Path(FOLDER or "") / name, "CZ-01") for name in FILES]
    with Installation.open(settings) as installation, begun(installation, "ingest") as run_id:
        for work in (intake(sources=sources), relate, publish):
            step(installation, run_id, work)
    return folder


@pytest.fixture
def czech(home: Path) -> Settings:
    return Settings.from_environment({"FUNDWATCH_HOME": str(home)})


def test_every_entry_is_accepted_and_its_balances_prove_the_order(czech: Settings) -> None:
    with Installation.open(czech) as installation, reading(installation.operations) as connection:
        loaded = ledger.list_batches(connection, states=[ledger.LOADED])
        (statement,) = [one for one in loaded if one.contract == "pkdd99_trans"]
        (receipt,) = ledger.list_receipts(connection, statement.batch)
    assert len(loaded) == len(FILES)
    assert statement.rows_read == statement.rows_accepted == 49_102
    assert "B018" in json.dumps(receipt)


def test_crowns_have_a_value_so_that_rules_really_run(czech: Settings) -> None:
    with Installation.open(czech) as installation, reading(installation.operations) as connection:
        manifest = history.head(connection)
    relations = open_manifest(czech, manifest)
    try:
        found = relations.execute(
            "SELECT count(*), count(amount_cny), sum(amount), sum(amount_cny) FROM transfers WHERE currency = 'CZK'"
        ).fetchall()
        reported = relations.execute("SELECT count(DISTINCT account_key) FROM transactions").fetchall()
    finally:
        relations.close()
    ((transfers, valued, crowns, yuan),) = found
    assert transfers == valued > 40_000
    assert 0.19 < yuan / crowns < 0.31
    assert reported == [(1_229,)]


def test_past_nights_alert_on_at_most_one_account_in_a_hundred_and_every_alert_verifies(
    home: Path, czech: Settings
) -> None:
    outcomes = run_nights(home, home / "inbox", [date.fromisoformat(night) for night in NIGHTS])
    assert [outcome["as_of"] for outcome in outcomes] == list(NIGHTS)
    with Installation.open(czech) as installation:
        with reading(installation.operations) as connection:
            alerts = queue.ranked(connection)
        accounts = {account for alert in alerts for account in alert.content["subject"]["accounts"]}
        with Verifier(installation) as verifier:
            agreements = {verifier.verify(alert.alert_id).agreement for alert in alerts}
    assert len(alerts) >= 1
    assert len(accounts) <= 1_229 // 100
    assert agreements == {Agreement.EQUAL}
