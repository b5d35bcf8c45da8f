"""The witness measures a batch by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.checking import Checked, Sender, check
from data_contracts.expectations import expectations_of
from data_contracts.measuring import measure, sample_rows
from data_contracts.recognition import lay_over
from data_contracts.witness import judge_profile, judge_rows, profile_frame
from fundwatch.domain.receipts import Verdict

HEADERS = ("trans_id", "account_id", "date", "type", "operation", "amount", "balance", "k_symbol", "bank", "account")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as opened:
        yield opened


def statement(folder: Path, entries: list[tuple[int, str, str, str]]) -> Path:
    """A file of one account: (serial, day, amount, balance); money in where the amount has no sign."""
    lines = [";".join(f'"{name}"' for name in HEADERS)]
    for serial, day, amount, balance in entries:
        kind = '"VYDAJ";"PREVOD NA UCET"' if amount.startswith("-") else '"PRIJEM";"PREVOD Z UCTU"'
        lines.append(f'{serial};57;{day};{kind};{amount.lstrip("-")};{balance};"";"QR";"13940001"')
    path = folder / "trans.asc"
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path


def checked_of(path: Path, catalogue: Catalogue, connection: duckdb.DuckDBPyConnection) -> Checked:
    (checked,) = check(path, institution=Sender("CZ-B01", "bank"), catalogue=catalogue, connection=connection)
    return checked


GOOD = [
    (1, "930101", "100.00", "100.00"),
    (2, "930102", "-30.00", "70.00"),
    (3, "930102", "5.00", "75.04"),
    (4, "930105", "1.00", "76.04"),
]


def test_an_accepted_batch_is_measured_whole(
    catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    checked = checked_of(statement(tmp_path, GOOD), catalogue, connection)
    assert checked.receipt.verdict is Verdict.ACCEPTED
    assert checked.clean is not None
    contract = catalogue.feeds["pkdd99_trans"]
    measures = measure(connection, contract, clean=checked.clean, rows=checked.rows)
    assert measures == {
        "rows": 4,
        "rows_per_day": pytest.approx(4 / 3),
        "empty_percent__is_cash": 0,
        "balance_agreement_percent": 100,
    }
    assert judge_profile(contract, profile_frame(contract, measures)).accepts


def test_a_batch_with_a_row_kept_out_tells_nothing_of_balances(
    catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    checked = checked_of(statement(tmp_path, [*GOOD, (5, "930199", "1.00", "77.04")]), catalogue, connection)
    assert checked.receipt.rows_quarantined == 1
    assert checked.clean is not None
    measures = measure(connection, catalogue.feeds["pkdd99_trans"], clean=checked.clean, rows=checked.rows)
    assert measures["rows"] == 5
    assert "balance_agreement_percent" not in measures


def test_a_rejected_batch_is_measured_by_its_cells_alone(
    catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    wrong = [(serial, f"9301{serial:02d}", "100.00", "7.00") for serial in range(1, 9)]
    checked = checked_of(statement(tmp_path, wrong), catalogue, connection)
    assert checked.receipt.verdict is Verdict.REJECTED
    assert checked.clean is not None
    measures = measure(connection, catalogue.feeds["pkdd99_trans"], clean=checked.clean, rows=checked.rows)
    assert measures == {"rows": 8, "empty_percent__is_cash": 0}


def test_a_sample_holds_the_first_rows_and_all_that_failed(
    catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    entries = [(serial, "930101", "1.00", f"{serial}.00") for serial in range(1, 41)]
    entries[30] = (31, "93-01", "1.00", "31.00")
    checked = checked_of(statement(tmp_path, entries), catalogue, connection)
    assert checked.clean is not None
    frame, whole = sample_rows(connection, checked.clean, most=10)
    assert not whole
    assert list(frame["_row"]) == [*range(2, 12), 32]
    contract = catalogue.feeds["pkdd99_trans"]
    items = expectations_of(lay_over(contract, 1, HEADERS, ""), len(HEADERS))
    agreement = judge_rows(contract, items, frame, whole=whole)
    agreement.require()
    assert (agreement.rows, agreement.agreed) == (11, 1)
    everything, whole = sample_rows(connection, checked.clean)
    assert whole
    assert len(everything) == 40
