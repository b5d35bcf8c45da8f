"""A real browser on the console: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.console.conftest import PASSWORD, Desk

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
"""Another browser, such as the oldest one that the pages promise, is named by CHROMIUM and CHROMIUM_FLAGS."""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *os.environ.get("CHROMIUM_FLAGS", "").split(),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser with nothing remembered."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def page_of(browser: Browser, width: int = 1280) -> Page:
    """Return a window of somebody new."""
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN", timezone_id="Asia/Shanghai")
    return context.new_page()


def sign_in(page: Page, served: str, desk: Desk, name: str, password: str = PASSWORD, at: str = "/sign-in") -> None:
    """Sign in as a person would: name and password, then the code of the authenticator."""
    page.goto(f"{served}{at}")
    page.fill("#f-name", name)
    page.fill("#f-password", password)
    page.click("button.pri")
    page.fill("#f-code", desk.code(name))
    page.click("button.pri")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def hand_in(page: Page, served: str, path: Path, **fields: str) -> str:
    """Choose a file in the upload page, wait for the verdict, and return the path of the report."""
    page.goto(f"{served}/uploads")
    if fields:
        page.click("details summary")
    for name, value in fields.items():
        page.fill(f"#f-{name}", value)
    page.set_input_files("#f-files", str(path))
    page.wait_for_url("**/batches/B*")
    page.wait_for_selector("#verdict")
    return page.url.removeprefix(served)


def enrol(address: str) -> str:
    """Return the secret of an enrolment address."""
    return str(pyotp.parse_uri(address).secret)


def words(page: Page, selector: str) -> str:
    """Return what a part of the page says."""
    return " ".join(page.inner_text(selector).split())


def answer(page: Page, script: str) -> Any:
    """Return what a script in the page says."""
    return page.evaluate(script)
