"""Single sign-on by a header: believed from the proxy alone, in place of the password, never of the second factor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from fundwatch.console.application import create
from fundwatch.console.office import Vouching
from fundwatch.domain.errors import ConfigurationError
from fundwatch.store.operations import audit, people
from fundwatch.store.operations.database import reading, writing
from tests.console.conftest import token

PROXY = "10.0.0.5"


@pytest.fixture
def app(desk):
    return create(replace(desk.office, vouching=Vouching("X-Remote-User", frozenset({PROXY}))))


def browser(app, name: str, address: str = PROXY) -> TestClient:
    client = TestClient(app, base_url="http://127.0.0.1", client=(address, 50000))
    client.headers["x-remote-user"] = name
    return client


def test_whom_the_proxy_names_is_asked_for_the_code_alone(desk, app) -> None:
    client = browser(app, "ana")
    asked = client.get("/runs")
    assert asked.url.path == "/sign-in/code" and 'name="password"' not in asked.text
    assert "夜间批次" not in asked.text, "nothing before the second factor"
    done = client.post("/sign-in/code", data={"csrf": token(asked.text), "code": desk.code("ana"), "next": "/runs"})
    assert done.url.path == "/runs" and done.status_code == 200


def test_a_header_from_elsewhere_is_nobodys(desk, app) -> None:
    assert 'name="password"' in browser(app, "ana", "10.0.0.6").get("/sign-in").text
    plain = TestClient(desk.app, base_url="http://127.0.0.1", client=(PROXY, 50000))
    assert 'name="password"' in plain.get("/sign-in", headers={"x-remote-user": "ana"}).text


def test_who_is_not_here_disabled_or_without_a_second_factor_is_refused_alike(desk, app) -> None:
    with writing(desk.installation.operations) as connection:
        people.disable(connection, "sci", actor="test", now=desk.clock())
    for name in ("nobody", "sci"):
        page = browser(app, name).get("/sign-in")
        assert page.status_code == 401 and 'name="password"' in page.text
    with reading(desk.installation.operations) as connection:
        refused = audit.newest(connection, actor="", action="sign_in_refused", subject="", most=None)
    assert [(one.actor, one.detail) for one in refused] == [("sci", {"vouched": True}), ("unknown", {"vouched": True})]


def test_a_header_without_its_proxy_is_refused_when_the_console_starts() -> None:
    from fundwatch.cli.console import serve

    with pytest.raises(ConfigurationError, match="trusted-proxy"):
        serve(trusted_header="X-Remote-User")
