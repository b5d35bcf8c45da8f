"""The village bank's gap: rents were paid on a day that it never reported; what is sent leaves the days out."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from fundwatch.city.benign.lapsing import HOUSE
from fundwatch.city.delivering import LATE, reported
from fundwatch.city.houses import HOUSES, houses_of
from fundwatch.city.sample import write_sample
from fundwatch.city.statements import rows_of
from fundwatch.domain.keys import day_number
from tests.city.conftest import LAST_DAY, Made

_DAY = 86_400
GRACE_DAYS, LEAST_PAIRS = 3, 10
"""The default thresholds of T12 that the look-alike has to reach to be one."""


def paid(made: Made) -> tuple[list[int], dict[int, Counter[int]]]:
    """Return the landlady's accounts, and how much each owner was paid on which day."""
    (subject,) = (one for one in made.world.subjects if one.reason == "feed_gap")
    own = made.world.group_accounts(subject.parties)
    days, sources, targets, fen, tags = made.world.journal.snapshot()
    found: dict[int, Counter[int]] = {}
    for day, source, target, amount, tag in zip(days, sources, targets, fen, tags, strict=True):
        if tag == subject.tag and source in own:
            found.setdefault(int(target), Counter())[int(day)] += int(amount)
    return own, found


def test_without_the_gap_the_rents_would_have_been_seen_and_with_it_they_look_stopped(city: Made) -> None:
    (gap,) = city.world.gaps
    own, found = paid(city)
    houses = houses_of(city.world)
    assert gap.house == HOUSE
    assert len(found) >= LEAST_PAIRS
    for owner, rents in found.items():
        days = sorted(rents)
        # Three rents before the gap make a rhythm; one falls into it, and one comes when T12 would have fired.
        hidden = [day for day in days if gap.first <= day <= gap.last]
        assert len(hidden) == 1
        assert sum(day < gap.first for day in days) >= 3
        assert any(day > hidden[0] + GRACE_DAYS + 1 for day in days)
        # Nobody else's statement shows them: owner and landlady bank at the silent house.
        assert houses[owner] == HOUSE
    assert {houses[account] for account in own} >= {HOUSE}


def test_what_is_sent_leaves_out_the_gap_and_what_is_late(city: Made) -> None:
    (gap,) = city.world.gaps
    frames = rows_of(city.world, city.entries, city.legs, houses_of(city.world))
    for index, frame in frames.items():
        sent = set((reported(city.world, HOUSES[index], frame)["at"] // _DAY).to_list())
        made = set((frame["at"] // _DAY).to_list())
        hidden = set(range(gap.first, gap.last + 1)) if index == gap.house else set()
        late = {day for day in made if day > city.world.calendar.last - LATE.get(index, 0)}
        assert made - sent == (hidden & made) | late, index
    assert any(LATE.values())


def test_a_small_city_has_no_gap(village: Made) -> None:
    assert village.world.gaps == []
    assert not [one for one in village.world.subjects if one.reason == "feed_gap"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    out = tmp_path_factory.mktemp("gap")
    write_sample(out, seed=7, persons=900, days=120, last_day=LAST_DAY)
    yield out / "inbox" / HOUSES[HOUSE].code


def test_no_file_covers_the_days_of_the_gap(folder: Path) -> None:
    spans = []
    for path in sorted(folder.glob("账户交易明细_*.xlsx")):
        rows = [tuple(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]
        place = rows[3].index("交易时间")
        days = [str(row[place])[:10] for row in rows[4:-1] if row[place]]
        spans.append((min(days), max(days)))
    spans.sort()
    assert len(spans) == len({*spans})
    holes = [
        day_number(date.fromisoformat(start)) - day_number(date.fromisoformat(end))
        for (_, end), (start, _) in itertools.pairwise(spans)
    ]
    assert 4 in holes
    assert max(holes) == 4
