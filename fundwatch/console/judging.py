"""Judging in the background: what was handed in is checked one file at a time, and what failed is told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from fundwatch.domain.errors import EngineError, FundwatchError

_LOG = logging.getLogger(__name__)


class Judging:
    """Checks batches in order of arrival; a batch whose check failed waits for the next run."""

    def __init__(self, judge: Callable[[str], None]) -> None:
        self._judge = judge
        self._turn = threading.Lock()
        self._failures: dict[str, FundwatchError] = {}
        self._underway: set[str] = set()

    def run(self, name: str) -> None:
        """Check one batch, after those before it."""
        if name in self._underway:
            return
        self._underway.add(name)
        self._failures.pop(name, None)
        try:
            with self._turn:
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

    def is_underway(self, name: str) -> bool:
        """Return whether a batch is being checked, or waits for its turn, in this process."""
        return name in self._underway

    def failure(self, name: str) -> FundwatchError | None:
        """Return what went wrong when a batch was last checked here."""
        return self._failures.get(name)
