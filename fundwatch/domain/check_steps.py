"""The steps of a check as a sender follows them: file, header, fields, between rows, coverage, loading."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fundwatch.domain.receipts import Level, Receipt, Verdict


class Step(StrEnum):
    """One step, in order."""

    FILE = "file"
    HEADER = "header"
    FIELDS = "fields"
    ROWS = "rows"
    COVERAGE = "coverage"
    LOAD = "load"


class Mark(StrEnum):
    """What a step showed: nothing amiss, something to look at, something to mend, not reached, or still to come."""

    PASSED = "passed"
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    NOT_REACHED = "not_reached"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step with its mark and how many places it speaks of."""

    step: Step
    mark: Mark
    errors: int = 0
    warnings: int = 0


_CODES = {
    Step.FILE: "B002 B005 B016 B019 B030 B031 B032 B033 B034 B070 B072 B075 F024 F025 F040 F041 F042 F043",
    Step.HEADER: "B001 B003 B004 B015 B040 B041 B042 B043 B049 B050",
    Step.ROWS: "B006 B007 B008 B009 B013 B018 B071 B073 B074 B123 F032 F033 F120",
    Step.COVERAGE: "B010 B011 B012 B120 B121 B122 B124 B125 B126",
}
_STEPS = {code: step for step, codes in _CODES.items() for code in codes.split()}


def step_of(code: str) -> Step:
    """Return the step at which a fault of a code is found; R codes are of files that no reader could read."""
    return Step.FILE if code.startswith("R") else _STEPS.get(code, Step.FIELDS)


def steps_of(receipt: Receipt, *, is_loaded: bool) -> tuple[StepResult, ...]:
    """Return the six steps of a check; after a file or a header that cannot be read nothing further was reached."""
    errors = dict.fromkeys(Step, 0)
    warnings = dict.fromkeys(Step, 0)
    totals = [(one.code, one.level, one.count) for one in receipt.totals]
    for code, level, count in [*totals, *((one.code, one.level, one.count) for one in receipt.batch_faults)]:
        if level is not Level.NORMALISED:
            (errors if level is Level.ERROR else warnings)[step_of(code)] += count
    found: list[StepResult] = []
    is_reached = True
    for step in tuple(Step)[:-1]:
        mark = Mark.FAILED if errors[step] else Mark.DOUBTFUL if warnings[step] else Mark.PASSED
        found.append(StepResult(step, mark if is_reached else Mark.NOT_REACHED, errors[step], warnings[step]))
        is_rejected = receipt.verdict is Verdict.REJECTED
        is_reached = is_reached and not (is_rejected and errors[step] and step in (Step.FILE, Step.HEADER))
    refused = receipt.verdict is Verdict.REJECTED
    last = Mark.NOT_REACHED if refused else Mark.PASSED if is_loaded else Mark.WAITING
    return (*found, StepResult(Step.LOAD, last))
