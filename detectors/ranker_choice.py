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


def choose(candidate: Trial, holders: tuple[Trial, ...]) -> Choice:
    """Return whether the candidate beats every order that could be used instead; a tie changes nothing.

    The holders are the score and, where there is one, the ranker in force, tried on the same labels. One in force
    may have been trained on some of them, which favours it: doubt keeps what is.
    """
    best = max(holders, key=lambda trial: trial.average_precision)
    base = candidate.upheld / candidate.n
    told = f"{candidate.n} 条留出标注（基准 {base:.3f}）"
    told_en = f"{candidate.n} labels held back (base rate {base:.3f})"
    if candidate.average_precision > best.average_precision:
        return Choice(
            True,
            f"新排序模型启用：{told}上平均精确率 {candidate.average_precision:.3f}，"
            f"高于“{best.name}”的 {best.average_precision:.3f}。",
            f"The new ranker takes over: average precision {candidate.average_precision:.3f} on {told_en}, above "
            f"{best.average_precision:.3f} of “{best.name}”.",
        )
    return Choice(
        False,
        f"维持原排序：{told}上新模型平均精确率 {candidate.average_precision:.3f}，"
        f"不高于“{best.name}”的 {best.average_precision:.3f}。",
        f"The order stays: average precision {candidate.average_precision:.3f} on {told_en} is not above "
        f"{best.average_precision:.3f} of “{best.name}”.",
    )
