"""The catalogue: every rule and suppressor under ``rules/``, one folder a family."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fundwatch.domain.errors import ConfigurationError
from fundwatch.sql.file import read_sql_file
from rules.front_matter import parse_entry
from rules.rule import Entry, Rule, Suppressor

NOT_FAMILIES = frozenset({"reference", "templates"})


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All rules and suppressors of a folder, sorted by code, then id."""

    folder: Path
    rules: tuple[Rule, ...]
    suppressors: tuple[Suppressor, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return rules, then suppressors."""
        return (*self.rules, *self.suppressors)

    def active_rules(self) -> tuple[Rule, ...]:
        """Return the rules whose hits reach the queue; shadow rules are only measured, retired ones only kept."""
        return tuple(rule for rule in self.rules if rule.status == "active")

    def active_suppressors(self) -> tuple[Suppressor, ...]:
        """Return the suppressors in force."""
        return tuple(one for one in self.suppressors if one.status == "active")

    def entry(self, name: str) -> Entry:
        """Return the entry with this id, or the only one with this code; raise ConfigurationError otherwise."""
        exact = [entry for entry in self.entries if entry.id == name]
        found = exact or [entry for entry in self.entries if entry.code == name.upper()]
        if len(found) != 1:
            known = ", ".join(entry.id for entry in self.entries)
            raise ConfigurationError(
                f"没有名为 {name} 的规则；现有：{known}。",
                f"no rule is called {name}; there are: {known}.",
                code="R002",
            )
        return found[0]

    def rule(self, name: str) -> Rule:
        """Return the rule with this id or code; raise ConfigurationError when it is unknown or a suppressor."""
        entry = self.entry(name)
        if not isinstance(entry, Rule):
            raise ConfigurationError(
                f"{name} 是正常解释，不是规则。", f"{name} is a suppressor, not a rule.", code="R003"
            )
        return entry


def case_file(entry: Entry) -> Path:
    """Return where the cases of an entry are written: beside its query."""
    return entry.file.path.with_name(f"{entry.file.path.stem}.test.yaml")


def load_catalogue(folder: Path) -> Catalogue:
    """Read every ``<family>/<id>.sql`` below a folder; raise ConfigurationError on the first malformed file."""
    paths = sorted(path for path in folder.glob("*/*.sql") if path.parent.name not in NOT_FAMILIES)
    entries = sorted((parse_entry(read_sql_file(path)) for path in paths), key=lambda entry: (entry.code, entry.id))
    return Catalogue(
        folder,
        tuple(entry for entry in entries if isinstance(entry, Rule)),
        tuple(entry for entry in entries if isinstance(entry, Suppressor)),
    )
