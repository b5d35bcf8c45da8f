"""Pictures of every page at 1280 and 1920, for eyes: ``make screenshots``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fundwatch.console.formats import local_day
from tests.console.browsing import chromium, hand_in, page_of, sign_in
from tests.console.test_pages import raise_alerts
from tests.console.test_runs import publish
from tests.pipelines.scheduler import register_nightly

FOLDER = Path("screenshots")


@pytest.fixture
def scheduler(prefect: str) -> str:
    register_nightly(prefect)
    return prefect


@pytest.mark.parametrize("width", [1280, 1920])
def test_every_page_has_its_picture(desk, served, statement, tmp_path, width) -> None:
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser:
        page = page_of(browser, width)

        def shoot(name: str) -> None:
            page.wait_for_load_state()
            page.screenshot(path=str(FOLDER / f"{name}-{width}.png"), full_page=True)

        page.goto(f"{served}/sign-in")
        shoot("sign-in")
        sign_in(page, served, desk, "zhou")
        shoot("uploads-empty")
        path = hand_in(page, served, statement)
        shoot("report")
        page.goto(f"{served}{path}?group=1&context=1")
        shoot("report-context")
        page.goto(f"{served}/language/en?next={path}")
        shoot("report-en")
        page.goto(f"{served}/language/zh?next=/uploads")
        noise = tmp_path / "对账单.xlsx"
        noise.write_bytes(bytes(range(256)) * 40)
        hand_in(page, served, noise)
        shoot("report-refused")
        for name in ("uploads", "layouts", "batches", "calendar", "account", "nowhere"):
            page.goto(f"{served}/{name}")
            shoot(name)
        page = page_of(browser, width)
        sign_in(page, served, desk, "sec")
        shoot("people")
        page.fill("#f-name", "lin")
        page.fill("#f-display_name", "林某")
        page.select_option("#f-role", "analyst")
        page.click("form[action='/people'] button.pri")
        shoot("person-added")
        page.goto(f"{served}/people")
        page.click("details summary")
        page.keyboard.press("?")
        shoot("keys")
        page.goto(f"{served}/tokens")
        shoot("tokens")
        page.select_option("#f-institution", "610900-B01")
        page.fill("#f-label", "核心系统日终")
        page.click("form[action='/tokens'] button.pri")
        shoot("token-issued")
        page = page_of(browser, width)
        sign_in(page, served, desk, "sys")
        page.goto(f"{served}/system")
        page.wait_for_selector("#checks ul")
        shoot("system")
        for name in ("institutions", "working-days"):
            page.goto(f"{served}/{name}")
            shoot(name)
        page.goto(f"{served}/institutions?code=610900-B01")
        shoot("institution")
        today = local_day(desk.clock())
        raise_alerts(desk, {f"A{one}": (today - timedelta(12 * one), today - timedelta(9)) for one in (1, 2, 3)})
        publish(desk)
        page = page_of(browser, width)
        sign_in(page, served, desk, "city")
        page.goto(f"{served}/calendar")
        shoot("calendar-office")
        for name in ("610900-B01", "610900-B01/letter"):
            page.goto(f"{served}/calendar/{name}")
            shoot(name.replace("610900-B01", "gap").replace("/", "-"))
        page = page_of(browser, width)
        sign_in(page, served, desk, "ana")
        page.goto(f"{served}/runs")
        page.click("form[action='/runs'] button")
        page.click("details summary")
        shoot("runs")
        page = page_of(browser, width)
        sign_in(page, served, desk, "aud")
        page.goto(f"{served}/audit?check=1")
        shoot("audit")
