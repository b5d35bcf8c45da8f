"""Great Expectations as witness: it judges a batch's profile, and judges rows again beside the compiled contract.

The compiled contract decides. Where the two disagree, or the library could not answer, the error is ours: the batch
waits and the sender is not blamed. No cell of the data leaves this module: results carry row numbers and counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data_contracts import expectations as kinds
from data_contracts.contract import Contract
from data_contracts.expectations import Expectation
from data_contracts.gx_running import ROW, failing_rows, plain, validated, without_cells, write_docs
from data_contracts.masks import WORD
from data_contracts.suite import WIDTH_COLUMN, Bound, bounds_of, profile_suite_of, suite_of
from data_contracts.wording import BATCH_WORDINGS
from fundwatch.domain.errors import EngineError
from fundwatch.domain.receipts import BatchFault, Level

_SKIP = "_skip"
_MASKS = "_faults"


@dataclass(frozen=True, slots=True)
class Breach:
    """A bound of the batch that its profile does not keep; ``observed`` is in the unit of the measure."""

    bound: Bound
    observed: float

    def as_fault(self) -> BatchFault:
        """Return the breach as a fault of the batch."""
        words = dict(self.bound.detail) | {"share": f"{self.observed:.2f}", "detail": f"{self.observed:g}"}
        said = BATCH_WORDINGS[self.bound.code].filled(words)
        return BatchFault(self.bound.code, self.bound.level, said.reason, said.remedy, said.reason_en, said.remedy_en)


@dataclass(frozen=True, slots=True)
class Witness:
    """What the library said of a batch's profile; ``result`` is its validation result as plain JSON data."""

    contract: str
    version: str
    breaches: tuple[Breach, ...]
    result: Mapping[str, Any]
    page: Path | None = None

    @property
    def accepts(self) -> bool:
        """Whether no bound of level error is broken."""
        return all(breach.bound.level is not Level.ERROR for breach in self.breaches)


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A row that does not meet an expectation: ``place`` in the list, with its column (``""``: the row) and code."""

    row: int
    place: int
    column: str
    code: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """The two judgements of a batch's rows held against each other; ``agreed`` counts findings that both made."""

    contract: str
    rows: int
    agreed: int
    only_ours: tuple[Finding, ...]
    only_theirs: tuple[Finding, ...]
    result: Mapping[str, Any]
    page: Path | None = None

    @property
    def agrees(self) -> bool:
        """Whether both found the same rows for every expectation."""
        return not self.only_ours and not self.only_theirs

    def require(self) -> None:
        """Raise EngineError unless both judgements are the same: the batch waits, the sender is not to blame."""
        if self.agrees:
            return
        codes = ", ".join(sorted({finding.code for finding in (*self.only_ours, *self.only_theirs)}))
        raise EngineError(
            f"契约编译结果与见证不一致（{codes}），是我方问题：本批次暂缓，报送方无需处理。",
            f"The compiled contract and its witness disagree ({codes}); the error is ours and the batch waits.",
            code="E020",
            place=self.contract,
        )


def profile_frame(contract: Contract, measures: Mapping[str, float | None]) -> pd.DataFrame:
    """Return a batch's profile as the one-row frame that the suite runs on; a bounded measure not given is unknown."""
    names = [bound.measure for bound in bounds_of(contract)]
    return pd.DataFrame({name: [measures.get(name)] for name in names}, dtype="float64")


def judge_profile(contract: Contract, profile: pd.DataFrame, *, docs: Path | None = None) -> Witness:
    """Return what the library says of a batch's profile, with its page in the folder ``docs`` if one is given.

    ``profile`` is a one-row frame as ``profile_frame`` makes it. Raises EngineError if the library fails.
    """
    bounds = bounds_of(contract)
    result = validated(profile_suite_of(contract), profile, rows=False)
    told = result.to_json_dict()["results"]
    broken = sorted(item["expectation_config"]["meta"]["place"] for item in told if not item["success"])
    breaches = tuple(Breach(bounds[place], float(profile[bounds[place].measure].iloc[0])) for place in broken)
    json = plain(result.to_json_dict())
    notes = [_line(breach.as_fault()) for breach in breaches]
    page = write_docs(result, _title(contract), docs, f"{contract.id}-profile", notes, cells=True) if docs else None
    return Witness(contract.id, contract.version, breaches, json, page)


def _title(contract: Contract) -> str:
    return f"{contract.name} {contract.id} {contract.version}"


def _line(fault: BatchFault) -> str:
    return f"{fault.code} {fault.reason} · {fault.reason_en}"


def judged_again(items: Iterable[Expectation], *, whole: bool, widths: bool) -> dict[int, Expectation]:
    """Return the expectations that a cleaned frame can be judged by again, by their place in the list.

    Uniqueness needs the whole batch; the width of a record needs the column ``_width``.
    """
    left_out = {kinds.UNIQUE} if not whole else set()
    left_out |= {kinds.ROW_WIDTH} if not widths else set()
    return {place: item for place, item in enumerate(items) if item.kind not in left_out}


def findings_of(cleaned: pd.DataFrame, items: Iterable[Expectation]) -> set[Finding]:
    """Return what the compiled contract found, read from the bitmasks of its cleaned table."""
    found: set[Finding] = set()
    for place, item in enumerate(items):
        masks = cleaned[f"{_MASKS}{place // WORD}"].astype("int64")
        rows = cleaned.loc[(masks & (1 << place % WORD)) != 0, ROW]
        found |= {Finding(int(row), place, item.column, item.code) for row in rows}
    return found


def judge_rows(
    contract: Contract,
    items: tuple[Expectation, ...],
    cleaned: pd.DataFrame,
    ours: Iterable[Finding] | None = None,
    *,
    whole: bool = True,
    docs: Path | None = None,
) -> Agreement:
    """Return whether the library finds in cleaned rows what the compiled contract found in them.

    ``items`` is the list that was compiled and ``cleaned`` the cleaned table as a frame: ``_row``, ``_skip`` and the
    cleaned texts under the columns' keys. ``ours`` defaults to what its bitmasks say. ``whole`` says that no row of the
    batch is left out; otherwise uniqueness is not asked again. Raises EngineError if the library fails.
    """
    data = cleaned[cleaned[_SKIP].isna()] if _SKIP in cleaned.columns else cleaned
    data = data.reset_index(drop=True)
    asked = judged_again(items, whole=whole, widths=WIDTH_COLUMN in data.columns)
    given = findings_of(data, items) if ours is None else ours
    mine = {finding for finding in given if finding.place in asked}
    result = validated(suite_of(f"{contract.id} {contract.version} rows", asked), data, rows=True)
    theirs: set[Finding] = set()
    for told in result.to_json_dict()["results"]:
        place = told["expectation_config"]["meta"]["place"]
        theirs |= {Finding(row, place, items[place].column, items[place].code) for row in failing_rows(told)}
    json = without_cells(result)
    differing = len(mine ^ theirs)
    notes = [f"{len(data)} 行重判，{differing} 处不一致 · {len(data)} rows judged again, {differing} differences"]
    page = write_docs(result, _title(contract), docs, f"{contract.id}-rows", notes, cells=False) if docs else None
    return Agreement(
        contract=contract.id,
        rows=len(data),
        agreed=len(mine & theirs),
        only_ours=tuple(sorted(mine - theirs)),
        only_theirs=tuple(sorted(theirs - mine)),
        result=json,
        page=page,
    )
