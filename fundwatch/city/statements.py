"""What banks know of the entries of their customers: one table of rows for each house, whatever its layout."""

from __future__ import annotations

import numpy as np
import polars as pl

from fundwatch.city.accounts import BANKS, CASH, Account
from fundwatch.city.clock import CHANNEL_NAMES, Channel
from fundwatch.city.houses import HOUSES, NO_HOUSE
from fundwatch.city.journal import Entries, Ints, Pool, Status
from fundwatch.city.legs import Legs
from fundwatch.city.world import World

_KINDS = {
    "代发工资": "代发",
    "养老金": "代发",
    "财政拨款": "代发",
    "消费": "消费",
    "提现": "转账",
    "取现": "取现",
    "存现": "存现",
    "结息": "结息",
    "短信服务费": "收费",
    "手续费": "收费",
    "代扣": "代扣",
    "放款": "贷款发放",
    "贷款还款": "贷款还款",
    "理财申购": "理财",
    "赎回": "理财",
}
_SIGHTED = (Channel.MOBILE, Channel.ONLINE)


def customer_no(bank: int, party: int) -> str:
    """Return the number under which a bank keeps a customer."""
    return f"{bank + 1}{party:09d}"


def _gather(texts: list[str], where: Ints) -> pl.Series:
    return pl.Series(texts, dtype=pl.String).gather(pl.Series(where))


def _devices(world: World) -> tuple[list[str], list[str]]:
    """Return a MAC and an IP for each party; neighbours share a network, a village one address behind its gateway."""
    count = len(world.register.parties)
    words = world.rng.integers(0, 256, (count, 5))
    macs = ["3C-" + "-".join(f"{word:02X}" for word in row) for row in words]
    gates = world.rng.integers(1, 255, (count // 6 + 1, 2))
    ips = [f"117.{gates[index // 6][0] % 64 + 32}.{gates[index // 6][1]}.{index % 6 + 11}" for index in range(count)]
    villages: dict[str, int] = {}
    for party in world.register.parties:
        if (end := party.address.find("村")) > 0:
            village = villages.setdefault(party.address[: end + 1], len(villages) + 1)
            ips[party.index] = f"117.{village % 64 + 32}.0.{village % 250 + 1}"
    return macs, ips


def _terminals(codes: list[str]) -> tuple[list[str], Ints]:
    """Return the MAC of each branch's counter terminal, and for each account the place of its branch's."""
    places = {code: place for place, code in enumerate(sorted(set(codes)))}
    macs = [
        f"C4-{place:02X}-" + "-".join(f"{ord(letter):02X}" for letter in code[-4:].rjust(4))
        for code, place in places.items()
    ]
    return macs, np.array([places[code] for code in codes], dtype=np.int64)


def branch_code(account: Account) -> str:
    """Return the code of an account's branch, empty for the two counters that are no accounts."""
    return f"{BANKS[account.bank].cnaps[:3]}8{account.branch:02d}" if account.bank >= 0 else ""


def bank_name(account: Account, house: int) -> str:
    """Return the name of the bank that keeps an account, empty for the two counters that are no accounts."""
    if house != NO_HOUSE:
        return HOUSES[house].name
    return BANKS[account.bank].name if account.bank >= 0 else ""


def _traces(world: World, entries: Entries, legs: Legs, codes: list[str]) -> dict[str, pl.Series]:
    """Return what an entry shows of who operated the account: network address, device or terminal, and agent."""
    macs, ips = _devices(world)
    accounts, parties = world.book.accounts, world.register.parties
    party_of = np.array([account.party for account in accounts], dtype=np.int64)
    channel, hand = entries.channel[legs.entry], entries.hand[legs.entry]
    sighted = np.isin(channel, _SIGHTED) & (legs.incoming == 0)
    devices, agents = (np.array([getattr(one, name) for one in world.journal.hands]) for name in ("device", "agent"))
    operator = np.where(devices[hand] >= 0, devices[hand], party_of[legs.own])
    present = (legs.incoming == 0) | (legs.other == CASH)
    agent = np.where(present, agents[hand], -1)
    terminals, terminal_of = _terminals(codes)
    at_counter = (channel == Channel.COUNTER) & present
    machine = np.where(sighted, operator + 1, np.where(at_counter, terminal_of[legs.own] + len(macs) + 1, 0))
    return {
        "ip": _gather(["", *ips], np.where(sighted, operator + 1, 0)),
        "mac": _gather(["", *macs, *terminals], machine),
        "agent_name": _gather(["", *(party.name for party in parties)], agent + 1),
        "agent_id": _gather(["", *(party.number for party in parties)], agent + 1),
    }


def rows_of(world: World, entries: Entries, legs: Legs, houses: Ints) -> dict[int, pl.DataFrame]:
    """Return the rows of each house, in file order; money in fen, ``at`` in seconds, marks as booleans.

    ``houses`` is the house of each account. ``tag`` names the planted subject and is for tests; no layout shows it.
    """
    accounts, parties = world.book.accounts, world.register.parties
    rng = world.rng
    ids = [parties[account.party].number if account.party >= 0 else "" for account in accounts]
    bank_names = [bank_name(account, house) for account, house in zip(accounts, houses.tolist(), strict=True)]
    bank_codes = [BANKS[account.bank].cnaps if account.bank >= 0 else "" for account in accounts]
    bank_of = np.array([account.bank for account in accounts], dtype=np.int64)
    entry = legs.entry
    channel = entries.channel[entry]
    codes = [branch_code(account) for account in accounts]
    traces = _traces(world, entries, legs, codes)
    near = bank_of[legs.other] == legs.bank
    cards = [account.shown for account in accounts]
    numbers = [account.number for account in accounts]
    by_card = rng.random(len(legs)) < 0.75
    merchants = [*(text.split("|") for text in world.merchants.texts)]
    merchants[0] = ["", ""]
    merchant = entries.merchant[entry]
    places = [
        f"{name}第{account.branch}支行" if name else "" for account, name in zip(accounts, bank_names, strict=True)
    ]
    customers = [customer_no(account.bank, account.party) if account.party >= 0 else "" for account in accounts]
    is_person = np.array([account.party >= 0 and parties[account.party].is_person for account in accounts])
    summaries = world.journal.summaries
    kinds = Pool([_KINDS.get(text, "转账") for text in summaries.texts])
    frame = pl.DataFrame(
        {
            "card": _gather([account.card for account in accounts], legs.own),
            "account": _gather(numbers, legs.own),
            "account_name": _gather([account.name for account in accounts], legs.own),
            "holder_id": _gather(ids, legs.own),
            "customer_no": _gather(customers, legs.own),
            "is_person": is_person[legs.own],
            "at": legs.at,
            "amount": legs.amount,
            "balance": legs.balance,
            "incoming": legs.incoming == 1,
            "counterparty": pl.select(
                pl.when(pl.Series(by_card)).then(_gather(cards, legs.other)).otherwise(_gather(numbers, legs.other))
            ).to_series(),
            "cash": legs.other == 0,
            "counterparty_name": _gather([account.name for account in accounts], legs.other),
            "counterparty_id": _gather(["", *ids], np.where(near, legs.other + 1, 0)),
            "counterparty_bank": _gather(bank_names, legs.other),
            "counterparty_bank_code": _gather(bank_codes, legs.other),
            "summary": _gather(summaries.texts, entries.summary[entry]),
            "remark": _gather(world.journal.remarks.texts, entries.remark[entry]),
            "kind": _gather(kinds.texts, entries.summary[entry]),
            "channel": _gather(list(CHANNEL_NAMES), channel),
            "branch": _gather(places, legs.own),
            "branch_code": _gather(codes, legs.own),
            **traces,
            "serial": legs.serial,
            "teller": _gather(
                ["", *(f"{number:04d}" for number in range(1, 40))],
                np.where(channel == Channel.COUNTER, rng.integers(1, 40, len(legs)), 0),
            ),
            "merchant_name": _gather([name for name, _ in merchants], merchant),
            "merchant_no": _gather([number for _, number in merchants], merchant),
            "failed": legs.failed == 1,
            "undone": (entries.status[entry] == Status.REVERSED) & (legs.amount < 0),
            "tag": entries.tag[entry],
            "house": houses[legs.own],
        }
    )
    return {house.index: frame.filter(pl.col("house") == house.index) for house in HOUSES}
