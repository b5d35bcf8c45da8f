"""A night from inbox to queue: what it leaves, and that running it again leaves nothing more."""

from __future__ import annotations

import itertools
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from fundwatch.domain.alerts import EPISODE_GAP_DAYS
from fundwatch.domain.claims import format_figure, names_in
from fundwatch.domain.errors import BusyError, ConfigurationError
from fundwatch.domain.hits import Hit
from fundwatch.domain.keys import date_of
from fundwatch.domain.snapshot import alert_from_json
from fundwatch.store.operations import history, ledger, night_records, queue, tables
from fundwatch.store.operations.database import reading
from fundwatch.store.warehouse import open_manifest, sync
from pipelines.claiming import figures_of
from pipelines.installation import Installation
from pipelines.night import begun, days_due, last_night
from pipelines.presenting import alert_json, paired
from pipelines.verification import Agreement, Verifier
from tests.pipelines.conftest import LAST_DAY, NIGHTS, City, run_nights


def counts(installation: Installation) -> dict[str, int]:
    with reading(installation.operations) as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (tables.alerts, tables.alert_versions, tables.alert_events, tables.manifests, tables.batches)
        }


def heads(installation: Installation) -> list[queue.Alert]:
    with reading(installation.operations) as connection:
        return queue.ranked(connection)


def test_nights_take_in_all_sectors_and_raise_alerts(city: City, installation: Installation) -> None:
    assert [outcome["as_of"] for outcome in city.outcomes] == [day.isoformat() for day in NIGHTS]
    assert city.outcomes[0]["received"] == len([path for path in (city.folder / "inbox").rglob("*") if path.is_file()])
    assert city.outcomes[0]["rejected"] == 0
    assert city.outcomes[0]["failures"] == []
    with reading(installation.operations) as connection:
        loaded = ledger.list_batches(connection, states=[ledger.LOADED])
    sectors = {installation.registry.institution(batch.institution).sector for batch in loaded}
    assert sectors == {"bank", "micro_loan", "guarantee", "pawn", "authority"}
    families = {code[0] for alert in heads(installation) for code in alert_json(alert)["typologies"]}
    assert families >= {"T", "M", "G", "P"}


def test_a_night_says_how_many_transfers_both_sides_told(city: City) -> None:
    pairing = city.outcomes[-1]["pairing"]
    # Every bank of the city reports both of its sides; what the clocks of two banks part by too much stays apart.
    assert pairing["possible"] > 100
    assert 0.9 <= pairing["paired"] / pairing["possible"] <= 1
    assert f"{pairing['possible']:,} 笔" in paired(pairing)
    assert "--" in paired({"possible": 0, "paired": 0})


def test_a_rerun_of_the_same_night_changes_nothing(own_city: City, installation: Installation) -> None:
    before = counts(installation)
    (outcome,) = run_nights(own_city.home, own_city.folder / "inbox", [LAST_DAY])
    assert (outcome["new"], outcome["grown"], outcome["recurred"]) == (0, 0, 0)
    assert counts(installation) == before


def test_every_alert_verifies_against_its_manifests(installation: Installation) -> None:
    with Verifier(installation) as verifier:
        outcomes = [verifier.verify(alert.alert_id) for alert in heads(installation)]
    assert len(outcomes) >= 10
    assert [one for one in outcomes if one.agreement is not Agreement.EQUAL] == []


def test_an_altered_record_does_not_verify(installation: Installation) -> None:
    """The lake is immutable; an alert that claims other evidence than its manifest holds is found out."""
    alert = heads(installation)[0]
    stored = dict(alert.content)
    stored["evidence"] = [dict(one, amount=1) if "amount" in one else one for one in stored["evidence"]]
    with installation.operations.begin() as connection:
        for trigger in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'alert_versions'"
        ).all():
            connection.exec_driver_sql(f"DROP TRIGGER {trigger[0]}")
        connection.execute(
            tables.alert_versions.update()
            .where(tables.alert_versions.c.alert_id == alert.alert_id)
            .values(content=stored)
        )
    with Verifier(installation) as verifier:
        outcome = verifier.verify(alert.alert_id)
    assert outcome.agreement is Agreement.DIFFERENT
    assert "证据" in outcome.differences[0]["zh"]


def test_a_purged_lake_file_is_said(installation: Installation) -> None:
    alert = heads(installation)[0]
    with reading(installation.operations) as connection:
        manifest = history.by_id(connection, alert.manifest_id)
    installation.lake.path(manifest.of("transactions")[0]).unlink()
    with Verifier(installation) as verifier:
        assert verifier.verify(alert.alert_id).agreement is Agreement.PURGED


def test_every_number_of_a_claim_is_its_measure(installation: Installation) -> None:
    seen = 0
    for head in heads(installation):
        alert = alert_from_json(head.content["alert"])
        for standing in alert.standings:
            if not isinstance(standing.item, Hit):
                continue
            rule = installation.rules.rule(standing.item.rule_id)
            figures = figures_of(rule, standing.item.measures, standing.item.parameters)
            claim = next(one for one in head.content["claims"] if one["term"] == rule.id)
            for language, mark, whole in (("zh", "；", rule.claim.zh), ("en", "; ", rule.claim.en)):
                # A clause whose limb did not speak, so that a figure of it is missing, is left out.
                clauses = [
                    one for one in whole.split(mark) if all(figures[name].value is not None for name in names_in(one))
                ]
                template = mark.join(clauses or [whole])
                pattern = re.escape(template)
                for name in names_in(template):
                    pattern = pattern.replace(re.escape("{" + name + "}"), f"(?P<{name}>.+?)", 1)
                    pattern = pattern.replace(re.escape("{" + name + "}"), ".+?")
                found = re.fullmatch(pattern, claim[language])
                assert found, claim[language]
                for name in names_in(template):
                    assert found[name] == format_figure(figures[name]), (rule.id, name)
                    seen += 1
            assert claim["zh"] in head.content["headline"]["zh"]
    assert seen > 50


def test_points_add_up_and_evidence_names_its_rows(installation: Installation) -> None:
    for head in heads(installation):
        assert sum(term["points"] for term in head.content["alert"]["terms"]) == pytest.approx(head.score, abs=0.06)
        cited = {
            (record[0], record[1])
            for standing in head.content["alert"]["standings"]
            for record in standing.get("records", [])
        }
        rows = {(one["record_kind"], one["record_id"]): one for one in head.content["evidence"]}
        assert cited <= rows.keys()
        for one in rows.values():
            assert one["batch"] and one["file"] and one["row"] >= 1 and one["institution"]


def test_the_interface_of_the_list_holds(installation: Installation) -> None:
    for head in heads(installation):
        row = alert_json(head)
        expected = {"alert_id", "subject_kind", "subject_ids", "typologies", "score", "level", "first_seen", "window"}
        assert expected | {"claim", "evidence"} <= row.keys()
        assert row["subject_ids"]
        assert date.fromisoformat(row["first_seen"]) in NIGHTS
        for one in row["evidence"]:
            assert {"record_id", "institution", "serial_no", "file", "row"} <= one.keys()


def test_one_alert_per_subject_and_episode(installation: Installation) -> None:
    spans: dict[str, list[tuple[int, int]]] = {}
    for head in heads(installation):
        alert = alert_from_json(head.content["alert"])
        spans.setdefault(head.anchor, []).append(alert.window)
    for windows in spans.values():
        ordered = sorted(windows)
        for (_, end), (start, _) in itertools.pairwise(ordered):
            assert start > end + EPISODE_GAP_DAYS


def test_a_night_of_the_past_files_a_summary_and_touches_no_alert(own_city: City, installation: Installation) -> None:
    before = counts(installation)
    run_nights(own_city.home, own_city.folder / "inbox", [LAST_DAY - timedelta(days=10)])
    after = counts(installation)
    assert after == before
    with reading(installation.operations) as connection:
        kinds = {record["kind"] for record in night_records.every_finding(connection)}
    assert kinds <= {"replay", "backfill"}


def test_the_warehouse_can_be_rebuilt_with_identical_rows(own_city: City, installation: Installation) -> None:
    def fingerprint() -> dict[str, object]:
        with reading(installation.operations) as operations:
            manifest = history.head(operations)
        found: dict[str, object] = {}
        with installation.warehouse() as connection:
            views = open_manifest(installation.settings, manifest)
            try:
                for name in ("transactions", "entities", "transfers", "party_day", "pair_day", "coverage", "loans"):
                    columns = ", ".join(f'"{column[0]}"' for column in views.execute(f"DESCRIBE {name}").fetchall())
                    query = f"SELECT count(*), bit_xor(hash({columns})) FROM {name}"
                    found[name] = connection.execute(query).fetchone()
                    assert found[name] == views.execute(query).fetchone(), name
            finally:
                views.close()
        return found

    with reading(installation.operations) as operations:
        manifest = history.head(operations)
    with installation.warehouse() as connection:
        sync(connection, manifest, installation.lake)
    before = fingerprint()
    installation.settings.warehouse.unlink()
    with installation.warehouse() as connection:
        sync(connection, manifest, installation.lake)
    assert fingerprint() == before


def test_missed_nights_are_caught_up_in_order(installation: Installation) -> None:
    last = last_night(installation)
    assert last is not None
    assert date_of(last.as_of) == LAST_DAY
    assert days_due(installation, today=LAST_DAY + timedelta(days=4)) == [
        LAST_DAY + timedelta(days=ahead) for ahead in (1, 2, 3)
    ]
    assert days_due(installation, today=LAST_DAY + timedelta(days=100)) == [LAST_DAY + timedelta(days=99)]


def test_two_runs_at_once_are_one(installation: Installation) -> None:
    with begun(installation, "ingest"), pytest.raises(BusyError), begun(installation, "ingest"):
        pass
    with begun(installation, "ingest"):
        pass


def test_a_night_in_the_future_is_refused(installation: Installation) -> None:
    with pytest.raises(ConfigurationError, match="今天之后"), begun(installation, "nightly", as_of=date(2999, 1, 1)):
        pass


def test_a_missing_model_does_not_stop_the_rules(own_city: City, installation: Installation) -> None:
    for model in installation.settings.models.glob("*/model.npz"):
        model.unlink()
    (outcome,) = run_nights(own_city.home, own_city.folder / "inbox", [LAST_DAY + timedelta(days=1)])
    assert any("fundwatch train" in note["en"] for note in outcome["notes"])
    assert outcome["signals"] == 0


def test_files_still_being_written_wait(own_city: City, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox" / "610900-B01"
    inbox.mkdir(parents=True)
    (inbox / "half.csv").write_text("流水号", encoding="utf-8")
    (outcome,) = run_nights(own_city.home, tmp_path / "inbox", [LAST_DAY + timedelta(days=1)])
    assert outcome["received"] == 0
    assert any("still being written" in note["en"] for note in outcome["notes"])
