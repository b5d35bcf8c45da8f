"""The steps of a check: each fault at its step, nothing further after a file that could not be read."""

from __future__ import annotations

import pytest

from data_contracts.wording import BATCH_WORDINGS, CELL_WORDINGS
from fundwatch.domain.check_steps import Mark, Step, step_of, steps_of
from fundwatch.domain.receipts import BatchFault, FaultCount, Level, Receipt, Verdict


def receipt(verdict: Verdict, *faults: tuple[str, Level], cells: tuple[FaultCount, ...] = ()) -> Receipt:
    told = tuple(BatchFault(code, level, "", "", "", "") for code, level in faults)
    return Receipt("f", "i", "c", verdict, 10, 10, 0, told, (), totals=cells)


def marks(one: Receipt, *, is_loaded: bool = False) -> dict[Step, Mark]:
    return {found.step: found.mark for found in steps_of(one, is_loaded=is_loaded)}


def test_a_clean_file_passes_all_and_waits_for_the_run() -> None:
    found = marks(receipt(Verdict.ACCEPTED))
    assert found.pop(Step.LOAD) is Mark.WAITING
    assert set(found.values()) == {Mark.PASSED}
    assert marks(receipt(Verdict.ACCEPTED), is_loaded=True)[Step.LOAD] is Mark.PASSED


@pytest.mark.parametrize(("code", "step"), [("R003", Step.FILE), ("B001", Step.HEADER)])
def test_nothing_is_reached_after_a_file_or_header_that_cannot_be_read(code: str, step: Step) -> None:
    found = marks(receipt(Verdict.REJECTED, (code, Level.ERROR)))
    after = list(Step)[list(Step).index(step) + 1 :]
    assert found[step] is Mark.FAILED
    assert {found[one] for one in after} == {Mark.NOT_REACHED}


def test_errors_and_warnings_count_where_they_belong_and_repairs_do_not() -> None:
    cells = (
        FaultCount("F002", Level.ERROR, "H", "金额", 3),
        FaultCount("F032", Level.WARNING, "I", "余额", 2),
        FaultCount("N001", Level.NORMALISED, "A", "流水号", 9),
    )
    found = {one.step: one for one in steps_of(receipt(Verdict.QUARANTINE, cells=cells), is_loaded=False)}
    assert (found[Step.FIELDS].mark, found[Step.FIELDS].errors) == (Mark.FAILED, 3)
    assert (found[Step.ROWS].mark, found[Step.ROWS].warnings) == (Mark.DOUBTFUL, 2)


def test_every_code_that_is_named_exists() -> None:
    known = {*BATCH_WORDINGS, *CELL_WORDINGS}
    apart = [code for code in (*known, "F120", "B120", "B121", "B122") if step_of(code) is not Step.FIELDS]
    assert {step_of(code) for code in apart} == {Step.FILE, Step.HEADER, Step.ROWS, Step.COVERAGE}
