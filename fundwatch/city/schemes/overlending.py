"""M03 超利率·砍头息, M04 化整为零 and M05 体外账户·代还: how a micro-loan firm lends against the rules."""

from __future__ import annotations

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers import micro_loan
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.splits import Split, shares_of
from fundwatch.city.staging import act, day_of_nth
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def costly_loans(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant loans that cost more than their contract says.

    Blatant: part of the principal is kept back, and a fee to the owner goes with each instalment. Moderate: a
    middleman is paid one share of each loan. Faint: the same, with less than 2 % of the loan.
    """
    loans, share = {"blatant": (7, 0.08), "moderate": (5, 0.05), "faint": (3, 0.014)}[difficulty]
    owner = world.main(world.register.legal_representative(lender.party))
    middleman = world.outsider()
    stage = act(world, difficulty, "M03")
    numbers, shown = [], []
    for number, borrower in enumerate(world.crowd(loans, strangers=0.0)):
        day = working(world.calendar.at(0.15 + 0.5 * number / loans))
        amount = world.yuan(15_000, 60_000, step=1000)
        part = int(amount * share) // 10_000 * 10_000 if difficulty == "blatant" else round(amount * share / 100) * 100
        loan = micro_loan.lend(
            world,
            lender,
            world.account(borrower).party,
            amount,
            day,
            months=10 if difficulty != "faint" else 12,
            rate=world.between(150, 180) / 10,
            kept=part if difficulty == "blatant" else 0,
        )
        numbers.append(loan.loan_no)
        shown.append(day + 3)
        if difficulty != "blatant":
            paid = min(day + world.between(0, 2), world.calendar.last)
            world.journal.pay(paid, loan.account, middleman, part, remark=world.choose(("服务费", "咨询费", "")))
        for due in micro_loan.instalments(world, lender, loan, loan.account):
            if difficulty == "blatant":
                fee = round(amount * 0.012 / 100) * 100
                world.journal.pay(due, loan.account, owner, fee, remark=world.choose(("咨询费", "管理费", "")))
    needed = {"blatant": 1, "moderate": 3, "faint": loans}[difficulty]
    return stage.close(world.control_group(lender.party), expert_day=day_of_nth(shown, needed), record_nos=numbers)


def split_loans(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant one large loan cut up among borrowers who share an account or a guarantor; faint: too small in sum."""
    split = Split.of(lender.net_assets, difficulty)
    collector = world.take_person()
    stage = act(world, difficulty, "M04")
    numbers, days = [], []
    start = world.calendar.at(0.45)
    for place, (borrower, amount) in enumerate(shares_of(world, split)):
        day = working(start + split.days * place // split.loans)
        receiver = world.main(collector) if difficulty != "moderate" else None
        guarantor = collector if difficulty == "moderate" else None
        loan = micro_loan.lend(
            world, lender, borrower, amount, day, months=24, purpose="经营周转", guarantor=guarantor, receiver=receiver
        )
        numbers.append(loan.loan_no)
        days.append(day)
        spent = int(amount * 0.6) // 1_000_000 * 1_000_000
        supplier = world.body(f"outside{world.between(0, 9)}")
        world.journal.pay(
            working(day + world.between(1, 4)), loan.receiver, supplier, spent, remark="货款", manner=Manner.FIRM
        )
        micro_loan.instalments(world, lender, loan, loan.receiver if difficulty == "blatant" else loan.account)
    parties = [*world.control_group(lender.party), *world.household(collector)]
    return stage.close(parties, expert_day=max(days), record_nos=numbers)


def off_book(world: World, lender: Lender, difficulty: str) -> Subject:
    """Plant loans paid out of the owner's own account, and one stranger who pays the instalments of several people."""
    settings = {
        "blatant": (6, 20_000, 50_000, 6),
        "moderate": (3, 11_000, 19_000, 4),
        "faint": (1, 9_000, 15_000, 2),
    }
    loans, low, high, served = settings[difficulty]
    owner = world.main(world.register.legal_representative(lender.party))
    payer = world.outsider()
    stage = act(world, difficulty, "M05")
    numbers, shown = [], []
    start = world.calendar.at(0.3)
    for place, borrower in enumerate(world.crowd(max(loans, served), strangers=0.0)):
        day = working(start + 24 * place // max(loans, served))
        loan = micro_loan.lend(
            world,
            lender,
            world.account(borrower).party,
            world.yuan(low, high, step=500),
            day,
            months=10,
            source=owner if place < loans else None,
        )
        numbers.append(loan.loan_no)
        micro_loan.instalments(world, lender, loan, payer if place < served else loan.account)
        if place < loans:
            shown.append(day + 3)
    needed = {"blatant": 1, "moderate": 2, "faint": 1}[difficulty]
    return stage.close(world.control_group(lender.party), expert_day=day_of_nth(shown, needed), record_nos=numbers)
