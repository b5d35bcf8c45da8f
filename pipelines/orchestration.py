"""How Prefect runs here: its home inside the data home, its telemetry off, its results as JSON."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Mapping

from fundwatch.store.settings import Settings

WORK_POOL = "fundwatch"
"""The process pool of all flows; its limit of one run is the concurrency on the warehouse."""
DEFAULT_API = "http://127.0.0.1:4200/api"
"""Where ``fundwatch up`` serves the scheduler unless told otherwise."""


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


def api_address() -> str:
    """Return where the scheduler of this machine answers."""
    return os.environ.get("PREFECT_API_URL") or DEFAULT_API


def answers(url: str) -> bool:
    """Return whether a scheduler answers at an address."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
