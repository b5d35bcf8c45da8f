"""Look-alikes of T04 and T06: elderly people who pay a hospital, their neighbourhood or a trip, and loan interest."""

from __future__ import annotations

from fundwatch.city.calendar import working
from fundwatch.city.clock import Manner
from fundwatch.city.elders import day_of_evidence, elders, lecture, younger
from fundwatch.city.gathering import Gathering, collect, pass_on, start_within
from fundwatch.city.soliciting import quiet_person
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World


def hospital_bills(world: World, difficulty: str) -> Subject:
    """Elderly patients pay the city's hospital, a public body, and get back what a stay did not use."""
    shape = lecture(world, difficulty)
    stage = act(world, difficulty, "T04", "T06", reason="hospital_bills")
    patients = [*elders(world, shape.old), *younger(world, shape.young)]
    paid = collect(
        world,
        Gathering(len(patients), shape.low, shape.high, shape.days),
        patients,
        world.body("hospital"),
        start_within(world, shape.days + 4),
        remarks=("住院费", "医药费", "住院押金", ""),
        grows=False,
    )
    for day, patient, amount in paid[::4]:
        back = min(day + world.between(6, 15), world.calendar.last)
        rest = amount // 1_000 * world.between(60, 240)
        world.journal.pay(back, world.body("hospital"), patient, rest, remark="退住院预定金余款", manner=Manner.FIRM)
    return stage.close((world.bodies["hospital"],), expert_day=day_of_evidence(world, paid, 15, 100_000_00))


def old_neighbourhood(world: World, difficulty: str) -> Subject:
    """The old houses pay a year of charges, area times price, to their registered property manager."""
    count = {"blatant": 60, "moderate": 48}.get(difficulty, 14)
    firm = world.take_firm(("property",))
    stage = act(world, difficulty, "T04", reason="old_neighbourhood")
    households = [*elders(world, count), *younger(world, count // 6)]
    start = start_within(world, 30)
    paid = []
    for household in households:
        # Square metres times yuan a square metre times twelve months.
        fee = world.between(700, 1400) * world.between(19, 26) * 12 // 10 * 10
        day = start + world.between(0, 28)
        world.journal.pay(day, household, world.main(firm), fee, remark=world.choose(("物业费", "全年物业费", "")))
        paid.append((day, household, fee))
    paid.sort()
    pass_on(world, paid, world.main(firm), (world.body("power"), world.body("outside1")), share=0.5, every=7)
    return stage.close(world.control_group(firm), expert_day=day_of_evidence(world, paid, 15, 100_000_00))


def elders_trip(world: World, difficulty: str) -> Subject:
    """A retired leader collects a small sum from each member of the choir, pays the agency, refunds those who stay."""
    count = {"blatant": 42, "moderate": 30}.get(difficulty, 18)
    person = quiet_person(world)
    stage = act(world, difficulty, "T04", "T06", reason="elders_trip")
    travellers = elders(world, count)
    count = len(travellers)
    fee = world.yuan(1_300, 2_100)
    paid = collect(
        world,
        Gathering(count, 0, 0, 12),
        travellers,
        world.main(person),
        start_within(world, 20),
        remarks=("旅游费", "团费", "", "合唱团"),
        equal=fee,
    )
    stayed = [payer for _, payer, _ in paid[::5]]
    day = min(working(paid[-1][0] + 2), world.calendar.last)
    agency = world.body("outside8")
    world.journal.pay(day, world.main(person), agency, fee * (count - len(stayed)), remark="团款", manner=Manner.PERSON)
    for payer in stayed:
        world.journal.pay(day, world.main(person), payer, fee, remark="退旅游预定金款")
    return stage.close(world.household(person), expert_day=day)


def loan_interest(world: World, difficulty: str) -> Subject:
    """A village clerk takes the old farmers' loan interest to the bank and hands back what was too much."""
    count = {"blatant": 26, "moderate": 16}.get(difficulty, 7)
    person = quiet_person(world)
    stage = act(world, difficulty, "T04", "T06", reason="loan_interest")
    farmers = elders(world, count)
    paid = collect(
        world,
        Gathering(len(farmers), 900, 4_200, 18),
        farmers,
        world.main(person),
        start_within(world, 26),
        remarks=("贷款利息", "代缴贷款利息", "助农贷款利息", "贷款本息"),
    )
    bank = world.account(world.main(person)).bank
    pass_on(
        world, paid, world.main(person), (world.body(f"bank{bank}"),), share=0.97, every=4, remark="贷款利息",
        manner=Manner.PERSON,
    )  # fmt: skip
    for day, payer, amount in paid[::6]:
        back = min(day + 5, world.calendar.last)
        world.journal.pay(back, world.main(person), payer, amount // 4_000 * 100, remark="退多交利息款")
    return stage.close(world.household(person), expert_day=paid[-1][0])
