"""Flow features of a plain table of transfers: a Parquet file in, a Parquet file out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from detectors import flow
from fundwatch.domain.errors import InputError
from fundwatch.store.durable import partial, publish
from fundwatch.store.engines import open_memory
from fundwatch.store.settings import Settings
from pipelines.queries import query

COLUMNS = ("transfer_id", "paid_at", "payer", "payee", "amount")


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote: rows, of which how many have no features, and how many parties are hubs."""

    transfers: int
    left_out: int
    hubs: int


def write_graph_features(settings: Settings, transfers: Path, out: Path) -> Written:
    """Write the flow features of each transfer of a table, one row each in the order of the table.

    Columns read: transfer_id (any type, unique), paid_at (timestamp, or text that is one), payer, payee (any type),
    amount (number in units of the currency). A transfer to oneself or of nothing has no features: NULL. Raises
    InputError for a file that is no Parquet, lacks a column, repeats a transfer_id or holds a cell that cannot be read.
    """
    if not transfers.is_file():
        raise InputError(
            "找不到转账表，请核对路径。", "there is no such table of transfers; check the path.", code="R070"
        )
    folder = out.resolve().parent
    with open_memory(settings, (transfers.resolve().parent, folder)) as connection:
        _take(connection, transfers)
        flow.take_plain(connection)
        hubs = flow.build(connection)
        with partial(folder, out.name) as temporary:
            found = connection.sql(query("features_of_plain").query)
            found.write_parquet(str(temporary), compression="zstd")
            publish(temporary, out)
        counted = connection.execute(query("plain_counts").query).fetchall()
    return Written(int(counted[0][0]), int(counted[0][0] - counted[0][1]), hubs)


def _take(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Create ``plain`` from a file, once every cell of it can be read."""
    try:
        given = connection.read_parquet(str(path), file_row_number=True)
    except duckdb.Error as error:
        raise InputError(
            "转账表不是可读的 Parquet 文件，请重新导出。",
            f"the table is no readable Parquet file ({type(error).__name__}); export it again.",
            code="R071",
        ) from error
    missing = [name for name in COLUMNS if name not in given.columns]
    if missing:
        names = "、".join(missing)
        raise InputError(
            f"转账表缺少列：{names}；需要 {'、'.join(COLUMNS)}。",
            f"the table lacks {', '.join(missing)}; it needs {', '.join(COLUMNS)}.",
            code="R072",
        )
    given.create_view("given")
    connection.execute(f"CREATE TEMP TABLE plain AS {query('plain_transfers').query}")
    unread, row, repeated = connection.execute(query("plain_faults").query).fetchall()[0]
    if unread:
        raise InputError(
            f"{unread} 行的时间、双方、金额或编号为空或无法识别，首先是第 {row + 1} 行；请补全后重试。",
            f"{unread} rows lack a readable time, party, amount or id, the first is row {row + 1}; mend them.",
            code="R073",
        )
    if repeated:
        raise InputError(
            f"transfer_id 有 {repeated} 个重复；每笔转账须有自己的编号。",
            f"{repeated} transfer_id values are repeated; every transfer needs its own.",
            code="R074",
        )
