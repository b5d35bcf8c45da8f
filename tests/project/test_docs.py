"""What the papers say holds: commands exist, links lead somewhere, folders keep the design's shape."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from fundwatch.cli.main import app

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.split("\n")
PAPERS = [ROOT / name for name in TRACKED if name.endswith(".md")]
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_papers_lead_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", paper.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (paper.parent / target).exists(), target


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_commands_in_the_papers_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    cited = re.findall(r"fundwatch (rules )?([a-z][a-z-]*)", text)
    assert cited
    for group, command in cited:
        known = COMMANDS["rules"].commands if group else COMMANDS
        assert command in known, command


def test_every_command_and_option_has_help() -> None:
    for name, command in COMMANDS.items():
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", ""), f"{name} {parameter.name}"


def test_both_readmes_say_the_same() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    commands = [
        sorted(re.findall(r"^(?:fundwatch|make) .*?(?=\s+#|$)", text, re.MULTILINE)) for text in (english, chinese)
    ]
    assert commands[0] == commands[1]


def test_modules_are_about_one_noun() -> None:
    forbidden = {"utils.py", "common.py", "helpers.py", "manager.py"}
    for name in TRACKED:
        if not name.endswith(".py") or not (ROOT / name).is_file():
            continue
        assert Path(name).name not in forbidden, name
        assert name.startswith("tests/") or len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 300, name


def test_the_figures_name_the_command_that_prints_them() -> None:
    assert "make bench" in (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
