"""Flow features of a plain table: in and out as Parquet, and a sentence for every table that will not do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from detectors import flow
from fundwatch.domain.errors import InputError
from fundwatch.store.settings import Settings
from pipelines.graph_features import write_graph_features

GOOD: dict[str, list[Any]] = {
    "transfer_id": ["t1", "t2", "t3", "t4"],
    "paid_at": [datetime(2026, 10, day, 9) for day in (1, 2, 3, 3)],
    "payer": ["甲", "乙", "丙", "丙"],
    "payee": ["乙", "丙", "甲", "丙"],
    "amount": [1000.0, 990.0, 980.0, 50.0],
}


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings.from_environment({"FUNDWATCH_HOME": str(tmp_path / "home")})


def written(settings: Settings, folder: Path, **changed: list[Any]) -> pl.DataFrame:
    """Return what the command writes for the good table with some columns changed."""
    table = {name: values for name, values in (GOOD | changed).items() if values}
    pl.DataFrame(table).write_parquet(folder / "in.parquet")
    write_graph_features(settings, folder / "in.parquet", folder / "out.parquet")
    return pl.read_parquet(folder / "out.parquet")


def test_each_transfer_has_its_row_in_the_order_of_the_table(home: Settings, tmp_path: Path) -> None:
    found = written(home, tmp_path)
    assert found.columns == ["transfer_id", *(feature.name for feature in flow.features())]
    assert found["transfer_id"].to_list() == GOOD["transfer_id"]
    assert found["cycle_transfers"].to_list() == [3, 3, 3, None]
    assert found["fast_onward"].to_list() == [1, 1, 0, None]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["in.parquet", "out.parquet"]


def test_numbers_texts_and_times_of_other_kinds_give_the_same(home: Settings, tmp_path: Path) -> None:
    plain = written(home, tmp_path)
    other = written(
        home,
        tmp_path,
        transfer_id=[1, 2, 3, 4],
        paid_at=["2026-10-01 09:00:00", "2026-10-02T09:00:00", "2026-10-03 09:00", "2026-10-03 09:00"],
        payer=[7, 8, 9, 9],
        payee=[8, 9, 7, 9],
        amount=[1000, 990, 980, 50],
    )
    zoned = written(home, tmp_path, paid_at=[at.replace(tzinfo=UTC) for at in GOOD["paid_at"]])
    assert other.drop("transfer_id").equals(plain.drop("transfer_id"))
    assert zoned.equals(plain)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"payee": []}, "缺少列：payee"),
        ({"amount": ["1,000", "x", "2", "3"]}, "2 行的时间、双方、金额或编号为空或无法识别，首先是第 1 行"),
        ({"paid_at": ["2026-10-01", "2026-13-02", "2026-10-03", "2026-10-03"]}, "首先是第 2 行"),
        ({"payer": ["甲", None, "丙", "丙"]}, "1 行"),
        ({"transfer_id": ["t1", "t1", "t3", "t3"]}, "transfer_id 有 2 个重复"),
    ],
)
def test_a_table_that_will_not_do_is_refused_with_its_place(
    home: Settings, tmp_path: Path, changed: dict[str, list[Any]], said: str
) -> None:
    with pytest.raises(InputError) as refused:
        written(home, tmp_path, **changed)
    assert said in refused.value.zh
    assert refused.value.en
    assert not (tmp_path / "out.parquet").exists()


def test_what_is_no_parquet_is_said(home: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_text("transfer_id,paid_at", encoding="utf-8")
    for path in (tmp_path / "a.parquet", tmp_path / "none.parquet", tmp_path):
        with pytest.raises(InputError):
            write_graph_features(home, path, tmp_path / "out.parquet")
