"""The interface for machines: a token opens one institution's door, the answer is data, the description is public."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from fundwatch.console.receiving import name_of
from fundwatch.domain.errors import InputError
from fundwatch.store.operations import access_tokens, audit
from fundwatch.store.operations.database import reading, writing
from tests.console.conftest import BANKS, Desk, wait_until


def token_of(desk: Desk, institution: str) -> tuple[int, str]:
    with writing(desk.installation.operations) as connection:
        return access_tokens.issue(connection, institution=institution, label="日终", actor="test", now=desk.clock())


def machine(desk: Desk, text: str | None) -> TestClient:
    client = TestClient(desk.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    if text is not None:
        client.headers["authorization"] = f"Bearer {text}"
    return client


def send(client: TestClient, path: Path, **headers: str):
    known = {"x-file-name": quote(path.name)}
    answer = client.post("/api/v1/extracts", content=path.read_bytes(), headers=known | headers)
    if answer.status_code == 201:
        where = f"/api/v1/extracts/{answer.json()['batch']}"
        wait_until(lambda: client.get(where).json()["state"] != "received")
    return answer


def test_an_extract_is_acknowledged_judged_and_asked_for(desk, statement) -> None:
    number, text = token_of(desk, BANKS[0])
    client = machine(desk, text)
    answer = send(client, statement)
    assert answer.status_code == 201 and answer.json()["state"] == "received"
    found = client.get(f"/api/v1/extracts/{answer.json()['batch']}").json()
    assert found["state"] == "checked"
    assert found["receipt"]["verdict"] == "accepted_with_quarantine"
    assert {fault["row"] for fault in found["receipt"]["faults"] if fault["level"] == "error"} == {12, 22, 32}
    assert send(client, statement).json()["batch"] == answer.json()["batch"]
    with reading(desk.installation.operations) as connection:
        (upload, _) = [one for one in audit.entries(connection) if one.action == "upload"]
    assert upload.actor == f"token:{number}"


def test_no_token_a_revoked_one_and_another_institutions_open_nothing(desk, statement) -> None:
    number, text = token_of(desk, BANKS[0])
    batch = send(machine(desk, text), statement).json()["batch"]
    assert send(machine(desk, None), statement).status_code == 401
    assert send(machine(desk, "fw_guess"), statement).json()["code"] == "U401"
    _, other = token_of(desk, BANKS[1])
    assert machine(desk, other).get(f"/api/v1/extracts/{batch}").status_code == 404
    assert send(machine(desk, other), statement, **{"x-completes": batch}).json()["code"] == "F305"
    with writing(desk.installation.operations) as connection:
        access_tokens.revoke(connection, number, actor="test", now=desk.clock())
    assert machine(desk, text).get(f"/api/v1/extracts/{batch}").status_code == 401
    with pytest.raises(InputError), writing(desk.installation.operations) as connection:
        access_tokens.revoke(connection, number, actor="test", now=desk.clock())


def test_what_is_wrong_is_one_sentence_as_data(desk) -> None:
    _, text = token_of(desk, BANKS[0])
    client = machine(desk, text)
    nameless = client.post("/api/v1/extracts", content=b"x")
    assert nameless.status_code == 422 and nameless.json()["code"] == "U422"
    empty = client.post("/api/v1/extracts", content=b"", headers={"x-file-name": "a.csv"})
    assert (empty.status_code, empty.json()["code"]) == (400, "F321")
    assert client.get("/api/v1/nowhere").json()["code"] == "U404"


def test_the_description_names_both_ways_and_the_token(desk) -> None:
    schema = machine(desk, None).get("/api/v1/openapi.json").json()
    assert set(schema["paths"]) == {"/api/v1/extracts", "/api/v1/extracts/{batch}"}
    assert "application/octet-stream" in schema["paths"]["/api/v1/extracts"]["post"]["requestBody"]["content"]
    assert schema["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("流水.csv", "流水.csv"),
        ("C:\\桌面\\流水.csv", "流水.csv"),
        ("../../etc/passwd", "passwd"),
        (".hidden.csv", "hidden.csv"),
        ("账" * 100 + ".xlsx", "账" * 65 + ".xlsx"),
    ],
)
def test_a_name_is_fit_for_a_disk(name: str, kept: str) -> None:
    assert name_of(name) == kept
    assert len(name_of(name).encode()) <= 200


@pytest.mark.parametrize("name", ["", "  ", "/", "..", "a/"])
def test_no_name_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        name_of(name)
