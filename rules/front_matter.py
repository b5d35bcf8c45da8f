"""From front matter to Rule or Suppressor, strictly: an unknown or missing key is an error, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.hits import Severity
from fundwatch.sql.file import SqlFile
from rules.rule import UNITS, Entry, LegalBasis, MeasureSpec, Parameter, Rule, Suppressor, Wording

SUPPRESSOR_FAMILY = "suppressors"
_STATUSES = ("active", "shadow", "retired")
_NO_DATA = {
    "zh": "数据不足，无法判断",
    "en": "there is not enough data to answer",
}
_ABSENT = object()


class Keys:
    """A mapping read key by key; what is left over at the end is an error."""

    def __init__(self, content: object, place: str) -> None:
        if not isinstance(content, Mapping):
            raise malformed(place, "应为键值", "must be a mapping")
        self._content = dict(content)
        self.place = place

    def take(self, name: str, kind: type | tuple[type, ...], default: object = _ABSENT) -> Any:
        """Return and remove one key; raise ConfigurationError when it is missing or of another type."""
        value = self._content.pop(name, default)
        if value is _ABSENT:
            raise malformed(self.place, f"缺少 {name}", f"{name} is missing")
        boolean = isinstance(value, bool) and kind is not bool
        if value is not default and (boolean or not isinstance(value, kind)):
            raise malformed(self.place, f"{name} 类型不对", f"{name} has the wrong type ({type(value).__name__})")
        return value

    def inner(self, name: str, default: object = _ABSENT) -> Keys:
        """Return one key that is itself a mapping."""
        return Keys(self.take(name, dict, default), f"{self.place}: {name}")

    def names(self) -> list[str]:
        """Return the keys still to be read, in the order of the file."""
        return list(self._content)

    def done(self) -> None:
        """Raise ConfigurationError when a key was not understood."""
        if self._content:
            unknown = ", ".join(sorted(map(str, self._content)))
            raise malformed(self.place, f"无法识别的键 {unknown}", f"unknown keys {unknown}")


def parse_entry(file: SqlFile) -> Entry:
    """Return the Rule or, in the family ``suppressors``, the Suppressor that a SQL file declares."""
    keys = Keys(file.front_matter, file.path.name)
    family = file.path.parent.name
    common = _common(keys, file, family)
    entry: Entry
    if family == SUPPRESSOR_FAMILY:
        entry = Suppressor(
            **common,
            factor=float(keys.take("factor", (int, float), 0.3)),
            expires_days=keys.take("expires_days", int, 180),
            applies_to=frozenset(_texts(keys, "applies_to", [])),
        )
        if not 0 <= entry.factor <= 1:
            raise malformed(keys.place, "factor 应在零与一之间", "factor must lie between 0 and 1")
    else:
        entry = Rule(**common, severities=_severities(keys), opens_alert=keys.take("opens_alert", bool))
    keys.done()
    return entry


def _common(keys: Keys, file: SqlFile, family: str) -> dict[str, Any]:
    window = keys.take("window_days", int)
    status = keys.take("status", str, "active")
    if status not in _STATUSES:
        raise malformed(keys.place, f"status 应为 {_STATUSES}", f"status must be one of {_STATUSES}")
    return {
        "id": keys.take("id", str),
        "code": keys.take("code", str),
        "version": keys.take("version", int),
        "family": family,
        "status": status,
        "name": _wording(keys, "name"),
        "sectors": tuple(_texts(keys, "sectors", [])),
        "window_days": window,
        "lookback_days": keys.take("lookback_days", int, window),
        "reads": frozenset(_texts(keys, "reads")),
        "requires": tuple(_texts(keys, "requires", [])),
        "claim": _wording(keys, "claim"),
        "explanation": _wording(keys, "explanation"),
        "false_positives": _wording(keys, "false_positives"),
        "blind_spots": _wording(keys, "blind_spots"),
        "no_data": _wording(keys, "no_data", _NO_DATA),
        "legal_basis": tuple(_legal_basis(keys, family)),
        "parameters": _parameters(keys.inner("parameters", {})),
        "measures": _measures(keys.inner("measures")),
        "file": file,
    }


def _severities(keys: Keys) -> tuple[Severity, ...]:
    given = keys.take("severity", (str, list))
    try:
        return tuple(Severity(one) for one in ([given] if isinstance(given, str) else given))
    except ValueError as error:
        raise malformed(keys.place, "severity 无法识别", f"unknown severity: {error}") from error


def _wording(keys: Keys, name: str, default: object = _ABSENT) -> Wording:
    inner = keys.inner(name, default)
    wording = Wording(*(" ".join(inner.take(language, str).split()) for language in ("zh", "en")))
    inner.done()
    return wording


def _texts(keys: Keys, name: str, default: object = _ABSENT) -> list[str]:
    values = keys.take(name, list, default)
    if not all(isinstance(value, str) for value in values):
        raise malformed(keys.place, f"{name} 应为文本列表", f"{name} must be a list of texts")
    return list(values)


def _legal_basis(keys: Keys, family: str) -> list[LegalBasis]:
    found = []
    for item in keys.take("legal_basis", list, [] if family == SUPPRESSOR_FAMILY else _ABSENT):
        inner = Keys(item, f"{keys.place}: legal_basis")
        until = inner.take("valid_to", (date, str, type(None)), None)
        found.append(
            LegalBasis(
                text=inner.take("text", str),
                valid_from=str(inner.take("valid_from", (date, str))),
                valid_to=None if until is None else str(until),
            )
        )
        inner.done()
    return found


def _parameters(keys: Keys) -> dict[str, Parameter]:
    found = {}
    for name in keys.names():
        inner = keys.inner(name)
        found[name] = Parameter(
            name=name,
            value=inner.take("value", (int, float, str)),
            unit=_unit(inner),
            minimum=inner.take("min", (int, float), None),
            maximum=inner.take("max", (int, float), None),
            why=inner.take("why", str),
        )
        inner.done()
    return found


def _measures(keys: Keys) -> dict[str, MeasureSpec]:
    found = {}
    for name in keys.names():
        inner = keys.inner(name)
        threshold = inner.take("threshold", str, None)
        threshold = None if threshold == "none" else threshold
        found[name] = MeasureSpec(
            name=name,
            unit=_unit(inner),
            wording=Wording(inner.take("zh", str), inner.take("en", str)),
            threshold=threshold,
            full=inner.take("full", (int, float), _ABSENT if threshold else None),
        )
        inner.done()
    return found


def _unit(keys: Keys) -> str:
    unit: str = keys.take("unit", str)
    if unit not in UNITS:
        raise malformed(keys.place, f"单位 {unit} 无法识别", f"unknown unit {unit}")
    return unit


def malformed(place: str, zh: str, en: str) -> ConfigurationError:
    """Return the error for front matter that is not understood."""
    return ConfigurationError(f"{zh}，请修正规则说明块。", f"{en}; mend the front matter.", code="R001", place=place)
