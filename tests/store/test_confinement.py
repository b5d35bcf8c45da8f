"""Whatever a confined process does or suffers, one sentence comes out of it, and it reaches nothing outside."""

from __future__ import annotations

import os
import platform
from dataclasses import replace
from pathlib import Path

import pytest

from fundwatch.domain.errors import EngineError, FundwatchError, InputError
from fundwatch.store.confinement import Limits, network_is_shut, run_confined

LIMITS = Limits(memory_bytes=512 * 1024**2, cpu_seconds=10, wall_seconds=20, file_bytes=1024**2, open_files=64)
GUEST = "tests.store.confined_guest"


def ask(name: str, folder: Path, request: object = None, limits: Limits = LIMITS) -> object:
    return run_confined(f"{GUEST}:{name}", request, limits=limits, workdir=folder)


def test_an_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    request = {"text": "安康\u2028\x00", "numbers": [1, 2.5, None, True]}
    assert ask("echo", tmp_path, request) == request


def test_its_environment_holds_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNDWATCH_SECRET", "key")
    seen = ask("environment", tmp_path)
    assert isinstance(seen, dict)
    assert set(seen) <= {"LANG", "HOME", "TMPDIR", "POLARS_MAX_THREADS", "LC_CTYPE"}


@pytest.mark.skipif(platform.system() != "Linux", reason="system-call filters are Linux's")
@pytest.mark.parametrize("attempt", ["connect", "listen", "execute", "fork", "kill_parent", "link", "raise_limit"])
def test_it_reaches_neither_network_nor_processes(attempt: str, tmp_path: Path) -> None:
    assert ask(attempt, tmp_path, os.getpid()) == "PermissionError"


def test_whether_it_is_shut_in_can_be_told(tmp_path: Path) -> None:
    assert network_is_shut(tmp_path) == (platform.system() == "Linux")


def test_threads_still_run(tmp_path: Path) -> None:
    assert ask("threads", tmp_path) == 4


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("too_much_memory", "R030"),
        ("abort", "R030"),
        ("killed", "R030"),
        ("crash", "R032"),
        ("segfault", "R032"),
        ("leave", "R032"),
        ("exhaust_recursion", "R032"),
        ("too_large_a_file", "R033"),
    ],
)
def test_however_it_ends_there_is_one_sentence(
    name: str, code: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError) as caught:
        ask(name, tmp_path)
    assert caught.value.code == code
    assert caught.value.zh.count("。") == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["sleep", "spin"])
def test_time_is_bounded(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        ask(name, tmp_path, limits=replace(LIMITS, cpu_seconds=1, wall_seconds=2))
    assert caught.value.code == "R031"


@pytest.mark.parametrize(("family", "kind"), [("input", InputError), ("engine", EngineError)])
def test_errors_cross_with_their_sentences(family: str, kind: type[FundwatchError], tmp_path: Path) -> None:
    with pytest.raises(kind) as caught:
        ask("refuse", tmp_path, family)
    error = caught.value
    assert (error.zh, error.en, error.code, error.place) == ("不行。", "No.", "X001", "a.csv")


def test_what_it_prints_is_no_answer(tmp_path: Path) -> None:
    assert ask("chatter", tmp_path) == "quiet"
