"""Elderly payers and telling remarks, from the journal and in plain Python; what their look-alikes and givers show."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from fundwatch.city.truth import Subject
from fundwatch.domain.keys import date_of
from tests.city.conftest import Made, make

YUAN = 100
STRONG = re.compile(
    "投资|理财|分红|返利|复投|本息|利息|收益|入股|原始股|股权|认购|募集|众筹|份额|报单|会员费|积分|提成|虚拟币|usdt|挖矿"
    "|养老床位|预定金|代养|认养|林权|消费返现|保本"
)
NEGATED = re.compile("利息税|结息|贷款利息|贷款本息|存款利息|退[^休].{0,5}?款|理财赎回")
SPELLED = {"投姿": "投资", "李cai": "理财", "理cai": "理财", "licai": "理财", "認": "认", "購": "购", "養": "养"}
SPELLED |= {"会员fei": "会员费", "入gu": "入股", "复tou": "复投", "返li": "返利", "投zi": "投资", "收yi": "收益"}
SPELLED |= {"額": "额"}


@dataclass(frozen=True)
class Said:
    """A booked payment of a group with somebody outside: day, other party, fen, direction, its remark as read."""

    day: int
    other: int
    fen: int
    incoming: bool
    words: str


def read(text: str) -> str:
    text = re.sub(r"[^a-z\u4e00-\u9fff]", "", text.lower())
    for written, meant in SPELLED.items():
        text = text.replace(written, meant)
    return text


def said_of(made: Made, subject: Subject) -> list[Said]:
    """Return the payments between the leading party's accounts and persons or firms, in the order of time."""
    world, entries = made.world, made.entries
    inside = np.array(sorted({a for p in subject.parties for a in world.book.by_party.get(p, [])}))
    mine = (np.isin(entries.source, inside) ^ np.isin(entries.target, inside)) & (entries.status == 0)
    found = []
    for place in np.flatnonzero(mine):
        incoming = int(entries.target[place]) in set(inside.tolist())
        account = int(entries.source[place] if incoming else entries.target[place])
        party = world.account(account).party
        if party >= 0:
            words = read(world.journal.remarks.texts[int(entries.remark[place])])
            found.append(Said(int(entries.at[place]) // 86400, party, int(entries.amount[place]), incoming, words))
    return found


def is_elder(made: Made, party: int, day: int) -> bool:
    birth, today = made.world.party(party).birth, date_of(day)
    assert birth is not None
    try:
        return today >= birth.replace(year=birth.year + 60)
    except ValueError:
        return today >= date(birth.year + 60, 3, 1)


def base_share(made: Made, last: int) -> float:
    """Return the share of the elderly among all people who paid anybody else in the 90 days to ``last``."""
    world, entries = made.world, made.entries
    days = entries.at // 86400
    owner = np.array([account.party for account in world.book.accounts])
    inside = (days > last - 90) & (days <= last) & (entries.status == 0) & (entries.target > 1)
    payers = {
        int(p)
        for p in np.unique(owner[entries.source[inside]])
        if p >= 0 and world.party(int(p)).is_person and world.book.reported_of(int(p))
    }
    return sum(is_elder(made, payer, last) for payer in payers) / len(payers)


def elderly(made: Made, said: list[Said]) -> bool:
    """T04: 15 of known age, half of them elders and twice the city's share, 100,000 from them."""
    people = [one for one in said if one.incoming and made.world.party(one.other).is_person]
    for last in sorted({one.day for one in people}):
        window = [one for one in people if last - 90 < one.day <= last]
        payers = {one.other for one in window}
        old = {one.other for one in window if is_elder(made, one.other, one.day)}
        paid = sum(one.fen for one in window if is_elder(made, one.other, one.day))
        if len(payers) >= 15 and paid >= 100_000 * YUAN and len(old) >= 0.5 * len(payers):
            return len(old) / len(payers) >= 2 * base_share(made, last)
    return False


def keywords(made: Made, said: list[Said]) -> bool:
    """T06: three hits of three counterparties, 20,000 in all; licensed and public bodies and clearing are no party."""
    told = [
        one
        for one in said
        if made.world.party(one.other).kind in ("person", "firm") and STRONG.search(NEGATED.sub(" ", one.words))
    ]
    for last in sorted({one.day for one in told}):
        window = [one for one in told if last - 90 < one.day <= last]
        if len({one.other for one in window}) >= 3 and sum(one.fen for one in window) >= 20_000 * YUAN:
            return len(window) >= 3
    return False


@pytest.mark.parametrize("name", ["city", "village"])
def test_schemes_meet_the_thresholds_that_their_difficulty_promises(name: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(name)
    found = [s for s in made.world.subjects if {"T04", "T06"} <= set(s.typologies)]
    assert found
    for subject in found:
        said = said_of(made, subject)
        assert elderly(made, said) == (subject.difficulty != "faint"), (subject.tag, "T04", subject.difficulty)
        assert keywords(made, said) == (subject.difficulty != "faint"), (subject.tag, "T06", subject.difficulty)


def test_other_seeds_keep_the_promise() -> None:
    for seed in (11, 12):
        made = make(seed, 250, 60)
        for subject in made.world.subjects:
            if {"T04", "T06"} <= set(subject.typologies):
                assert elderly(made, said_of(made, subject))
                assert keywords(made, said_of(made, subject))


def test_faint_ones_still_show_the_pattern(city: Made) -> None:
    (faint,) = [s for s in city.world.subjects if "T04" in s.typologies and s.difficulty == "faint"]
    said = [one for one in said_of(city, faint) if one.incoming and city.world.party(one.other).is_person]
    acted = [one for one in said if faint.first_active <= one.day <= faint.last_active]
    old = {one.other for one in acted if is_elder(city, one.other, one.day)}
    assert len(old) >= 6
    assert any(STRONG.search(one.words) for one in acted)


def test_some_remarks_of_schemes_are_disguised(city: Made) -> None:
    texts = {
        city.world.journal.remarks.texts[int(remark)]
        for remark, tag in zip(city.entries.remark, city.entries.tag, strict=True)
        if tag and "T06" in city.world.subjects[int(tag) - 1].typologies
    }
    assert any(STRONG.search(text) for text in texts)
    assert any(STRONG.search(read(text)) and not STRONG.search(text) for text in texts)


def test_look_alikes_are_what_they_mimic(city: Made) -> None:
    """The hospital's payers are old; every look-alike's remarks hold the words, and all of them are negated."""
    for subject in city.world.subjects:
        if "T04" not in subject.mimics:
            continue
        said = [one for one in said_of(city, subject) if subject.first_active <= one.day <= subject.last_active]
        people = {one.other for one in said if one.incoming and city.world.party(one.other).is_person}
        old = {one.other for one in said if one.other in people and is_elder(city, one.other, one.day)}
        assert len(old) >= 0.5 * len(people), subject.reason
        if subject.reason == "hospital_bills":
            assert elderly(city, said_of(city, subject))
        if "T06" in subject.mimics:
            assert sum(bool(STRONG.search(one.words)) for one in said) >= 2
            assert not keywords(city, said_of(city, subject))


def test_gifts_are_small_and_lucky_and_fees_fall_at_the_start_of_term(city: Made) -> None:
    by_reason: dict[str, list[Subject]] = defaultdict(list)
    for subject in city.world.subjects:
        by_reason[subject.reason].append(subject)
    for subject in by_reason["wedding_gifts"] + by_reason["festival_gifts"]:
        given = [
            one.fen
            for one in said_of(city, subject)
            if one.incoming and one.day in range(subject.first_active, subject.last_active + 1)
        ]
        small = [fen for fen in given if fen <= 2_000 * YUAN]
        assert len(small) >= 0.8 * len(given)
    for subject in by_reason["school_fees"]:
        assert date_of(subject.first_active).month in (2, 3)
    assert {"wedding_gifts", "festival_gifts", "school_fees", "presale_housing"} <= set(by_reason)


def test_presale_money_goes_to_a_supervised_account_and_on_to_builders_only(city: Made) -> None:
    (subject,) = [s for s in city.world.subjects if s.reason == "presale_housing"]
    accounts = city.world.group_accounts(subject.parties[:1])
    assert ["预售资金监管" in city.world.account(account).kind for account in accounts] == [True]
    entries, paid = city.entries, Counter[str]()
    for place in np.flatnonzero(np.isin(entries.source, accounts)):
        party = city.world.account(int(entries.target[place])).party
        paid[city.world.party(party).kind if party >= 0 else "none"] += int(entries.amount[place])
    assert paid["firm"] > 0.9 * sum(paid.values())
