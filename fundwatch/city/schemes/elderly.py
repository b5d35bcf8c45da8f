"""T04 老年付款人集中 with T06 附言关键词: care beds and wellness shares sold to the elderly on a private account."""

from __future__ import annotations

from collections.abc import Sequence

from fundwatch.city.accounts import CASH
from fundwatch.city.clock import Manner
from fundwatch.city.elders import Paid, day_of_evidence, elders, gather, lecture, younger
from fundwatch.city.gathering import pass_on
from fundwatch.city.soliciting import quiet_person
from fundwatch.city.staging import act
from fundwatch.city.truth import Subject
from fundwatch.city.world import World

_BEDS = (
    "养老床位", "床位预定金", "养老床 位", "预定 金", "養老床位费", "养老.床位", "投姿款", "李cai", "认購款", "会员fei",
    "养老床位款", "投 资 款", "入gu", "理cai产品", "代养费",
)  # fmt: skip
_WELLNESS = (
    "会员费", "积分充值", "复tou", "静态收益", "报单", "返li", "会 员 费", "licai", "保本理财", "份额", "認购份額",
    "投zi款", "收yi", "原始股", "消费返现",
)  # fmt: skip
_PLAIN = ("", "", "", "往来款", "养老", "货款", "生活费")


def elderly_members(world: World, difficulty: str) -> Subject:
    """Plant a collector who sells the elderly beds in a home yet to be built, or shares in a club of wellness goods."""
    person = quiet_person(world)
    words, remark = (_BEDS, "工程款") if world.rng.random() < 0.5 else (_WELLNESS, "货款")
    stage = act(world, difficulty, "T04", "T06")
    account = world.main(person)
    paid = _collected(world, difficulty, account, words)
    payees = (world.outsider(), world.outsider())
    sent = pass_on(world, paid, account, payees, share=0.8, every=6, remark=remark, manner=Manner.PERSON)
    for day, amount in sent[1::2]:
        drawn = int(amount * 0.1) // 10_000 * 10_000
        world.journal.pay(min(day + 1, world.calendar.last), account, CASH, drawn, "取现", manner=Manner.CASH_OUT)
    if words is _WELLNESS:
        # A few of the first members get something back once, too little and too rarely to be a regular return.
        for day, payer, amount in paid[: len(paid) // 8]:
            back = min(day + world.between(9, 20), world.calendar.last)
            world.journal.pay(back, account, payer, amount // 20_000 * 1_000, remark=world.choose(("", "谢谢", "车费")))
    return stage.close(world.household(person), expert_day=_seen(world, paid, difficulty))


def _collected(world: World, difficulty: str, account: int, words: Sequence[str]) -> Paid:
    shape = lecture(world, difficulty)
    old = elders(world, shape.old)
    young = younger(world, shape.young)
    # A faint one stays below three telling remarks.
    count = {"blatant": len(old) // 2, "moderate": len(old) // 3}.get(difficulty, 2)
    telling = [world.choose(words) for _ in range(count)]
    return gather(world, shape, [*old, *young], account, _PLAIN, telling)


def _seen(world: World, paid: Paid, difficulty: str) -> int:
    if difficulty == "faint":
        return day_of_evidence(world, paid, len(paid) * 3 // 4, 0)
    return day_of_evidence(world, paid, 15, 100_000_00)
