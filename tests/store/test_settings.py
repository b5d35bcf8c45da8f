"""Settings come from the environment that is passed in, and from nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from fundwatch.domain.errors import ConfigurationError
from fundwatch.store.settings import Settings


def test_without_any_variable_the_home_is_var() -> None:
    settings = Settings.from_environment({})
    assert settings.home == Path.cwd() / "var"
    assert settings.database_url == f"sqlite:///{Path.cwd() / 'var' / 'operations.sqlite'}"
    assert settings.keys == settings.home / "keys"
    assert (settings.threads, settings.retention_months) == (2, 36)


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "FUNDWATCH_HOME": "/data/fw",
            "FUNDWATCH_DATABASE_URL": "postgresql://fw@db/fw",
            "FUNDWATCH_KEYS": "/keys",
            "FUNDWATCH_THREADS": "8",
            "FUNDWATCH_MEMORY_LIMIT": "16GB",
            "FUNDWATCH_RETENTION_MONTHS": "12",
            "FUNDWATCH_LEASE_SECONDS": "30",
            "FUNDWATCH_MAX_UPLOAD_MB": "64",
        }
    )
    assert settings == Settings(
        home=Path("/data/fw"),
        database_url="postgresql://fw@db/fw",
        keys=Path("/keys"),
        threads=8,
        memory_limit="16GB",
        retention_months=12,
        lease_seconds=30,
        max_upload_mb=64,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FUNDWATCH_THREADS", "0"),
        ("FUNDWATCH_THREADS", "two"),
        ("FUNDWATCH_THREADS", "²"),
        ("FUNDWATCH_MEMORY_LIMIT", "lots"),
        ("FUNDWATCH_MEMORY_LIMIT", "4 GB; DROP"),
        ("FUNDWATCH_RETENTION_MONTHS", "5"),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_environment({name: value})


def test_all_folders_lie_in_the_home() -> None:
    settings = Settings.from_environment({"FUNDWATCH_HOME": "/data/fw"})
    names = ("institutions", "inbox", "landing", "lake", "warehouse", "models", "temporary", "locks")
    assert all(getattr(settings, name).parent == settings.home for name in names)
