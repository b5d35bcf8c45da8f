"""The liaison's day and the administrator's in a real browser, and every page before an accessibility checker."""

from __future__ import annotations

import csv
import gzip
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe

from fundwatch.console.formats import local_day
from tests.console.browsing import chromium, enrol, hand_in, page_of, sign_in, words
from tests.console.conftest import BANKS, PASSWORD, WHO
from tests.console.test_pages import raise_alerts
from tests.console.test_runs import publish

pytestmark = pytest.mark.slow
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BEYOND = {
    "city": [f"/calendar/{BANKS[0]}", f"/calendar/{BANKS[0]}/letter"],
    "sys": [f"/institutions?code={BANKS[0]}"],
}
"""Pages that no navigation leads to, by whoever may see them."""
HEAVIEST = 120_000
"""Bytes of one page with all that it loads, gzipped (120 KB)."""


def mended(template: Path, statement: Path, target: Path) -> Path:
    """Fill in what the template of faulty rows asks for, as a liaison would in a spreadsheet."""
    with statement.open(encoding="gb18030", newline="") as stream:
        header, *rows = csv.reader(stream)
    good = {
        "收付标志": "贷",
        "交易时间": rows[19][header.index("交易时间")],
        "交易账号": rows[29][header.index("交易账号")],
    }
    book = openpyxl.load_workbook(template)
    sheet = book.worksheets[0]
    titles = {}
    for line in sheet.iter_rows():
        texts = [str(cell.value or "") for cell in line]
        if not titles and "交易账号" in texts:
            titles = dict(enumerate(texts))
        elif titles:
            for place, title in titles.items():
                cell = line[place]
                if title in good and (not cell.value or "*" in str(cell.value) or "-32 " in str(cell.value)):
                    cell.value = good[title]
    book.save(target)
    return target


def test_a_liaison_mends_a_dirty_file_and_an_administrator_adds_somebody(desk, served, statement, tmp_path) -> None:
    with chromium() as browser:
        page = page_of(browser)
        sign_in(page, served, desk, "zhou")
        path = hand_in(page, served, statement)
        assert "3 行须更正后补报" in words(page, "#verdict")
        page.keyboard.press("n")
        assert page.locator("td.here").count() == 1

        with page.expect_download() as download:
            page.click(f"a[href='{path}/files/template']")
        template = tmp_path / "更正模板.xlsx"
        download.value.save_as(template)
        fix = mended(template, statement, tmp_path / "更正.xlsx")
        # The batch must stand before rows of it can be completed: the nightly run loads it.
        assert "待入库" in words(page, "main")
        load(desk)
        page.reload()
        assert "已入库" in words(page, ".crumb")
        hand_in(page, served, fix)
        assert "通过" in words(page, "#verdict"), words(page, "main")

        other = page_of(browser)
        sign_in(other, served, desk, "wu")
        other.goto(f"{served}{path}")
        assert "没有这个页面" in words(other, "main")

        boss = page_of(browser)
        sign_in(boss, served, desk, "sec")
        boss.fill("#f-name", "lin")
        boss.select_option("#f-role", "analyst")
        boss.click("form[action='/people'] button.pri")
        first, address = words(boss, "#first-password"), words(boss, "#address")
        desk.secrets["lin"] = enrol(address)
        lin = page_of(browser)
        sign_in(lin, served, desk, "lin", first)
        assert "首次登录" in words(lin, "main")

        auditor = page_of(browser)
        sign_in(auditor, served, desk, "aud")
        auditor.click("button[name='check']")
        told = words(auditor, "main")
        assert "整条链完好" in told
        for action in ("upload", "download_receipt", "user_added", "sign_in"):
            assert action in told


def test_a_list_is_walked_and_places_are_reached_by_keys_alone(desk, served, statement) -> None:
    with chromium() as browser:
        page = page_of(browser)
        sign_in(page, served, desk, "zhou")
        path = hand_in(page, served, statement)
        page.keyboard.press("g")
        page.keyboard.press("b")
        page.wait_for_url("**/batches")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{path}")
        page.keyboard.press("g")
        page.keyboard.press("u")
        page.wait_for_url("**/uploads")
        page.keyboard.press("?")
        assert "报送日历" in words(page, "#keys")
        page.click("#keys-switch")
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("b")
        page.keyboard.press("/")
        assert page.url.endswith("/uploads"), "single keys were turned off"
        assert page.evaluate("document.activeElement.id") != "search"
        page.fill("#f-day", "2026-09-01")
        page.press("#f-day", "Control+Enter")
        page.wait_for_selector("text=零报告已登记")


def test_what_was_typed_outlives_a_session_and_a_stale_page(desk, served) -> None:
    with chromium() as browser:
        page = page_of(browser)
        sign_in(page, served, desk, "sec")
        page.goto(f"{served}/people")

        def send() -> None:
            page.fill("#f-name", "lin")
            page.fill("#f-display_name", "林某")
            page.select_option("#f-role", "analyst")
            page.click("form[action='/people'] button.pri")

        def typed() -> list[str]:
            return [page.input_value(f"#f-{name}") for name in ("name", "display_name", "role")]

        desk.clock.ahead += 9 * 3600
        send()
        page.wait_for_url("**/sign-in?next=/people")
        sign_in(page, served, desk, "sec", at="/sign-in?next=/people")
        page.wait_for_url("**/people")
        assert typed() == ["lin", "林某", "analyst"]
        assert "已恢复" in words(page, "main")
        page.reload()
        assert typed() == ["", "", ""], "once is enough"

        page.eval_on_selector(
            "form[action='/people'] [name='csrf']", "field => { field.value = 'of another session'; }"
        )
        send()
        assert "页面已过期" in words(page, "main")
        page.click("main a.pri")
        assert typed() == ["lin", "林某", "analyst"]

        desk.clock.ahead += 9 * 3600
        send()
        page.wait_for_url("**/sign-in?next=/people")
        assert "林某" in page.evaluate("JSON.stringify(sessionStorage)")
        sign_in(page, served, desk, "ana", at="/sign-in?next=/people")
        page.goto(f"{served}/batches")
        assert "林某" not in page.evaluate("JSON.stringify(sessionStorage)"), (
            "nothing of hers is left for the next person"
        )


def load(desk) -> None:
    """Do what a nightly run does with what waits."""
    from pipelines.night import begun, intake, step
    from pipelines.publication import publish
    from pipelines.relating import relate

    with begun(desk.installation, "ingest") as run_id:
        for work in (intake(sources=[], corrects=None, completes=None, basis=None), relate, publish):
            step(desk.installation, run_id, work)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_passes_the_checker_and_is_light(desk, served, statement, lang) -> None:
    with chromium() as browser:
        faults: dict[str, list[str]] = {}

        def check(page, name: str) -> None:
            found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
            assert found.response["passes"], "the checker has looked"
            said = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]
            if said:
                faults[name] = said

        weights: dict[str, int] = {}
        page = page_of(browser)
        page.on("response", lambda answer: weigh(answer, weights))
        page.goto(f"{served}/language/{lang}?next=/sign-in")
        check(page, "sign-in")
        page.fill("#f-name", "zhou")
        page.fill("#f-password", PASSWORD)
        page.click("button.pri")
        page.wait_for_url("**/sign-in/code**")
        check(page, "code")
        sign_in(page, served, desk, "zhou")
        hand_in(page, served, statement)
        check(page, "report")
        for name in ("uploads", "batches", "calendar", "account", "nowhere"):
            page.goto(f"{served}/{name}")
            check(page, name)
        page.goto(f"{served}/uploads")
        page.keyboard.press("?")
        check(page, "keys")
        publish(desk)
        raise_alerts(desk, {"A1": (local_day(desk.clock()) - timedelta(12), local_day(desk.clock()) - timedelta(10))})
        for name in WHO:
            page = page_of(browser)
            page.goto(f"{served}/language/{lang}?next=/sign-in")
            sign_in(page, served, desk, name)
            listed = page.eval_on_selector_all(".nav a", "links => links.map(link => link.getAttribute('href'))")
            for place in [*listed, *BEYOND.get(name, ())]:
                page.goto(f"{served}{place}")
                check(page, f"{name} {place}")
                if place == "/people":
                    page.fill("#f-name", "lin")
                    page.select_option("#f-role", "analyst")
                    page.click("form[action='/people'] button.pri")
                    check(page, "person added")
                if place == "/tokens":
                    page.select_option("#f-institution", BANKS[0])
                    page.fill("#f-label", "日终")
                    page.click("form[action='/tokens'] button.pri")
                    check(page, "token issued")
                if place == "/system":
                    page.wait_for_selector("#checks ul")
                    check(page, "checks")
        assert faults == {}
        assets = sum(weight for url, weight in weights.items() if "/static/" in url)
        pages = {url: weight for url, weight in weights.items() if "/static/" not in url}
        assert assets > 0 and max(pages.values()) + assets <= HEAVIEST, weights


def weigh(answer, weights: dict[str, int]) -> None:
    """Remember how much a response weighs when it is zipped."""
    # What a page asks for while it waits is gone when it moves on, and is small.
    if answer.status == 200 and not answer.url.endswith("/progress"):
        weights[answer.url] = len(gzip.compress(answer.body(), 6))
