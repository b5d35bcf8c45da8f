"""The order of one account's entries when only their balances tell: each balance must follow from the one before."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS_PER_ENTRY = 200
_FEWEST_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its row, what it adds (negative: takes) and the balance after it, all in hundredths."""

    row: int
    delta: int
    balance: int

    @property
    def before(self) -> int:
        """The balance before it."""
        return self.balance - self.delta


class _Openings:
    """Entries findable by the balance before them, in row order."""

    def __init__(self, entries: Sequence[Entry], tolerance: int) -> None:
        self.tolerance = tolerance
        self.sorted = sorted((entry.before, place) for place, entry in enumerate(entries))

    def near(self, balance: int) -> list[int]:
        """Return places of entries whose opening is the balance, within tolerance."""
        low = bisect_left(self.sorted, (balance - self.tolerance, -1))
        high = bisect_right(self.sorted, (balance + self.tolerance, len(self.sorted)))
        return sorted(place for _, place in self.sorted[low:high])


def _walk(entries: Sequence[Entry], openings: _Openings, starts: list[int], steps: int) -> tuple[list[int] | None, int]:
    """Depth first, lowest rows first, without recursion; return a path over all entries and the steps left."""
    used = bytearray(len(entries))
    path: list[int] = []
    choices: list[list[int]] = [starts[::-1]]
    while choices and steps > 0:
        steps -= 1
        if not choices[-1]:
            choices.pop()
            if path:
                used[path.pop()] = 0
            continue
        place = choices[-1].pop()
        if used[place]:
            continue
        used[place] = 1
        path.append(place)
        if len(path) == len(entries):
            return path, steps
        choices.append(openings.near(entries[place].balance)[::-1])
    return None, steps


def chain(
    entries: Sequence[Entry], opening: int | None, tolerance: int, closings: frozenset[int] = frozenset()
) -> list[Entry] | None:
    """Return the entries in an order in which every balance follows, or None when there is none or the search gives up.

    The first in row order is taken of several. ``opening`` is the balance before the first, if known; ``closings`` are
    balances before the following day's entries: where the opening is unknown an order ending at one of them goes first.
    """
    ordered = sorted(entries, key=lambda entry: entry.row)
    openings = _Openings(ordered, tolerance)
    steps = max(_FEWEST_STEPS, _STEPS_PER_ENTRY * len(ordered))
    if opening is not None:
        path, _ = _walk(ordered, openings, openings.near(opening), steps)
        return [ordered[place] for place in path] if path else None
    balances = sorted(entry.balance for entry in ordered)

    def follows_another(entry: Entry) -> bool:
        return bisect_left(balances, entry.before - tolerance) < bisect_right(balances, entry.before + tolerance)

    found: list[int] | None = None
    for start in sorted(range(len(ordered)), key=lambda place: (follows_another(ordered[place]), place)):
        path, steps = _walk(ordered, openings, [start], steps)
        if path is None:
            continue
        found = found or path
        last = ordered[path[-1]].balance
        if not closings or any(abs(last - closing) <= tolerance for closing in closings):
            found = path
            break
    return [ordered[place] for place in found] if found else None


def patched(entries: Sequence[Entry], opening: int | None, tolerance: int) -> list[Entry]:
    """Return an order for entries that do not form one chain: follow balances as long as they go, then begin anew."""
    ordered = sorted(entries, key=lambda entry: entry.row)
    openings = _Openings(ordered, tolerance)
    used = bytearray(len(ordered))
    result: list[Entry] = []
    balance = opening
    for _ in ordered:
        following = [place for place in openings.near(balance) if not used[place]] if balance is not None else []
        place = following[0] if following else _fresh_start(ordered, used, tolerance)
        used[place] = 1
        result.append(ordered[place])
        balance = ordered[place].balance
    return result


def _fresh_start(ordered: Sequence[Entry], used: bytearray, tolerance: int) -> int:
    """Return the first unused entry that no other unused entry leads to, else the first unused one."""
    left = [place for place in range(len(ordered)) if not used[place]]
    balances = sorted(ordered[place].balance for place in left)
    for place in left:
        before = ordered[place].before
        if bisect_left(balances, before - tolerance) == bisect_right(balances, before + tolerance):
            return place
    return left[0]
