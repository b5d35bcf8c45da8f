"""The features of a night: measured once a run, the same for whoever asks."""

from __future__ import annotations

import pytest

from detectors import features
from fundwatch.domain.keys import date_of, day_number
from pipelines import drafts
from pipelines.drafts import relations_of
from pipelines.frames import frame_of
from pipelines.installation import Installation
from pipelines.night import begun
from tests.pipelines.conftest import LAST_DAY, City, run_nights


def test_a_run_measures_once_and_gives_what_the_features_say(own_city: City, installation: Installation) -> None:
    assert own_city.outcomes, "the city has had its nights"
    with begun(installation, "nightly", as_of=date_of(day_number(LAST_DAY))) as run_id:
        draft = drafts.load(installation.settings, run_id)
        with relations_of(installation, draft) as connection:
            measured = features.compute(connection, day_number(LAST_DAY))
            assert frame_of(installation, connection, draft).equals(measured)
            # The file answers from now on, whatever has become of the tables.
            connection.execute("CREATE OR REPLACE TEMP VIEW transfers AS SELECT 1 AS nothing")
            assert frame_of(installation, connection, draft).equals(measured)
            connection.execute("DROP VIEW temp.transfers")
        kept = drafts.folder_of(installation.settings, run_id)
        assert kept.is_dir()
    assert not kept.exists()


def test_detector_and_publication_share_it(
    own_city: City, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = []
    original = features.compute

    def once(*given: object) -> object:
        days.append(given[1])
        return original(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(features, "compute", once)
    run_nights(own_city.home, own_city.folder / "inbox", [LAST_DAY])
    assert days == [day_number(LAST_DAY)]
