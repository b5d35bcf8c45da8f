"""Ordinary life of firms: customers, suppliers, takings, harvests, taxes, and the mishaps of all."""

from __future__ import annotations

import numpy as np

from fundwatch.city.accounts import BANK_OWN, CASH
from fundwatch.city.clock import Manner
from fundwatch.city.everyday import fen
from fundwatch.city.journal import Status
from fundwatch.city.world import World

_GOODS = ("货款", "材料款", "货款", "运费", "工程款", "预付款", "采购款", "服务费", "")
_VOLUME = {
    "manufacturing": 7.0,
    "wholesale": 9.0,
    "retail": 2.5,
    "construction": 4.0,
    "service": 1.0,
    "agriculture": 1.5,
    "care": 1.0,
    "property": 1.5,
    "freight": 4.0,
    "labour": 1.5,
    "school": 1.0,
    "charity": 0.3,
}

_MODEST = 4_000_00
"""The largest payment (fen) in the ordinary trade of firms that play a part."""


def _trade(world: World) -> None:
    """Firms pay their suppliers; who buys much sells much, so that both columns of a statement fill."""
    rng, span = world.rng, world.calendar
    firms = np.array(world.firms)
    accounts = np.array([world.main(index) for index in world.firms])
    outside = np.array([world.body(f"outside{serial}") for serial in range(10)])
    # Firms that play a part, guilty or not, trade little besides and in small amounts; both kinds alike.
    busy = np.array([0.25 if index in world.taken else 1.0 for index in world.firms])
    volume = np.array([_VOLUME[world.party(index).trade] for index in world.firms]) * busy
    size = np.exp(rng.normal(0, 0.6, len(firms)))
    cast = accounts[busy < 1]
    volume_of_sales = volume / volume.sum()
    suppliers = rng.choice(accounts, (len(firms), 5), p=volume_of_sales)
    beyond = rng.random((len(firms), 5)) < 0.3
    suppliers[beyond] = rng.choice(outside, int(beyond.sum()))
    customers = rng.choice(outside, (len(firms), 3))
    for partners, buys in ((suppliers, True), (customers, False)):
        counts = rng.poisson(volume * (1.0 if buys else 0.6) * span.days / 30.4)
        who = np.repeat(np.arange(len(firms)), counts)
        days = rng.integers(span.first, span.last + 1, len(who))
        other = partners[who, rng.integers(0, partners.shape[1], len(who))]
        amounts = fen(rng.lognormal(8.6, 1.3, len(who)) * size[who], 10.0)
        modest = np.isin(accounts[who], cast) | np.isin(other, cast)
        amounts = np.where(modest, np.minimum(amounts // 5000 * 1000, _MODEST), amounts)
        pair = (accounts[who], other) if buys else (other, accounts[who])
        world.journal.pay_many(days, *pair, amounts, "货款", remarks=_GOODS, manner=Manner.FIRM)


def _takings(world: World) -> None:
    """Shops are settled daily by the clearing bodies (payer unknown), take transfers, and bank their cash."""
    rng, span, journal = world.rng, world.calendar, world.journal
    free = [person for person in world.people if person not in world.quiet]
    shops = [index for index in world.firms if world.party(index).trade in ("retail", "wholesale")]
    keepers = [p for p in world.people if world.party(p).occupation == "个体经营者" and p not in world.taken]
    for index in (*shops, *keepers[: len(keepers) // 5]):
        account, body = world.main(index), world.body("tenpay" if rng.random() < 0.6 else "alipay")
        open_days = np.flatnonzero(rng.random(span.days) < 0.5) + span.first
        level = rng.normal(6.9, 0.7)
        amounts = fen(rng.lognormal(level, 0.5, len(open_days)))
        journal.pay_many(
            open_days,
            body,
            account,
            amounts,
            "商户结算",
            remarks=("清算款",),
            manner=Manner.BATCH,
            merchants=world.merchant(index),
        )
        buyers = np.array([world.main(p) for p in rng.choice(free, 12)])
        days = rng.integers(span.first, span.last + 1, rng.poisson(3.0 * span.days / 30.4))
        paid = fen(rng.lognormal(6.9, 1.1, len(days)), 1.0)
        journal.pay_many(days, rng.choice(buyers, len(days)), account, paid, "转账", remarks=("货款", "", "买东西"))
        if rng.random() < 0.4:
            banked = np.flatnonzero(rng.random(span.days) < 0.12) + span.first
            amounts = fen(rng.lognormal(rng.normal(9.3, 0.8), 0.5, len(banked)), 100.0)
            journal.pay_many(
                banked,
                CASH,
                account,
                np.minimum(amounts, 20_000_000),
                "存现",
                remarks=("营业款",),
                manner=Manner.CASH_IN,
            )


def _harvest(world: World) -> None:
    """Co-operatives and traders buy from farmers, one way."""
    rng, span = world.rng, world.calendar
    farmers = [p for p in world.people if world.party(p).occupation == "农业人员" and p not in world.quiet]
    buyers = [f for f in world.firms if world.party(f).trade in ("agriculture", "wholesale") and f not in world.taken]
    for firm in buyers[:: max(1, len(buyers) // 12)]:
        some = [world.main(p) for p in rng.choice(farmers, min(len(farmers), 15), replace=False)]
        days = span.at(float(rng.uniform(0.2, 0.7))) + rng.integers(0, 25, len(some) * 2)
        days = np.minimum(days, span.last)
        amounts = fen(rng.lognormal(7.9, 0.7, len(days)))
        world.journal.pay_many(
            days,
            world.main(firm),
            rng.choice(np.array(some), len(days)),
            amounts,
            "收购款",
            remarks=("茶叶款", "蚕茧款", "魔芋款"),
            manner=Manner.FIRM,
        )


def _running_costs(world: World) -> None:
    rng = world.rng
    accounts = np.array([world.main(index) for index in world.firms])
    for body, day_of_month, middle in (("tax", 14, 7.3), ("power", 19, 6.8), ("telecom", 8, 5.5)):
        for day in world.calendar.monthly(day_of_month):
            amounts = fen(rng.lognormal(middle, 0.8, len(accounts)))
            world.journal.pay_many(
                np.full(len(accounts), day), accounts, world.body(body), amounts, "代扣", manner=Manner.BATCH
            )
    for day in world.calendar.monthly(21, back=True):
        world.journal.pay_many(
            np.full(len(accounts), day),
            accounts,
            BANK_OWN,
            fen(rng.lognormal(3, 1, len(accounts))),
            "手续费",
            manner=Manner.SYSTEM,
        )


def _mishaps(world: World) -> None:
    """A few payments fail, and a few are booked and undone at once."""
    rng, span = world.rng, world.calendar
    accounts = np.array([world.main(index) for index in world.people])
    for status, summary, share in ((Status.FAILED, "转账", 0.08), (Status.REVERSED, "消费", 0.04)):
        count = max(6, round(len(accounts) * share))
        days = rng.integers(span.first, span.last + 1, count)
        amounts = fen(rng.lognormal(6.6, 1.0, count), 10.0)
        target = world.body("tenpay") if status is Status.REVERSED else world.body("outside8")
        world.journal.pay_many(days, rng.choice(accounts, count), target, amounts, summary, status=status)


def trade(world: World) -> None:
    """Enter the ordinary life of all firms."""
    _mishaps(world)
    _trade(world)
    _takings(world)
    _harvest(world)
    _running_costs(world)
