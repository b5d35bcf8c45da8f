"""Laws of the pages: every route says who may come, every text is there and used, every field has its help."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

import fundwatch.console
from fundwatch.console.pages.runs import KNOWN_FLOWS
from fundwatch.console.pages.working_days import KINDS
from fundwatch.console.rendering import NAVIGATION
from fundwatch.console.routing import require_declared
from fundwatch.console.texts import texts
from fundwatch.domain.access import Role, may
from fundwatch.domain.check_steps import Mark, Step
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.flow_runs import RunState
from fundwatch.domain.receipts import Level
from fundwatch.domain.report_days import DayState
from fundwatch.domain.scoring import Level as AlertLevel
from fundwatch.store.registry import DAILY, MONTHLY, SECTORS

FOLDER = Path(fundwatch.console.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
SOURCES = [*TEMPLATES, *sorted(FOLDER.rglob("*.py"))]
COMPOSED = {
    "role.": [one.value for one in Role],
    "step.": [*(one.value for one in Step), *(one.value for one in Mark)],
    "state.": ["received", "checked", "loaded", "rejected", "retracted", "superseded"],
    "calendar.": [one.value for one in DayState],
    "run_state.": [one.value for one in RunState],
    "flow.": KNOWN_FLOWS,
    "flow_help.": KNOWN_FLOWS,
    "level.": [one.value for one in AlertLevel],
    "sector.": SECTORS,
    "reports.": (DAILY, MONTHLY),
    "notice.": KINDS,
    "batch.level_": [one.value for one in Level],
}


def said() -> set[str]:
    """Return every key that a page says, those put together from a part and a name included."""
    found: set[str] = set()
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"""["']([a-z_]+\.[a-z_0-9]+)["']""", text)) & set(texts())
        found |= set(re.findall(r"""\bt\(["']([a-z_]+\.[a-z_0-9]+)["'][,)]""", text))
    return found | {f"{part}{name}" for part, names in COMPOSED.items() for name in names}


def test_every_text_that_is_said_is_there_and_every_text_is_said() -> None:
    assert said() - set(texts()) == set()
    assert set(texts()) - said() == set()


def test_both_languages_have_the_same_places() -> None:
    for key, words in texts().items():
        assert words["zh"].strip() and words["en"].strip(), key
        assert set(re.findall(r"{\w+}", words["zh"])) == set(re.findall(r"{\w+}", words["en"])), key
        assert re.search("[\u4e00-\u9fff]", words["zh"]) or key.startswith("app.other_language"), key


def test_no_template_says_anything_but_by_key() -> None:
    for path in TEMPLATES:
        bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert re.findall("[\u4e00-\u9fff]{2,}|[A-Za-z]{4,}", bare) == [], path.name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_field_has_a_label_and_a_sentence_of_help(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", text):
        if 'type="hidden"' in field:
            continue
        name = re.search(r'id="([^"]+)"', field)
        assert name is not None and "aria-describedby=" in field, field
        assert f'for="{name[1]}"' in text, field
        described = re.search(r'aria-describedby="([^"]+)"', field)
        assert described is not None and f'id="{described[1]}"' in text, field


def test_every_page_form_carries_its_token() -> None:
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        for form in re.findall(r'<form[^>]*method="post".*?</form>', text, flags=re.DOTALL):
            assert "m.csrf(visit)" in form, path.name


def test_a_route_that_does_not_say_who_may_come_is_refused() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/open")
    def endpoint() -> str:
        return "open"

    with pytest.raises(ConfigurationError):
        require_declared(list(app.routes))


@pytest.mark.parametrize("role", Role)
def test_no_two_places_of_a_role_share_a_key(role: Role) -> None:
    letters = [place.letter for _, places in NAVIGATION for place in places if may(role, place.permission)]
    assert len(letters) == len(set(letters)) and all(len(one) == 1 and one.islower() for one in letters)


def test_nothing_comes_from_elsewhere() -> None:
    for path in [*TEMPLATES, *(FOLDER / "static").glob("*.*")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text and "https://" not in text and "//cdn" not in text, path.name


def test_no_page_brings_script_or_style_of_its_own() -> None:
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\son\w+=|\sstyle=|<script(?![^>]*\ssrc=)", text), path.name
