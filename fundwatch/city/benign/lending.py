"""Look-alikes among micro-loan firms: what resembles M03, M04 and M05 and is ordinary lending."""

from __future__ import annotations

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.ledgers import micro_loan
from fundwatch.city.ledgers.firm import Lender
from fundwatch.city.splits import Split, shares_of
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def early_payoff(world: World, lender: Lender, difficulty: str) -> Subject:
    """Small loans with a declared appraisal fee are paid off within weeks: dear to date, not so on schedule."""
    count = {"blatant": 7, "moderate": 5, "faint": 3}[difficulty]
    stage = act(world, difficulty, "M03", reason="early_payoff")
    numbers, days = [], []
    for number, borrower in enumerate(world.crowd(count, strangers=0.0)):
        day = working(world.calendar.at(0.15 + 0.5 * number / count))
        amount = world.yuan(8_000, 30_000, step=1000)
        fee = round(amount * world.between(10, 15) / 1000 / 100) * 100
        loan = micro_loan.lend(
            world,
            lender,
            world.account(borrower).party,
            amount,
            day,
            months=12,
            rate=world.between(140, 170) / 10,
            fees=fee,
        )
        numbers.append(loan.loan_no)
        world.journal.pay(day + 1, loan.account, lender.basic, fee, remark="评估费")
        paid = working(day + world.between(14, 24))
        micro_loan.repay(world, lender, loan, paid, amount, loan.account)
        days.append(paid)
    return stage.close(world.control_group(lender.party), expert_day=min(days), record_nos=numbers)


def farm_circle(world: World, lender: Lender, difficulty: str) -> Subject:
    """Farmers of one season guarantee each other: the first of them all the others, one of these the first."""
    split = Split.of(lender.net_assets, difficulty)
    stage = act(world, difficulty, "M04", reason="joint_guarantee")
    numbers, days = [], []
    farmers = shares_of(world, split)
    for place, (farmer, amount) in enumerate(farmers):
        day = working(world.calendar.at(0.45) + split.days * place // split.loans)
        backer = farmers[1][0] if place == 0 else farmers[0][0]
        loan = micro_loan.lend(world, lender, farmer, amount, day, months=24, purpose="购买农资", guarantor=backer)
        numbers.append(loan.loan_no)
        days.append(day)
        spent = int(amount * 0.6) // 1_000_000 * 1_000_000
        world.journal.pay(
            working(day + world.between(1, 4)),
            loan.account,
            world.body("outside4"),
            spent,
            remark="农资款",
            manner=Manner.FIRM,
        )
        micro_loan.instalments(world, lender, loan, loan.account)
    return stage.close(world.control_group(lender.party), expert_day=max(days), record_nos=numbers)


def employer_repays(world: World, lender: Lender, difficulty: str) -> Subject:
    """An employer keeps the instalments of its staff back from their wages and pays them to the firm."""
    count = {"blatant": 6, "moderate": 4, "faint": 3}[difficulty]
    free = [firm for firm in world.firms if firm not in world.taken]
    employer = world.main(free[world.between(0, len(free) - 1)])
    stage = act(world, difficulty, "M05", reason="employer_repays")
    numbers, days = [], []
    for place, worker in enumerate(world.crowd(count, strangers=0.0)):
        wage = world.yuan(3_500, 6_500)
        for payday in world.calendar.monthly(10):
            month = (payday // 30) % 12 + 1
            world.journal.pay(payday, employer, worker, wage, "代发工资", remark=f"{month}月工资", manner=Manner.BATCH)
        day = working(world.calendar.at(0.3) + 24 * place // count)
        loan = micro_loan.lend(
            world, lender, world.account(worker).party, world.yuan(12_000, 40_000, step=500), day, months=10
        )
        numbers.append(loan.loan_no)
        days += micro_loan.instalments(world, lender, loan, employer)
    return stage.close(world.control_group(lender.party), expert_day=min(days), record_nos=numbers)
