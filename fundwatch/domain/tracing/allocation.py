"""Who a fen that leaves a pool belongs to: first in first out, or in proportion to what the pool holds.

A *part* is money of one tag; the tag None is money that is not traced. Both ways split whole fen and lose none.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple, Protocol

from fundwatch.domain.errors import EngineError
from fundwatch.domain.tracing.moves import Method


class Tag(NamedTuple):
    """Traced money in a pool: hops from the start, and the day it arrived (0 where no delay is limited)."""

    hop: int
    day: int


Part = tuple[Tag | None, int]


class Purse(Protocol):
    """The money of one pool by tag."""

    def put(self, parts: list[Part]) -> None:
        """Add money, in this order."""

    def take(self, amount: int) -> list[Part]:
        """Remove ``amount`` fen and return them as parts that add up to it."""

    def lapse(self, before: int) -> list[tuple[Tag, int]]:
        """Turn traced money that arrived before the day into money that is not traced, and return it."""

    def rest(self) -> list[Part]:
        """Return what is left."""


def purse(method: Method) -> Purse:
    """Return an empty purse."""
    return _Queue() if method is Method.FIFO else _Mix()


class _Queue:
    """First in, first out: every fen has its place, so none is handed out twice."""

    def __init__(self) -> None:
        self._parts: deque[Part] = deque()

    def put(self, parts: list[Part]) -> None:
        for tag, amount in parts:
            if self._parts and self._parts[-1][0] == tag:
                self._parts[-1] = (tag, self._parts[-1][1] + amount)
            elif amount:
                self._parts.append((tag, amount))

    def take(self, amount: int) -> list[Part]:
        taken: list[Part] = []
        while amount:
            if not self._parts:
                raise _overdrawn()
            tag, held = self._parts.popleft()
            part = min(held, amount)
            taken.append((tag, part))
            amount -= part
            if held > part:
                self._parts.appendleft((tag, held - part))
        return taken

    def lapse(self, before: int) -> list[tuple[Tag, int]]:
        lapsed = [(tag, amount) for tag, amount in self._parts if tag is not None and tag.day < before]
        if lapsed:
            held, self._parts = self._parts, deque()
            self.put([(None if tag is not None and tag.day < before else tag, amount) for tag, amount in held])
        return lapsed

    def rest(self) -> list[Part]:
        return list(self._parts)


class _Mix:
    """Proportional: what leaves is a fair sample of what is there, whole fen by the largest remainder.

    Ties go to money that is not traced, then to the tag further from the start.
    """

    def __init__(self) -> None:
        self._held: dict[Tag | None, int] = {}

    def put(self, parts: list[Part]) -> None:
        for tag, amount in parts:
            if amount:
                self._held[tag] = self._held.get(tag, 0) + amount

    def take(self, amount: int) -> list[Part]:
        total = sum(self._held.values())
        if amount > total:
            raise _overdrawn()
        tags = sorted(self._held, key=_order, reverse=True)
        shares = {tag: divmod(amount * self._held[tag], total) for tag in tags} if amount else {}
        short = amount - sum(whole for whole, _ in shares.values())
        lucky = sorted(shares, key=lambda tag: shares[tag][1], reverse=True)[:short]
        taken = [(tag, whole + (tag in lucky)) for tag, (whole, _) in shares.items()]
        for tag, part in taken:
            self._held[tag] -= part
            if not self._held[tag]:
                del self._held[tag]
        return [part for part in taken if part[1]]

    def lapse(self, before: int) -> list[tuple[Tag, int]]:
        lapsed = [(tag, amount) for tag, amount in self._held.items() if tag is not None and tag.day < before]
        for tag, amount in lapsed:
            del self._held[tag]
            self.put([(None, amount)])
        return lapsed

    def rest(self) -> list[Part]:
        return list(self._held.items())


def _order(tag: Tag | None) -> tuple[int, int, int]:
    return (1, 0, 0) if tag is None else (0, tag.hop, tag.day)


def _overdrawn() -> EngineError:
    return EngineError(
        "追踪内部出错：支出超过资金池余额，请把这一行告诉管理员。",
        "a pool paid more than it held while tracing; tell the administrator this line.",
        code="E230",
    )
