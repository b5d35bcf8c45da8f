"""What is in shadow is reported every night and reaches neither queue nor score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import day_number
from fundwatch.store.operations import history, night_records, tables
from fundwatch.store.operations.database import reading
from fundwatch.store.warehouse import open_manifest
from pipelines import drafts, models, shadow
from pipelines.installation import RULES_FOLDER, Installation
from pipelines.reporting import shadow_table
from pipelines.training import train_now
from rules.catalogue import Catalogue, load_catalogue
from rules.rule import Entry
from rules.running import run_rule
from tests.pipelines.conftest import LAST_DAY, City, run_nights


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Entry], Entry]], Catalogue]:
    """Let every entry of the catalogue in use go through a function."""

    def change(work: Callable[[Any], Any]) -> Catalogue:
        known = load_catalogue(RULES_FOLDER)
        changed = replace(
            known,
            rules=tuple(work(rule) for rule in known.rules),
            suppressors=tuple(work(one) for one in known.suppressors),
        )
        monkeypatch.setattr("pipelines.installation._rules", lambda: changed)
        return changed

    return change


def rows(installation: Installation) -> list[int]:
    with reading(installation.operations) as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (tables.alerts, tables.alert_versions, tables.alert_events)
        ]


def reports(installation: Installation) -> list[dict[str, Any]]:
    with reading(installation.operations) as connection:
        return [one for one in night_records.every_finding(connection) if one["kind"] == shadow.FINDING]


def test_nothing_in_shadow_leaves_no_report(city: City, installation: Installation) -> None:
    assert all(outcome["shadow"] == [] for outcome in city.outcomes)
    assert reports(installation) == []


def test_rules_in_shadow_are_reported_and_raise_nothing(
    own_city: City, installation: Installation, catalogue: Callable[..., Catalogue]
) -> None:
    before = rows(installation)
    changed = catalogue(lambda entry: replace(entry, status="shadow"))
    (outcome,) = run_nights(own_city.home, own_city.folder / "inbox", [LAST_DAY])
    assert (outcome["hits"], outcome["new"], outcome["grown"], outcome["recurred"]) == (0, 0, 0, 0)
    assert rows(installation) == before
    found = {one["id"]: one for one in outcome["shadow"]}
    assert set(found) == {entry.id for entry in changed.entries}
    assert not any(one["failure"] for one in outcome["shadow"])
    # The same rules over the same days and data, run by hand.
    with reading(installation.operations) as connection:
        manifest = history.by_id(connection, outcome["manifest_id"])
    opened = open_manifest(installation.settings, manifest)
    first = own_city.outcomes[-1]["from_day"]
    for rule in changed.rules:
        hits = run_rule(rule, opened, first, day_number(LAST_DAY), installation.tuning, evidence=False).hits
        assert found[rule.id]["found"] == len(hits), rule.id
        assert found[rule.id]["subjects"] == len({hit.subject for hit in hits})
    opened.close()
    assert sum(one["found"] for one in outcome["shadow"]) > 0
    (report,) = reports(installation)
    listed = {one["id"]: one["strongest"] for one in report["content"]["entries"]}
    for name, one in found.items():
        assert len(listed[name]) == min(one["subjects"], shadow.LISTED)
        strengths = [each["strength"] for each in listed[name]]
        assert strengths == sorted(strengths, reverse=True)
    # Run again, the night files nothing more.
    run_nights(own_city.home, own_city.folder / "inbox", [LAST_DAY])
    assert len(reports(installation)) == 1


def test_a_shadow_rule_that_fails_is_said_and_stops_nothing(
    own_city: City, installation: Installation, catalogue: Callable[..., Catalogue], tmp_path: Path
) -> None:
    folder = tmp_path / "collection"
    folder.mkdir()
    text = (RULES_FOLDER / "collection" / "new_account_burst.sql").read_text(encoding="utf-8")
    changed = text.replace("hits AS (", "hits AS (SELECT no_such_column FROM transfers), rest AS (", 1)
    assert changed != text
    (folder / "new_account_burst.sql").write_text(changed.replace("version:", "status: shadow\nversion:", 1))
    (broken,) = load_catalogue(tmp_path).rules
    catalogue(lambda entry: broken if entry.id == broken.id else entry)
    (outcome,) = run_nights(own_city.home, own_city.folder / "inbox", [LAST_DAY])
    (entry,) = outcome["shadow"]
    assert (entry["id"], entry["found"]) == ("new_account_burst", 0)
    assert "未能运行" in shadow.sentence(entry)
    assert outcome["failures"] == []
    assert outcome["hits"] > 0


def test_a_shadow_model_signals_in_the_report_alone(own_city: City, installation: Installation) -> None:
    before, in_force = rows(installation), models.in_force(installation.settings)
    with pytest.raises(ConfigurationError):
        shadow.adopt(installation.settings)
    model_id, _ = train_now(installation, LAST_DAY.isoformat(), seed=5, shadow=True)
    assert models.in_force(installation.settings) == in_force != model_id
    (outcome,) = run_nights(own_city.home, own_city.folder / "inbox", [LAST_DAY])
    (entry,) = outcome["shadow"]
    assert (entry["kind"], entry["version"], entry["failure"]) == ("model", model_id[:12], None)
    assert outcome["model_id"] == in_force
    assert rows(installation) == before
    assert shadow.adopt(installation.settings) == model_id
    assert models.in_force(installation.settings) == model_id
    assert shadow.in_shadow(installation.settings) is None


def test_the_artifact_shows_figures_and_no_subject(
    own_city: City, installation: Installation, catalogue: Callable[..., Catalogue]
) -> None:
    catalogue(lambda entry: replace(entry, status="shadow") if entry.code == "F1" else entry)
    (outcome,) = run_nights(own_city.home, own_city.folder / "inbox", [LAST_DAY])
    (report,) = reports(installation)
    entries = report["content"]["entries"]
    draft = drafts.Draft("r", "nightly", None, installation.clock(), "", (), shadow=tuple(entries))  # type: ignore[arg-type]
    (row,) = shadow_table(draft)
    assert row["发现 found"] == outcome["shadow"][0]["found"]
    assert not any(one["subject"] in str(row) for one in entries[0]["strongest"])
