"""Cases of a rule: facts, an expected outcome, and for every parameter the boundary between the two."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import yaml
from sqlglot import exp

from fundwatch.domain.hits import Hit, Suppression
from fundwatch.domain.keys import day_number, key_of
from rules.case_facts import Columns, Rows, day_of, fen_of, rows_of, slip
from rules.catalogue import case_file
from rules.reference import load_reference
from rules.rule import NOT_ENOUGH_DATA, Entry, Rule, Suppressor, Value
from rules.running import Engine, run_rule, run_suppressors
from rules.tuning import Tuning

FIRES, SILENT = "fires", "silent"
_OUTCOMES = (FIRES, SILENT, NOT_ENOUGH_DATA)
_CASE_KEYS = frozenset(
    {"name", "expect", "from", "to", "given", "measures", "subject", "severity", "suspects", "records", "parameters"}
)
_TOLERANCE = 1e-9


class _Loader(yaml.SafeLoader):
    """YAML in which only true and false are booleans, so that a transfer can happen ``on`` a day."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, re.compile(r"^(?:true|True|false|False)$") if tag == "tag:yaml.org,2002:bool" else pattern)
        for tag, pattern in resolvers
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Connection(Engine, Protocol):
    """An engine that can be closed."""

    def close(self) -> None:
        """Release what the engine holds."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What cases need from outside: an empty engine, the data model's columns, and the derived relations.

    ``derive`` makes ``party_day`` and ``pair_day`` from the ``transfers``, ``transactions`` and ``entities`` that
    the engine holds; ``reference`` is the folder of reference data.
    """

    connect: Callable[[], Connection]
    columns: Columns
    derive: Callable[[Any], None]
    reference: Path


@dataclass(frozen=True, slots=True)
class Case:
    """One case: facts, the days evaluated, and what is expected of the rule."""

    name: str
    expect: str
    from_day: int
    to_day: int
    facts: Mapping[str, list[Mapping[str, Any]]]
    measures: Mapping[str, Any] = field(default_factory=dict)
    subject: str | None = None
    severity: str | None = None
    suspects: tuple[str, ...] = ()
    records: int | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Boundary:
    """A parameter moved while the data of a case are held fixed: the rule fires at one value, not at the other.

    With ``severity`` only hits of that severity count: the parameter moves the severity, not the hit.
    """

    parameter: str
    case: str
    fires_at: Value
    silent_at: Value
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases and boundaries of one entry."""

    path: Path
    cases: tuple[Case, ...]
    boundaries: tuple[Boundary, ...]


def read_cases(path: Path) -> CaseFile:
    """Read ``<id>.test.yaml``; raise ConfigurationError when it is malformed or of another rule."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise slip(path.name, f"the case file cannot be read: {error}") from error
    if not isinstance(content, dict) or set(content) - {"rule", "base", "cases", "boundary"}:
        raise slip(path.name, "a case file has the keys rule, base, cases and boundary only")
    if content.get("rule") != path.name.removesuffix(".test.yaml"):
        raise slip(path.name, f"the file is named after another rule than {content.get('rule')}")
    base = content.get("base") or {}
    cases = tuple(_case(item, base, path.name) for item in content.get("cases") or ())
    names = {case.name for case in cases}
    if len(names) < len(cases):
        raise slip(path.name, "two cases have the same name")
    boundaries = tuple(_boundary(name, item, path.name) for name, item in (content.get("boundary") or {}).items())
    for boundary in boundaries:
        if boundary.case not in names:
            raise slip(path.name, f"boundary {boundary.parameter} names no case of this file: {boundary.case}")
    return CaseFile(path, cases, boundaries)


def _boundary(name: str, item: Mapping[str, Any], place: str) -> Boundary:
    if not {"case", "fires_at", "silent_at"} <= set(item) <= {"case", "fires_at", "silent_at", "severity"}:
        raise slip(place, f"boundary {name} must have case, fires_at and silent_at")
    return Boundary(name, item["case"], item["fires_at"], item["silent_at"], item.get("severity"))


def _case(item: Mapping[str, Any], base: Mapping[str, Any], place: str) -> Case:
    odd = set(item) - _CASE_KEYS
    if odd or not {"name", "expect", "to"} <= set(item) or item["expect"] not in _OUTCOMES:
        raise slip(place, f"case {item.get('name')} has wrong or missing keys {sorted(odd)}")
    given = item.get("given") or {}
    facts = {name: [*base.get(name, ()), *given.get(name, ())] for name in (*base, *(set(given) - set(base)))}
    to_day = day_number(day_of(item["to"]))
    return Case(
        name=str(item["name"]),
        expect=item["expect"],
        from_day=day_number(day_of(item["from"])) if "from" in item else to_day,
        to_day=to_day,
        facts=facts,
        measures=item.get("measures") or {},
        subject=item.get("subject"),
        severity=item.get("severity"),
        suspects=tuple(item.get("suspects") or ()),
        records=item.get("records"),
        parameters=item.get("parameters") or {},
    )


def check_cases(entry: Entry, bench: Bench) -> list[str]:
    """Run every case and boundary of an entry; return one sentence for each that does not hold."""
    file = read_cases(case_file(entry))
    moved: dict[str, list[Boundary]] = {}
    for boundary in file.boundaries:
        moved.setdefault(boundary.case, []).append(boundary)
    return [
        f"{entry.id}：{sentence}"
        for case in file.cases
        for sentence in _check_case(entry, case, moved.get(case.name, ()), bench)
    ]


def _check_case(entry: Entry, case: Case, boundaries: Collection[Boundary], bench: Bench) -> Iterator[str]:
    rows = rows_of(case.facts, bench.columns)
    connection = bench.connect()
    try:
        load_rows(connection, bench, rows, case.from_day, case.to_day)
        tuning = Tuning().overriding(entry, case.parameters)
        outcome = _Outcome(entry, connection, case, rows, tuning)
        yield from (f"{case.name}: {sentence}" for sentence in outcome.departures())
        for boundary in boundaries:
            for value, expected in ((boundary.fires_at, True), (boundary.silent_at, False)):
                changed = tuning.overriding(entry, {boundary.parameter: value})
                fired = _Outcome(entry, connection, case, rows, changed).fires(boundary.severity)
                if fired != expected:
                    verb = "does not fire" if expected else "still fires"
                    yield f"{case.name}: with {boundary.parameter} = {value} it {verb}"
    finally:
        connection.close()


class _Outcome:
    """What an entry said about a case, held against what was expected."""

    def __init__(self, entry: Entry, engine: Engine, case: Case, rows: Rows, tuning: Tuning) -> None:
        self._entry, self._case = entry, case
        self._groups = {row["party_token"]: row["group_key"] for row in rows["entities"]}
        self.found: tuple[Hit, ...] | tuple[Suppression, ...] = ()
        self.unanswered = 0
        if isinstance(entry, Rule):
            outcome = run_rule(entry, engine, case.from_day, case.to_day, tuning)
            self.found, self.unanswered = outcome.hits, len(outcome.no_data)
        elif isinstance(entry, Suppressor):
            names = case.suspects or tuple(self._groups)
            suspects = {self._group(name) for name in names}
            self.found = run_suppressors([entry], engine, case.from_day, case.to_day, tuning, suspects)

    def _group(self, nickname: str) -> int:
        return int(self._groups.get(nickname, key_of(nickname)))

    def fires(self, severity: str | None) -> bool:
        """Say whether anything was found, of this severity where one is named."""
        return any(severity is None or (isinstance(one, Hit) and one.severity == severity) for one in self.found)

    def departures(self) -> Iterator[str]:
        """Yield where the outcome departs from the expected one."""
        case = self._case
        said = FIRES if self.found else NOT_ENOUGH_DATA if self.unanswered else SILENT
        if said != case.expect:
            yield f"expected {case.expect}, was {said}"
            return
        found: list[Hit | Suppression] = [*self.found]
        if case.subject is not None:
            found = [one for one in found if one.subject.key == self._group(case.subject or "")]
            if not found and self.found:
                yield f"fires, but not about {case.subject}"
        if found:
            yield from self._measured(found[-1])

    def _measured(self, one: Hit | Suppression) -> Iterator[str]:
        actual = {measure.name: measure for measure in one.measures}
        for name, wanted in self._case.measures.items():
            if name not in actual:
                yield f"there is no measure {name}"
                continue
            value, unit = actual[name].value, actual[name].unit
            expected = fen_of(wanted) if unit == "CNY" and wanted is not None else wanted
            if not _equal(value, expected):
                yield f"measure {name} is {value}, not {expected}"
        if isinstance(one, Hit) and self._case.severity not in (None, one.severity.value):
            yield f"severity is {one.severity.value}, not {self._case.severity}"
        if not one.records:
            yield "the hit has no supporting record"
        if self._case.records not in (None, len(one.records)):
            yield f"there are {len(one.records)} supporting records, not {self._case.records}"


def _equal(value: Any, expected: Any) -> bool:
    if isinstance(value, float) and isinstance(expected, int | float):
        return abs(value - expected) <= _TOLERANCE * max(1.0, abs(expected))
    return bool(value == expected)


def load_rows(engine: Engine, bench: Bench, rows: Rows, first_day: int, last_day: int) -> None:
    """Create every relation of the data model in an empty engine, fill it, then derive and load reference data.

    Relations without facts are empty; currencies other than CNY have a rate only where the rows give one.
    """
    for relation, columns in bench.columns.items():
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns)
        engine.execute(f'CREATE TABLE "{relation}" ({listed})')
        insert_rows(engine, relation, columns, rows.get(relation, []))
    horizon = day_number(date(2000, 1, 1)), day_number(date(2100, 1, 1))
    cny = {"currency": "CNY", "valid_from_day": horizon[0], "valid_to_day": horizon[1], "cny_micro": 1_000_000}
    if "reference_fx" in bench.columns:
        insert_rows(engine, "reference_fx", bench.columns["reference_fx"], [cny])
    load_reference(engine, first_day - 400, last_day + 40, bench.reference)
    bench.derive(engine)


def insert_rows(engine: Engine, relation: str, columns: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows, one bound list a column."""
    if not rows:
        return
    names = [name for name, _ in columns]
    lists = [exp.func("unnest", exp.Placeholder(this=f"c{number}")) for number, _ in enumerate(names)]
    insert = exp.insert(exp.select(*lists), exp.to_table(relation))
    values = {f"c{number}": [row.get(name) for row in rows] for number, name in enumerate(names)}
    engine.execute(insert.sql(dialect="duckdb"), values)
