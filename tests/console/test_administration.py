"""What administrators do in the pages: the register, working days, access tokens, and the state of the installation."""

from __future__ import annotations

from datetime import date

import pytest
from starlette.testclient import TestClient

from fundwatch.console.formats import local_day
from fundwatch.domain.keys import day_number
from fundwatch.store.operations import audit
from fundwatch.store.operations.database import reading
from tests.console.conftest import BANKS, hand_in, token, wait_until

NEW = {
    "code": "610900-D01",
    "name": "临州典当",
    "sector": "pawn",
    "region": "610902",
    "legal_basis": "条例第二十一条",
    "approval_no": "测试 2",
    "expires_on": "2027-06-30",
    "reports": "",
    "due_days": "",
}
DAYS = {"first_day": "2027-10-01", "last_day": "2027-10-07", "kind": "holiday", "name": "国庆节", "source": "测试 3"}


def done(desk, action: str):
    with reading(desk.installation.operations) as connection:
        return audit.newest(connection, actor="", action=action, subject="", most=None)


def test_a_new_institution_may_report_at_once(desk, statement) -> None:
    client = desk.client("sys")
    page = client.get("/institutions")
    assert BANKS[0] in page.text
    saved = client.post("/institutions", data=NEW | {"csrf": token(page.text)})
    assert saved.status_code == 200 and "610900-D01 已保存" in saved.text
    pawn = desk.installation.registry.institution("610900-D01")
    assert (pawn.reports, pawn.due_days, pawn.expires_on) == ("monthly", 10, date(2027, 6, 30))
    (entry,) = done(desk, "institution_registered")
    assert (entry.actor, entry.subject) == ("sys", "institution:610900-D01")
    people = desk.client("sec")
    added = people.post(
        "/people",
        data={
            "csrf": token(people.get("/people").text),
            "name": "qian",
            "role": "liaison",
            "institutions": NEW["code"],
        },
    )
    assert "首次口令" in added.text


def test_the_first_institution_of_a_new_installation_is_registered_in_the_page(desk) -> None:
    desk.installation.settings.institutions.unlink()
    client = desk.client("sys")
    page = client.get("/institutions")
    assert page.status_code == 200 and "还没有登记机构" in page.text
    assert client.post("/institutions", data=NEW | {"csrf": token(page.text)}).status_code == 200
    assert [one.code for one in desk.installation.registry] == ["610900-D01"]
    assert desk.installation.settings.institutions.stat().st_mode & 0o777 == 0o640


def test_an_institution_is_changed_and_its_code_is_not(desk) -> None:
    client = desk.client("sys")
    page = client.get(f"/institutions?code={BANKS[0]}")
    assert 'value="临州甲银行"' in page.text and "readonly" in page.text
    values = NEW | {"sector": "bank", "name": "临州第一银行", "changes": BANKS[0], "code": "another"}
    assert client.post("/institutions", data=values | {"csrf": token(page.text)}).status_code == 200
    assert desk.installation.registry.institution(BANKS[0]).name == "临州第一银行"
    (entry,) = done(desk, "institution_changed")
    assert "name" in entry.detail["fields"] and "region" not in entry.detail["fields"]
    assert client.get("/institutions?code=nobody").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": BANKS[0]},
        {"code": ""},
        {"code": "../../x"},
        {"region": "99"},
        {"sector": "shop"},
        {"expires_on": "soon"},
        {"due_days": "-1"},
        {"due_days": "61"},
        {"changes": "nobody"},
    ],
    ids=str,
)
def test_what_the_register_does_not_take_is_said_and_the_typed_text_stays(desk, wrong) -> None:
    client = desk.client("sys")
    before = desk.installation.settings.institutions.read_text(encoding="utf-8")
    answer = client.post("/institutions", data=NEW | wrong | {"csrf": token(client.get("/institutions").text)})
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert 'value="临州典当"' in answer.text
    assert desk.installation.settings.institutions.read_text(encoding="utf-8") == before


def test_working_days_move_due_days_at_once_and_can_be_taken_back(desk) -> None:
    client = desk.client("sys")
    page = client.get("/working-days").text
    assert "国庆节" in page
    saved = client.post("/working-days", data=DAYS | {"csrf": token(page)})
    assert saved.status_code == 200 and "2027-10-01 ～ 2027-10-07" in saved.text
    assert [one.name for one in desk.installation.notices] == ["国庆节"]
    again = client.post("/working-days", data=DAYS | {"first_day": "2027-10-07", "last_day": "", "csrf": token(page)})
    assert again.status_code == 400 and "已录入" in again.text
    gone = client.post("/working-days/remove", data={"first_day": "2027-10-01", "csrf": token(page)})
    assert gone.status_code == 200 and not desk.installation.notices
    assert [done(desk, one)[0].subject for one in ("working_days_entered", "working_days_removed")] == [
        "day:2027-10-01",
        "day:2027-10-01",
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"first_day": "soon"}, {"last_day": "2027-09-30"}, {"last_day": "2028-10-01"}, {"kind": "feast"}, {"source": ""}],
    ids=str,
)
def test_working_days_that_cannot_be_are_refused(desk, wrong) -> None:
    client = desk.client("sys")
    answer = client.post("/working-days", data=DAYS | wrong | {"csrf": token(client.get("/working-days").text)})
    assert answer.status_code == 400 and not desk.installation.notices


def test_a_holiday_that_was_entered_is_no_day_on_which_a_report_is_due(desk, statement) -> None:
    hand_in(desk.client("zhou"), statement)
    today = local_day(desk.clock())
    client = desk.client("sys")
    typed = DAYS | {"first_day": today.isoformat(), "last_day": "", "kind": "workday"}
    if desk.office.is_workday(day_number(today)):
        typed["kind"] = "holiday"
    before = desk.office.is_workday(day_number(today))
    client.post("/working-days", data=typed | {"csrf": token(client.get("/working-days").text)})
    assert desk.office.is_workday(day_number(today)) is not before


def test_a_token_made_in_the_page_opens_the_interface_until_it_is_revoked(desk, statement) -> None:
    client = desk.client("sec")
    made = client.post(
        "/tokens", data={"institution": BANKS[0], "label": "日终", "csrf": token(client.get("/tokens").text)}
    )
    text = made.text.split('id="token">', 1)[1].split("<", 1)[0]
    machine = TestClient(desk.app, base_url="http://127.0.0.1", headers={"authorization": f"Bearer {text}"})
    sent = machine.post("/api/v1/extracts", content=statement.read_bytes(), headers={"x-file-name": "a.csv"})
    assert sent.status_code == 201
    where = f"/api/v1/extracts/{sent.json()['batch']}"
    wait_until(lambda: machine.get(where).json()["state"] != "received")
    page = client.get("/tokens").text
    assert "日终" in page and text not in page
    number = page.split('name="number" value="', 1)[1].split('"', 1)[0]
    assert client.post("/tokens/revoke", data={"number": number, "csrf": token(page)}).status_code == 200
    assert machine.get(where).status_code == 401
    assert client.post("/tokens/revoke", data={"number": number, "csrf": token(page)}).status_code == 400
    wrong = client.post("/tokens", data={"institution": "nobody", "label": "x", "csrf": token(page)})
    assert wrong.status_code == 400


def test_the_state_of_the_installation_is_told(desk, statement) -> None:
    empty = desk.client("sys").get("/system").text
    assert "还没有收到文件" in empty
    hand_in(desk.client("zhou"), statement)
    page = desk.client("sys").get("/system").text
    assert "还可用约" in page or "天后写满" in page
    for word in ("landing", "operations.sqlite", "36 个月", "master"):
        assert word in page
    checks = desk.client("sys").get("/system/checks").text
    assert "已登记 2 家报送机构" in checks and "</html>" in checks
    part = desk.client("sys").get("/system/checks", headers={"hx-request": "true"}).text
    assert "</html>" not in part and "已登记 2 家报送机构" in part


def test_administration_is_for_its_administrators(desk) -> None:
    for name, path in (("sec", "/system"), ("ana", "/institutions"), ("zhou", "/working-days"), ("sys", "/tokens")):
        assert desk.client(name).get(path).status_code == 404, (name, path)
