"""Tuning as data: approved changes of parameters, each with author, second person, reason and first day."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import day_number
from rules.catalogue import Catalogue
from rules.rule import Entry, Value

_KEYS = frozenset({"id", "parameter", "value", "author", "approver", "reason", "effective_from"})


@dataclass(frozen=True, slots=True)
class Change:
    """One approved change: from ``effective_from`` (day number) on, ``parameter`` of rule ``id`` is ``value``.

    ``value`` is in the parameter's declared unit (元 for CNY).
    """

    id: str
    parameter: str
    value: Value
    author: str
    approver: str
    reason: str
    effective_from: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Days [from_day, to_day] over which the effective parameters of an entry do not change."""

    from_day: int
    to_day: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Tuning:
    """Approved changes in order of authority, and ``overrides`` (id → parameter → value) that hold on every day.

    Among changes of one parameter the latest ``effective_from`` holds, and on the same day the one listed last.
    Overrides serve backtests and boundary cases; they are never stored.
    """

    changes: tuple[Change, ...] = ()
    overrides: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    def effective(self, entry: Entry, day: int) -> dict[str, Value]:
        """Return the value of every parameter of an entry on a day, in declared units."""
        values = entry.defaults()
        for change in self._of(entry):
            if change.effective_from <= day:
                values[change.parameter] = change.value
        return values | dict(self.overrides.get(entry.id, {}))

    def segments(self, entry: Entry, from_day: int, to_day: int) -> Iterator[Segment]:
        """Split a range at the days on which a change takes effect, so that nights add up to the range."""
        starts = {change.effective_from for change in self._of(entry) if from_day < change.effective_from <= to_day}
        firsts = [from_day, *sorted(starts)]
        lasts = [first - 1 for first in firsts[1:]] + [to_day]
        for first, last in zip(firsts, lasts, strict=True):
            yield Segment(first, last, self.effective(entry, first))

    def overriding(self, entry: Entry, values: Mapping[str, Value]) -> Tuning:
        """Return this tuning with parameters of one entry fixed; raise ConfigurationError on a value out of bounds."""
        for name, value in values.items():
            check_value(entry, name, value)
        held = {**self.overrides.get(entry.id, {}), **values}
        return Tuning(self.changes, {**self.overrides, entry.id: held})

    def _of(self, entry: Entry) -> list[Change]:
        return sorted((one for one in self.changes if one.id == entry.id), key=lambda change: change.effective_from)


def read_tuning(path: Path) -> list[Change]:
    """Read the changes of a tuning file; raise ConfigurationError when it is malformed."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path.name, "无法读取调参文件", f"the tuning file cannot be read: {error}") from error
    items = content.pop("change", [])
    if content or not isinstance(items, list):
        raise _wrong(path.name, "只能有 [[change]] 条目", "only [[change]] entries are understood")
    return [change_of(item, path.name) for item in items]


def change_of(item: Mapping[str, Any], place: str) -> Change:
    """Return one change from plain data (a TOML entry or a row of the operations database)."""
    if set(item) != _KEYS:
        odd = ", ".join(sorted(set(item) ^ _KEYS))
        raise _wrong(place, f"调参条目的键不对：{odd}", f"a change has missing or unknown keys: {odd}")
    since = item["effective_from"]
    try:
        day = since if isinstance(since, int) else day_number(date.fromisoformat(str(since)))
    except ValueError as error:
        raise _wrong(place, "effective_from 不是日期", "effective_from is not a date") from error
    texts = {name: str(item[name]) for name in ("id", "parameter", "author", "approver", "reason")}
    return Change(value=item["value"], effective_from=day, **texts)


def tune(catalogue: Catalogue, changes: Iterable[Change]) -> Tuning:
    """Return the tuning made of approved changes, the repository's first, then the operations database's.

    Raises ConfigurationError on an unknown rule or parameter, a value out of bounds, a missing reason, or where
    author and approver are the same person.
    """
    listed = tuple(changes)
    for change in listed:
        place = f"{change.id}.{change.parameter}"
        check_value(catalogue.entry(change.id), change.parameter, change.value)
        if not change.author.strip() or not change.approver.strip() or not change.reason.strip():
            raise _wrong(place, "调参须有作者、复核人和理由", "a change needs an author, an approver and a reason")
        if change.author == change.approver:
            raise _wrong(place, "调参的作者与复核人不能是同一人", "author and approver of a change must differ")
    return Tuning(listed)


def check_value(entry: Entry, name: str, value: Value) -> None:
    """Raise ConfigurationError when a parameter is unknown or a value is out of its bounds."""
    parameter = entry.parameters.get(name)
    if parameter is None:
        known = ", ".join(entry.parameters)
        raise _wrong(entry.id, f"没有参数 {name}，现有 {known}", f"there is no parameter {name}, only {known}")
    if not parameter.allows(value):
        low, high = parameter.minimum, parameter.maximum
        raise _wrong(
            f"{entry.id}.{name}", f"取值应在 {low} 至 {high} 之间", f"the value must lie between {low} and {high}"
        )


def _wrong(place: str, zh: str, en: str) -> ConfigurationError:
    return ConfigurationError(f"{zh}，请修正。", f"{en}; mend it.", code="R010", place=place)
