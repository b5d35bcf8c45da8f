"""One writer at a time: a lease with a fencing token that the committing transaction checks.

A writer that was thought dead and wakes up holds an old token, and its commit is refused.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, select, update

from fundwatch.domain.errors import BusyError, FundwatchError
from fundwatch.store.durable import disk, make_folder
from fundwatch.store.operations.database import writing
from fundwatch.store.operations.tables import leases
from fundwatch.store.operations.writing import insert_absent

WRITER = "writer"
"""The lease of whoever writes the lake, the warehouse and the manifest."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A granted lease."""

    name: str
    token: int
    """Greater than that of every earlier holder."""
    holder: str


def acquire(
    engine: Engine, name: str, holder: str, now: datetime, ttl: timedelta, *, former_is_gone: bool = False
) -> Lease:
    """Take a lease; raise BusyError while another holder's heartbeat is fresh.

    ``former_is_gone`` takes it over at once: for a caller who holds the local lock and so knows that a former
    holder on this machine, if it was one, has ended. ``holder`` is ``machine:process``.
    """
    with writing(engine) as connection:
        insert_absent(
            connection,
            leases,
            [{"name": name, "token": 0, "holder": "", "held": False, "acquired_at": now, "expires_at": now}],
        )
        row = connection.execute(select(leases).where(leases.c.name == name).with_for_update()).one()
        machine = holder.partition(":")[0]
        is_ours = former_is_gone and row.holder.partition(":")[0] == machine
        if row.held and row.expires_at > now and not is_ours:
            raise _busy(row.holder)
        token = int(row.token) + 1
        connection.execute(
            update(leases)
            .where(leases.c.name == name)
            .values(token=token, holder=holder, held=True, acquired_at=now, expires_at=now + ttl)
        )
    return Lease(name, token, holder)


def renew(engine: Engine, lease: Lease, now: datetime, ttl: timedelta) -> None:
    """Say that the holder is alive; raise BusyError when the lease has passed to another."""
    with writing(engine) as connection:
        check(connection, lease)
        connection.execute(update(leases).where(leases.c.name == lease.name).values(expires_at=now + ttl))


def release(engine: Engine, lease: Lease, now: datetime) -> None:
    """Give the lease back; one that has passed to another is left alone."""
    with writing(engine) as connection:
        connection.execute(
            update(leases)
            .where(leases.c.name == lease.name, leases.c.token == lease.token)
            .values(held=False, expires_at=now)
        )


def check(connection: Connection, lease: Lease) -> None:
    """Raise BusyError unless ``lease`` is the one granted last; nobody can take it before this transaction ends.

    A lease that ran out but was taken by nobody still holds: the token decides, not the clock.
    """
    row = connection.execute(select(leases).where(leases.c.name == lease.name).with_for_update()).one_or_none()
    if row is None or row.token != lease.token or not row.held:
        raise BusyError(
            "本次运行的写入许可已失效（被其他运行接管），未写入任何内容；请重新运行。",
            "this run's lease has passed to another run; nothing was written; start it again.",
            code="B104",
        )


@contextmanager
def local_lock(path: Path) -> Iterator[None]:
    """Hold a lock file of this machine; the system frees it when the process ends, however it ends."""
    make_folder(path.parent)
    with disk(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _busy(os.pread(descriptor, 200, 0).decode("utf-8", "replace")) from error
        with disk(path):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def heartbeat(engine: Engine, lease: Lease, *, clock: Callable[[], datetime], ttl: timedelta) -> Iterator[None]:
    """Renew the lease three times per ``ttl`` from a thread while the block runs.

    A renewal that fails is not an error here: the commit checks the token.
    """
    done = threading.Event()

    def beat() -> None:
        while not done.wait(ttl.total_seconds() / 3):
            try:
                renew(engine, lease, clock(), ttl)
            except FundwatchError:
                # Lost or unreachable; the committing transaction will find out and say so.
                continue

    thread = threading.Thread(target=beat, name="lease-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _busy(holder: str) -> BusyError:
    return BusyError(
        f"另一次运行正在写入（{holder or '未知'}），请等它结束后重试。",
        f"another run is writing ({holder or 'unknown'}); try again when it has ended.",
        code="B103",
    )
