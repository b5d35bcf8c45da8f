"""Judging in the background: what was handed in is checked one file at a time, and what failed is told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from fundwatch.domain.errors import EngineError, FundwatchError

_LOG = logging.getLogger(__name__)


class Judging:
    """Checks batches in order of arrival on a thread of its own; one whose check failed waits for the next run.

    From the answer to the sender until the verdict a batch is under way, whatever becomes of the connection.
    """

    def __init__(self, judge: Callable[[str], None]) -> None:
        self._judge = judge
        self._worker = ThreadPoolExecutor(1, "judging")
        self._failures: dict[str, FundwatchError] = {}
        self._underway: set[str] = set()

    def submit(self, name: str) -> None:
        """Have one batch checked after those before it; what is under way already is not checked twice."""
        if name in self._underway:
            return
        self._underway.add(name)
        self._failures.pop(name, None)
        self._worker.submit(self._run, name)

    def close(self) -> None:
        """Finish the check at hand and drop the others: their batches rest on disk for the next run."""
        self._worker.shutdown(cancel_futures=True)

    def is_underway(self, name: str) -> bool:
        """Return whether a batch is being checked, or waits for its turn, in this process."""
        return name in self._underway

    def failure(self, name: str) -> FundwatchError | None:
        """Return what went wrong when a batch was last checked here."""
        return self._failures.get(name)

    def _run(self, name: str) -> None:
        try:
            self._judge(name)
        except FundwatchError as error:
            self._failures[name] = error
        except Exception as error:  # noqa: BLE001
            # The roof of this thread: nobody else would tell the sender.
            _LOG.error("the check of %s failed: %s", name, type(error).__name__)
            self._failures[name] = EngineError(
                "校验程序出错，批次已保存，下次运行会再次校验。",
                "our check failed; the batch is kept and the next run checks it again.",
                code="E501",
            )
        finally:
            self._underway.discard(name)
