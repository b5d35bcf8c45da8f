"""One writer at a time, and a stale one cannot commit."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from fundwatch.domain.errors import BusyError
from fundwatch.store.operations.database import writing
from fundwatch.store.operations.lease import WRITER, Lease, acquire, check, heartbeat, local_lock, release, renew

TTL = timedelta(seconds=60)


def _holds(engine: Engine, lease: Lease) -> bool:
    try:
        with writing(engine) as connection:
            check(connection, lease)
    except BusyError:
        return False
    return True


def test_a_live_lease_keeps_others_out(engine: Engine, now: datetime) -> None:
    acquire(engine, WRITER, "host:1", now, TTL)
    with pytest.raises(BusyError, match="host:1"):
        acquire(engine, WRITER, "host:2", now + TTL / 2, TTL)


def test_tokens_only_grow(engine: Engine, now: datetime) -> None:
    tokens = []
    for number in range(3):
        lease = acquire(engine, WRITER, f"host:{number}", now, TTL)
        tokens.append(lease.token)
        release(engine, lease, now)
    assert tokens == [1, 2, 3]


def test_a_zombie_is_fenced_off(engine: Engine, now: datetime) -> None:
    """Reliability 40: whoever lost the lease cannot commit, renew or release what the next one holds."""
    zombie = acquire(engine, WRITER, "host:1", now, TTL)
    heir = acquire(engine, WRITER, "host:2", now + 2 * TTL, TTL)
    assert not _holds(engine, zombie)
    with pytest.raises(BusyError):
        renew(engine, zombie, now + 2 * TTL, TTL)
    release(engine, zombie, now + 2 * TTL)
    assert _holds(engine, heir)


def test_an_expired_lease_that_nobody_took_still_commits(engine: Engine, now: datetime) -> None:
    lease = acquire(engine, WRITER, "host:1", now, TTL)
    assert _holds(engine, lease)
    renew(engine, lease, now + 5 * TTL, TTL)
    with pytest.raises(BusyError):
        acquire(engine, WRITER, "host:2", now + 5 * TTL, TTL)


def test_a_released_lease_does_not_commit(engine: Engine, now: datetime) -> None:
    lease = acquire(engine, WRITER, "host:1", now, TTL)
    release(engine, lease, now)
    assert not _holds(engine, lease)


def test_who_knows_that_the_former_is_gone_takes_over_at_once(engine: Engine, now: datetime) -> None:
    acquire(engine, WRITER, "host:1", now, TTL)
    assert acquire(engine, WRITER, "host:2", now, TTL, former_is_gone=True).token == 2
    with pytest.raises(BusyError):
        acquire(engine, WRITER, "elsewhere:3", now, TTL, former_is_gone=True)


def test_of_many_starters_one_runs(engine: Engine, now: datetime) -> None:
    """Reliability 39."""
    granted: list[Lease] = []
    refused: list[BusyError] = []
    barrier = threading.Barrier(8)

    def start(number: int) -> None:
        barrier.wait()
        try:
            granted.append(acquire(engine, WRITER, f"host:{number}", now, TTL))
        except BusyError as error:
            refused.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(granted), len(refused)) == (1, 7)


def test_a_heartbeat_renews_the_lease(engine: Engine, now: datetime) -> None:
    lease = acquire(engine, WRITER, "host:1", now, TTL)
    later = now + 10 * TTL
    asked = threading.Event()

    def clock() -> datetime:
        asked.set()
        return later

    with heartbeat(engine, lease, clock=clock, ttl=timedelta(seconds=0.3)):
        assert asked.wait(30)
    # The thread has ended, so the renewal that asked for the time is in the database.
    with pytest.raises(BusyError):
        acquire(engine, WRITER, "host:2", later, TTL)


def test_the_local_lock_is_freed_when_its_process_ends(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "writer"
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom fundwatch.store.operations.lease import local_lock\n"
        f"with local_lock(Path({str(path)!r})):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=str(holder.pid)), local_lock(path):
            pass
        holder.kill()
        holder.wait()
    with local_lock(path):
        assert str(os.getpid()) in path.read_text()
