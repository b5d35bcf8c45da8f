"""What a rule and a suppressor are: one SQL file each, described by its front matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fundwatch.domain.hits import Severity
from fundwatch.sql.file import SqlFile

Number = int | float
Value = int | float | str
Status = Literal["active", "shadow", "retired"]

FEN_PER_YUAN = 100
UNITS = frozenset({"persons", "count", "days", "hours", "CNY", "share", "ratio", "permille", "text"})
WHOLE_UNITS = frozenset({"persons", "count", "days"})
NOT_ENOUGH_DATA = "not_enough_data"
RUNNER_BINDS = frozenset({"from_day", "to_day", "window_days"})


@dataclass(frozen=True, slots=True)
class Wording:
    """The same sentence in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A tunable figure of a rule in its declared unit (CNY in 元); ``minimum`` and ``maximum`` bound any tuning."""

    name: str
    value: Value
    unit: str
    minimum: Number | None
    maximum: Number | None
    why: str

    def bound(self, value: Value) -> Value:
        """Return the value as the query receives it: 元 become integer fen, everything else stays."""
        return to_fen(value) if self.unit == "CNY" else value

    def allows(self, value: Value) -> bool:
        """Say whether a value has the unit's type and lies within the bounds."""
        if self.unit == "text":
            return isinstance(value, str) and bool(value)
        if isinstance(value, bool | str) or (self.unit in WHOLE_UNITS and not isinstance(value, int)):
            return False
        if self.unit == "CNY" and round(value * FEN_PER_YUAN, 6) % 1:
            return False
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)


@dataclass(frozen=True, slots=True)
class MeasureSpec:
    """A figure that a hit reports; ``threshold`` names the parameter it is held against, ``full`` is strength 1.

    ``full`` is in the parameter's unit (元 for CNY); both are None for a figure that informs only.
    """

    name: str
    unit: str
    wording: Wording
    threshold: str | None
    full: Number | None


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One provision and the time in which it holds (ISO dates; ``valid_to`` None: still in force)."""

    text: str
    valid_from: str
    valid_to: str | None

    def holds_on(self, day: date) -> bool:
        """Say whether the provision is in force on a day."""
        return self.valid_from <= day.isoformat() and (self.valid_to is None or day.isoformat() <= self.valid_to)

    def validity(self, day: date) -> Wording:
        """Return since when and until when it holds; what is not in force on the day is said to be so."""
        zh = f"{self.valid_from} {f'至 {self.valid_to}' if self.valid_to else '起'}"
        en = f"from {self.valid_from}{f' to {self.valid_to}' if self.valid_to else ''}"
        if self.holds_on(day):
            return Wording(zh, en)
        if self.valid_from > day.isoformat():
            return Wording(f"{zh}，尚未生效", f"{en}, not yet in force")
        return Wording(f"{zh}，已失效", f"{en}, expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What every file of the catalogue has in common, rule or suppressor.

    ``reads`` are the relations of the query, ``requires`` those whose emptiness makes the answer "not enough
    data"; ``lookback_days`` is how far before the first evaluated day the query reads.
    """

    id: str
    code: str
    version: int
    family: str
    status: Status
    name: Wording
    sectors: tuple[str, ...]
    window_days: int
    lookback_days: int
    reads: frozenset[str]
    requires: tuple[str, ...]
    claim: Wording
    explanation: Wording
    false_positives: Wording
    blind_spots: Wording
    no_data: Wording
    legal_basis: tuple[LegalBasis, ...]
    parameters: Mapping[str, Parameter]
    measures: Mapping[str, MeasureSpec]
    file: SqlFile

    def defaults(self) -> dict[str, Value]:
        """Return the declared value of every parameter, in its declared unit."""
        return {name: parameter.value for name, parameter in self.parameters.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Entry):
    """A deterministic test; ``severities`` are those its hits may take, a booster does not open an alert alone."""

    severities: tuple[Severity, ...]
    opens_alert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressor(Entry):
    """A test for an innocent reading: multiplies strength by ``factor`` for the codes it explains (empty: all)."""

    factor: float
    expires_days: int
    applies_to: frozenset[str]


def to_fen(yuan: Value) -> int:
    """Return 元 as integer fen; raise ValueError on a fraction of a fen."""
    fen = round(float(yuan) * FEN_PER_YUAN)
    if abs(fen - float(yuan) * FEN_PER_YUAN) > 1e-6 * max(1, abs(fen)):
        raise ValueError(f"{yuan} 元 is not a whole number of fen")
    return fen
