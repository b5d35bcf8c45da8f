"""Running rules and suppressors over relations that an engine holds: rows in, hits out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Protocol, TypeVar

from sqlglot import exp

from fundwatch.domain.errors import EngineError
from fundwatch.domain.hits import (
    Hit,
    Measure,
    NoData,
    RecordRef,
    Severity,
    Subject,
    Suppression,
    weakest_strength,
)
from fundwatch.sql.binding import bind
from rules.rule import NOT_ENOUGH_DATA, Entry, Rule, Suppressor, Value
from rules.tuning import Segment, Tuning
from rules.unanswered import NO_RECORD, REPORT, unanswered, waits_for

_T = TypeVar("_T")
_SUBJECT = ("subject_kind", "subject_id", "window_from", "window_to")
_RECORD = ("record_kind", "record_id", "role")
SUSPECTS = "suspects"


class Cursor(Protocol):
    """What an engine returns: column names in ``description`` and the rows."""

    @property
    def description(self) -> Any:
        """Return one tuple a column, its name first."""

    def fetchall(self) -> list[Any]:
        """Return all rows."""


class Engine(Protocol):
    """What executes a query with named values; a DuckDB connection is one."""

    def execute(self, query: str, parameters: Any = None, /) -> Cursor:
        """Execute one statement."""


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """The hits of a rule and where it could not answer, both in an order that depends on the data only."""

    hits: tuple[Hit, ...]
    no_data: tuple[NoData, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """One row of ``hits`` with its supporting records, or with the institutions whose reports an answer waits for."""

    row: Mapping[str, Any]
    records: tuple[RecordRef, ...]
    waits_for: tuple[str, ...] = ()


def run_rule(
    rule: Rule, engine: Engine, from_day: int, to_day: int, tuning: Tuning, *, evidence: bool = True
) -> RuleOutcome:
    """Return the hits of a rule whose windows end on a day in [from_day, to_day].

    Without ``evidence`` the rule's CTE ``hits`` is read instead of its final SELECT: the same hits, no records.
    Raises EngineError naming the rule when the query fails or breaks the row contract.
    """
    empty = missing_relations(rule, engine)
    if empty:
        return RuleOutcome((), (unanswered(rule, None, empty=empty),))
    hits: list[Hit] = []
    no_data: list[NoData] = []
    for segment in tuning.segments(rule, from_day, to_day):
        for found in _found(rule, engine, segment, evidence=evidence, severity=True):
            if found.row["severity"] == NOT_ENOUGH_DATA:
                day = int(found.row["window_to"])
                no_data.append(unanswered(rule, _subject(found.row), waits=found.waits_for, day=day))
            else:
                hits.append(_hit(rule, found, segment.values))
    return RuleOutcome(tuple(hits), tuple(dict.fromkeys(no_data)))


def run_suppressors(
    suppressors: Sequence[Suppressor],
    engine: Engine,
    from_day: int,
    to_day: int,
    tuning: Tuning,
    suspects: Collection[int],
    *,
    evidence: bool = True,
) -> tuple[Suppression, ...]:
    """Return the innocent readings found for subjects with hits (group keys), in the order of the suppressors.

    Without ``evidence`` they come without their records, as in run_rule.

    Creates the temporary relation ``suspects`` through the engine. Raises EngineError as run_rule does.
    """
    if not suspects:
        return ()
    _name_suspects(engine, suspects)
    return tuple(
        _suppression(one, found, segment.values)
        for one in suppressors
        if not missing_relations(one, engine)
        for segment in tuning.segments(one, from_day, to_day)
        for found in _found(one, engine, segment, evidence=evidence, severity=False)
    )


def missing_relations(entry: Entry, engine: Engine) -> tuple[str, ...]:
    """Return which of the relations that an entry requires hold no row at all."""
    empty = []
    for name in entry.requires:
        probe = exp.select(exp.Literal.number(1)).from_(exp.to_table(name)).limit(1).sql(dialect="duckdb")
        if not _executed(entry, partial(_rows, engine, probe)):
            empty.append(name)
    return tuple(empty)


def _rows(engine: Engine, query: str) -> list[Any]:
    return engine.execute(query).fetchall()


def hits_query(entry: Entry) -> str:
    """Return the query that reads the CTE ``hits`` instead of joining evidence (DuckDB dialect)."""
    tree = exp.select("*").from_("hits")
    tree.set("with_", entry.file.tree.args["with_"].copy())
    return tree.sql(dialect="duckdb")


def _found(entry: Entry, engine: Engine, segment: Segment, *, evidence: bool, severity: bool) -> Iterator[_Found]:
    query = entry.file.query if evidence else hits_query(entry)
    parameters = {name: entry.parameters[name].bound(value) for name, value in segment.values.items()}
    run = {"from_day": segment.from_day, "to_day": segment.to_day, "window_days": entry.window_days}
    values = bind(entry.file, {**parameters, **run})

    def fetch() -> tuple[list[str], list[Any]]:
        cursor = engine.execute(query, values)
        return [column[0] for column in cursor.description], cursor.fetchall()

    names, rows = _executed(entry, fetch)
    identity = (*_SUBJECT, *(("severity",) if severity else ()))
    wanted = (*identity, *(_RECORD if evidence else ()), *entry.measures)
    if set(wanted) - set(names) or (evidence and len(names) != len(wanted)):
        raise _broken(entry, f"the columns must be {', '.join(wanted)}, not {', '.join(names)}")
    yield from _grouped(entry, [dict(zip(names, row, strict=True)) for row in rows], identity, evidence=evidence)


def _grouped(
    entry: Entry, rows: list[dict[str, Any]], identity: tuple[str, ...], *, evidence: bool
) -> Iterator[_Found]:
    """Group rows per subject and window, in the order of window, then subject; measures must agree in a group."""

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["window_to"], row["window_from"], row["subject_kind"], row["subject_id"]

    for (day, *_), members in groupby(sorted(rows, key=key), key):
        group = list(members)
        first = group[0]
        for row in group[1:]:
            if any(row[name] != first[name] for name in (*identity, *entry.measures)):
                raise _broken(entry, f"one subject and window (day {day}) has two rows of measures")
        if not evidence and len(group) > 1:
            raise _broken(entry, f"hits has two rows for one subject and window (day {day})")
        records = tuple(sorted(_records(group))) if evidence else ()
        yield _Found(first, records, waits_for(group) if evidence else ())


def _records(rows: list[dict[str, Any]]) -> set[RecordRef]:
    return {
        RecordRef(row["record_kind"], int(row["record_id"]), row["role"])
        for row in rows
        if row["record_kind"] not in (NO_RECORD, REPORT)
    }


def _subject(row: Mapping[str, Any]) -> Subject:
    return Subject(row["subject_kind"], int(row["subject_id"]))


def _hit(rule: Rule, found: _Found, values: Mapping[str, Value]) -> Hit:
    if found.row["severity"] not in {*rule.severities}:
        raise _broken(rule, f"severity {found.row['severity']} is not declared")
    measures = measures_of(rule, found.row, values)
    return Hit(
        rule_id=rule.id,
        code=rule.code,
        version=rule.version,
        subject=_subject(found.row),
        window_from=int(found.row["window_from"]),
        window_to=int(found.row["window_to"]),
        severity=Severity(found.row["severity"]),
        strength=weakest_strength(measures),
        measures=measures,
        records=found.records,
        parameters=dict(values),
        opens_alert=rule.opens_alert,
    )


def _suppression(suppressor: Suppressor, found: _Found, values: Mapping[str, Value]) -> Suppression:
    last = int(found.row["window_to"])
    return Suppression(
        suppressor_id=suppressor.id,
        code=suppressor.code,
        version=suppressor.version,
        subject=_subject(found.row),
        window_from=int(found.row["window_from"]),
        window_to=last,
        factor=suppressor.factor,
        expires_day=last + suppressor.expires_days,
        applies_to=suppressor.applies_to,
        measures=measures_of(suppressor, found.row, values),
        records=found.records,
    )


def measures_of(entry: Entry, row: Mapping[str, Any], values: Mapping[str, Value]) -> tuple[Measure, ...]:
    """Return the declared measures of a row; threshold and full of CNY measures scaled from 元 to fen."""
    found = []
    for spec in entry.measures.values():
        threshold: Any = None
        full: Any = None
        if spec.threshold is not None:
            parameter = entry.parameters[spec.threshold]
            threshold, full = parameter.bound(values[spec.threshold]), parameter.bound(spec.full or 0)
        found.append(Measure(spec.name, row[spec.name], spec.unit, threshold, full))
    return tuple(found)


def _name_suspects(engine: Engine, suspects: Collection[int]) -> None:
    create = exp.Create(
        this=exp.Schema(
            this=exp.to_table(SUSPECTS),
            expressions=[exp.ColumnDef(this="group_key", kind=exp.DataType.build("BIGINT"))],
        ),
        kind="TABLE",
        replace=True,
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
    )
    keys = exp.func("unnest", exp.Placeholder(this="keys"))
    insert = exp.insert(exp.select(keys), SUSPECTS)
    try:
        engine.execute(create.sql(dialect="duckdb"))
        engine.execute(insert.sql(dialect="duckdb"), {"keys": sorted(suspects)})
    except Exception as error:
        raise EngineError(
            "无法登记待解释主体，请联系管理员。", f"the suspects cannot be listed: {error}", code="R021"
        ) from error


def _executed(entry: Entry, action: Callable[[], _T]) -> _T:
    try:
        return action()
    except Exception as error:
        raise _broken(entry, f"{type(error).__name__}: {str(error).splitlines()[0]}") from error


def _broken(entry: Entry, en: str) -> EngineError:
    path = entry.file.path
    return EngineError(
        f"规则 {entry.id} 执行失败，请检查该文件。",
        f"rule {entry.id} failed: {en}",
        code="R020",
        place=f"{path.parent.name}/{path.name}",
    )
