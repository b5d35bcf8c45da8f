"""What the console's users wait for: the verdict on a file handed in, and lists while fifty people look at them.

``python -m benchmarks.console`` serves a console over a home of its own with some thousands of batches, hands in an
extract of 100,000 rows, and lets fifty people ask for lists at once. The bars: acknowledged within 1 s, judged within
5 s, 95 of 100 lists within 300 ms. Seconds depend on the machine: run it on a quiet one with two cores.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import uvicorn

from benchmarks.extracts import Extract, transcode, write_extract
from fundwatch.cli.console import office_of
from fundwatch.console.application import create
from fundwatch.domain.access import Role
from fundwatch.store.operations import ledger, people, signed_in
from fundwatch.store.operations.database import writing
from fundwatch.store.settings import Settings
from pipelines.installation import Installation

CODE = "610900-B01"
REGISTER = f"""
[[institution]]
code = "{CODE}"
name = "临州甲银行"
sector = "bank"
region = "610902"
legal_basis = "条例第二十一条"
approval_no = "测试 1"
"""
PATHS = ("/batches", "/batches?page=7", "/batches?q=00&state=received", "/calendar", "/uploads")


def main() -> None:
    """Run both parts and print them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--batches", type=int, default=5_000)
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--rounds", type=int, default=10, help="lists that each person asks for")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        home.mkdir()
        (home / "institutions.toml").write_text(REGISTER, encoding="utf-8")
        extract = write_extract(Path(name) / "utf8.csv", Extract(chosen.rows))
        extract = transcode(extract, Path(name) / "流水.csv")
        with Installation.open(Settings.from_environment({"FUNDWATCH_HOME": str(home)})) as installation:
            sessions = _people(installation, chosen.people)
            with _served(installation) as address:
                _hand_in(address, sessions[0], extract)
                _fill(installation, chosen.batches)
                _look(address, sessions, chosen.rounds)


def _people(installation: Installation, count: int) -> list[str]:
    """Return the sessions of so many liaisons."""
    now = installation.clock()
    found = []
    for number in range(count):
        with writing(installation.operations) as connection:
            made = people.add(
                connection,
                name=f"p{number}",
                display_name="",
                role=Role.LIAISON,
                institutions=[CODE],
                password="calm-river-2026-stone",  # noqa: S106 - of an invented person in a home that is thrown away
                actor="benchmark",
                now=now,
            )
            person = people.get(connection, made)
            assert person is not None, "it was just added"
            found.append(signed_in.start(connection, person, second_factor=True, now=now))
    return found


def _hand_in(address: str, session: str, path: Path) -> None:
    with httpx2.Client(base_url=address, cookies={"fundwatch": session}, timeout=120) as client:
        token = client.get("/uploads").text.split('data-csrf="', 1)[1].split('"', 1)[0]
        headers = {
            "accept": "application/json",
            "x-csrf": token,
            "x-file-name": "extract.csv",
            "x-institution": CODE,
        }
        began = time.perf_counter()
        answer = client.post("/uploads", content=path.read_bytes(), headers=headers)
        acknowledged = time.perf_counter() - began
        page = answer.json()["path"]
        while 'id="verdict"' not in client.get(page).text:
            time.sleep(0.05)
        judged = time.perf_counter() - began
    size = path.stat().st_size / 1e6
    print(f"{size:.1f} MB: acknowledged in {acknowledged:.2f} s (bar 1), judged in {judged:.2f} s (bar 5)")


def _fill(installation: Installation, count: int) -> None:
    """Enter batches that were received over the last months, so that lists have something to list."""
    now = installation.clock()
    with writing(installation.operations) as connection:
        for number in range(count):
            ledger.receive(
                connection,
                sha256=f"{number:064x}",
                size=1000,
                file_name=f"流水_{number:05d}.csv",
                institution=CODE,
                legal_basis="条例",
                received_by="benchmark",
                now=now - timedelta(hours=number),
            )


def _look(address: str, sessions: list[str], rounds: int) -> None:
    def person(place: int) -> list[float]:
        waits, session = [], sessions[place]
        # People do not click in step.
        time.sleep(place / len(sessions))
        with httpx2.Client(base_url=address, cookies={"fundwatch": session}, timeout=120) as client:
            for turn in range(rounds):
                began = time.perf_counter()
                client.get(PATHS[turn % len(PATHS)]).raise_for_status()
                waits.append(time.perf_counter() - began)
                time.sleep(1)
        return waits

    with ThreadPoolExecutor(len(sessions)) as pool:
        waits = sorted(wait for found in pool.map(person, range(len(sessions))) for wait in found)
    p95 = waits[int(0.95 * len(waits))]
    middle = statistics.median(waits)
    print(
        f"{len(sessions)} people, {len(waits)} lists, a second between two: "
        f"median {1000 * middle:.0f} ms, p95 {1000 * p95:.0f} ms (bar 300)"
    )


@contextmanager
def _served(installation: Installation) -> Iterator[str]:
    app = create(office_of(installation, is_secure=False))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
