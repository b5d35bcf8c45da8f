"""The history of manifests is what was committed, whenever one looks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from fundwatch.domain.errors import BusyError, EngineError, InputError
from fundwatch.store.manifests import LakeFile, Manifest
from fundwatch.store.operations import history
from fundwatch.store.operations.database import reading, writing


def _file(partition: int, content: int) -> LakeFile:
    return LakeFile("transfers", f"2026-{partition:02}", "rows", f"p{content}", f"{content:064}", content + 1)


_DRAFTS = st.lists(st.dictionaries(st.integers(1, 6), st.integers(0, 4)), min_size=1, max_size=6)


@given(drafts=_DRAFTS)
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_manifest_is_found_again_by_id_and_instant(
    engine: Engine, now: datetime, drafts: list[dict[int, int]]
) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM manifest_files"))
        connection.execute(text("DELETE FROM manifests"))
    committed: list[tuple[datetime, Manifest]] = [(now - timedelta(days=1), Manifest())]
    for number, draft in enumerate(drafts):
        files = tuple(sorted(_file(partition, content) for partition, content in draft.items()))
        with writing(engine) as connection:
            base = history.head(connection).manifest_id
            instant = now + timedelta(minutes=number)
            manifest = history.append(connection, Manifest(files), base=base, as_of=number, now=instant)
        committed.append((instant, manifest))
    with reading(engine) as connection:
        for instant, manifest in committed:
            assert history.head_at(connection, instant) == manifest
            assert history.by_id(connection, manifest.manifest_id).files == manifest.files
        assert history.head(connection) == committed[-1][1]
        paths = {file.path for _, manifest in committed for file in manifest.files}
        assert history.referenced_paths(connection) == paths


def test_the_same_files_again_make_no_new_manifest(engine: Engine, now: datetime) -> None:
    draft = Manifest((_file(1, 1),))
    with writing(engine) as connection:
        first = history.append(connection, draft, base=Manifest().manifest_id, as_of=None, now=now)
    with writing(engine) as connection:
        again = history.append(connection, draft, base="whatever", as_of=3, now=now + timedelta(days=1))
    assert again == first
    assert (first.number, first.parent) == (1, Manifest().manifest_id)


def test_a_draft_of_an_older_head_is_refused(engine: Engine, now: datetime) -> None:
    old = Manifest().manifest_id
    with writing(engine) as connection:
        history.append(connection, Manifest((_file(1, 1),)), base=old, as_of=None, now=now)
    with pytest.raises(BusyError), writing(engine) as connection:
        history.append(connection, Manifest((_file(1, 2),)), base=old, as_of=None, now=now)


def test_a_clock_that_runs_back_does_not_turn_the_history_round(engine: Engine, now: datetime) -> None:
    """Reliability 19."""
    with writing(engine) as connection:
        one = history.append(connection, Manifest((_file(1, 1),)), base=Manifest().manifest_id, as_of=None, now=now)
        earlier = now - timedelta(days=1)
        two = history.append(connection, Manifest((_file(1, 2),)), base=one.manifest_id, as_of=None, now=earlier)
        assert two.committed_at == one.committed_at
        assert history.head_at(connection, now) == two


def test_a_damaged_manifest_is_noticed(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        history.append(connection, Manifest((_file(1, 1),)), base=Manifest().manifest_id, as_of=None, now=now)
        connection.execute(text("UPDATE manifest_files SET rows = 99"))
    with pytest.raises(EngineError, match="damaged"), reading(engine) as connection:
        history.head(connection)


def test_an_unknown_manifest_is_an_input_error(engine: Engine) -> None:
    with pytest.raises(InputError), reading(engine) as connection:
        history.by_id(connection, "0" * 64)
