"""What the console needs of an installation; the roof brings it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from sqlalchemy import Engine
from starlette.requests import Request

from data_contracts.catalogue import Catalogue
from fundwatch.console.judging import Judging
from fundwatch.domain.disk_forecast import DiskForecast
from fundwatch.domain.flow_runs import Oversight
from fundwatch.domain.receipts import Receipt
from fundwatch.domain.remarks import Remark
from fundwatch.domain.retention import Retention
from fundwatch.store.custody import KeyState
from fundwatch.store.operations.ledger import Batch
from fundwatch.store.registry import Registry
from rules.reference import Notice


@dataclass(frozen=True, slots=True)
class Vouching:
    """Single sign-on: a proxy of the office that has checked who somebody is names them in a header.

    The header stands in place of the password, never of the second factor, and counts from these addresses alone.
    """

    header: str
    proxies: frozenset[str]

    def name_of(self, request: Request) -> str:
        """Return the name that a request is vouched for by; empty where nobody vouches."""
        if request.client is None or request.client.host not in self.proxies:
            return ""
        return unquote(request.headers.get(self.header, "")).strip()


class Counter(Protocol):
    """Where files are handed in: taken in, judged, shown again, taken back."""

    def receive(
        self,
        path: Path,
        *,
        institution: str,
        by: str,
        legal_basis: str | None = None,
        corrects: str | None = None,
        completes: str | None = None,
    ) -> Batch:
        """Land a file and return its batch; raises InputError for what cannot be taken."""

    def judge(self, name: str) -> None:
        """Check a batch that waits and file its receipt."""

    def receipt(self, name: str) -> Receipt | None:
        """Return the latest receipt of a batch, None before it was judged."""

    def shown(self, batch: Batch) -> Mapping[str, Any]:
        """Return by sheet the header and the rows around its faults."""

    def files(self, name: str, folder: Path, lang: str, *, by: str) -> Sequence[Path]:
        """Write the receipt as files into a folder and return them."""

    def withdraw(self, name: str, reason: str, *, by: str) -> None:
        """Take back a batch that is not loaded yet."""


class Overseer(Protocol):
    """Who knows the timetable of the flows and what came of their runs."""

    def look(self) -> Oversight | None:
        """Return what the scheduler knows, None when it does not answer."""

    def start(self, flow: str, as_of: date | None = None) -> str:
        """Ask for a run now and return its id; raises BusyError or InputError where there can be none."""


class Administration(Protocol):
    """Who looks after the installation: its register, working days, keys, retention and disk."""

    def remarks(self) -> Sequence[Remark]:
        """Return a remark on each thing that a night depends on."""

    def disk(self) -> DiskForecast:
        """Return what the data home holds and how long the disk will last."""

    def keys(self) -> Sequence[KeyState]:
        """Return the keys that serve now."""

    def retention(self) -> Retention:
        """Return how long uploads are kept and how many are past that."""

    def register(self, values: Mapping[str, Any], *, code: str | None, by: str) -> None:
        """Add an institution to the register, or change the one of a code; raises what says why it cannot be."""

    def notices(self) -> tuple[Sequence[Notice], Sequence[Notice]]:
        """Return the notices that come with the rules, and those entered here, each by day."""

    def enter(self, notice: Notice, *, by: str) -> None:
        """Enter days off or working days; raises InputError for days that were entered here before."""

    def remove(self, first_day: int, *, by: str) -> None:
        """Remove what was entered here from a day (number) on; raises InputError when there is nothing."""


@dataclass(frozen=True)
class Office:
    """One installation as the console sees it."""

    engine: Engine
    read_registry: Callable[[], Registry]
    contracts: Catalogue
    counter: Counter
    overseer: Overseer
    administration: Administration
    clock: Callable[[], datetime]
    second_factor_key: Callable[[], bytes]
    temporary: Path
    """Folder for clear copies that live while a request does."""
    max_upload_bytes: int
    is_workday: Callable[[int], bool]
    is_secure: bool = True
    """Whether cookies travel over TLS only; False on the loopback."""
    vouching: Vouching | None = None

    @property
    def registry(self) -> Registry:
        """Return who may report, as the register stands now."""
        return self.read_registry()

    @cached_property
    def judging(self) -> Judging:
        """Return the one who judges what was handed in, a file at a time."""
        return Judging(self.counter.judge)
