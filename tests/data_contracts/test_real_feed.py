"""The public statements of a Czech bank (PKDD'99) pass through contracts alone; no Python knows of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.checking import Checked, Sender, check
from data_contracts.expectations import expectations_of
from data_contracts.measuring import measure
from data_contracts.recognition import lay_over
from data_contracts.suite import BALANCE_AGREEMENT, ROWS, ROWS_PER_DAY, empty_percent
from data_contracts.witness import judge_profile, judge_rows, profile_frame
from fundwatch.domain.receipts import Verdict

pytestmark = pytest.mark.real
BANK = Sender("CZ-B01", "bank")
HEADERS = ("trans_id", "account_id", "date", "type", "operation", "amount", "balance", "k_symbol", "bank", "account")


@dataclass(frozen=True, slots=True)
class Real:
    connection: duckdb.DuckDBPyConnection
    trans: Checked

    def one(self, sql: str) -> tuple[object, ...]:
        """Return the only row of a query over the typed entries, named ``entries``."""
        row = self.connection.execute(sql).fetchone()
        assert row is not None
        return row


@pytest.fixture(scope="module")
def folder() -> Path:
    given = os.environ.get("FUNDWATCH_REAL_DATA")
    if not given:
        pytest.skip(
            "FUNDWATCH_REAL_DATA is not set: name the folder that holds the PKDD'99 files (trans.asc, …) to run this"
        )
    return Path(given)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def real(folder: Path, catalogue: Catalogue) -> Iterator[Real]:
    with duckdb.connect(config={"threads": 2}) as connection:
        (trans,) = check(folder / "trans.asc", institution=BANK, catalogue=catalogue, connection=connection, batch="b1")
        assert trans.rows is not None, trans.receipt.batch_faults
        connection.execute(f'CREATE TEMP VIEW entries AS SELECT * FROM "{trans.rows}"')
        yield Real(connection, trans)


def test_every_entry_is_accepted(real: Real) -> None:
    receipt = real.trans.receipt
    assert receipt.contract == "pkdd99_trans"
    assert receipt.verdict is Verdict.ACCEPTED
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (49_102, 49_102, 0)
    assert real.one("SELECT count(*), count(DISTINCT account), count(DISTINCT record_id) FROM entries") == (
        49_102,
        1_229,
        49_102,
    )


def test_directions_cash_and_money_come_out_as_the_source_says(real: Real) -> None:
    assert real.one("SELECT count(*) FILTER (direction = 'in'), count(*) FILTER (direction = 'out') FROM entries") == (
        22_994,
        26_108,
    )
    assert real.one(
        "SELECT count(*) FILTER (is_cash), count(*) FILTER (NOT is_cash), count(*) - count(is_cash) FROM entries"
    ) == (
        29_524,
        10_115,
        9_463,
    )
    assert real.one("SELECT min(amount), max(amount), min(balance), any_value(currency) FROM entries") == (
        10,
        7_650_000,
        -544_660,
        "CZK",
    )
    assert real.one(
        "SELECT min(booked_on)::VARCHAR, max(booked_on)::VARCHAR, any_value(time_precision) FROM entries"
    ) == (
        "1993-01-01",
        "1994-03-31",
        "day",
    )


def test_what_means_nothing_becomes_empty(real: Real) -> None:
    assert real.one(
        "SELECT count(*) FILTER (counterparty_account = '0'), count(counterparty_account) FROM entries"
    ) == (0, 10_115)
    assert real.one("SELECT count(*) FILTER (trim(summary) = ''), count(summary) FROM entries") == (0, 21_228)
    emptied = [total for total in real.trans.receipt.totals if total.code == "F009" and total.header == "account"]
    assert [total.count for total in emptied] == [763]


def test_the_balances_prove_the_order_that_the_source_does_not_give(real: Real) -> None:
    sql = """
        SELECT count(*) FILTER (step IS NOT NULL), count(*) FILTER (abs(step) <= 10)
        FROM (SELECT balance - lag(balance) OVER w - CASE direction WHEN 'in' THEN amount ELSE -amount END AS step
              FROM entries WINDOW w AS (PARTITION BY account ORDER BY booked_day, sequence))
    """
    checkable, agreeing = real.one(sql)
    assert checkable == 49_102 - 1_229
    assert isinstance(agreeing, int)
    assert agreeing >= 47_845
    proof = next(fault for fault in real.trans.receipt.batch_faults if fault.code == "B018")
    assert "99.9" in proof.reason


def test_great_expectations_agrees_about_every_row_and_the_whole_batch(real: Real, catalogue: Catalogue) -> None:
    contract = catalogue.feeds["pkdd99_trans"]
    cleaned = real.connection.execute(f'SELECT * FROM "{real.trans.clean}"').df()
    items = expectations_of(lay_over(contract, 1, HEADERS, ""), len(HEADERS))
    agreement = judge_rows(contract, items, cleaned)
    agreement.require()
    assert (agreement.rows, agreement.agreed) == (49_102, 763)
    assert real.trans.clean is not None
    measures = measure(real.connection, contract, clean=real.trans.clean, rows=real.trans.rows)
    assert measures == {
        ROWS: 49_102,
        ROWS_PER_DAY: pytest.approx(107.916, abs=0.001),
        empty_percent("is_cash"): pytest.approx(19.272, abs=0.001),
        BALANCE_AGREEMENT: pytest.approx(99.9415, abs=0.0001),
    }
    witness = judge_profile(contract, profile_frame(contract, measures))
    assert witness.breaches == ()


@pytest.mark.parametrize(
    ("file", "feed", "rows"),
    [
        ("account.asc", "pkdd99_account", 4_500),
        ("client.asc", "pkdd99_client", 5_369),
        ("disp.asc", "pkdd99_disp", 5_369),
        ("loan.asc", "pkdd99_loan", 682),
    ],
)
def test_the_files_beside_the_statements_are_accepted_whole(
    file: str, feed: str, rows: int, folder: Path, catalogue: Catalogue, real: Real
) -> None:
    (checked,) = check(folder / file, institution=BANK, catalogue=catalogue, connection=real.connection, batch="b2")
    assert (checked.contract, checked.receipt.verdict) == (feed, Verdict.ACCEPTED), checked.receipt.batch_faults
    assert real.one(f'SELECT count(*), count(DISTINCT record_id) FROM "{checked.rows}"') == (rows, rows)


def test_accounts_and_owners_join_the_statements(folder: Path, catalogue: Catalogue, real: Real) -> None:
    (accounts,) = check(folder / "account.asc", institution=BANK, catalogue=catalogue, connection=real.connection)
    (owners,) = check(folder / "disp.asc", institution=BANK, catalogue=catalogue, connection=real.connection)
    (clients,) = check(folder / "client.asc", institution=BANK, catalogue=catalogue, connection=real.connection)
    sql = f"""
        SELECT count(DISTINCT entries.account) FROM entries
        JOIN "{accounts.rows}" AS accounts USING (account_key)
        JOIN "{owners.rows}" AS owners
          ON owners.object_account_key = entries.account_key AND owners.relation = 'account_owner'
        JOIN "{clients.rows}" AS clients ON clients.customer_no = owners.subject_customer_no
    """
    assert real.one(sql) == (1_229,)
    assert real.one(f'SELECT count(party_token), count(birth_on) FROM "{clients.rows}"') == (0, 0)


@pytest.mark.parametrize(("file", "rows"), [("order.asc", 6_471), ("card.asc", 892), ("district.asc", 77)])
def test_files_that_are_not_needed_are_known_and_counted(
    file: str, rows: int, folder: Path, catalogue: Catalogue, real: Real
) -> None:
    (checked,) = check(folder / file, institution=BANK, catalogue=catalogue, connection=real.connection)
    assert checked.receipt.verdict is Verdict.ACCEPTED
    assert [fault.code for fault in checked.receipt.batch_faults] == ["B019"]
    assert (checked.receipt.rows_read, checked.receipt.rows_accepted, checked.rows) == (rows, 0, None)


def test_rates_of_the_years_reach_the_reference(catalogue: Catalogue) -> None:
    rates = {(rate.currency, rate.valid_from.year): str(rate.cny) for rate in catalogue.reference_rates()}
    assert rates[("CZK", 1993)] == "0.1976"
    assert rates[("CZK", 1994)] == "0.2994"
