"""One run of Great Expectations: quiet, in memory, its failures told from bad data, its results free of cells."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from data_contracts.datadocs import write_page
from data_contracts.suite import great_expectations
from fundwatch.domain.errors import EngineError

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

ROW = "_row"
"""Column of the cleaned table with the 1-based record of the file or sheet."""

_CELLS = frozenset(
    {
        "unexpected_list",
        "partial_unexpected_list",
        "partial_unexpected_counts",
        "partial_unexpected_index_list",
        "unexpected_index_list",
        "unexpected_index_query",
    }
)
"""Parts of a result that repeat cells of the data."""


@contextmanager
def _calm() -> Iterator[None]:
    with warnings.catch_warnings():
        # str.contains warns of groups in a pattern; contracts use them for alternatives, nothing is extracted.
        said = "This pattern is interpreted as a regular expression"
        warnings.filterwarnings("ignore", message=said, category=UserWarning)
        yield


def _configuration() -> Any:
    base = great_expectations("great_expectations.data_context.types.base")
    return base.DataContextConfig(
        store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=base.ProgressBarsConfig(globally=False, metric_calculations=False),
    )


def validated(suite: ExpectationSuite, frame: pd.DataFrame, *, rows: bool) -> Any:
    """Return the library's validation result of a suite over a frame, with row numbers if ``rows``.

    The context lives for this call: no files, no analytics, no progress bars. Raises EngineError if the library
    failed at an expectation, which it would report as bad data.
    """
    gx = great_expectations()
    with _calm():
        context = gx.get_context(mode="ephemeral", project_config=_configuration())
        source = context.data_sources.add_pandas(name="batch")
        definition = source.add_dataframe_asset(name=suite.name).add_batch_definition_whole_dataframe("whole")
        batch = definition.get_batch(batch_parameters={"dataframe": frame})
        form: dict[str, Any] = {"result_format": "COMPLETE", "include_unexpected_rows": False}
        if rows:
            form["unexpected_index_column_names"] = [ROW]
        result = batch.validate(suite, result_format=form)
    _refuse_exceptions(suite.name, result.to_json_dict()["results"])
    return result


def _raised(info: Mapping[str, Any]) -> bool:
    """Say whether an exception_info tells of an exception; it is flat, or has one entry per metric."""
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(_raised(part) for part in info.values() if isinstance(part, Mapping))


def _refuse_exceptions(name: str, results: Iterable[Mapping[str, Any]]) -> None:
    kinds = [str(item["expectation_config"]["type"]) for item in results if _raised(item["exception_info"] or {})]
    failed = ", ".join(sorted(set(kinds)))
    if failed:
        raise EngineError(
            f"见证引擎未能执行 {failed}，是我方问题：本批次暂缓，报送方无需处理。",
            f"The witness could not run {failed}; the error is ours and the batch waits.",
            code="E021",
            place=name,
        )


def plain(value: Any) -> Any:
    """Return JSON data: the library hands back numpy numbers and nan."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def failing_rows(told: Mapping[str, Any]) -> list[int]:
    """Return the row numbers at which one expectation of a result is not met, in order."""
    return sorted(int(entry[ROW]) for entry in told["result"].get("unexpected_index_list") or ())


def without_cells(result: Any) -> dict[str, Any]:
    """Return a validation result as JSON data with row numbers in place of cells."""
    found: dict[str, Any] = result.to_json_dict()
    for item in found["results"]:
        item["result"]["unexpected_rows"] = failing_rows(item)
        for part in _CELLS:
            item["result"].pop(part, None)
    answer: dict[str, Any] = plain(found)
    return answer


def write_docs(result: Any, title: str, folder: Path, name: str, notes: Sequence[str], *, cells: bool) -> Path:
    """Write the library's page of a result, without outside references, and return its path.

    ``notes`` come first in it; unless ``cells``, the result loses the values it found, so that the page shows none.
    """
    renderer = great_expectations("great_expectations.render.renderer").ValidationResultsPageRenderer()
    view = great_expectations("great_expectations.render.view").DefaultJinjaPageView()
    for item in result.results if not cells else ():
        for part in _CELLS:
            item.result.pop(part, None)
    with _calm():
        html = str(view.render(renderer.render(result)))
    return write_page(html, title, folder, name, notes)
