"""Pages behind their doors: who sees what, what a form must bring, and what becomes of a file handed in."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta

import openpyxl
import pyotp
from sqlalchemy import update

from fundwatch.console.formats import local_day
from fundwatch.console.rendering import NAVIGATION
from fundwatch.store.operations.commit import AlertRow, Change, NightRow, commit
from fundwatch.store.operations.database import writing
from fundwatch.store.operations.lease import WRITER, acquire, release
from fundwatch.store.operations.people_tables import people as table
from tests.console.conftest import BANKS, PASSWORD, WHO, hand_in, token


def test_nobody_comes_in_without_both_factors(desk) -> None:
    client = desk.client()
    assert 'name="password"' in client.get("/uploads").text
    page = client.post("/sign-in", data={"name": "zhou", "password": PASSWORD})
    assert 'name="code"' in page.text
    assert 'name="password"' in client.get("/uploads").text
    wrong = client.post("/sign-in/code", data={"csrf": token(page.text), "code": "000000"})
    assert wrong.status_code == 401
    right = client.post("/sign-in/code", data={"csrf": token(page.text), "code": desk.code("zhou"), "next": "/batches"})
    assert right.url.path == "/batches"


def test_nothing_is_done_before_the_first_password_was_changed(desk, statement) -> None:
    with writing(desk.installation.operations) as connection:
        connection.execute(update(table).where(table.c.name == "zhou").values(must_change_password=True))
    client = desk.client("zhou")
    for path in ("/uploads", "/batches", "/calendar"):
        assert client.get(path).url.path == "/account", path
    refused = hand_in(client, statement)
    assert refused.status_code == 400 and refused.json()["code"] == "U405"
    form = {"csrf": token(client.get("/account").text), "password": "Another-one-2026", "again": "Another-one-2026"}
    assert client.post("/account", data=form).url.path == "/uploads"


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(desk) -> None:
    client = desk.client("ana")
    desk.clock.ahead += 10 * 60
    assert "演示ana" in client.get("/batches", headers={"hx-request": "true"}).text
    desk.clock.ahead += 10 * 60
    assert 'name="password"' in client.get("/batches").text


def test_the_session_is_another_after_each_factor(desk) -> None:
    client = desk.client()
    page = client.post("/sign-in", data={"name": "zhou", "password": PASSWORD})
    first = client.cookies["fundwatch"]
    client.post("/sign-in/code", data={"csrf": token(page.text), "code": desk.code("zhou")})
    assert client.cookies["fundwatch"] != first
    other = desk.client()
    other.cookies.set("fundwatch", first)
    assert 'name="password"' in other.get("/batches").text


def test_a_wrong_name_and_a_wrong_password_read_alike(desk) -> None:
    def said(name: str, password: str) -> str:
        page = desk.client().post("/sign-in", data={"name": name, "password": password})
        assert page.status_code == 401
        return re.sub(r'value="[^"]*"', "", re.sub(r"\d\d:\d\d", "", page.text))

    assert said("zhou", "wrong-password-here") == said("nobody", "wrong-password-here")


def test_a_form_without_its_token_or_from_another_site_is_refused(desk) -> None:
    client = desk.client("zhou")
    form = {"institution": BANKS[0], "day": "2026-09-01"}
    assert client.post("/zero-reports", data=form).status_code == 403
    good = form | {"csrf": token(client.get("/account").text)}
    assert client.post("/zero-reports", data=good, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/zero-reports", data=good).status_code == 200


def test_a_stale_page_leads_back_to_itself_and_nowhere_else(desk) -> None:
    client = desk.client("zhou")
    form = {"institution": BANKS[0], "day": "2026-09-01"}
    for referer, back in (
        ("http://127.0.0.1/uploads", "/uploads"),
        ("http://127.0.0.1//elsewhere.example/x", "/"),
        ("http://elsewhere.example/uploads", "/"),
        ("", "/"),
    ):
        page = client.post("/zero-reports", data=form, headers={"referer": referer}).text
        assert re.search(r'class="btn pri" href="([^"]*)"', page)[1] == back, referer


def test_what_a_role_may_not_see_is_not_there(desk) -> None:
    allowed = {
        "zhou": {"/uploads", "/layouts", "/batches", "/calendar"},
        "wu": {"/uploads", "/layouts", "/batches", "/calendar"},
        "ana": {"/batches", "/calendar", "/runs"},
        "city": {"/batches", "/calendar"},
        "sys": {"/runs", "/system", "/institutions", "/working-days"},
        "sci": {"/runs"},
        "sec": {"/people", "/tokens"},
        "aud": {"/audit"},
    }
    assert allowed.keys() == WHO.keys()
    for name, paths in allowed.items():
        client = desk.client(name)
        for path in [place.path for _, places in NAVIGATION for place in places]:
            assert client.get(path).status_code == (200 if path in paths else 404), (name, path)


def test_a_file_is_judged_and_its_faults_stand_in_place(desk, statement) -> None:
    client = desk.client("zhou")
    answer = hand_in(client, statement)
    assert answer.status_code == 201, answer.text
    page = client.get(answer.json()["path"]).text
    assert "3 行须更正后补报" in page
    version = desk.office.contracts.feeds["bank_statement_34"].version
    assert f"bank_statement_34 {version}" in page
    assert f"bank_statement_34 {version}" in client.get("/batches").text
    cells = re.findall(r'<b class="cell">([A-Z]+\d+)</b>', page)
    assert len(cells) >= 1
    groups = re.findall(r'href="\?group=(\d+)#grid"', page)
    places = set()
    for group in set(groups):
        places |= set(
            re.findall(r'<b class="cell">([A-Z]+)(\d+)</b>', client.get(f"{answer.json()['path']}?group={group}").text)
        )
    assert {int(row) for _, row in places} >= {12, 22, 32}


def test_another_institutions_batch_is_not_there_and_the_office_sees_no_cells(desk, statement) -> None:
    path = hand_in(desk.client("zhou"), statement).json()["path"]
    other = desk.client("wu")
    for ending in ("", "/progress", "/files/annotated"):
        assert other.get(path + ending).status_code == 404
    assert statement.name not in other.get("/batches").text
    assert hand_in(other, statement, BANKS[0]).status_code == 404
    office = desk.client("city").get(path)
    assert office.status_code == 200
    assert "badv" not in office.text and "<td" not in office.text
    with statement.open(encoding="gb18030", newline="") as stream:
        header, *rows = csv.reader(stream)
    account = header.index("交易账号")
    assert all(row[account][:12] not in office.text for row in rows if len(row[account]) > 12)


def test_the_files_of_a_receipt_come_and_leave_nothing_behind(desk, statement) -> None:
    client = desk.client("zhou")
    path = hand_in(client, statement).json()["path"]
    for kind, start in (("annotated", b"PK"), ("template", b"PK"), ("errors", b"\xef\xbb\xbf")):
        answer = client.get(f"{path}/files/{kind}")
        assert answer.status_code == 200 and answer.content.startswith(start), kind
    assert client.get(f"{path}/files/other").status_code == 404
    left = [one for one in desk.installation.settings.temporary.rglob("*") if one.is_file()]
    assert left == []


def test_a_batch_is_taken_back_with_a_reason_only(desk, statement) -> None:
    client = desk.client("zhou")
    path = hand_in(client, statement).json()["path"]
    csrf = token(client.get(path).text)
    refused = client.post(f"{path}/withdraw", data={"csrf": csrf, "reason": " "})
    assert refused.status_code == 400 and "撤回批次须注明原因" in refused.text
    taken = client.post(f"{path}/withdraw", data={"csrf": csrf, "reason": "传错了文件"})
    assert "已撤回" in taken.text and "传错了文件" in taken.text


def test_bad_uploads_are_one_sentence_and_nothing_stays(desk, tmp_path) -> None:
    client = desk.client("zhou")
    empty = tmp_path / "empty.csv"
    empty.touch()
    answer = hand_in(client, empty)
    assert answer.status_code == 400 and answer.json()["code"] == "F321"
    noise = tmp_path / "noise.xlsx"
    noise.write_bytes(bytes(range(256)) * 40)
    answer = hand_in(client, noise)
    assert answer.status_code == 201
    assert "未通过" in client.get(answer.json()["path"]).text
    stolen = hand_in(client, noise, **{"x-csrf": "wrong"})
    assert stolen.status_code == 403
    assert list(desk.installation.settings.temporary.rglob("upload-*")) == []


def test_a_session_that_is_over_says_so_and_a_script_is_told_as_data(desk, statement) -> None:
    client = desk.client("zhou")
    headers = {"accept": "application/json", "x-csrf": token(client.get("/account").text)}
    desk.clock.ahead += 16 * 60
    answer = client.post("/uploads", content=b"x", headers=headers, follow_redirects=False)
    assert answer.status_code == 401 and answer.json()["code"] == "U401"
    assert client.get("/batches", follow_redirects=False).headers["location"] == "/sign-in?next=/batches"


def test_a_zero_report_stands_in_the_calendar_and_a_day_to_come_is_refused(desk) -> None:
    client = desk.client("zhou")
    csrf = token(client.get("/account").text)
    day = local_day(desk.clock()).isoformat()
    page = client.post("/zero-reports", data={"csrf": csrf, "institution": BANKS[0], "day": day})
    assert "零报告已登记" in page.text
    assert f"{day} 零报告" in client.get("/calendar").text
    later = client.post("/zero-reports", data={"csrf": csrf, "institution": BANKS[0], "day": "2099-01-01"})
    assert later.status_code == 400 and 'value="2099-01-01"' in later.text


def test_the_day_is_that_of_the_banks_and_not_of_greenwich(desk) -> None:
    now = desk.clock()
    evening = (now + timedelta(days=1)).replace(hour=17, minute=0, second=0)
    desk.clock.ahead += int((evening - now).total_seconds())
    client = desk.client("zhou")
    form = {"csrf": token(client.get("/account").text), "institution": BANKS[0]}
    local = evening.date() + timedelta(days=1)
    assert client.post("/zero-reports", data=form | {"day": local.isoformat()}).status_code == 200
    later = client.post("/zero-reports", data=form | {"day": (local + timedelta(days=1)).isoformat()})
    assert later.status_code == 400


def test_the_security_administrator_adds_somebody_who_signs_in(desk) -> None:
    client = desk.client("sec")
    form = {"csrf": token(client.get("/people").text), "name": "lin", "display_name": "林", "role": "analyst"}
    page = client.post("/people", data=form | {"institutions": "", "region": ""})
    password = re.search(r'id="first-password">([^<]+)<', page.text)[1]
    address = re.search(r'id="address">([^<]+)<', page.text)[1].replace("&amp;", "&")
    desk.secrets["lin"] = pyotp.parse_uri(address).secret
    lin = desk.client()
    step = lin.post("/sign-in", data={"name": "lin", "password": password})
    home = lin.post("/sign-in/code", data={"csrf": token(step.text), "code": desk.code("lin")})
    assert home.url.path == "/account" and "首次登录" in home.text
    changed = lin.post(
        "/account", data={"csrf": token(home.text), "password": "Another-one-2026", "again": "Another-one-2026"}
    )
    assert changed.url.path == "/batches"


def test_whoever_forgot_begins_anew_and_the_old_ways_in_are_shut(desk) -> None:
    old = desk.client("ana")
    admin = desk.client("sec")
    csrf = token(admin.get("/people").text)
    page = admin.post("/people/reset", data={"csrf": csrf, "name": "ana"}).text
    password = re.search(r'id="first-password">([^<]+)<', page)[1]
    address = re.search(r'id="address">([^<]+)<', page)[1].replace("&amp;", "&")
    assert 'name="password"' in old.get("/batches").text, "the session is over"
    assert desk.client().post("/sign-in", data={"name": "ana", "password": PASSWORD}).status_code == 401
    desk.secrets["ana"] = pyotp.parse_uri(address).secret
    new = desk.client()
    step = new.post("/sign-in", data={"name": "ana", "password": password})
    home = new.post("/sign-in/code", data={"csrf": token(step.text), "code": desk.code("ana")})
    assert "首次登录" in home.text
    for name, sentence in (("sec", "自己的账号"), ("nobody", "没有这个用户")):
        refused = admin.post("/people/reset", data={"csrf": csrf, "name": name})
        assert refused.status_code == 400 and sentence in refused.text


def test_the_audit_shows_what_happened_and_its_chain_is_sound(desk, statement) -> None:
    client = desk.client("zhou")
    path = hand_in(client, statement).json()["path"]
    client.get(path)
    client.get(f"{path}/files/annotated")
    auditor = desk.client("aud")
    page = auditor.get("/audit?check=1").text
    for action in ("sign_in", "upload", "view_cells", "download_receipt", "user_added"):
        assert f">{action}<" in page
    assert "整条链完好" in page
    only = auditor.get("/audit?action=upload").text
    assert "download_receipt</td>" not in only
    sent = auditor.post("/audit/export", data={"csrf": token(page), "action": "upload", "actor": "", "subject": ""})
    assert sent.headers["content-type"].startswith("application/x-ndjson")
    assert len(sent.text.splitlines()) == 1
    assert ">audit_export<" in auditor.get("/audit").text


def test_a_language_is_kept_and_leads_nowhere_else(desk) -> None:
    client = desk.client("zhou")
    page = client.get("/language/en?next=/uploads")
    assert page.url.path == "/uploads" and 'lang="en"' in page.text and "Upload and check" in page.text
    assert client.get("/language/en?next=//elsewhere.example").url.host == "127.0.0.1"


def test_a_page_that_is_not_there_keeps_the_navigation_of_whoever_is_signed_in(desk) -> None:
    page = desk.client("zhou").get("/nowhere")
    assert page.status_code == 404 and 'href="/uploads"' in page.text
    assert 'href="/uploads"' not in desk.client().get("/nowhere").text


def test_a_letter_reminds_of_overdue_days_and_is_for_the_office_alone(desk, statement) -> None:
    hand_in(desk.client("zhou"), statement)
    officer = desk.client("city")
    assert f"/calendar/{BANKS[0]}/letter" in officer.get("/calendar").text
    letter = officer.get(f"/calendar/{BANKS[0]}/letter")
    assert letter.status_code == 200 and "条例第二十一条" in letter.text
    assert officer.get(f"/calendar/{BANKS[1]}/letter").status_code == 404
    liaison = desk.client("zhou")
    assert "/letter" not in liaison.get("/calendar").text
    assert liaison.get(f"/calendar/{BANKS[0]}/letter").status_code == 404


def test_a_gap_names_the_open_alerts_that_it_weakens(desk, statement) -> None:
    hand_in(desk.client("zhou"), statement)
    today = local_day(desk.clock())
    spans = {"A1": (12, 10), "A2": (400, 390)}
    raise_alerts(desk, {name: (today - timedelta(a), today - timedelta(b)) for name, (a, b) in spans.items()})
    page = desk.client("city").get("/calendar").text
    assert "影响 1 条在办预警" in page
    gap = desk.client("ana").get(f"/calendar/{BANKS[0]}").text
    assert "A1" in gap and "A2" not in gap
    assert "有" in gap and "橙" in gap
    assert "在办预警" not in desk.client("zhou").get("/calendar").text
    assert desk.client("zhou").get(f"/calendar/{BANKS[0]}").status_code == 404
    assert desk.client("city").get(f"/calendar/{BANKS[1]}").status_code == 404, "that bank owes nothing"


def raise_alerts(desk, spans: dict[str, tuple[date, date]]) -> None:
    """Raise one alert a span, its subject with an account at the first bank."""
    installation, now = desk.installation, desk.clock()
    lease = acquire(installation.operations, WRITER, "host:1", now, timedelta(minutes=2))
    rows = [
        AlertRow(
            alert_id=name,
            anchor=f"party:{name}",
            episode=1,
            score=60.0,
            level="orange",
            first_seen=last,
            as_of=last,
            manifest_id="m",
            content={
                "span": [first.isoformat(), last.isoformat()],
                "subject": {"institutions": [BANKS[0]]},
            },
        )
        for name, (first, last) in spans.items()
    ]
    commit(installation.operations, lease, Change(alerts=tuple(rows)), now=now, actor="nightly")
    release(installation.operations, lease, now)


def test_a_liaison_finds_the_layouts_of_the_own_sector_with_a_template(desk, tmp_path) -> None:
    client = desk.client("zhou")
    page = client.get("/layouts?layout=bank_statement_34").text
    assert "交易账号" in page and "必填" in page
    assert "pawn" not in page
    book = client.get("/layouts/bank_statement_34/template")
    path = tmp_path / "template.xlsx"
    path.write_bytes(book.content)
    headers = [cell.value for cell in openpyxl.load_workbook(path).worksheets[0][1]]
    assert "交易账号" in headers and len(headers) >= 30
    taken = [one.id for one in desk.office.contracts.for_sector("pawn")]
    assert client.get(f"/layouts?layout={taken[0]}").status_code == 404
    assert client.get(f"/layouts/{taken[0]}/template").status_code == 404
    assert not list(desk.office.temporary.iterdir()), "nothing stays behind"


def test_the_office_is_told_when_the_last_night_lies_back(desk) -> None:
    officer, liaison = desk.client("city"), desk.client("zhou")
    assert "数据截至" not in officer.get("/batches").text, "before the first night there is nothing to be stale"
    today = local_day(desk.clock())
    for back, is_stale in ((3, True), (1, False)):
        night = NightRow(today - timedelta(back), f"m{back}", "published", {"overdue": [{}, {}]})
        lease = acquire(desk.installation.operations, WRITER, "host:1", desk.clock(), timedelta(minutes=2))
        commit(desk.installation.operations, lease, Change(night=night), now=desk.clock(), actor="nightly")
        release(desk.installation.operations, lease, desk.clock())
        page = officer.get("/batches").text
        assert (f"数据截至 {today - timedelta(back)}" in page and "2 家逾期未报" in page) is is_stale
        assert "数据截至" not in liaison.get("/batches").text
