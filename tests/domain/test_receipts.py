"""The receipt's JSON keys are an interface; the worst exit code wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.receipts import (
    EXIT_ORDER,
    BatchFault,
    Fault,
    FaultCount,
    Level,
    Receipt,
    Verdict,
    column_letter,
    worst_exit_code,
)

PROMISED = {
    "file",
    "institution",
    "contract",
    "verdict",
    "rows_read",
    "rows_accepted",
    "rows_quarantined",
    "batch_faults",
    "faults",
}
PROMISED_OF_A_FAULT = {"row", "sheet", "column", "header", "code", "level", "value", "reason", "remedy"}


def receipt(verdict: Verdict) -> Receipt:
    fault = Fault(7, "流水", "F", "交易金额", "F002", Level.ERROR, "1,2", "原因", "处理", "reason", "remedy")
    batch = BatchFault("B004", Level.WARNING, "原因", "处理", "reason", "remedy", 2)
    total = FaultCount("F002", Level.ERROR, "F", "交易金额", 1)
    return Receipt("a.csv", "610900-B01", "bank_statement_34", verdict, 2, 1, 1, (batch,), (fault,), "流水", (total,))


def test_the_json_holds_every_promised_key() -> None:
    found = receipt(Verdict.QUARANTINE).to_json()
    assert set(found) >= PROMISED
    assert found["verdict"] == "accepted_with_quarantine"
    faults = found["faults"]
    assert isinstance(faults, list)
    assert set(faults[0]) == PROMISED_OF_A_FAULT | {"reason_en", "remedy_en"}
    assert (faults[0]["row"], faults[0]["column"], faults[0]["level"]) == (7, "F", "error")


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.ACCEPTED, 0), (Verdict.QUARANTINE, 3), (Verdict.REJECTED, 1)])
def test_each_verdict_has_its_exit_code(verdict: Verdict, code: int) -> None:
    assert receipt(verdict).exit_code == code


def test_the_order_of_exit_codes() -> None:
    assert worst_exit_code([]) == 0
    assert worst_exit_code([0, 3]) == 3
    assert worst_exit_code([3, 1]) == 1
    assert worst_exit_code([1, 2]) == 2
    assert worst_exit_code([2, 4]) == 4
    assert worst_exit_code([4, 5]) == 5


@given(st.lists(st.sampled_from(EXIT_ORDER), min_size=1))
def test_the_worst_is_one_of_them_and_order_does_not_matter(codes: list[int]) -> None:
    assert worst_exit_code(codes) in codes
    assert worst_exit_code(codes) == worst_exit_code(codes[::-1])


def test_an_unknown_exit_code_is_refused() -> None:
    with pytest.raises(ValueError, match="not in"):
        worst_exit_code([0, 7])


@pytest.mark.parametrize(
    ("place", "letter"), [(0, ""), (1, "A"), (26, "Z"), (27, "AA"), (34, "AH"), (702, "ZZ"), (703, "AAA")]
)
def test_column_letters(place: int, letter: str) -> None:
    assert column_letter(place) == letter
