"""The lock: what version of a rule has which query and parameters, so that neither changes unnoticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fundwatch.domain.errors import ConfigurationError
from rules.catalogue import Catalogue
from rules.rule import Entry

LOCK_FILE = "catalogue.lock"
_HEADER = "# id version query parameters; written by `fundwatch rules lock`, prose and cases are not part of it.\n"


@dataclass(frozen=True, slots=True)
class Locked:
    """Version and content hashes of one entry (sha256, first 32 hex digits)."""

    version: int
    query: str
    parameters: str


def fingerprint(entry: Entry) -> Locked:
    """Return what the lock holds of an entry: everything that can change a hit, nothing that is prose."""
    decisive = {
        "window_days": entry.window_days,
        "requires": sorted(entry.requires),
        "parameters": {
            name: [parameter.value, parameter.unit, parameter.minimum, parameter.maximum]
            for name, parameter in entry.parameters.items()
        },
        "measures": {name: [spec.unit, spec.threshold, spec.full] for name, spec in entry.measures.items()},
        "effect": [
            getattr(entry, "opens_alert", None),
            getattr(entry, "factor", None),
            getattr(entry, "expires_days", None),
            sorted(getattr(entry, "applies_to", ())),
        ],
    }
    text = json.dumps(decisive, sort_keys=True, ensure_ascii=False)
    return Locked(entry.version, entry.file.query_hash[:32], hashlib.sha256(text.encode("utf-8")).hexdigest()[:32])


def read_lock(folder: Path) -> dict[str, Locked]:
    """Return the lock of a catalogue folder; raise ConfigurationError when it cannot be read."""
    path = folder / LOCK_FILE
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        words = [line.split() for line in lines if line and not line.startswith("#")]
        return {name: Locked(int(version), query, parameters) for name, version, query, parameters in words}
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            "规则锁文件无法读取，请从版本库恢复。", "the lock cannot be read; restore it.", code="R050", place=path.name
        ) from error


def departures(catalogue: Catalogue, locked: Mapping[str, Locked]) -> list[str]:
    """Return where the catalogue departs from its lock, one sentence each; empty when they agree."""
    found = []
    for entry in catalogue.entries:
        held, actual = locked.get(entry.id), fingerprint(entry)
        if held is None:
            found.append(f"{entry.id}: not in the lock; run `fundwatch rules lock`")
        elif held != actual and held.version == actual.version:
            what = "query" if held.query != actual.query else "parameters or measures"
            found.append(f"{entry.id}: {what} changed, but version is still {held.version}; raise it, then lock")
        elif held.version > actual.version:
            found.append(f"{entry.id}: version went back from {held.version} to {actual.version}")
        elif held != actual:
            found.append(f"{entry.id}: version {actual.version} is not in the lock; run `fundwatch rules lock`")
    known = {entry.id for entry in catalogue.entries}
    found.extend(
        f"{name}: is in the lock but gone; retire a rule, do not delete it" for name in locked if name not in known
    )
    return found


def lock(catalogue: Catalogue) -> tuple[str, ...]:
    """Rewrite the lock and return the ids whose line changed.

    Raises ConfigurationError when a query or its parameters changed and the version did not move up, or when a
    locked entry is gone.
    """
    held = read_lock(catalogue.folder)
    actual = {entry.id: fingerprint(entry) for entry in catalogue.entries}
    stuck = [
        name for name, now in actual.items() if name in held and held[name] != now and now.version <= held[name].version
    ]
    stuck += [name for name in held if name not in actual]
    if stuck:
        names = ", ".join(sorted(stuck))
        raise ConfigurationError(
            f"{names} 的查询或参数已变而版本号未升（或规则被删除），请先升版本号。",
            f"{names}: query or parameters changed without a higher version, or the rule is gone; raise the version.",
            code="R051",
        )
    lines = [f"{name} {one.version} {one.query} {one.parameters}\n" for name, one in sorted(actual.items())]
    (catalogue.folder / LOCK_FILE).write_text(_HEADER + "".join(lines), encoding="utf-8")
    return tuple(name for name, now in sorted(actual.items()) if held.get(name) != now)
