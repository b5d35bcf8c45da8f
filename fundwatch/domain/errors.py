"""The three families of errors, each with one sentence that says what to do.

Input errors are the sender's to mend, configuration errors ours to set right, engine errors ours to repair.
They are mapped to exit codes in ``fundwatch.cli`` and to task states in ``pipelines``, in one place each.
"""

from __future__ import annotations


class FundwatchError(Exception):
    """An error a person can act on: one sentence in Chinese and the same in English.

    ``place`` says where (file, sheet, row, column, table), ``code`` is a stable identifier such as ``F001``.
    Neither sentence carries names, identity numbers, account numbers or amounts.
    """

    def __init__(self, zh: str, en: str, *, code: str = "", place: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.code = code
        self.place = place

    def __str__(self) -> str:
        where = f" ({self.place})" if self.place else ""
        return f"{self.zh} {self.en}{where}"


class InputError(FundwatchError):
    """What was sent cannot be used as it is; the sender can mend it."""


class ConfigurationError(FundwatchError):
    """An argument, a setting, a contract, a rule or a registration of ours is missing or contradictory."""


class EngineError(FundwatchError):
    """Our own machinery failed: a disk, a database, a library; what had been acknowledged is kept."""


class BusyError(EngineError):
    """Somebody else holds what is needed just now; trying again later is enough."""
