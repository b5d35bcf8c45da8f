"""What arrives together, apart, late or corrected ends in the same relations."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fundwatch.cli.main import execute
from fundwatch.relations import accounts, amending
from fundwatch.store.manifests import Manifest
from fundwatch.store.operations import history, ledger
from fundwatch.store.operations.database import reading
from fundwatch.store.settings import Settings
from fundwatch.store.warehouse import open_manifest
from pipelines import relating
from pipelines.changes import note_changes
from pipelines.examining import Source
from pipelines.installation import Installation
from pipelines.intake import acknowledge

COMPARED = (
    *("entities", "transfers", "party_day", "pair_day", "principal_day", "weak_links", "shared_contacts"),
    *("firms", "control_links", "group_month"),
)
BANK = "610900-B05"


def relations(home: Path) -> dict[str, object]:
    """Fingerprints of the derived relations of a home's head manifest; none of them carries lineage."""
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(home)})
    with Installation.open(settings) as installation, reading(installation.operations) as operations:
        manifest = history.head(operations)
    connection = open_manifest(settings, manifest)
    try:
        found: dict[str, object] = {}
        for name in COMPARED:
            columns = ", ".join(
                f'"{row[0]}"' for row in connection.execute(f"DESCRIBE {name}").fetchall() if row[0] != "record_id"
            )
            found[name] = connection.execute(f"SELECT count(*), bit_xor(hash({columns})) FROM {name}").fetchall()
        return found
    finally:
        connection.close()


def head(home: Path) -> Manifest:
    """Return the manifest that a home stands at."""
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(home)})
    with Installation.open(settings) as installation, reading(installation.operations) as operations:
        return history.head(operations)


@pytest.fixture
def fresh(extracts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Homes that share their keys: tokens of identity numbers are equal under one key only."""
    seed = tmp_path / "seed"
    seed.mkdir()
    shutil.copy(extracts / "institutions.toml", seed)
    monkeypatch.setenv("FUNDWATCH_HOME", str(seed))
    assert ingest(files_of(extracts)[0]) == 0

    def make(name: str) -> Path:
        home = tmp_path / name
        shutil.copytree(seed, home)
        monkeypatch.setenv("FUNDWATCH_HOME", str(home))
        return home

    return make


def files_of(extracts: Path) -> list[Path]:
    return sorted((extracts / "inbox" / BANK).glob("*"))


def ingest(*arguments: object) -> int:
    return execute(["ingest", *map(str, arguments), "--institution", BANK])


def test_whole_and_file_by_file_give_the_same_relations(extracts: Path, fresh) -> None:
    whole = fresh("whole")
    assert ingest(*files_of(extracts)) == 0
    apart = fresh("apart")
    for path in reversed(files_of(extracts)):
        assert ingest(path) == 0
    assert relations(apart) == relations(whole)


def test_one_more_row_leaves_the_files_of_other_days(
    extracts: Path, fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    monkeypatch.setattr(relating, "note_changes", lambda *given: compared.append(given) or note_changes(*given))
    # What the first new row amends must not make the second build everything.
    monkeypatch.setattr(amending, "_SHARE", 0)
    home = fresh("grown")
    *others, statement = files_of(extracts)
    header, *records = statement.read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    pieces = {"most": records[:-2], "one": records[-2:-1], "last": records[-1:]}
    for name, piece in pieces.items():
        (tmp_path / f"{name}.csv").write_bytes("".join([header, *piece]).encode("utf-8-sig"))
    assert ingest(*others, tmp_path / "most.csv") == 0
    compared.clear()
    for name in ("one", "last"):
        before = head(home)
        assert ingest(tmp_path / f"{name}.csv") == 0
        assert compared.pop(), name
        kept = set(before.of("party_day")) & set(head(home).of("party_day"))
        assert len(kept) >= len(before.of("party_day")) - 3, name


@pytest.mark.parametrize("share", [0, 10], ids=["amended", "built"])
def test_a_withdrawn_batch_leaves_no_trace_in_the_relations(
    extracts: Path, fresh, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    monkeypatch.setattr(amending, "_SHARE", share)
    monkeypatch.setattr(accounts, "_SHARE", share)
    *kept, last = files_of(extracts)
    without = fresh("without")
    assert ingest(*kept) == 0
    withdrawn = fresh("withdrawn")
    assert ingest(*kept) == 0
    capsys.readouterr()
    assert ingest(last, "--json") == 0
    batch = json.loads(capsys.readouterr().out)["batch"]
    assert relations(withdrawn) != relations(without)
    assert execute(["retract", batch, "--reason", "发错文件"]) == 0
    assert relations(withdrawn) == relations(without)


def test_a_correction_takes_the_place_of_what_it_corrects(
    extracts: Path, fresh, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    *others, statement = files_of(extracts)
    text = statement.read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    wrong = tmp_path / "更正前.csv"
    wrong.write_bytes("".join(text[:-40]).encode("utf-8-sig"))
    right = fresh("right")
    assert ingest(*others, statement) == 0
    corrected = fresh("corrected")
    assert ingest(*others) == 0
    capsys.readouterr()
    assert ingest(wrong, "--json") == 0
    batch = json.loads(capsys.readouterr().out)["batch"]
    assert ingest(statement, "--corrects", batch) == 0
    assert relations(corrected) == relations(right)
    assert ingest(statement, "--corrects", batch) == 0


def test_a_correction_of_what_never_stood_lands_nothing(
    extracts: Path, fresh, capsys: pytest.CaptureFixture[str]
) -> None:
    home = fresh("never")
    statement = files_of(extracts)[-1]
    assert ingest(statement, "--corrects", "B000000000000") == 1
    assert "批次" in capsys.readouterr().err
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(home)})
    with Installation.open(settings) as installation, reading(installation.operations) as operations:
        assert statement.name not in {batch.file_name for batch in ledger.list_batches(operations)}


def test_a_correction_is_not_laid_on_a_batch_that_happens_to_wait(
    extracts: Path, fresh, capsys: pytest.CaptureFixture[str]
) -> None:
    home = fresh("waiting")
    *_, waits, wrong, right = files_of(extracts)
    capsys.readouterr()
    assert ingest(wrong, "--json") == 0
    batch = json.loads(capsys.readouterr().out)["batch"]
    settings = Settings.from_environment({"FUNDWATCH_HOME": str(home)})
    with Installation.open(settings) as installation:
        waiting = acknowledge(installation, Source(waits, BANK))
    assert ingest(right, "--corrects", batch) == 0
    with Installation.open(settings) as installation, reading(installation.operations) as operations:
        found = {one.file_name: one for one in ledger.list_batches(operations)}
    assert found[waits.name].batch == waiting.batch
    assert (found[waits.name].state, found[waits.name].corrects) == (ledger.LOADED, None)
    assert (found[right.name].state, found[right.name].corrects) == (ledger.LOADED, batch)
    assert found[wrong.name].state == ledger.SUPERSEDED
