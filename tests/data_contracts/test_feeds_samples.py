"""Every feed recognises a file with the headers its senders use and turns it into canonical rows."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
import yaml

from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.checking import Checked, Sender, check, release
from fundwatch.domain.keys import day_number, key_of
from fundwatch.domain.receipts import Level, Verdict

SAMPLES = Path(__file__).parent / "samples"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.yaml"))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as opened:
        yield opened


def token(text: str) -> str:
    return "T" + hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def tokenise(texts: Sequence[str]) -> Mapping[str, str]:
    return {text: token(text) for text in texts}


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def write(sample: Mapping[str, Any], folder: Path, name: str, encoding: str = "utf-8") -> Path:
    """Write the sample as its senders do: semicolons and quotes, a CSV, or a sheet with a title above the header."""
    rows = [["" if cell is None else str(cell) for cell in row] for row in sample["rows"]]
    if sample["format"] == "xlsx":
        path = folder / f"{name}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet(sample["sheet"])
            sheet.write_string(0, 0, "报送机构（样例）")
            for number, row in enumerate([sample["headers"], *rows], 2):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, cell)
        return path
    if sample["format"] == "asc":
        text = ";".join(f'"{header}"' for header in sample["headers"]) + "\r\n"
        for row in rows:
            text += (
                ";".join(f'"{cell}"' if cell and not cell.replace(".", "").isdigit() else cell for cell in row) + "\r\n"
            )
        path = folder / f"{name}.asc"
        path.write_bytes(text.encode())
        return path
    buffer = io.StringIO()
    csv.writer(buffer).writerows([sample["headers"], *rows])
    path = folder / f"{name}.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


def canonical(value: Any) -> Any:
    """Resolve the words of a sample: ``token …``, ``key …`` and ``day …``."""
    if isinstance(value, str) and " " in value:
        word, _, rest = value.partition(" ")
        if word == "token":
            return token(rest)
        if word == "key":
            return key_of(rest)
        if word == "day":
            return day_number(date.fromisoformat(rest))
    return value


def rows_of(connection: duckdb.DuckDBPyConnection, checked: Checked) -> list[dict[str, Any]]:
    assert checked.rows is not None
    result = connection.execute(f'SELECT * FROM "{checked.rows}" ORDER BY row')
    names = [item[0] for item in result.description]
    return [dict(zip(names, record, strict=True)) for record in result.fetchall()]


def assert_rows(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert len(found) == len(expected)
    by_serial = {row.get("serial"): row for row in found}
    for place, wanted in enumerate(expected):
        row = by_serial[wanted["serial"]] if "serial" in wanted else found[place]
        plain = {name: canonical(value) for name, value in wanted.items()}
        got = {name: row[name].date() if isinstance(row[name], datetime) else row[name] for name in plain}
        assert got == plain


@pytest.mark.parametrize("name", NAMES)
def test_a_file_with_the_usual_headers_becomes_canonical_rows(
    name: str, catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    sample = load(name)
    path = write(sample, tmp_path, name)
    sender = Sender("610900-T01", sample["sender"]["sector"])
    results = check(path, institution=sender, catalogue=catalogue, connection=connection, batch="b1", tokenise=tokenise)
    main = results[0]
    wrong = [(fault.row, fault.header, fault.code) for fault in main.receipt.faults if fault.level == "error"]
    assert main.receipt.verdict is Verdict.ACCEPTED, (wrong, main.receipt.batch_faults)
    assert main.receipt.batch_faults == () or all(fault.level != "error" for fault in main.receipt.batch_faults)
    assert "B004" not in {fault.code for fault in main.receipt.batch_faults}
    assert main.contract == sample.get("contract", name)
    assert_rows(rows_of(connection, main), sample["expect"])
    assert_types(connection, main, catalogue)
    also = sample.get("also")
    assert [checked.contract for checked in results[1:]] == ([also["contract"]] if also else [])
    if also:
        assert_rows([row for row in rows_of(connection, results[1]) if row["subject_token"]], also["expect"])


def assert_types(connection: duckdb.DuckDBPyConnection, checked: Checked, catalogue: Catalogue) -> None:
    described = connection.execute(f'DESCRIBE "{checked.rows}"').fetchall()
    table = catalogue.tables[checked.table]
    assert [(row[0], row[1]) for row in described] == [(column.name, column.physical) for column in table.columns]


@pytest.mark.parametrize("name", ["bank_persons", "authority_watchlist", "micro_loan_loans_monthly_rate"])
def test_a_gb18030_file_gives_the_same_rows(
    name: str, catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    sample = load(name)
    path = write(sample, tmp_path, name, encoding="gb18030")
    sender = Sender("610900-T01", sample["sender"]["sector"])
    (checked,) = check(path, institution=sender, catalogue=catalogue, connection=connection, tokenise=tokenise)
    assert_rows(rows_of(connection, checked), sample["expect"])


@pytest.mark.parametrize("sector", ["micro_loan", "guarantee", "pawn"])
def test_a_workbook_with_all_sheets_of_a_sector_is_read_sheet_by_sheet(
    sector: str, catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    samples = [
        sample for name in NAMES if (sample := load(name))["sender"]["sector"] == sector and sample["format"] == "xlsx"
    ]
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for sample in samples:
            sheet = book.add_worksheet(sample["sheet"])
            for number, row in enumerate([sample["headers"], *sample["rows"]]):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, str(cell))
    results = check(
        path, institution=Sender("610900-T02", sector), catalogue=catalogue, connection=connection, tokenise=tokenise
    )
    assert [checked.receipt.sheet for checked in results] == [sample["sheet"] for sample in samples]
    assert {checked.receipt.verdict for checked in results} == {Verdict.ACCEPTED}
    for checked, sample in zip(results, samples, strict=True):
        assert_rows(rows_of(connection, checked), sample["expect"])


def test_every_feed_has_a_sample_of_its_own(catalogue: Catalogue) -> None:
    covered = {load(name).get("contract", name) for name in NAMES}
    covered |= {load(name)["also"]["contract"] for name in NAMES if "also" in load(name)}
    ledgers = {feed.id for feed in catalogue.feeds.values() if feed.table.id not in ("transactions", "")}
    assert ledgers <= covered


def test_no_sample_shows_an_identity_number_in_a_row(
    catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    sample = load("bank_persons")
    path = write(sample, tmp_path, "bank_persons")
    (checked,) = check(
        path, institution=Sender("610900-T01", "bank"), catalogue=catalogue, connection=connection, tokenise=tokenise
    )
    assert "610902195803120013" not in str(rows_of(connection, checked))


def test_a_ledger_with_both_rates_goes_by_the_annual_one(
    catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    sample = load("micro_loan_loans")
    place = sample["headers"].index("费用")
    sample["headers"].insert(place, "月利率(‰)")
    for row in sample["rows"]:
        row.insert(place, "99")
    path = write(sample, tmp_path, "both")
    (checked,) = check(
        path,
        institution=Sender("610900-T01", "micro_loan"),
        catalogue=catalogue,
        connection=connection,
        tokenise=tokenise,
    )
    assert checked.contract == "micro_loan_loans"
    assert checked.receipt.verdict is Verdict.ACCEPTED
    assert_rows(rows_of(connection, checked), sample["expect"])


LEDGERS_WITHOUT_SERIALS = [
    "micro_loan_flows",
    "micro_loan_fundings",
    "guarantee_compensations",
    "guarantee_deposit_flows",
    "pawn_item_movements",
]


def identities(
    name: str, rows: Sequence[Sequence[Any]], catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, folder: Path
) -> list[int]:
    """The identities of a ledger's rows, all of which must be accepted without a word."""
    sample = load(name)
    path = write(sample | {"rows": rows}, folder, name)
    sender = Sender("610900-T01", sample["sender"]["sector"])
    (checked,) = check(path, institution=sender, catalogue=catalogue, connection=connection, tokenise=tokenise)
    assert checked.receipt.verdict is Verdict.ACCEPTED
    assert checked.receipt.faults == ()
    return [row["record_id"] for row in rows_of(connection, checked)]


@pytest.mark.parametrize("name", LEDGERS_WITHOUT_SERIALS)
def test_identical_lines_of_a_ledger_without_serials_stay_as_many_as_they_are(
    name: str, catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = load(name)["rows"]
    once = identities(name, rows, catalogue, connection, tmp_path)
    twice = identities(name, [*rows, rows[0]], catalogue, connection, tmp_path)
    assert len(set(twice)) == len(rows) + 1
    assert identities(name, [*rows, rows[0]], catalogue, connection, tmp_path) == twice
    assert twice[:-1] == once


def test_overlapping_ledgers_merge_by_the_larger_count(
    catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    first, second, third, *_ = load("micro_loan_flows")["rows"]
    march = identities("micro_loan_flows", [first, second, second], catalogue, connection, tmp_path)
    april = identities("micro_loan_flows", [third, second, second, second], catalogue, connection, tmp_path)
    assert len({*march, *april}) == 5


def test_a_ledger_that_says_more_of_a_line_keeps_its_identity(
    catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    name = "guarantee_compensations"
    (row,) = load(name)["rows"]
    recovered = [*row[:3], "120000.00", row[4]]
    assert identities(name, [row], catalogue, connection, tmp_path) == identities(
        name, [recovered], catalogue, connection, tmp_path
    )


def test_a_file_that_is_not_needed_is_acknowledged_and_nothing_of_it_taken(
    catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "card.asc"
    path.write_text(
        '"card_id";"disp_id";"type";"issued"\n1;2;"classic";931107 00:00:00\n\n3;4;"gold";940101\n', "utf-8"
    )
    (checked,) = check(path, institution=Sender("B", "bank"), catalogue=catalogue, connection=connection)
    receipt = checked.receipt
    assert (receipt.verdict, receipt.exit_code) == (Verdict.ACCEPTED, 0)
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (2, 0, 0)
    (fault,) = receipt.batch_faults
    assert (fault.code, fault.level) == ("B019", Level.NORMALISED)
    assert "卡号" in fault.reason
    assert "card number" in fault.reason_en
    assert (checked.rows, checked.clean, checked.judged, checked.table) == (None, None, None, "")
    release(connection, [checked])
    assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_the_type_of_a_firm_is_read_and_kept_as_sent(
    catalogue: Catalogue, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    sample = load("authority_firms")
    path = write(sample, tmp_path, "firms")
    checked, _ = check(
        path, institution=Sender("A", "authority"), catalogue=catalogue, connection=connection, tokenise=tokenise
    )
    place = sample["headers"].index("类型")
    assert [row["legal_form"] for row in rows_of(connection, checked)] == [row[place] or None for row in sample["rows"]]
