"""Two settings of the catalogue side by side: today's, and today's with what a backtest changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from duckdb import DuckDBPyConnection

from detectors import features, storing
from detectors.training import Model
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.hits import Hit, Signal, Suppression
from pipelines import models
from pipelines.detection import signals_on
from pipelines.installation import Installation
from pipelines.trial import typed
from rules.catalogue import Catalogue, load_catalogue
from rules.locking import fingerprint
from rules.rule import Entry, Rule, Suppressor, Value
from rules.running import run_rule, run_suppressors
from rules.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be tried: parameters of one entry, another folder of rules, an entry left out, another model.

    An entry that is named without values comes into force as it is written, which is how one in shadow is tried; with
    ``is_off`` it is left out. Without any of these everything in shadow is tried together.
    """

    entry_id: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    is_off: bool = False
    rules_folder: Path | None = None
    model_id: str | None = None


@dataclass(frozen=True)
class Side:
    """One of the two settings: the entries in force with their tuning, and the model (None: not recomputed)."""

    rules: tuple[Rule, ...]
    suppressors: tuple[Suppressor, ...]
    tuning: Tuning
    model: Model | None = None

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Return rules and suppressors by id."""
        return {entry.id: entry for entry in (*self.rules, *self.suppressors)}

    def hits(self, connection: DuckDBPyConnection, ids: frozenset[str], days: tuple[int, int]) -> list[Hit]:
        """Return the hits of these rules for windows that end within ``days``, without their records."""
        wanted = [rule for rule in self.rules if rule.id in ids]
        return [hit for rule in wanted for hit in run_rule(rule, connection, *days, self.tuning, evidence=False).hits]

    def suppressions(
        self, connection: DuckDBPyConnection, groups: Sequence[int], days: tuple[int, int], codes: Collection[str]
    ) -> tuple[Suppression, ...]:
        """Return the innocent readings of these subjects as of each of the days, of those that can explain ``codes``.

        A reading that explains none of the typologies found changes no score, so it is not looked for.
        """
        able = [one for one in self.suppressors if not one.applies_to or one.applies_to & set(codes)]
        return run_suppressors(able, connection, *days, self.tuning, groups, evidence=False)

    def signals(self, connection: DuckDBPyConnection, nights: Sequence[int]) -> list[Signal]:
        """Return what the model of this side signals on each of the nights, within a night's budget."""
        if self.model is None:
            return []
        return [signal for day in nights for signal in signals_on(connection, self.model, day)[0]]


@dataclass(frozen=True)
class Pair:
    """Today's settings and the tried ones; ``differing`` are the ids of entries that are not the same in both."""

    before: Side
    after: Side
    differing: frozenset[str]

    @property
    def suppressors_differ(self) -> bool:
        """Return whether an innocent reading is judged otherwise."""
        names = {one.id for side in (self.before, self.after) for one in side.suppressors}
        return bool(self.differing & names)

    @property
    def models_differ(self) -> bool:
        """Return whether another model is tried."""
        return self.after.model is not None

    def told(self, day: int) -> list[dict[str, object]]:
        """Return every difference as plain data: entry, what was and what would be on a day."""
        rows: list[dict[str, object]] = []
        old, new = self.before.entries, self.after.entries
        for name in sorted(self.differing):
            entry = new.get(name) or old[name]
            row: dict[str, object] = {"id": name, "code": entry.code, "zh": entry.name.zh, "en": entry.name.en}
            if name not in old or name not in new:
                row["change"] = "put_in_force" if name in new else "left_out"
            else:
                was, now = self.before.tuning.effective(old[name], day), self.after.tuning.effective(new[name], day)
                row["change"] = "parameters"
                if fingerprint(old[name]) != fingerprint(new[name]):
                    row["change"] = "rewritten"
                row["parameters"] = {
                    key: [was.get(key), now.get(key)] for key in sorted({*was, *now}) if was.get(key) != now.get(key)
                }
            rows.append(row)
        if self.before.model is not None and self.after.model is not None:
            ids = [self.before.model.model_id[:12], self.after.model.model_id[:12]]
            rows.append({"id": self.after.model.card.detector_id, "change": "model", "versions": ids})
        return rows


def pair_of(installation: Installation, change: Change) -> Pair:
    """Return today's settings and the tried ones.

    Raises ConfigurationError for an unknown entry, parameter or model, a value outside its bounds, and where
    nothing would be different.
    """
    today = installation.rules
    before = Side(today.active_rules(), today.active_suppressors(), installation.tuning)
    known = load_catalogue(change.rules_folder) if change.rules_folder else today
    after = replace(before, rules=known.active_rules(), suppressors=known.active_suppressors())
    if change.entry_id is not None:
        after = _with_entry(after, known.entry(change.entry_id), change)
    elif change.values or change.is_off:
        raise ConfigurationError("--set 与 --off 须同 --rule 一起使用。", "--set and --off need --rule.", code="K101")
    elif change.rules_folder is None and change.model_id is None:
        after = _with_shadows(after, known)
    if change.model_id is not None:
        before, after = _with_models(installation, before, after, change.model_id)
    pair = Pair(before, after, _differing(before, after))
    if not pair.differing and not pair.models_differ:
        raise ConfigurationError(
            "没有与现行设置不同之处：请用 --rule ID --set 参数=值、--rules-folder 或 --model 指明要试的改动。",
            "nothing differs from today's settings: name what to try by --rule ID --set name=value, --rules-folder "
            "or --model.",
            code="K102",
        )
    return pair


def _with_entry(side: Side, entry: Entry, change: Change) -> Side:
    if change.is_off:
        return replace(
            side,
            rules=tuple(rule for rule in side.rules if rule.id != entry.id),
            suppressors=tuple(one for one in side.suppressors if one.id != entry.id),
        )
    if isinstance(entry, Rule) and entry.id not in side.entries:
        side = replace(side, rules=(*side.rules, entry))
    if isinstance(entry, Suppressor) and entry.id not in side.entries:
        side = replace(side, suppressors=(*side.suppressors, entry))
    values: dict[str, Value] = {name: typed(entry, name, text) for name, text in change.values.items()}
    return replace(side, tuning=side.tuning.overriding(entry, values)) if values else side


def _with_shadows(side: Side, known: Catalogue) -> Side:
    rules = tuple(rule for rule in known.rules if rule.status == "shadow")
    suppressors = tuple(one for one in known.suppressors if one.status == "shadow")
    return replace(side, rules=(*side.rules, *rules), suppressors=(*side.suppressors, *suppressors))


def _with_models(installation: Installation, before: Side, after: Side, model_id: str) -> tuple[Side, Side]:
    folder = installation.settings.models
    full = [name for name in storing.stored(folder) if name.startswith(model_id)]
    if len(full) != 1 or not model_id:
        raise ConfigurationError(
            f"没有（或不止一个）编号为 {model_id} 的模型，请核对。",
            f"no model, or more than one, has the id {model_id}; check it.",
            code="K103",
        )
    today = models.load_in_force(installation.settings)
    if today is None:
        raise ConfigurationError("尚无现行模型，无从比较。", "no model is in force to compare with.", code="K104")
    tried = storing.load(folder, full[0])
    for model in (today, tried):
        model.ensure_current(features.catalogue())
    return replace(before, model=today), replace(after, model=tried)


def _differing(before: Side, after: Side) -> frozenset[str]:
    old, new = before.entries, after.entries
    both = old.keys() & new.keys()
    overridden = {name for name in both if before.tuning.overrides.get(name) != after.tuning.overrides.get(name)}
    rewritten = {
        name for name in both if old[name] is not new[name] and fingerprint(old[name]) != fingerprint(new[name])
    }
    return frozenset((old.keys() ^ new.keys()) | overridden | rewritten)
