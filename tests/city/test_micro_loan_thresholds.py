"""M03, M04 and M05: what the journal and the books show of each micro-loan firm, without the rules' queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from fundwatch.city.ledgers.firm import Lender, Row
from fundwatch.city.truth import Subject
from tests.city.conftest import Made

YUAN = 100


def firms(made: Made, code: str) -> list[tuple[Subject, Lender]]:
    by_party = {firm.party: firm for firm in made.lenders["micro_loan"]}
    return [
        (subject, by_party[party])
        for subject in made.world.subjects
        if code in (*subject.typologies, *subject.mimics)
        for party in subject.parties
        if party in by_party
    ]


def fen(text: str) -> int:
    return round(float(text) * YUAN)


def day_of(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


def loans(made: Made, firm: Lender, subject: Subject) -> list[Row]:
    rows = [stock.state(made.world.calendar.last) for stock in firm.stocks["贷款台账"]]
    return [row for row in rows if row["借据号"] in subject.record_nos]


def repayments(firm: Lender, loan: Row) -> list[tuple[int, int, Row]]:
    own = [flow for flow in firm.flows["还款流水"] if flow.row["借据号"] == loan["借据号"]]
    back = [flow for flow in own if flow.row["类型"] == "还款"]
    return [(flow.day, fen(flow.row["实还本金"]) + fen(flow.row["实还利息"]), flow.row) for flow in back]


def party_of(made: Made, shown: str) -> int:
    return next(account.party for account in made.world.book.accounts if account.shown == shown)


def paid(made: Made, sources: Iterable[int], targets: Iterable[int], first: int, last: int) -> list[tuple[int, int]]:
    """Return day and fen of the entries between two sets of accounts."""
    entries = made.entries
    days = entries.at // 86400
    found = np.isin(entries.source, list(sources)) & np.isin(entries.target, list(targets))
    found &= (days >= first) & (days <= last)
    return [(int(days[place]), int(entries.amount[place])) for place in np.flatnonzero(found)]


def yearly(received: int, flows: list[tuple[int, int]]) -> float:
    """Return the nominal yearly rate, serviced monthly, at which flows (age, fen) are worth what was received."""
    low, high = 0.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        worth = sum(amount * (1 + middle / 12) ** (-12 * age / 365) for age, amount in flows)
        low, high = (middle, high) if worth > received else (low, middle)
    return low


def costs(made: Made, firm: Lender, loan: Row, strangers: set[int]) -> tuple[float, float, float]:
    """Return the share deducted within three days, the yearly cost to date and over the agreed term."""
    start, due, nominal = day_of(loan["放款日期"]), day_of(loan["到期日"]), fen(loan["放款金额"])
    borrower = next(party for party in made.world.register.parties if party.number == loan["证件号码"])
    accounts = made.world.book.by_party[borrower.index]
    received = sum(amount for _, amount in paid(made, [firm.special], accounts, start, start + 3))
    owner = made.world.register.legal_representative(firm.party)
    takers = [*made.world.book.by_party[owner], *strangers, firm.basic]
    fees = paid(made, accounts, takers, start, made.world.calendar.last)
    early = sum(amount for day, amount in fees if day <= start + 3)
    back = repayments(firm, loan)
    left = nominal - sum(fen(row["实还本金"]) for _, _, row in back)
    flows = [(day - start, amount) for day, amount in fees] + [(day - start, amount) for day, amount, _ in back]
    last = max([day for day, _, _ in back], default=start + 3)
    rate = float(loan["年利率(%)"]) / 100
    month = 30 / 365
    scheduled = left if left else fen(back[-1][2]["实还本金"])
    coming: list[tuple[float, float]] = []
    months = max(1, round((due - last) / 365 / month))
    for step in range(1, months + 1):
        part = scheduled / months + scheduled * (1 - (step - 1) / months) * rate / 12
        coming.append((last - start + step * (due - last) / months, part))
    to_date = yearly(received, [*flows, (last - start, left)])
    kept = [flow for flow in flows if left or flow[0] < last - start]
    interest = [(last - start, fen(back[-1][2]["实还利息"]))] if not left else []
    on_schedule = yearly(received, [*kept, *interest, *[(round(age), round(amount)) for age, amount in coming]])
    return (nominal - received + early) / nominal, to_date, on_schedule


def middlemen(made: Made, firm: Lender, rows: list[Row]) -> set[int]:
    """Return the accounts to which three or more borrowers paid 1–20 % within three days of their loans."""
    served: dict[int, set[str]] = defaultdict(set)
    entries, days = made.entries, made.entries.at // 86400
    for loan in rows:
        borrower = next(party for party in made.world.register.parties if party.number == loan["证件号码"])
        start, nominal = day_of(loan["放款日期"]), fen(loan["放款金额"])
        near = np.isin(entries.source, made.world.book.by_party[borrower.index]) & (days >= start) & (days <= start + 3)
        for place in np.flatnonzero(near):
            share = int(entries.amount[place]) / nominal
            target = int(entries.target[place])
            party = made.world.account(target).party
            if 0.01 <= share <= 0.2 and party >= 0 and made.world.party(party).is_person:
                served[target].add(loan["借据号"])
    return {account for account, names in served.items() if len(names) >= 3}


def test_loans_cost_more_than_the_line_only_in_schemes(city: Made) -> None:
    for subject, firm in firms(city, "M03"):
        rows = loans(city, firm, subject)
        found = [costs(city, firm, loan, middlemen(city, firm, rows)) for loan in rows]
        over = any(deducted > 0.02 or min(dear, agreed) > 0.24 for deducted, dear, agreed in found)
        assert over == (not subject.is_benign and subject.difficulty != "faint"), (subject.tag, found)
        if subject.is_benign:
            assert any(dear > 0.24 for _, dear, _ in found), (subject.tag, found)


def test_split_loans_exceed_the_limit_of_one_borrower_only_in_sum(city: Made) -> None:
    for subject, firm in firms(city, "M04"):
        rows, limit = loans(city, firm, subject), firm.net_assets // 10
        amounts = [fen(row["放款金额"]) for row in rows]
        days = [day_of(row["放款日期"]) for row in rows]
        assert len(rows) >= 3 and max(amounts) <= limit and max(days) - min(days) < 30
        assert (sum(amounts) > limit) == (subject.difficulty != "faint"), (subject.tag, sum(amounts) / limit)
        backers = {row["担保人证件号码"] for row in rows} - {""}
        guaranteed = {row["证件号码"] for row in rows if row["担保人证件号码"]}
        shared = len({row["收款账号"] for row in rows}) == 1 or (len(backers) == 1 and not backers & guaranteed)
        assert shared == (not subject.is_benign), subject.tag


def test_loan_money_leaves_the_lending_account_out_only_in_schemes(city: Made) -> None:
    for subject, firm in firms(city, "M05"):
        outside = 0
        for loan in loans(city, firm, subject):
            start, target = day_of(loan["放款日期"]), city.world.book.by_party[party_of(city, loan["收款账号"])]
            booked = [amount for _, amount in paid(city, [firm.special], target, start, start + 3)]
            outside += fen(loan["放款金额"]) if fen(loan["放款金额"]) not in booked else 0
        over = outside >= 20_000 * YUAN
        assert over == (not subject.is_benign and subject.difficulty != "faint"), (subject.tag, outside)
        assert (outside > 0) == (not subject.is_benign)


def test_one_payer_serves_several_borrowers_and_an_employer_pays_their_wages(city: Made) -> None:
    for subject, firm in firms(city, "M05"):
        rows = loans(city, firm, subject)
        numbers = {row["证件号码"]: row for row in rows}
        served: dict[int, set[str]] = defaultdict(set)
        for number, loan in numbers.items():
            for _, _, row in repayments(firm, loan):
                payer = party_of(city, row["付款账号"])
                if city.world.party(payer).number != number:
                    served[payer].add(number)
        most = max((len(people) for people in served.values()), default=0)
        assert (most >= 3) == (subject.difficulty != "faint" or subject.is_benign), (subject.tag, most)
        if subject.is_benign:
            payer = max(served, key=lambda party: len(served[party]))
            wages = city.world.journal.summaries.number("代发工资")
            paying = np.isin(city.entries.source, city.world.book.by_party[payer]) & (city.entries.summary == wages)
            staff = {city.world.party(city.world.account(int(a)).party).number for a in city.entries.target[paying]}
            assert served[payer] <= staff
