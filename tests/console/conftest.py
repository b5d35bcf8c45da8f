"""A console over a data home with two banks and one person of each role that its pages serve."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pyotp
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import update
from starlette.testclient import TestClient

from fundwatch.cli.console import office_of
from fundwatch.console.application import create
from fundwatch.console.office import Office
from fundwatch.domain.access import Role
from fundwatch.store.operations import people
from fundwatch.store.operations.database import writing
from fundwatch.store.operations.people_tables import people as table
from fundwatch.store.settings import Settings
from pipelines.installation import Installation, system_clock
from pipelines.overseeing import Overseer

BANKS = ("610900-B01", "610900-B02")
NO_SCHEDULER = "http://127.0.0.1:9/api"
PASSWORD = "calm-river-2026-stone"
WHO = {
    "zhou": (Role.LIAISON, [BANKS[0]]),
    "wu": (Role.LIAISON, [BANKS[1]]),
    "sec": (Role.SECURITY_ADMIN, []),
    "aud": (Role.AUDIT_ADMIN, []),
    "ana": (Role.ANALYST, []),
    "sci": (Role.DATA_SCIENTIST, []),
    "sys": (Role.SYSTEM_ADMIN, []),
    "city": (Role.CITY_OFFICER, []),
}
ENTRY = """
[[institution]]
code = "{code}"
name = "临州{name}银行"
sector = "bank"
region = "610902"
legal_basis = "条例第二十一条"
approval_no = "测试 1"
"""


class Clock:
    """Runs, and may be put forward: a one-time code is good once, and half a minute is long in a test."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> datetime:
        return system_clock() + timedelta(seconds=self.ahead)


@dataclass
class Desk:
    """A console: its application, its installation, and the secrets of those who sign in."""

    app: FastAPI
    office: Office
    installation: Installation
    secrets: dict[str, str]
    clock: Clock

    def code(self, name: str) -> str:
        """Return a one-time code that was not used before."""
        self.clock.ahead += 30
        return pyotp.TOTP(self.secrets[name]).at(self.clock())

    def client(self, name: str | None = None) -> TestClient:
        """Return a browser without scripts, of somebody who has signed in."""
        client = TestClient(self.app, base_url="http://127.0.0.1", follow_redirects=True, raise_server_exceptions=False)
        if name is not None:
            page = client.post("/sign-in", data={"name": name, "password": PASSWORD, "next": "/"})
            page = client.post("/sign-in/code", data={"csrf": token(page.text), "code": self.code(name), "next": "/"})
            assert page.status_code == 200, page.text
        return client


def token(page: str) -> str:
    """Return the token that stands in a page's forms."""
    return page.split('name="csrf" value="', 1)[1].split('"', 1)[0]


def hand_in(client: TestClient, path: Path, institution: str = BANKS[0], **headers: str):
    """Send a file as the page's script does, and wait for the verdict as the page does."""
    known = {"accept": "application/json", "x-csrf": token(client.get("/account").text)}
    known |= {"x-file-name": quote(path.name), "x-institution": institution}
    answer = client.post("/uploads", content=path.read_bytes(), headers=known | headers)
    if answer.status_code == 201:
        wait_until(lambda: "hx-refresh" in client.get(f"{answer.json()['path']}/progress").headers)
    return answer


@pytest.fixture
def scheduler() -> str:
    """The address of a scheduler that does not answer; a module of tests may name one that does."""
    return NO_SCHEDULER


@pytest.fixture
def desk(tmp_path: Path, scheduler: str) -> Iterator[Desk]:
    home = tmp_path / "home"
    home.mkdir()
    register = "".join(ENTRY.format(code=code, name=name) for code, name in zip(BANKS, "甲乙", strict=True))
    (home / "institutions.toml").write_text(register, encoding="utf-8")
    clock = Clock()
    with Installation.open(Settings.from_environment({"FUNDWATCH_HOME": str(home)}), clock) as installation:
        secrets = {}
        for name, (role, institutions) in WHO.items():
            secrets[name] = add(installation, name, role, institutions)
        front = office(installation, scheduler)
        yield Desk(create(front), front, installation, secrets, clock)
        front.judging.close()


def office(installation: Installation, api: str) -> Office:
    """Return the office of a test; its scheduler is that of an address, not one that this machine happens to run."""
    return replace(office_of(installation, is_secure=False), overseer=Overseer(api, installation.clock))


def add(installation: Installation, name: str, role: Role, institutions: list[str]) -> str:
    """Add a person who has changed the first password, and return the secret of the second factor."""
    now = installation.clock()
    with writing(installation.operations) as connection:
        number = people.add(
            connection,
            name=name,
            display_name=f"演示{name}",
            role=role,
            institutions=institutions,
            password=PASSWORD,
            actor="test",
            now=now,
        )
        person = people.get(connection, number)
        assert person is not None
        key = installation.custody.wrapped_key(connection, people.USE, now)
        address = people.enrol_second_factor(connection, person, key, actor="test", now=now)
        connection.execute(update(table).where(table.c.person == number).values(must_change_password=False))
    return pyotp.parse_uri(address).secret


@pytest.fixture
def served(desk: Desk) -> Iterator[str]:
    """The console on a port of its own, as a browser reaches it."""
    server = uvicorn.Server(uvicorn.Config(desk.app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)


def wait_until(holds: Callable[[], bool]) -> None:
    """Ask again until something holds; raise TimeoutError when it never does."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise TimeoutError
