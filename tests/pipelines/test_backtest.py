"""Other settings over past months: what they would raise, lose and change, and how they come into force."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from fundwatch.cli.main import execute
from fundwatch.domain.errors import ConfigurationError, InputError
from fundwatch.domain.keys import day_number
from fundwatch.domain.review import ReviewState
from fundwatch.evaluation.diff import Kind
from fundwatch.store.operations import history, queue, tables
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.warehouse import open_manifest
from pipelines import models, proposals
from pipelines.backtest import Backtest, backtest
from pipelines.backtest_words import as_json, change_words, rests_on
from pipelines.comparing import Change
from pipelines.installation import RULES_FOLDER, Installation
from pipelines.past import Question
from pipelines.training import train_now
from rules.running import run_rule
from tests.pipelines.conftest import LAST_DAY, NIGHTS, City

pytestmark = pytest.mark.slow

FIRST = LAST_DAY - timedelta(days=60)


def ask(installation: Installation, change: Change, **more: Any) -> Backtest:
    return backtest(installation, Question(change, FIRST, LAST_DAY, **more))


def sizes(installation: Installation) -> list[int]:
    with reading(installation.operations) as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.metadata.sorted_tables
        ]


def close(installation: Installation, alert: queue.Alert, disposition: str) -> None:
    with writing(installation.operations) as connection:
        queue.move(
            connection,
            alert.alert_id,
            revision=alert.revision,
            to_state=ReviewState.CLOSED.value,
            kind="closed",
            actor="甲",
            now=datetime(2026, 11, 1, tzinfo=UTC),
            content={"disposition": disposition},
        )


def test_a_stricter_rule_loses_and_a_milder_one_gains(installation: Installation) -> None:
    before = sizes(installation)
    strict = ask(installation, Change("T01", {"min_payers": "60"}))
    mild = ask(installation, Change("T01", {"min_payers": "10", "min_person_in": "50000"}))
    assert strict.hits[1] < strict.hits[0] == mild.hits[0] < mild.hits[1]
    assert strict.difference.count(Kind.GAINED) == 0
    assert mild.difference.count(Kind.LOST) == mild.difference.count(Kind.LOST_CONFIRMED) == 0
    assert strict.difference.rows and mild.difference.count(Kind.GAINED) > 0
    # A backtest writes nothing.
    assert sizes(installation) == before
    told = as_json(mild)
    assert told["changes"][0]["parameters"] == {"min_payers": [30, 10], "min_person_in": [200000, 50000]}
    assert all(row["subject_ids"] for row in told["rows"])
    assert "min_payers 30 → 10" in change_words(told["changes"][0])
    assert "队列" in rests_on(mild)


def test_its_hits_are_those_of_the_rule_run_by_hand(installation: Installation) -> None:
    found = ask(installation, Change("T01", {"min_payers": "60"}))
    with reading(installation.operations) as connection:
        manifest = history.head(connection)
    opened = open_manifest(installation.settings, manifest)
    rule = installation.rules.rule("T01")
    days = day_number(FIRST), day_number(LAST_DAY)
    tuned = installation.tuning.overriding(rule, {"min_payers": 60})
    by_hand = [len(run_rule(rule, opened, *days, one).hits) for one in (installation.tuning, tuned)]
    opened.close()
    assert list(found.hits) == by_hand


def test_a_confirmed_lead_that_would_be_lost_comes_first(own_city: City, installation: Installation) -> None:
    with reading(installation.operations) as connection:
        ranked = queue.ranked(connection)
    alone = [alert for alert in ranked if len({one["name"] for one in alert.content["alert"]["terms"]}) == 1]
    alone = [alert for alert in alone if "rule_id" in alert.content["alert"]["standings"][0]]
    first = alone[-1]
    rule_id = first.content["alert"]["terms"][0]["name"]
    close(installation, first, "hand_to_police")
    found = ask(installation, Change(rule_id, is_off=True))
    assert found.hits[1] == 0
    row = found.difference.rows[0]
    assert (row.kind, row.after) == (Kind.LOST_CONFIRMED, None)
    assert row.filed is not None and row.filed.alert_id == first.alert_id
    told = as_json(found)["rows"][0]
    assert (told["confirmed"], told["state"], told["disposition"]) == (True, "closed", "hand_to_police")
    assert told["score_after"] is None
    assert found.difference.count(Kind.LOST_CONFIRMED) == 1


def test_an_innocent_reading_left_out_raises_scores(installation: Installation) -> None:
    named = {
        one["suppressor_id"]
        for alert in ranked(installation)
        for one in alert.content["alert"]["explanations"]
        if any(term["suppressors"] for term in alert.content["alert"]["terms"])
    }
    found = [ask(installation, Change(name, is_off=True), is_whole=True) for name in sorted(named)[:1]]
    assert found
    for one in found:
        assert one.hits[0] == one.hits[1]
        assert all(row.kind is Kind.CHANGED and row.delta > 0 for row in one.difference.rows)
        assert one.difference.rows


def ranked(installation: Installation) -> list[queue.Alert]:
    with reading(installation.operations) as connection:
        return queue.ranked(connection)


def test_evenings_see_what_was_known(installation: Installation) -> None:
    change = Change("T01", {"min_payers": "10"})
    nothing = ask(installation, change, known_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert nothing.hits == (0, 0)
    today, nights = ask(installation, change), ask(installation, change, by_night=True)
    assert len(nights.manifests) == len(NIGHTS)
    # The city's banks deliver all their files before the first night: every night knew what is known today.
    assert nights.hits == today.hits
    assert {(row.kind, row.alert.alert_id) for row in nights.difference.rows} == {
        (row.kind, row.alert.alert_id) for row in today.difference.rows
    }


def test_another_catalogue_is_compared_by_what_decides(installation: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "collection"
    folder.mkdir()
    for path in (RULES_FOLDER / "collection").glob("*.sql"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    own = folder / "many_payers_one_collector.sql"
    own.write_text(own.read_text(encoding="utf-8").replace("min_payers: {value: 30", "min_payers: {value: 12"))
    found = ask(installation, Change(rules_folder=tmp_path))
    changes = {one["id"]: one["change"] for one in as_json(found)["changes"]}
    assert changes["many_payers_one_collector"] == "rewritten"
    assert changes["just_below_threshold"] == "left_out"
    assert "payer_growth" not in changes


def test_a_shadow_rule_is_tried_by_its_name_or_with_all_in_shadow(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = installation.rules
    shadowed = replace(
        known, rules=tuple(replace(one, status="shadow") if one.code == "T01" else one for one in known.rules)
    )
    monkeypatch.setattr("pipelines.installation._rules", lambda: shadowed)
    named, every = ask(installation, Change("T01")), ask(installation, Change())
    assert named.hits == every.hits
    assert named.hits[0] == 0 < named.hits[1]
    assert as_json(named)["changes"][0]["change"] == "put_in_force"


def test_another_model_is_tried_on_the_nights(own_city: City, installation: Installation) -> None:
    model_id, _ = train_now(installation, LAST_DAY.isoformat(), seed=3, shadow=True)
    in_force = models.in_force(installation.settings)
    assert in_force is not None
    found = ask(installation, Change(model_id=model_id[:12]))
    (change,) = as_json(found)["changes"]
    assert change["versions"] == [in_force[:12], model_id[:12]]
    with pytest.raises(ConfigurationError):
        ask(installation, Change(model_id="nosuch"))


@pytest.mark.parametrize(
    "change",
    [
        Change("T01", {"min_payers": "4"}),
        Change("T01", {"no_such": "4"}),
        Change("no_such"),
        Change("T01"),
        Change(),
        Change(values={"min_payers": "40"}),
    ],
)
def test_what_cannot_be_tried_is_refused(installation: Installation, change: Change) -> None:
    with pytest.raises(ConfigurationError):
        ask(installation, change)


def test_days_that_cannot_be_are_refused(installation: Installation) -> None:
    with pytest.raises(InputError):
        backtest(installation, Question(Change("T01", {"min_payers": "40"}), LAST_DAY, FIRST))


def test_from_a_proposal_to_the_night_that_uses_it(
    own_city: City, installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    first = LAST_DAY + timedelta(days=1)
    tried = ["--set", "min_payers=12"]
    who = ["--author", "甲", "--reason", "漏报", "--from", first.isoformat()]
    assert execute(["rules", "propose", "T01", *tried, *who[:-1], LAST_DAY.isoformat()]) == 1
    assert execute(["rules", "propose", "T01", "--set", "min_payers=30", *who]) == 1
    assert execute(["rules", "propose", "T01", "--set", "min_payers=3", *who]) == 2
    assert execute(["rules", "propose", "T01", *tried, *who]) == 0
    days = ["--from", FIRST.isoformat(), "--to", LAST_DAY.isoformat()]
    capsys.readouterr()
    assert execute(["backtest", "--proposal", "1", *days, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["changes"][0]["parameters"] == {"min_payers": [30, 12]}
    assert told["summary"]["gained"] == sum(row["kind"] == "gained" for row in told["rows"])
    assert execute(["backtest", "--rule", "T01", *tried, *days]) == 0
    assert "min_payers 30 → 12" in capsys.readouterr().out
    rule = installation.rules.rule("T01")
    with Installation.open(own_city.settings) as fresh:
        assert fresh.tuning.effective(rule, day_number(first))["min_payers"] == 30
    assert execute(["rules", "approve", "1", "--as", "甲"]) == 1
    assert execute(["rules", "approve", "1", "--as", "乙"]) == 0
    assert execute(["rules", "approve", "1", "--as", "丙"]) == 1
    with Installation.open(own_city.settings) as fresh:
        assert fresh.tuning.effective(rule, day_number(first) - 1)["min_payers"] == 30
        assert fresh.tuning.effective(rule, day_number(first))["min_payers"] == 12
    capsys.readouterr()
    assert execute(["rules", "show", "T01"]) == 0
    in_force = fresh.clock().date() >= first
    assert ("（默认 30 人）" in capsys.readouterr().out) == in_force
    assert execute(["rules", "propose", "T01", "--set", "min_payers=20", *who]) == 0
    assert execute(["rules", "reject", "2", "--as", "乙", "--reason", "过松"]) == 0
    capsys.readouterr()
    assert execute(["rules", "proposals", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["proposal"], row["state"], row["decided_by"]) for row in rows] == [
        (2, "rejected", "乙"),
        (1, "approved", "乙"),
    ]
    assert execute(["rules", "proposals"]) == 0
    assert "已批准" in capsys.readouterr().out


def test_a_rule_that_moved_on_is_not_tuned(
    own_city: City, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = proposals.propose(
        installation, "T01", {"min_payers": "40"}, author="甲", reason="r", from_day=LAST_DAY + timedelta(days=1)
    )
    known = installation.rules
    moved = replace(known, rules=tuple(replace(one, version=one.version + 1) for one in known.rules))
    monkeypatch.setattr("pipelines.installation._rules", lambda: moved)
    with pytest.raises(InputError):
        proposals.approve(installation, number, "乙")
