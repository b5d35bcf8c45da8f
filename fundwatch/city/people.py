"""The inhabitants: families with ages, work, homes and bank accounts, and people beyond the city."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from fundwatch.city import names
from fundwatch.city.accounts import BANKS, REPORTING
from fundwatch.city.numbering import resident_id
from fundwatch.city.parties import Party
from fundwatch.city.world import World
from fundwatch.domain.keys import date_of

_SECOND_ACCOUNT = 0.34
_MIGRANT = 0.07


def _birth(rng: np.random.Generator, today: date, low: int, high: int) -> date:
    return today - timedelta(days=int(rng.integers(low * 365, high * 365)))


def _occupation(rng: np.random.Generator, age: int) -> str:
    if age >= 60:
        return "退休人员" if rng.random() < 0.55 else "农业人员"
    weights = (0.42, 0.12, 0.18, 0.0, 0.13, 0.15)
    return names.OCCUPATIONS[int(rng.choice(len(names.OCCUPATIONS), p=np.array(weights) / sum(weights)))]


def _person(world: World, *, male: bool, birth: date, region: str, local: bool) -> Party:
    rng, index = world.rng, world.register.next_index()
    serial = index % 499 * 2 + (1 if male else 2)
    home = names.COUNTIES.get(region, "外地")
    age = (date_of(world.calendar.first) - birth).days // 365
    id_region = names.ELSEWHERE[rng.integers(len(names.ELSEWHERE))] if rng.random() < _MIGRANT else region
    return world.register.add(
        Party(
            index=index,
            kind="person",
            name=names.person_name(rng, male=male),
            number=resident_id(id_region, birth, serial),
            region=region,
            gender="男" if male else "女",
            birth=birth,
            phone=f"1{(38, 39, 58, 77, 99)[rng.integers(5)]}{rng.integers(10**8):08d}",
            address=f"{names.CITY}{home}{world.choose(names.STREETS)}{rng.integers(1, 200)}号" if local else "外地",
            occupation=_occupation(rng, age),
            local=local,
        )
    )


def _open_accounts(world: World, party: Party) -> None:
    rng = world.rng
    count = 1 + int(rng.random() < _SECOND_ACCOUNT) if party.local else 1
    banks = rng.permutation(REPORTING)[:count] if party.local else [rng.integers(REPORTING, len(BANKS))]
    for place, bank in enumerate(banks):
        world.book.open(
            rng,
            party.index,
            party.name,
            int(bank),
            person=True,
            kind="个人Ⅰ类结算账户" if place == 0 else "个人Ⅱ类结算账户",
            opened=date_of(world.calendar.first) - timedelta(days=int(rng.gamma(1.6, 900)) + 5),
            comfort=int(rng.lognormal(8.2, 0.7) * 100),
        )


def _county(rng: np.random.Generator) -> str:
    return list(names.COUNTIES)[int(rng.choice(len(names.COUNTIES), p=np.array(names.COUNTY_WEIGHTS)))]


def settle(world: World, count: int) -> None:
    """Fill the city with ``count`` account holders, about half of them in couples, and some strangers."""
    rng, today = world.rng, date_of(world.calendar.first)
    while len(world.people) < count:
        region = _county(rng)
        age = int(np.clip(rng.normal(47, 16), 18, 88))
        male = bool(rng.random() < 0.5)
        person = _person(world, male=male, birth=_birth(rng, today, age, age + 1), region=region, local=True)
        world.people.append(person.index)
        if age >= 24 and rng.random() < 0.4 and len(world.people) < count:
            near = max(22, age - 4)
            other = _person(world, male=not male, birth=_birth(rng, today, near, near + 6), region=region, local=True)
            world.people.append(other.index)
            if rng.random() < 0.6:
                world.register.link(other.index, "配偶", person.index)
    for index in world.people:
        _open_accounts(world, world.party(index))
    for _ in range(max(count // 5, 200)):
        region = names.ELSEWHERE[rng.integers(len(names.ELSEWHERE))]
        stranger = _person(
            world, male=bool(rng.random() < 0.5), birth=_birth(rng, today, 20, 75), region=region, local=False
        )
        world.strangers.append(stranger.index)
        _open_accounts(world, stranger)
