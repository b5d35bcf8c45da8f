"""How Prefect runs here: its home inside the data home, its telemetry off, its results as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from fundwatch.store.settings import Settings

WORK_POOL = "fundwatch"
"""The process pool of all flows; its limit of one run is the concurrency on the warehouse."""


def prefect_environment(settings: Settings) -> Mapping[str, str]:
    """Return the environment that must stand before Prefect is imported."""
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "DO_NOT_TRACK": "1",
    }
