"""One device, one agent, night hours, listed parties, mirrored exchange: what the truth claims, the journal shows."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Channel
from fundwatch.city.truth import Subject
from fundwatch.city.world import LISTED, World
from tests.city.conftest import Made

YUAN = 100


def home(world: World, party: int) -> str:
    """Return the registered address of one party, the same for a declared couple."""
    return min(world.party(member).address for member in world.household(party))


def tagged(made: Made, subject: Subject) -> np.ndarray:
    return np.flatnonzero((made.entries.tag == subject.tag) & (made.entries.status == 0))


def most_households(made: Made, subject: Subject) -> tuple[int, int]:
    """T21: the most households within thirty days on one device, and of one agent."""
    entries, world = made.entries, made.world
    uses: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
    for place in tagged(made, subject):
        hand = world.journal.hands[entries.hand[place]]
        source, target = int(entries.source[place]), int(entries.target[place])
        holder = world.account(source if source != CASH else target).party
        day = int(entries.at[place]) // 86400
        if hand.device >= 0 and entries.channel[place] in (Channel.MOBILE, Channel.ONLINE):
            uses["device", hand.device].append((day, home(world, holder)))
        if hand.agent >= 0 and home(world, holder) != home(world, hand.agent):
            uses["agent", hand.agent].append((day, home(world, holder)))
    found = {"device": 0, "agent": 0}
    for (kind, _), seen in uses.items():
        for last in {day for day, _ in seen}:
            found[kind] = max(found[kind], len({who for day, who in seen if last - 30 < day <= last}))
    return found["device"], found["agent"]


def is_shared(made: Made, subject: Subject) -> bool:
    device, agent = most_households(made, subject)
    return device >= 5 or agent >= 3


def is_nightly(made: Made, subject: Subject) -> bool:
    """T22: twenty entries with known people and firms within thirty days, 30 % of them by night."""
    entries, world = made.entries, made.world
    own = {a for party in world.household(subject.parties[0]) for a in world.book.by_party.get(party, [])}
    mine = np.isin(entries.source, list(own)) ^ np.isin(entries.target, list(own))
    seen = []
    for place in np.flatnonzero(mine & (entries.status == 0)):
        other = int(entries.target[place] if int(entries.source[place]) in own else entries.source[place])
        party = world.account(other).party
        if party < 0 or world.party(party).kind not in ("person", "firm") or entries.channel[place] == Channel.BATCH:
            continue
        second = int(entries.at[place]) % 86400
        seen.append((int(entries.at[place]) // 86400, second >= 23 * 3600 or second < 6 * 3600))
    for last in {day for day, _ in seen}:
        window = [late for day, late in seen if last - 30 < day <= last]
        if len(window) >= 20 and sum(window) >= 0.3 * len(window):
            return True
    return False


def listed_accounts(world: World) -> set[int]:
    return {world.main(index) for index in world.strangers[:LISTED]}


def near_list(made: Made, subject: Subject) -> bool:
    """T23: ten thousand moved with a listed party within ninety days by one control group of the subject."""
    entries, listed = made.entries, listed_accounts(made.world)
    moved: dict[int, int] = defaultdict(int)
    for place in tagged(made, subject):
        ends = int(entries.source[place]), int(entries.target[place])
        for near, far in (ends, ends[::-1]):
            party = made.world.account(near).party
            if far in listed and party >= 0 and made.world.party(party).is_person:
                moved[min(made.world.household(party))] += int(entries.amount[place])
    return max(moved.values(), default=0) >= 10_000 * YUAN


def exchange_days(made: Made, subject: Subject) -> list[tuple[float, int, list[int]]]:
    """Return for each day out / in, money in, and all amounts of the subject's own entries."""
    entries, own = made.entries, set(made.world.group_accounts(subject.parties))
    days: dict[int, list[tuple[bool, int]]] = defaultdict(list)
    for place in tagged(made, subject):
        days[int(entries.at[place]) // 86400].append((int(entries.target[place]) in own, int(entries.amount[place])))
    found = []
    for moves in days.values():
        came = sum(fen for incoming, fen in moves if incoming)
        went = sum(fen for incoming, fen in moves if not incoming)
        found.append((went / came, came, [fen for _, fen in moves]))
    return found


def has_one_rate(amounts: list[int]) -> bool:
    """Tell whether one rate between 6.8 and 7.4 makes all amounts whole thousands of dollars, to a thousandth."""
    return any(
        all(abs(fen / rate - round(fen / rate / 1000) * 1000) <= fen / rate / 1000 for fen in amounts)
        for rate in range(680, 741)
    )


def of_reason(made: Made, *reasons: str) -> list[Subject]:
    return [subject for subject in made.world.subjects if subject.reason in reasons]


@pytest.mark.parametrize("name", ["city", "village"])
def test_difficulties_keep_their_promise(name: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(name)
    tests = {"T21": is_shared, "T22": is_nightly, "T23": near_list}
    checked = set()
    for subject in made.world.subjects:
        for code in set(subject.typologies) & set(tests):
            assert tests[code](made, subject) == (subject.difficulty != "faint"), (
                subject.tag,
                code,
                subject.difficulty,
            )
            checked.add(code)
    assert checked == set(tests)


def test_mirrored_days_are_even_and_at_one_rate(city: Made) -> None:
    dealers = 0
    for subject in city.world.subjects:
        days = exchange_days(city, subject) if "T13" in subject.typologies else []
        if not days or not all(has_one_rate(amounts) for _, _, amounts in days):
            continue
        dealers += 1
        assert all(0.9 <= ratio <= 1.1 and came >= 50_000 * YUAN and len(amounts) >= 4 for ratio, came, amounts in days)
        assert (len(days) >= 5) == (subject.difficulty != "faint")
    assert dealers == 3
    agents = [exchange_days(city, subject) for subject in of_reason(city, "purchasing_agent")]
    assert len(agents) == 3
    assert not any(has_one_rate(amounts) for days in agents for _, _, amounts in days)
    assert all(0.965 <= ratio <= 0.975 and came >= 50_000 * YUAN for days in agents for ratio, came, _ in days)


def test_look_alikes_are_what_they_mimic(city: Made) -> None:
    children = of_reason(city, "guardian_of_parents", "family_phone")
    assert len(children) == 6
    for subject in children:
        child = subject.parties[0]
        entries = city.entries
        hands = {int(hand) for hand in entries.hand[tagged(city, subject)]} - {0}
        assert all(
            child in (city.world.journal.hands[hand].device, city.world.journal.hands[hand].agent) for hand in hands
        )
        assert max(most_households(city, subject)) <= 1
    for subject in of_reason(city, "night_shop"):
        second = city.entries.at[tagged(city, subject)] % 86400
        assert ((second >= 23 * 3600) | (second < 6 * 3600)).mean() >= 0.3
        assert set(city.entries.source[tagged(city, subject)]) == {city.world.body("tenpay")}
    assert not any(near_list(city, subject) for subject in of_reason(city, "small_creditor"))
    for subject in of_reason(city, "farm_purchases", "labour_agency"):
        entries = city.entries
        paid = {int(entries.target[place]) for place in tagged(city, subject)}
        assert sum(city.world.party(city.world.account(account).party).is_person for account in paid) >= 20
        assert not paid & {int(entries.source[place]) for place in tagged(city, subject)} - {
            city.world.main(subject.parties[0])
        }
