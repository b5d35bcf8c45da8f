"""The report card of a rule: how often its leads were upheld, what only it finds, and which threshold labels prefer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fundwatch.domain.hits import Hit, Measure, Signal
from fundwatch.domain.intervals import Interval, wilson
from rules.rule import FEN_PER_YUAN, WHOLE_UNITS, Parameter, Rule, Value

MIN_LABELS = 10
"""Decisions on a rule's alerts below which a precision is said to be too thin and no threshold is proposed."""
LOST_COST = 10
"""Reviews of innocent leads that are worth as much as one upheld lead lost."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One alert: what stands in it, what the office said (None: nothing that teaches), its month and institutions."""

    alert_id: str
    items: tuple[Hit | Signal, ...]
    truth: bool | None
    month: str
    institutions: tuple[str, ...]

    def hit_of(self, rule_id: str) -> Hit | None:
        """Return the hit of a rule, None where it does not stand."""
        return next((one for one in self.items if isinstance(one, Hit) and one.rule_id == rule_id), None)

    def openers(self) -> frozenset[str]:
        """Return the terms that could each have opened the alert."""
        return frozenset(one.term for one in self.items if not isinstance(one, Hit) or one.opens_alert)


@dataclass(frozen=True, slots=True)
class Tally:
    """Decided alerts: ``upheld`` and ``excluded``; the share upheld with Wilson's interval."""

    upheld: int = 0
    excluded: int = 0

    @property
    def n(self) -> int:
        """Return how many were decided."""
        return self.upheld + self.excluded

    @property
    def precision(self) -> float | None:
        """Return the share upheld, None where nothing was decided."""
        return self.upheld / self.n if self.n else None

    @property
    def interval(self) -> Interval:
        """Return the bounds of the share at 95 %."""
        return wilson(self.upheld, self.n)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stricter threshold that the labels prefer; ``value`` and ``current`` are in the parameter's unit.

    ``dropped`` counts excluded alerts on which the rule would hit no longer, ``lost`` upheld alerts that nothing would
    open any longer, ``weakened`` upheld alerts that keep another opener.
    """

    parameter: str
    measure: str
    current: Value
    value: Value
    dropped: int
    lost: int
    weakened: int


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of one rule. ``share`` is the part of all alerts that it could have opened, ``alone`` of those it
    alone opens; ``unique`` counts upheld alerts that only it opens; ``overlap`` alerts shared, by rule.
    """

    rule_id: str
    alerts: int
    share: float
    alone: float
    total: Tally
    unique: int
    overlap: Mapping[str, int]
    by_institution: Mapping[str, Tally]
    by_month: Mapping[str, Tally]
    proposals: tuple[Proposal, ...]

    @property
    def is_thin(self) -> bool:
        """Return whether there are too few decisions to say anything."""
        return self.total.n < MIN_LABELS


def report(rule: Rule, cases: Sequence[Reviewed], values: Mapping[str, Value]) -> Report:
    """Return the card of a rule over all alerts; ``values`` are its parameters in force, in declared units."""
    own = [case for case in cases if case.hit_of(rule.id) is not None]
    opened = [case for case in own if rule.id in case.openers()]
    only = [case for case in opened if case.openers() == {rule.id}]
    shared = Counter(item.term for case in own for item in case.items if item.term != rule.id)
    total = _tally(own)
    proposals = _proposals(rule, own, values) if total.n >= MIN_LABELS else ()
    return Report(
        rule_id=rule.id,
        alerts=len(own),
        share=len(opened) / len(cases) if cases else 0.0,
        alone=len(only) / len(cases) if cases else 0.0,
        total=total,
        unique=sum(case.truth is True for case in only),
        overlap=dict(sorted(shared.items(), key=lambda one: (-one[1], one[0]))),
        by_institution={
            name: _tally(case for case in own if name in case.institutions)
            for name in sorted({name for case in own for name in case.institutions})
        },
        by_month={month: _tally(c for c in own if c.month == month) for month in sorted({c.month for c in own})},
        proposals=proposals,
    )


def _tally(cases: Iterable[Reviewed]) -> Tally:
    truths = Counter(case.truth for case in cases)
    return Tally(truths[True], truths[False])


def _proposals(rule: Rule, own: Sequence[Reviewed], values: Mapping[str, Value]) -> tuple[Proposal, ...]:
    """Return, for each threshold, the stricter setting of least loss, if any beats what is in force.

    Loss = LOST_COST × upheld alerts that nothing would open any longer + excluded alerts on which the rule still
    hits. A looser setting cannot be judged: whom it would name, nobody has reviewed. Nor can a measure that some hit
    does not reach, since the rule then has another way to fire.
    """
    decided = [case for case in own if case.truth is not None]
    found = []
    for spec in rule.measures.values():
        if spec.threshold is None or isinstance(values[spec.threshold], str):
            continue
        parameter = rule.parameters[spec.threshold]
        measured = [(case, _measure(case, rule.id, spec.name)) for case in decided]
        if any(not _reaches(one, _bound(parameter, values[spec.threshold])) for _, one in measured):
            continue
        best = _best(rule, parameter, values[spec.threshold], measured)
        if best is not None:
            value, (dropped, lost, weakened) = best
            found.append(Proposal(spec.threshold, spec.name, values[spec.threshold], value, dropped, lost, weakened))
    return tuple(found)


def _best(
    rule: Rule, parameter: Parameter, current: Value, measured: Sequence[tuple[Reviewed, Measure]]
) -> tuple[Value, tuple[int, int, int]] | None:
    excluded = sum(case.truth is False for case, _ in measured)
    candidates = {_declared(parameter, one) for _, one in measured} - {current}
    ranked = []
    for value in candidates:
        if not parameter.allows(value):
            continue
        effect = _effect(rule, _bound(parameter, value), measured)
        dropped, lost, _ = effect
        ranked.append((LOST_COST * lost + excluded - dropped, abs(float(value) - float(current)), value, effect))
    if not ranked or min(ranked)[0] >= excluded:
        return None
    return min(ranked)[2:]


def _effect(rule: Rule, bound: float, measured: Sequence[tuple[Reviewed, Measure]]) -> tuple[int, int, int]:
    gone = [case for case, one in measured if not _reaches(one, bound)]
    lost = [case for case in gone if case.truth and case.openers() == {rule.id}]
    return sum(case.truth is False for case in gone), len(lost), sum(case.truth is True for case in gone) - len(lost)


def _measure(case: Reviewed, rule_id: str, name: str) -> Measure:
    hit = case.hit_of(rule_id)
    assert hit is not None
    return next(one for one in hit.measures if one.name == name)


def _reaches(measure: Measure, bound: float) -> bool:
    if not isinstance(measure.value, int | float) or measure.threshold is None or measure.full is None:
        return False
    return measure.value >= bound if measure.full >= measure.threshold else measure.value <= bound


def _bound(parameter: Parameter, value: Value) -> float:
    return float(parameter.bound(value))


def _declared(parameter: Parameter, measure: Measure) -> Value:
    """Return a measured value as a setting of the parameter, rounded so that the value itself still fires."""
    value = measure.value
    assert isinstance(value, int | float)
    if parameter.unit == "CNY":
        return value / FEN_PER_YUAN
    if parameter.unit in WHOLE_UNITS:
        return int(value)
    rising = measure.threshold is None or measure.full is None or measure.full >= measure.threshold
    rounded = round(value, 4)
    if rising and rounded > value:
        return round(rounded - 0.0001, 4)
    return round(rounded + 0.0001, 4) if not rising and rounded < value else rounded
