"""What is wrong with an installation, one remark each, with what to do about it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator

from detectors import storing
from fundwatch.domain.errors import FundwatchError
from fundwatch.domain.remarks import Remark
from fundwatch.store.confinement import network_is_shut
from fundwatch.store.durable import make_folder
from fundwatch.store.operations import history
from fundwatch.store.operations.database import WAL_SINCE, reading
from fundwatch.store.schema import RELATIONS
from fundwatch.store.settings import Settings
from fundwatch.store.warehouse import manifest_held
from pipelines import models
from pipelines.installation import RULES_FOLDER, Installation
from rules.laws import broken_laws
from rules.locking import departures, read_lock

_LEAST_FREE = 5 * 1024**3


def examine(settings: Settings) -> Iterator[Remark]:
    """Yield a remark on each thing that a night depends on."""
    yield _sqlite(settings)
    yield _disk(settings)
    yield _parsing(settings)
    try:
        with Installation.open(settings) as installation:
            for look in (_register, _contracts, _rules, _lake, _model, _warehouse):
                yield _guarded(look, installation)
    except FundwatchError as error:
        yield Remark(False, error.zh, error.en)


def _guarded(look: Callable[[Installation], Remark], installation: Installation) -> Remark:
    try:
        return look(installation)
    except FundwatchError as error:
        return Remark(False, error.zh, error.en)


def _sqlite(settings: Settings) -> Remark:
    version = sqlite3.sqlite_version
    if not settings.database_url.startswith("sqlite"):
        return Remark(True, "业务库为 PostgreSQL。", "the operations database is PostgreSQL.")
    if sqlite3.sqlite_version_info >= WAL_SINCE:
        return Remark(True, f"SQLite {version}，使用 WAL。", f"SQLite {version}, write-ahead log in use.")
    return Remark(
        True,
        f"SQLite {version} 低于 3.51.3，已改用回滚日志（较慢但安全）。",
        f"SQLite {version} is older than 3.51.3, so the rollback journal is used: slower, but safe.",
    )


def _disk(settings: Settings) -> Remark:
    folder = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    gib = free / 1024**3
    if free < _LEAST_FREE:
        return Remark(False, f"磁盘仅余 {gib:.1f} GiB，请清理。", f"only {gib:.1f} GiB of disk are free; make room.")
    return Remark(True, f"磁盘余量 {gib:.0f} GiB。", f"{gib:.0f} GiB of disk are free.")


def _parsing(settings: Settings) -> Remark:
    try:
        is_shut = network_is_shut(make_folder(settings.temporary))
    except FundwatchError as error:
        return Remark(False, error.zh, error.en)
    if is_shut:
        return Remark(
            True,
            "文件在受限进程中解析，该进程不能联网、不能启动程序。",
            "files are parsed in a confined process that reaches no network and starts no program.",
        )
    return Remark(
        False,
        "本机内核不支持系统调用过滤，解析进程只受内存与时间限制；请使用较新的 Linux 内核（x86-64 或 aarch64）。",
        "this kernel offers no system-call filter: parsing is limited in memory and time only; use a newer Linux.",
    )


def _register(installation: Installation) -> Remark:
    count = len(installation.registry)
    if count == 0:
        return Remark(False, "institutions.toml 中没有机构，请登记。", "institutions.toml lists no institution.")
    return Remark(True, f"已登记 {count} 家报送机构。", f"{count} institutions are registered.")


def _contracts(installation: Installation) -> Remark:
    feeds = len(installation.contracts.feeds)
    return Remark(True, f"数据契约 {feeds} 份可用。", f"{feeds} feed contracts are sound.")


def _rules(installation: Installation) -> Remark:
    catalogue = installation.rules
    failures = broken_laws(catalogue, set(RELATIONS)) + departures(catalogue, read_lock(RULES_FOLDER))
    if failures:
        return Remark(False, f"规则目录有 {len(failures)} 处不合格：{failures[0]}", f"{len(failures)} laws are broken.")
    count = len(catalogue.entries)
    return Remark(True, f"规则目录 {count} 条，版本已锁定。", f"{count} rules and suppressors, versions locked.")


def _lake(installation: Installation) -> Remark:
    with reading(installation.operations) as connection:
        manifest = history.head(connection)
    gone = [file for file in manifest.files if not installation.lake.path(file).is_file()]
    if gone:
        return Remark(
            False,
            f"数据湖缺少清单中的 {len(gone)} 个文件，请从备份恢复。",
            f"the lake lacks {len(gone)} files of the head manifest; restore them.",
        )
    return Remark(
        True, f"数据湖 {len(manifest.files)} 个文件齐全。", f"all {len(manifest.files)} lake files are there."
    )


def _model(installation: Installation) -> Remark:
    model_id = models.in_force(installation.settings)
    if model_id is None:
        return Remark(
            True, "尚未训练检测器，首个合格的夜间批次会自动训练。", "no detector yet; the first night trains it."
        )
    storing.load(installation.settings.models, model_id)
    return Remark(True, f"检测器 {model_id[:12]} 可用。", f"detector {model_id[:12]} is sound.")


def _warehouse(installation: Installation) -> Remark:
    with reading(installation.operations) as connection:
        manifest = history.head(connection)
    if not installation.settings.warehouse.exists():
        return Remark(True, "数仓尚未建立，下一次运行会建立。", "there is no warehouse yet; the next run makes it.")
    with installation.warehouse() as connection_to_warehouse:
        held = manifest_held(connection_to_warehouse)
    if held != manifest.manifest_id:
        return Remark(
            True, "数仓落后于清单，下一次运行会自动补齐。", "the warehouse lags; the next run brings it along."
        )
    return Remark(True, "数仓与清单一致。", "the warehouse holds the head manifest.")
