"""The sample on disk: the layouts that institutions use, and the same bytes for the same arguments."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import tomllib
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import openpyxl
import polars as pl
import pytest

from data_contracts.catalogue import load_catalogue
from data_contracts.checking import Sender, check
from fundwatch.city.layouts.query import COLUMNS
from fundwatch.city.sample import SampleSummary, write_sample
from fundwatch.domain.errors import ConfigurationError

Sample = tuple[Path, SampleSummary]


def digest(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def test_equal_arguments_give_equal_bytes_and_another_seed_another_city(sample: Sample, tmp_path: Path) -> None:
    out, summary = sample
    again = tmp_path / "again"
    again.mkdir()
    write_sample(again, seed=7, persons=300, days=75, last_day=summary.last_day)
    assert digest(out) == digest(again)
    other = tmp_path / "other"
    other.mkdir()
    write_sample(other, seed=8, persons=300, days=75, last_day=summary.last_day)
    assert digest(out)["truth.json"] != digest(other)["truth.json"]


def test_folders_registration_and_truth_are_where_the_design_says(sample: Sample) -> None:
    out, summary = sample
    entries = tomllib.loads((out / "institutions.toml").read_text(encoding="utf-8"))["institution"]
    assert {entry["code"] for entry in entries} == {path.name for path in (out / "inbox").iterdir()}
    assert {entry["sector"] for entry in entries} == {"bank", "micro_loan", "guarantee", "pawn", "authority"}
    assert all(
        entry["legal_basis"] and entry["approval_no"] and entry["region"].startswith("6109") for entry in entries
    )
    truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["subjects"]) == summary.subjects <= len(truth["benign"]) == summary.benign
    for entry in truth["subjects"] + truth["benign"]:
        assert set(entry["members"]) == {"accounts", "holder_ids", "uscc", "record_nos"}
        assert entry["members"]["accounts"]
        assert entry["first_active"] <= entry["expert_date"] <= entry["last_active"]
    assert all({"reason", "mimics"} <= set(entry) for entry in truth["benign"])


def lines(content: bytes, encoding: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding)), delimiter=delimiter))


def test_each_bank_has_a_layout_encoding_and_container_of_its_own(sample: Sample) -> None:
    out, _ = sample
    paths = sorted((out / "inbox").glob("610900-B*/*_202605*"))
    found = {path.parent.name: path for path in paths if "DGHQ" not in path.name}
    assert len(found) == 6
    query = lines(found["610900-B01"].read_bytes(), "gb18030", ",")
    assert tuple(query[0]) == COLUMNS
    assert len(COLUMNS) == 34
    assert all(len(row) == 34 for row in query)
    east = found["610900-B02"]
    people = lines(gzip.decompress(east.read_bytes()), "utf-8-sig", "|")
    corporate = east.with_name("DGHQCKFHZMXJL_202605.txt.gz").read_bytes()
    units = lines(gzip.decompress(corporate), "gb18030", "\t")
    assert people[0] == units[0]
    assert {"HXJYRQ", "HXJYSJ", "KHTYBH", "JYJDBZ", "CBMBZ"} <= set(people[0])
    assert {row[people[0].index("JYJDBZ")] for row in people[1:]} == {"借", "贷"}
    english = lines(found["610900-B05"].read_bytes(), "utf-8-sig", ";")
    assert {row[english[0].index("CdtDbtInd")] for row in english[1:]} == {"Cr", "Dr"}
    statements = ElementTree.parse(found["610900-B06"]).getroot().findall(".//{*}Stmt")
    accounts = [statement.findtext("{*}Acct/{*}Id/{*}Othr/{*}Id") for statement in statements]
    assert len(set(accounts)) == len(accounts) > 1


def test_the_split_statement_has_titles_and_totals(sample: Sample) -> None:
    out, _ = sample
    sheet = openpyxl.load_workbook(out / "inbox" / "610900-B04" / "账户交易明细_202605.xlsx").active
    rows = [tuple(row) for row in sheet.iter_rows(values_only=True)]
    assert "账户交易明细" in rows[0][0]
    assert rows[3][:4] == ("序号", "账号", "户名", "交易时间")
    assert rows[-1][0] == "合计"
    debit, credit = (rows[3].index(header) for header in ("借方发生额", "贷方发生额"))
    for column in (debit, credit):
        assert round(sum(row[column] or 0 for row in rows[4:-1]), 2) == round(rows[-1][column], 2)
    assert all((row[debit] is None) != (row[credit] is None) for row in rows[4:-1])


def test_only_the_first_bank_soils_its_cells_and_rarely(sample: Sample) -> None:
    out, _ = sample
    for path in sorted((out / "inbox").glob("610900-B*/*.csv")):
        encoding = "gb18030" if path.parent.name == "610900-B01" else "utf-8-sig"
        text = path.read_bytes().decode(encoding)
        tabs = sum("\t" in line for line in text.splitlines())
        dirty = path.parent.name == "610900-B01" and path.name.startswith("银行流水")
        assert (0 < tabs < 0.02 * text.count("\n")) == dirty, path


def test_one_firm_of_each_sector_sends_text_and_the_list_comes_as_text(sample: Sample) -> None:
    out, _ = sample
    endings = {path.name: {file.suffix for file in path.iterdir()} for path in (out / "inbox").glob("610900-[LGP]*")}
    assert endings["610900-L02"] == endings["610900-G02"] == {".csv"}
    assert endings["610900-P02"] == {".txt"}
    assert endings["610900-L01"] == endings["610900-G01"] == endings["610900-P01"] == {".xlsx"}
    assert sorted(path.suffix for path in (out / "inbox" / "610900-A01").iterdir()) == [".csv", ".xlsx"]


def test_the_third_bank_sends_whole_fen_in_parquet(sample: Sample) -> None:
    out, _ = sample
    frame = pl.read_parquet(sorted((out / "inbox" / "610900-B03").glob("*.parquet")))
    assert frame.schema["amount"] == frame.schema["balance"] == pl.Int64
    assert frame["amount"].min() > 0
    assert set(frame["direction"].unique()) == {"in", "out"}
    assert not {"tag", "bank", "period"} & set(frame.columns)


def test_companions_books_and_registers_are_accepted_whole(sample: Sample) -> None:
    """Statements are read by ``test_layouts``; here is everything else that is sent, of the last full month."""
    out, _ = sample
    entries = tomllib.loads((out / "institutions.toml").read_text(encoding="utf-8"))["institution"]
    sectors = {entry["code"]: entry["sector"] for entry in entries}
    catalogue, contracts = load_catalogue(), set[str]()
    paths = [*(out / "inbox").glob("610900-A01/*"), *(out / "inbox").glob("610900-[LGP]*/*_202606.*")]
    paths += (out / "inbox").glob("610900-B*/??信息.csv")
    for path in sorted(paths):
        with duckdb.connect(config={"threads": 2}) as connection:
            sender = Sender(path.parent.name, sectors[path.parent.name])
            for checked in check(path, institution=sender, catalogue=catalogue, connection=connection):
                receipt = checked.receipt
                assert str(receipt.verdict) == "accepted", (path.name, receipt)
                assert receipt.rows_quarantined == 0 < receipt.rows_accepted
                assert not [fault for fault in receipt.batch_faults if str(fault.level) != "normalised"], path.name
                contracts.add(checked.contract)
    assert {"bank_persons", "bank_accounts", "authority_firms", "authority_relationships"} <= contracts
    assert {"authority_watchlist", "micro_loan_loans", "guarantee_contracts", "pawn_ticket_ledger"} <= contracts


@pytest.mark.parametrize(("persons", "days"), [(199, 90), (300, 59)])
def test_a_city_too_small_for_its_parts_is_refused(persons: int, days: int, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        write_sample(tmp_path, seed=1, persons=persons, days=days, last_day=date(2026, 6, 30))


def test_two_samples_never_mix(sample: Sample) -> None:
    out, summary = sample
    with pytest.raises(ConfigurationError):
        write_sample(out, seed=1, persons=300, days=75, last_day=summary.last_day)
