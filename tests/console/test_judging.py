"""Judging in the background: under way from the answer to the verdict, each once, and failures told."""

from __future__ import annotations

import threading

import pytest

from fundwatch.console.judging import Judging
from fundwatch.domain.errors import BusyError
from pipelines.uploading import Counter
from tests.console.conftest import hand_in, wait_until


class Bench:
    """A judge who waits to be told."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.judged: list[str] = []

    def judge(self, name: str) -> None:
        self.begun.set()
        self.go.wait(60)
        self.judged.append(name)
        if name == "busy":
            raise BusyError("请稍候。", "wait a little.", code="B1")
        if name == "broken":
            raise ZeroDivisionError


def test_a_batch_is_under_way_from_the_moment_it_is_handed_in() -> None:
    bench = Bench()
    judging = Judging(bench.judge)
    for name in ("one", "two", "one"):
        judging.submit(name)
    assert judging.is_underway("one") and judging.is_underway("two")
    bench.go.set()
    wait_until(lambda: not judging.is_underway("two"))
    assert bench.judged == ["one", "two"], "in order, and each once"


@pytest.mark.parametrize(("name", "code"), [("busy", "B1"), ("broken", "E501")])
def test_what_failed_is_told_until_it_is_tried_again(name: str, code: str) -> None:
    bench = Bench()
    bench.go.set()
    judging = Judging(bench.judge)
    judging.submit(name)
    wait_until(lambda: not judging.is_underway(name))
    failure = judging.failure(name)
    assert failure is not None and failure.code == code
    bench.go.clear()
    judging.submit(name)
    assert judging.failure(name) is None
    bench.go.set()
    judging.close()


def test_closing_ends_the_one_at_hand_and_leaves_the_others_to_the_next_run() -> None:
    bench = Bench()
    judging = Judging(bench.judge)
    judging.submit("one")
    judging.submit("two")
    bench.begun.wait(60)
    threading.Timer(0.05, bench.go.set).start()
    judging.close()
    assert bench.judged == ["one"], "what had begun was finished, what had not was dropped"


def test_the_page_of_a_batch_asks_again_from_its_first_moment(desk, statement, monkeypatch) -> None:
    bench = Bench()
    monkeypatch.setattr(Counter, "judge", lambda self, name: bench.judge(name))
    client = desk.client("zhou")
    answer = []
    sender = threading.Thread(target=lambda: answer.append(hand_in(client, statement)))
    sender.start()
    other = desk.client("zhou")
    wait_until(lambda: "/batches/B" in other.get("/batches").text)
    path = "/batches/B" + other.get("/batches").text.split("/batches/B", 1)[1].split('"', 1)[0]
    wait_until(lambda: 'hx-trigger="every 1s"' in other.get(path).text)
    bench.go.set()
    sender.join()
    assert answer[0].status_code == 201
