"""The sample on disk: the layouts that institutions use, and the same bytes for the same arguments."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from data_contracts.catalogue import load_catalogue
from data_contracts.checking import Sender, check
from fundwatch.city.sample import SampleSummary, write_sample
from fundwatch.city.statements import COLUMNS
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


def test_statements_have_the_34_columns_in_order_and_their_encodings(sample: Sample) -> None:
    out, _ = sample
    for code, encoding, mark in (("610900-B01", "gb18030", b""), ("610900-B02", "utf-8-sig", b"\xef\xbb\xbf")):
        files = sorted((out / "inbox" / code).glob("银行流水_*.csv"))
        assert files
        for path in files:
            assert path.read_bytes().startswith(mark)
            rows = list(csv.reader(io.StringIO(path.read_text(encoding=encoding))))
            assert tuple(rows[0]) == COLUMNS
            assert len(COLUMNS) == 34
            assert all(len(row) == 34 for row in rows)


def test_dirt_is_in_one_bank_only_and_rare(sample: Sample) -> None:
    out, _ = sample
    directions: dict[str, int] = {}
    for code, encoding in (("610900-B01", "gb18030"), ("610900-B02", "utf-8-sig")):
        for path in sorted((out / "inbox" / code).glob("银行流水_*.csv")):
            rows = list(csv.DictReader(io.StringIO(path.read_text(encoding=encoding))))
            directions[code] = directions.get(code, 0) + sum(not row["收付标志"] for row in rows)
            tabs = sum(row["交易账号"].endswith("\t") for row in rows)
            assert (0 < tabs < 0.02 * len(rows)) == (code == "610900-B01")
    assert directions["610900-B02"] == 0 < directions["610900-B01"]


def test_the_third_bank_sends_whole_fen_in_parquet(sample: Sample) -> None:
    out, _ = sample
    frame = pl.read_parquet(sorted((out / "inbox" / "610900-B03").glob("*.parquet")))
    assert frame.schema["amount"] == frame.schema["balance"] == pl.Int64
    assert frame["amount"].min() > 0
    assert set(frame["direction"].unique()) == {"in", "out"}
    assert not {"tag", "bank", "period"} & set(frame.columns)


def test_every_file_passes_its_contract(sample: Sample, tmp_path: Path) -> None:
    out, _ = sample
    entries = tomllib.loads((out / "institutions.toml").read_text(encoding="utf-8"))["institution"]
    sectors = {entry["code"]: entry["sector"] for entry in entries}
    catalogue, quarantined, read = load_catalogue(), 0, 0
    paths = [path for code in sectors for path in sorted((out / "inbox" / code).iterdir())[-2:]]
    for path in paths:
        with duckdb.connect(config={"threads": 2}) as connection:
            sender = Sender(path.parent.name, sectors[path.parent.name])
            for checked in check(path, institution=sender, catalogue=catalogue, connection=connection):
                receipt = checked.receipt
                assert str(receipt.verdict) in ("accepted", "accepted_with_quarantine"), (path.name, receipt)
                assert receipt.rows_quarantined == 0 or path.parent.name == "610900-B01"
                quarantined += receipt.rows_quarantined
                read += receipt.rows_read
    assert 0 < quarantined < 0.01 * read


@pytest.mark.parametrize(("persons", "days"), [(199, 90), (300, 59)])
def test_a_city_too_small_for_its_parts_is_refused(persons: int, days: int, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        write_sample(tmp_path, seed=1, persons=persons, days=days, last_day=date(2026, 6, 30))


def test_two_samples_never_mix(sample: Sample) -> None:
    out, summary = sample
    with pytest.raises(ConfigurationError):
        write_sample(out, seed=1, persons=300, days=75, last_day=summary.last_day)
