"""Laws of the catalogue: what every rule file must satisfy, as pure functions that return violations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

import sqlglot
from sqlglot import exp

from fundwatch.domain.claims import names_in
from fundwatch.domain.errors import ConfigurationError
from fundwatch.sql.portable import to_spark, violations
from rules.casework import FIRES, SILENT, read_cases
from rules.catalogue import Catalogue, case_file
from rules.rule import RUNNER_BINDS, Entry, Rule, Suppressor
from rules.running import SUSPECTS

_CODE = re.compile(r"^[A-Z]\d{1,2}$")
_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
_PLACEHOLDER = re.compile(r"\{[a-z_0-9]+\}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_DIGIT = re.compile(r"[0-9０-９]")
_FORBIDDEN = ("fraud", "crime", "criminal", "probability", "illegal", "违法", "犯罪", "诈骗", "概率", "认定")


def broken_laws(catalogue: Catalogue, known_relations: Collection[str]) -> list[str]:
    """Return every breach of a law in the catalogue, one sentence each, in the order of the catalogue.

    ``known_relations`` are the canonical, derived and reference relations of docs/data-model.md.
    """
    found = [*_uniqueness(catalogue)]
    for entry in catalogue.entries:
        laws = (identity(entry), parameters(entry), claims(entry), query(entry, known_relations), cases(entry))
        found.extend(f"{entry.id}: {sentence}" for law in laws for sentence in law)
    return found


def _uniqueness(catalogue: Catalogue) -> Iterator[str]:
    for kind, values in (
        ("id", [entry.id for entry in catalogue.entries]),
        # Variants of one typology are rules of one family that bear its code.
        ("code", [code for code, _ in sorted({(e.code, e.family) for e in catalogue.entries if e.status == "active"})]),
    ):
        for value, count in sorted(Counter(values).items()):
            if count > 1:
                yield f"{value}: the {kind} is used {count} times"


def identity(entry: Entry) -> Iterator[str]:
    """Yield breaches: the id is the file's name, code and version are well formed, the law is cited."""
    if entry.id != entry.file.path.stem or not _NAME.match(entry.id):
        yield f"the id must be the file name {entry.file.path.stem} in snake_case"
    if not _CODE.match(entry.code):
        yield f"the code {entry.code} is not a letter and a number"
    if entry.version < 1 or entry.window_days < 1 or entry.lookback_days < entry.window_days:
        yield "version and window_days must be positive, lookback_days no less than window_days"
    if isinstance(entry, Rule):
        if not entry.legal_basis:
            yield "no legal basis is named"
        if not entry.severities or not entry.sectors:
            yield "severity and sectors must be named"
    for basis in entry.legal_basis:
        if basis.valid_to is not None and basis.valid_to < basis.valid_from:
            yield f"the legal basis {basis.text} ends before it begins"


def parameters(entry: Entry) -> Iterator[str]:
    """Yield breaches: placeholders are declared, declared ones used, values within bounds, measures well held."""
    used = entry.file.placeholders
    for name in sorted(used - RUNNER_BINDS - entry.parameters.keys()):
        yield f"${name} is not declared"
    for name in sorted(entry.parameters.keys() - used):
        yield f"parameter {name} is not used by the query"
    for name in sorted({"from_day", "to_day"} - used):
        yield f"the query does not say which days it evaluates: ${name} is missing"
    for parameter in entry.parameters.values():
        bounded = parameter.unit == "text" or None not in (parameter.minimum, parameter.maximum)
        if parameter.name in RUNNER_BINDS or not bounded or not parameter.allows(parameter.value):
            yield f"parameter {parameter.name} must lie within a declared min and max"
        if not _HAN.search(parameter.why):
            yield f"parameter {parameter.name} does not say why in Chinese"
    for measure in entry.measures.values():
        held = entry.parameters.get(measure.threshold or "")
        if measure.threshold and (held is None or held.unit != measure.unit):
            yield f"measure {measure.name} is held against {measure.threshold}, which is no parameter of its unit"
        elif held is not None and measure.full == held.value:
            yield f"measure {measure.name} reaches full strength at its threshold"


def claims(entry: Entry) -> Iterator[str]:
    """Yield breaches: prose exists in both languages, cites declared names only, holds no figures of its own."""
    known = {*entry.parameters, *entry.measures, "window_days"}
    for name in ("name", "claim", "explanation", "false_positives", "blind_spots", "no_data"):
        wording = getattr(entry, name)
        for language, text in (("zh", wording.zh), ("en", wording.en)):
            if not text.strip():
                yield f"{name}.{language} is empty"
            lowered = text.lower()
            for word in _FORBIDDEN:
                if word in lowered:
                    yield f"{name}.{language} says {word}: a hit is a lead and says nothing of guilt"
            yield from _cited(f"{name}.{language}", text, known)
    for language, text in (("zh", entry.claim.zh), ("en", entry.claim.en)):
        if _DIGIT.search(_PLACEHOLDER.sub("", text)):
            yield f"claim.{language} holds a figure that could drift; cite a name instead"
    if _names(entry.claim.zh) != _names(entry.claim.en):
        yield "the claim cites other names in Chinese than in English"


def _cited(place: str, text: str, known: set[str]) -> Iterator[str]:
    try:
        unknown = names_in(text) - known
    except (ConfigurationError, ValueError):
        yield f"{place} holds a brace that is no name"
        return
    if unknown:
        yield f"{place} cites {', '.join(sorted(unknown))}, which are not declared"


def _names(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def query(entry: Entry, known_relations: Collection[str]) -> Iterator[str]:
    """Yield breaches: portable, reads what it declares and nothing else, has ``hits``, columns as agreed."""
    yield from violations(entry.file)
    try:
        to_spark(entry.file)
    except sqlglot.errors.SqlglotError as error:
        yield f"it does not translate to Spark: {error}"
    read = entry.file.relations - {SUSPECTS} if isinstance(entry, Suppressor) else entry.file.relations
    if read != entry.reads:
        yield f"reads must name {', '.join(sorted(read))}"
    unknown = sorted((read | {*entry.requires}) - set(known_relations))
    if unknown:
        yield f"unknown relations {', '.join(unknown)}"
    if not {*entry.requires} <= read:
        yield "requires names a relation that the query does not read"
    if isinstance(entry, Suppressor) and SUSPECTS not in entry.file.relations:
        yield f"a suppressor must read {SUSPECTS}"
    tree = entry.file.tree
    if "hits" not in {cte.alias for cte in tree.ctes}:
        yield "there is no CTE named hits"
    severity = ("severity",) if isinstance(entry, Rule) else ()
    first = ("subject_kind", "subject_id", "window_from", "window_to", *severity, "record_kind", "record_id", "role")
    wanted = [*first, *entry.measures]
    if tree.named_selects != wanted:
        yield f"the final SELECT must name {', '.join(wanted)}"
    if any(isinstance(select.this, exp.Star) for select in tree.selects):
        yield "the final SELECT must name its columns"


def cases(entry: Entry) -> Iterator[str]:
    """Yield breaches: a firing case, two silent ones, and for every parameter a boundary on both sides."""
    path = case_file(entry)
    if not path.exists():
        yield f"{path.name} is missing"
        return
    try:
        file = read_cases(path)
    except ConfigurationError as error:
        yield str(error)
        return
    outcomes = Counter(case.expect for case in file.cases)
    if not outcomes[FIRES]:
        yield "there is no firing case"
    if outcomes[SILENT] < 2:
        yield "there are fewer than two silent cases"
    moved = {boundary.parameter: boundary for boundary in file.boundaries}
    for name in sorted(entry.parameters.keys() - moved.keys()):
        yield f"parameter {name} has no boundary case"
    for name, boundary in moved.items():
        parameter = entry.parameters.get(name)
        if parameter is None:
            yield f"the boundary {name} is of no parameter"
        elif not all(parameter.allows(value) for value in (boundary.fires_at, boundary.silent_at)):
            yield f"the boundary of {name} leaves its bounds"
