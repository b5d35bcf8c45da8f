"""Which order the list goes by: the one in use stays until the candidate wins on months it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trial:
    """How one order did on the held-back months: its average precision over ``n`` labels, ``upheld`` of them true."""

    name: str
    average_precision: float
    n: int
    upheld: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether the candidate takes over, and why in one sentence."""

    wins: bool
    zh: str
    en: str


def choose(contests: tuple[tuple[Trial, Trial], ...]) -> Choice:
    """Return whether the candidate beats every order that could be used instead; a tie changes nothing.

    A contest is the candidate and a holder (the score; the ranker in force) tried on the same labels, which neither
    was trained on. The one told is the one that comes closest, or fails furthest.
    """
    candidate, holder = min(contests, key=lambda pair: pair[0].average_precision - pair[1].average_precision)
    base = candidate.upheld / candidate.n
    told = f"{candidate.n} 条留出标注（基准 {base:.3f}）"
    told_en = f"{candidate.n} labels held back (base rate {base:.3f})"
    if candidate.average_precision > holder.average_precision:
        return Choice(
            True,
            f"新排序模型启用：{told}上平均精确率 {candidate.average_precision:.3f}，"
            f"高于“{holder.name}”的 {holder.average_precision:.3f}。",
            f"The new ranker takes over: average precision {candidate.average_precision:.3f} on {told_en}, above "
            f"{holder.average_precision:.3f} of “{holder.name}”.",
        )
    return Choice(
        False,
        f"维持原排序：{told}上新模型平均精确率 {candidate.average_precision:.3f}，"
        f"不高于“{holder.name}”的 {holder.average_precision:.3f}。",
        f"The order stays: average precision {candidate.average_precision:.3f} on {told_en} is not above "
        f"{holder.average_precision:.3f} of “{holder.name}”.",
    )


def too_early(name: str, last_month: str, needed: int) -> Choice:
    """Return that the ranker in force stays because too few labels are younger than what it was trained on."""
    return Choice(
        False,
        f"维持原排序：{last_month} 之后的新标注不足（成立、排除各需 {needed} 条），还不能与“{name}”公平比较。",
        f"The order stays: after {last_month} there are too few new labels ({needed} of each kind are needed) to "
        f"compare with “{name}” fairly.",
    )
