"""What administrators look at and change: the register, the working days, keys, retention, the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fundwatch.domain.disk_forecast import DiskForecast, disk_forecast
from fundwatch.domain.errors import InputError
from fundwatch.domain.keys import date_of
from fundwatch.domain.remarks import Remark
from fundwatch.domain.retention import Retention, retention_of
from fundwatch.store.custody import KeyState
from fundwatch.store.durable import disk, write_text
from fundwatch.store.operations import audit
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.lease import local_lock
from fundwatch.store.registry import amended
from pipelines.checkup import examine
from pipelines.installation import Installation
from rules.reference import FOLDER, Notice, notices_text, read_notices


@dataclass(frozen=True, slots=True)
class Administration:
    """Looks at one installation and changes its files of settings; every change is recorded in the audit."""

    installation: Installation

    def remarks(self) -> Sequence[Remark]:
        """Return a remark on each thing that a night depends on."""
        return list(examine(self.installation.settings))

    def disk(self) -> DiskForecast:
        """Return what the data home holds and how long the disk will last."""
        home = self.installation.settings.home
        with disk(home):
            parts = {one.name: _bytes(one) for one in sorted(home.iterdir())}
            free = shutil.disk_usage(home).free
        return disk_forecast(parts, free, self.installation.landing.received(), self.installation.clock())

    def keys(self) -> Sequence[KeyState]:
        """Return the keys that serve now."""
        with reading(self.installation.operations) as connection:
            return self.installation.custody.states(connection)

    def retention(self) -> Retention:
        """Return how long uploads are kept and how many are past that."""
        months, now = self.installation.settings.retention_months, self.installation.clock()
        return retention_of([at for at, _ in self.installation.landing.received()], months, now)

    def register(self, values: Mapping[str, Any], *, code: str | None, by: str) -> None:
        """Add an institution to the register, or change the one of a code.

        Raises InputError or ConfigurationError for what the register does not take; it is then as before.
        """
        path = self.installation.settings.institutions
        with self._at_work():
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            former = {one.code: one for one in self.installation.registry} if before else {}
            write_text(path, amended(before, values, code=code, path=path))
            now = self.installation.registry.institutions[code or values["code"]]
        was = former.get(now.code)
        changed = sorted(key for key in values if was is None or getattr(was, key) != getattr(now, key))
        action = "institution_registered" if was is None else "institution_changed"
        self._record(by, action, f"institution:{now.code}", {"fields": changed})

    def notices(self) -> tuple[Sequence[Notice], Sequence[Notice]]:
        """Return the notices that come with the rules, and those entered here, each by day."""
        own = sorted(self.installation.notices, key=lambda one: one.first_day)
        return sorted(read_notices(FOLDER / "calendar.csv"), key=lambda one: one.first_day), own

    def enter(self, notice: Notice, *, by: str) -> None:
        """Enter days off or working days; raises InputError for days that were entered here before."""
        with self._at_work():
            known = list(self.installation.notices)
            for one in known:
                if one.first_day <= notice.last_day and notice.first_day <= one.last_day:
                    raise InputError(
                        f"{date_of(one.first_day)} ～ {date_of(one.last_day)} 已录入，请先删除再录。",
                        f"{date_of(one.first_day)} to {date_of(one.last_day)} is entered; remove it first.",
                        code="F332",
                    )
            self._write([*known, notice])
        self._record(by, "working_days_entered", f"day:{date_of(notice.first_day)}", _told(notice))

    def remove(self, first_day: int, *, by: str) -> None:
        """Remove what was entered here from a day (number) on; raises InputError when there is nothing."""
        with self._at_work():
            known = list(self.installation.notices)
            gone = [one for one in known if one.first_day == first_day]
            if not gone:
                raise InputError("没有这条记录，请刷新页面。", "there is no such entry; reload the page.", code="F333")
            self._write([one for one in known if one.first_day != first_day])
        self._record(by, "working_days_removed", f"day:{date_of(first_day)}", _told(gone[0]))

    def _write(self, notices: Sequence[Notice]) -> None:
        ordered = sorted(notices, key=lambda one: one.first_day)
        write_text(self.installation.settings.calendar, notices_text(ordered))

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Keep two administrators from writing over each other; the second is told to try again."""
        with local_lock(self.installation.settings.locks / "administration.lock"):
            yield

    def _record(self, by: str, action: str, subject: str, detail: Mapping[str, Any]) -> None:
        with writing(self.installation.operations) as connection:
            now = self.installation.clock()
            audit.append(connection, now=now, actor=by, action=action, subject=subject, detail=detail)


def _bytes(path: Path) -> int:
    """Return the bytes of a file or of all files in a folder; what goes away meanwhile counts nothing."""
    files = path.rglob("*") if path.is_dir() else [path]
    total = 0
    for one in files:
        try:
            total += one.lstat().st_size if not one.is_dir() else 0
        except FileNotFoundError:
            continue
    return total


def _told(notice: Notice) -> Mapping[str, Any]:
    last = date_of(notice.last_day).isoformat()
    return {"until": last, "works": notice.works, "name": notice.name, "source": notice.source}
