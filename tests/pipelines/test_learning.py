"""From decisions to labels, from labels to the order of the list; and the control sample that nobody can tell apart."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from detectors import ranker_storing
from detectors.ranker_choice import Choice
from fundwatch.city.office import Office
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.review import Disposition
from fundwatch.store.operations import controls, queue, tables
from fundwatch.store.operations.database import reading
from pipelines import ranking, report_card, sampling
from pipelines.installation import Installation
from pipelines.labelling import labelled
from pipelines.presenting import alert_json
from pipelines.review import decide_case, sign_case
from tests.pipelines.conftest import NIGHTS, City, run_nights


def settle(installation: Installation, case_id: str, disposition: Disposition, cause: str) -> None:
    decide_case(installation, case_id, actor="li", disposition=disposition, causes=[cause], note="")
    sign_case(installation, case_id, actor="zhou", note="")


@pytest.fixture
def office(city: City) -> Office:
    return Office.of_truth(json.loads((city.folder / "truth.json").read_text("utf-8")), error_rate=0.0, seed=1)


def review_all(installation: Installation, office: Office) -> None:
    """Decide every alert and every drawn control by the truth."""
    with reading(installation.operations) as connection:
        cases = [(one.alert_id, alert_json(one)["subject_ids"], one.as_of) for one in queue.ranked(connection)]
        drawn = controls.drawn(connection)
    cases += [(one.sample_id, one.content["subject"]["accounts"], one.as_of) for one in drawn]
    for case_id, members, on in cases:
        verdict = office.judge(case_id, members, on)
        settle(installation, case_id, verdict.disposition, verdict.cause)


def listing(installation: Installation) -> tuple[str | None, list[tuple[Any, ...]]]:
    with reading(installation.operations) as connection:
        ranker = ranking.listed(installation, connection)
        found = queue.ranked(connection, ranker=ranker)
    return ranker, [(one.alert_id, one.version, one.score, one.level, one.state) for one in found]


def count(installation: Installation, table: Any) -> int:
    with reading(installation.operations) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_every_night_draws_a_sample_of_subjects_without_an_alert(city: City, installation: Installation) -> None:
    with reading(installation.operations) as connection:
        alerts = {(one.as_of, key) for one in queue.ranked(connection) for key in one.content["subject"]["parties"]}
        for night in NIGHTS:
            drawn = controls.drawn(connection, night)
            assert {one.stratum for one in drawn} <= {"near", "rest"}
            assert sum(one.stratum == "rest" for one in drawn) == 3
            named = {(day, party) for day, party in alerts if day <= night}
            assert (
                not {(day, p) for day, _ in named for one in drawn for p in one.content["subject"]["parties"]} & named
            )
    shown = sampling.listed(installation, NIGHTS[-1])
    assert shown
    assert not {"stratum", "population", "score", "items"} & set(shown[0])
    assert any(row["features"] for row in shown)


def test_a_night_run_again_keeps_its_sample_its_facts_and_its_list(own_city: City, installation: Installation) -> None:
    before = listing(installation)
    sizes = [count(installation, one) for one in (tables.control_samples, tables.alert_facts, tables.alert_orders)]
    run_nights(own_city.home, own_city.folder / "inbox", [NIGHTS[-1]])
    assert listing(installation) == before
    assert sizes == [
        count(installation, one) for one in (tables.control_samples, tables.alert_facts, tables.alert_orders)
    ]
    assert sizes[1] > 0


def test_decisions_become_labels_with_what_was_known_then(installation: Installation, office: Office) -> None:
    assert labelled(installation) == []
    review_all(installation, office)
    found = labelled(installation)
    truths = [label.truth for label, _ in found]
    assert True in truths
    assert False in truths
    assert len(found) == count(installation, tables.alerts) + count(installation, tables.control_samples)
    alerts = [(label, facts) for label, facts in found if not label.case_id.startswith(controls.PREFIX)]
    assert all(label.version.items for label, _ in alerts)
    assert any(facts and facts["values"] for _, facts in alerts)


def test_too_few_labels_leave_the_list_by_score(installation: Installation, office: Office) -> None:
    before = listing(installation)
    with pytest.raises(ConfigurationError, match="标注不足"):
        ranking.train_now(installation)
    assert listing(installation) == before
    assert before[0] is None


def test_a_ranker_that_wins_reorders_and_hides_nothing(
    own_city: City, installation: Installation, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    review_all(installation, office)
    _, by_score = listing(installation)
    # The city has lived through four weeks only: here a night stands for a month.
    example = ranking._example
    monkeypatch.setattr(
        ranking,
        "_example",
        lambda label, facts: replace(example(label, facts), month=str(label.version.as_of_day)),
    )
    monkeypatch.setattr(ranking, "choose", lambda *_: Choice(False, "维持", "stays"))
    ranker, _ = ranking.train_now(installation, min_each=5, min_held=1)
    assert listing(installation) == (None, by_score)
    # In force without its values, as when a night ran meanwhile, the list stays by score until they are there.
    folder = ranking.folder_of(installation.settings)
    ranker_storing.put_in_force(folder, ranker)
    assert listing(installation) == (None, by_score)
    ranking.complete(installation)
    assert listing(installation)[0] == ranker.ranker_id
    (folder / "in_force").unlink()
    monkeypatch.setattr(ranking, "choose", lambda *_: Choice(True, "启用", "takes over"))
    again, _ = ranking.train_now(installation, min_each=5, min_held=1)
    assert again.ranker_id == ranker.ranker_id
    used, ordered = listing(installation)
    assert used == ranker.ranker_id
    assert sorted(ordered) == sorted(by_score)
    with reading(installation.operations) as connection:
        values = [one.order_value for one in queue.ranked(connection, ranker=used)]
    assert values == sorted(values, reverse=True)  # type: ignore[type-var]
    assert len(set(values)) > 1
    # The next run orders what it changes by the same ranker, so that the list stays whole.
    run_nights(own_city.home, own_city.folder / "inbox", [date(2026, 11, 1)])
    assert listing(installation)[0] == used


def test_a_ranker_whose_file_is_gone_leaves_the_night_and_the_list_alone(
    own_city: City, installation: Installation
) -> None:
    folder = ranking.folder_of(installation.settings)
    folder.mkdir()
    (folder / "in_force").write_text("0" * 64, "ascii")
    assert ranker_storing.in_force(folder) == "0" * 64
    assert ranking.usable(installation.settings) is None
    assert listing(installation)[0] is None


def test_the_estimate_counts_what_the_samples_say(installation: Installation, office: Office) -> None:
    before = sampling.recall(installation)
    assert before["estimate"].count is None
    review_all(installation, office)
    after = sampling.recall(installation)
    estimate = after["estimate"]
    rest = next(one for one in after["strata"] if one.stratum == "rest")
    assert (rest.drawn, rest.known) == (12, 12)
    assert estimate.bounds.low <= estimate.count <= estimate.bounds.high
    assert 0 < estimate.found <= count(installation, tables.alerts)
    assert sampling.told(estimate)["recall_between"][0] < 1


def test_report_cards_cover_every_rule_and_add_up(installation: Installation, office: Office) -> None:
    review_all(installation, office)
    cards = report_card.reports(installation)
    assert [one.rule_id for one in cards] == [rule.id for rule in installation.rules.active_rules()]
    assert sum(one.total.n for one in cards) > 0
    for one in cards:
        assert one.total.n <= one.alerts
        assert sum(tally.n for tally in one.by_month.values()) == one.total.n
        assert json.dumps(report_card.told(one))
