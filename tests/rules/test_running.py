"""The runner: rows in, hits out; what breaks the row contract is an engine error that names the rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from fundwatch.domain.errors import ConfigurationError, EngineError
from fundwatch.domain.hits import Measure, RecordRef, Severity, Subject
from rules.catalogue import Catalogue, load_catalogue
from rules.rule import Rule, Suppressor, to_fen
from rules.running import hits_query, run_rule, run_suppressors
from rules.tuning import Tuning

HEAD = """/* ---
id: probe
code: T90
version: 3
name: {zh: 探针, en: probe}
sectors: [bank]
severity: [low, critical]
window_days: 10
opens_alert: true
reads: [facts]
requires: [facts]
claim: {zh: "{paid}", en: "{paid}"}
explanation: {zh: 说明, en: text}
no_data: {zh: 缺汇率, en: no rate}
legal_basis: [{text: 某条, valid_from: 2021-05-01}]
false_positives: {zh: 无, en: none}
blind_spots: {zh: 无, en: none}
parameters:
  min_paid: {value: 100, unit: CNY, min: 1, max: 1000, why: an example}
measures:
  paid: {unit: CNY, zh: 金额, en: paid, threshold: min_paid, full: 300}
  note: {unit: text, zh: 备注, en: note, threshold: none}
--- */
"""
QUERY = """
WITH hits AS (
  SELECT 'group' AS subject_kind, who AS subject_id, day - $window_days + 1 AS window_from, day AS window_to,
    severity, CAST(sum(paid) AS BIGINT) AS paid, min(note) AS note
  FROM facts WHERE day BETWEEN $from_day AND $to_day
  GROUP BY who, day, severity HAVING sum(paid) >= $min_paid
)
SELECT h.subject_kind, h.subject_id, h.window_from, h.window_to, h.severity, 'loans' AS record_kind,
  f.record_id, 'shown' AS role, h.paid, h.note
FROM hits AS h JOIN facts AS f ON f.who = h.subject_id AND f.day = h.window_to
"""


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE facts (who BIGINT, day INTEGER, severity TEXT, paid BIGINT, note TEXT, record_id BIGINT)"
    )
    yield connection
    connection.close()


def _catalogue(folder: Path, family: str, text: str) -> Catalogue:
    path = folder / family / "probe.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load_catalogue(folder)


@pytest.fixture
def rule(tmp_path: Path) -> Rule:
    return _catalogue(tmp_path, "flow", HEAD + QUERY).rule("probe")


def _fill(engine: duckdb.DuckDBPyConnection, *rows: tuple[int, int, str, int, str, int]) -> None:
    engine.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?)", [list(row) for row in rows])


def test_rows_become_hits_in_an_order_of_their_own(rule: Rule, engine: duckdb.DuckDBPyConnection) -> None:
    _fill(
        engine,
        (8, 101, "low", 10_000, "b", 4),
        (7, 101, "critical", 20_000, "a", 3),
        (7, 100, "low", 15_000, "a", 2),
        (7, 100, "low", 5_000, "a", 1),
        (7, 99, "low", 50_000, "a", 9),
    )
    outcome = run_rule(rule, engine, 100, 101, Tuning())
    assert [(hit.subject, hit.window_to) for hit in outcome.hits] == [
        (Subject("group", 7), 100),
        (Subject("group", 7), 101),
        (Subject("group", 8), 101),
    ]
    first = outcome.hits[0]
    assert first.records == (RecordRef("loans", 1, "shown"), RecordRef("loans", 2, "shown"))
    assert first.measures == (
        Measure("paid", 20_000, "CNY", 10_000, 30_000),
        Measure("note", "a", "text"),
    )
    assert first.strength == 0.75
    assert (first.window_from, first.version, first.code, first.opens_alert) == (91, 3, "T90", True)
    assert first.parameters == {"min_paid": 100}
    assert outcome.hits[1].severity is Severity.CRITICAL
    assert outcome.no_data == ()


def test_tuned_thresholds_are_stored_in_the_hit(rule: Rule, engine: duckdb.DuckDBPyConnection) -> None:
    _fill(engine, (7, 100, "low", 20_000, "a", 1))
    (hit,) = run_rule(rule, engine, 100, 100, Tuning().overriding(rule, {"min_paid": 199.99})).hits
    assert hit.parameters == {"min_paid": 199.99}
    assert hit.measures[0].threshold == 19_999
    assert run_rule(rule, engine, 100, 100, Tuning().overriding(rule, {"min_paid": 200.01})).hits == ()


def test_not_enough_data_is_a_third_outcome(rule: Rule, engine: duckdb.DuckDBPyConnection) -> None:
    (whole,) = run_rule(rule, engine, 100, 100, Tuning()).no_data
    assert whole.subject is None
    assert "facts" in whole.reason_en
    _fill(engine, (7, 100, "not_enough_data", 20_000, "a", 1), (8, 100, "low", 20_000, "a", 2))
    outcome = run_rule(rule, engine, 100, 100, Tuning())
    assert [(one.subject, one.reason_en) for one in outcome.no_data] == [(Subject("group", 7), "no rate")]
    assert [hit.subject.key for hit in outcome.hits] == [8]


def test_hits_mode_joins_no_evidence(rule: Rule, engine: duckdb.DuckDBPyConnection) -> None:
    _fill(engine, (7, 100, "low", 20_000, "a", 1))
    assert "JOIN" not in hits_query(rule)
    (hit,) = run_rule(rule, engine, 100, 100, Tuning(), evidence=False).hits
    assert hit.records == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("FROM facts WHERE", "FROM fact WHERE", "does not exist"),
        ("'shown' AS role, ", "", "the columns must be"),
        ("h.paid, h.note\n", "h.paid + f.record_id AS paid, h.note\n", "two rows of measures"),
        ("    severity, CAST", "    'grave' AS severity, CAST", "is not declared"),
    ],
)
def test_a_broken_query_names_its_rule(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection, old: str, new: str, says: str
) -> None:
    assert old in QUERY
    broken = _catalogue(tmp_path, "flow", HEAD + QUERY.replace(old, new)).rule("probe")
    _fill(engine, (7, 100, "low", 20_000, "a", 1), (7, 100, "low", 20_000, "a", 2))
    with pytest.raises(EngineError, match=says) as caught:
        run_rule(broken, engine, 100, 100, Tuning())
    assert caught.value.place == "flow/probe.sql"
    assert "probe" in caught.value.zh


def _suppressor(folder: Path) -> Suppressor:
    head = HEAD.replace("severity: [low, critical]\n", "").replace(
        "opens_alert: true", "factor: 0.25\nexpires_days: 90\napplies_to: [T01]"
    )
    query = QUERY.replace("    severity, CAST", "    CAST").replace(", severity HAVING", " HAVING")
    query = query.replace("h.severity, ", "").replace(
        "FROM facts WHERE", "FROM facts JOIN suspects ON group_key = who WHERE"
    )
    (suppressor,) = _catalogue(folder, "suppressors", head.replace("code: T90", "code: F9") + query).suppressors
    return suppressor


def test_suppressors_look_at_suspects_only(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    suppressor = _suppressor(tmp_path)
    _fill(engine, (7, 100, "low", 20_000, "a", 1), (8, 100, "low", 20_000, "a", 2))
    for suspects, expected in (({7, 9}, [7]), ({8}, [8]), (set[int](), [])):
        found = run_suppressors([suppressor], engine, 100, 100, Tuning(), suspects)
        assert [one.subject.key for one in found] == expected
    (one,) = run_suppressors([suppressor], engine, 100, 100, Tuning(), [7])
    assert (one.factor, one.expires_day, one.applies_to) == (0.25, 190, frozenset({"T01"}))
    assert one.records == (RecordRef("loans", 1, "shown"),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 3", "version: three"),
        ("version: 3", "version: true"),
        ("opens_alert: true\n", ""),
        ("reads: [facts]", "reads: [facts]\nwrites: [facts]"),
        ("unit: CNY, min: 1", "unit: yuan, min: 1"),
        ("max: 1000, why", "maximum: 1000, why"),
        ("threshold: min_paid, full: 300", "threshold: min_paid"),
        ("severity: [low, critical]", "severity: grave"),
        ("name: {zh: 探针, en: probe}", "name: {zh: 探针}"),
        ("window_days: 10", "status: asleep\nwindow_days: 10"),
        ("legal_basis: [{text: 某条, valid_from: 2021-05-01}]", "legal_basis: [某条]"),
    ],
)
def test_front_matter_is_read_strictly(tmp_path: Path, old: str, new: str) -> None:
    assert old in HEAD
    with pytest.raises(ConfigurationError):
        _catalogue(tmp_path, "flow", HEAD.replace(old, new) + QUERY)


def test_the_catalogue_finds_by_id_and_by_code(catalogue: Catalogue) -> None:
    assert catalogue.rule("t01") is catalogue.rule("many_payers_one_collector")
    with pytest.raises(ConfigurationError, match="no rule is called"):
        catalogue.rule("T99")


def test_money_is_exact() -> None:
    assert to_fen(0.29) == 29
    assert to_fen(19_999_999.99) == 1_999_999_999
    with pytest.raises(ValueError, match="fen"):
        to_fen(0.295)
