"""However the same entries arrive, relations, hits and alerts are those of one clean delivery."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fundwatch.cli.main import execute
from fundwatch.domain.keys import day_number
from fundwatch.relations import accounts, amending
from fundwatch.store.operations import history, queue
from fundwatch.store.operations.database import reading
from fundwatch.store.settings import Settings
from fundwatch.store.warehouse import open_manifest
from pipelines.detection import hits_between
from pipelines.installation import Installation
from pipelines.presenting import alert_json
from tests.pipelines.conftest import LAST_DAY, run_nights
from tests.pipelines.test_arrival import BANK, files_of, relations

pytestmark = pytest.mark.slow

FIRST_NIGHT = LAST_DAY - timedelta(days=14)


@dataclass(frozen=True)
class Statement:
    """A bank's statement as records, to be cut into deliveries; accounts keep the order of their entries."""

    header: list[str]
    records: list[list[str]]
    account: int
    moment: int

    def cut(self, days: int, halves: int) -> list[list[list[str]]]:
        """Return deliveries by stretch of days and by a share of the accounts."""
        dates = sorted({record[self.moment][:10] for record in self.records})
        places = {date: place * days // len(dates) for place, date in enumerate(dates)}
        accounts = {name: place for place, name in enumerate(sorted({record[self.account] for record in self.records}))}
        pieces: dict[tuple[int, int], list[list[str]]] = defaultdict(list)
        for record in self.records:
            pieces[places[record[self.moment][:10]], accounts[record[self.account]] % halves].append(record)
        return [pieces[key] for key in sorted(pieces)]

    def write(self, path: Path, records: list[list[str]]) -> Path:
        content = io.StringIO(newline="")
        csv.writer(content, delimiter=";").writerows([self.header, *records])
        path.write_bytes(content.getvalue().encode("utf-8-sig"))
        return path


@dataclass(frozen=True)
class Town:
    """A home with everything but one bank's statement, and that statement; ``whole`` is what one delivery gives."""

    seed: Path
    inbox: Path
    statement: Statement
    whole: tuple[object, ...]


@contextmanager
def home_of(seed: Path) -> Iterator[Path]:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        home = Path(folder) / "home"
        shutil.copytree(seed, home)
        patch.setenv("FUNDWATCH_HOME", str(home))
        yield home


def ingest(*arguments: object) -> None:
    assert execute(["ingest", *map(str, arguments), "--institution", BANK]) == 0


def hits(home: Path) -> set[str]:
    """Return every hit over all days of the head manifest, with its measures and records."""
    with Installation.open(Settings.from_environment({"FUNDWATCH_HOME": str(home)})) as installation:
        with reading(installation.operations) as operations:
            manifest = history.head(operations)
        connection = open_manifest(installation.settings, manifest)
        try:
            last = day_number(LAST_DAY)
            found, _ = hits_between(installation, connection, last - 100, last)
        finally:
            connection.close()
    return {repr(hit) for hit in found}


def alerts(home: Path) -> dict[str, dict[str, float]]:
    """Return for each anchor party the codes of its alerts and their scores."""
    with (
        Installation.open(Settings.from_environment({"FUNDWATCH_HOME": str(home)})) as installation,
        reading(installation.operations) as operations,
    ):
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for alert in queue.ranked(operations):
            found[alert.anchor]["+".join(sorted(alert_json(alert)["typologies"]))] = round(alert.score, 9)
        return dict(found)


def deliver(town: Town, home: Path, place: int, records: list[list[str]], *, is_wrong_first: bool) -> None:
    """Send a piece; where it is wrong first, a file without its last records and then the correction of that batch."""
    path = town.statement.write(home.parent / f"{place}.csv", records)
    if not is_wrong_first:
        return ingest(path)
    said = io.StringIO()
    short = town.statement.write(home.parent / f"{place}-wrong.csv", records[:-20])
    with redirect_stdout(said):
        ingest(short, "--json")
    return ingest(path, "--corrects", json.loads(said.getvalue())["batch"])


def read_statement(paths: list[Path]) -> Statement:
    records: list[list[str]] = []
    for path in paths:
        header, *more = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), delimiter=";")
        records += more
    names = [name.strip() for name in header]
    return Statement(header, records, names.index("Account"), names.index("BookingDate"))


@pytest.fixture(scope="module")
def town(extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    seed = tmp_path_factory.mktemp("seed")
    shutil.copy(extracts / "institutions.toml", seed)
    paths = files_of(extracts)
    others = [path for path in paths if "流水" not in path.name]
    statement = read_statement([path for path in paths if path not in others])
    inbox = tmp_path_factory.mktemp("nothing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNDWATCH_HOME", str(seed))
        ingest(*others)
    with home_of(seed) as home:
        ingest(statement.write(home.parent / "whole.csv", statement.records))
        run_nights(home, inbox, [LAST_DAY])
        whole = relations(home), hits(home), alerts(home)
    assert whole[1] and whole[2], "a city in which nothing fires compares nothing"
    return Town(seed, inbox, statement, whole)


@given(days=st.integers(1, 3), halves=st.integers(1, 2), data=st.data())
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_pieces_in_any_order_end_as_one_delivery(town: Town, days: int, halves: int, data: st.DataObject) -> None:
    pieces = data.draw(st.permutations(town.statement.cut(days, halves)))
    with home_of(town.seed) as home:
        for place, piece in enumerate(pieces):
            ingest(town.statement.write(home.parent / f"{place}.csv", piece))
        run_nights(home, town.inbox, [LAST_DAY])
        assert (relations(home), hits(home), alerts(home)) == town.whole


@given(late=st.integers(0, 3), wrong=st.integers(0, 3), share=st.sampled_from((0, 10)))
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_late_and_corrected_pieces_end_in_the_same_hits(town: Town, late: int, wrong: int, share: int) -> None:
    """With a share of nought accounts that moved are amended however busy, else their days may be built."""
    pieces = town.statement.cut(2, 2)
    with home_of(town.seed) as home, pytest.MonkeyPatch.context() as patch:
        patch.setattr(amending, "_SHARE", share)
        patch.setattr(accounts, "_SHARE", share)
        for place, piece in enumerate(pieces):
            if place != late:
                deliver(town, home, place, piece, is_wrong_first=place == wrong)
        run_nights(home, town.inbox, [FIRST_NIGHT])
        deliver(town, home, late, pieces[late], is_wrong_first=late == wrong)
        run_nights(home, town.inbox, [LAST_DAY])
        expected_relations, expected_hits, expected_alerts = town.whole
        assert relations(home) == expected_relations
        assert hits(home) == expected_hits
        found = alerts(home)
        for anchor, codes in expected_alerts.items():
            told = {code for one in found.get(anchor, ()) for code in one.split("+")}
            assert {code for one in codes for code in one.split("+")} <= told
