"""``institutions.toml``: who may report, on which legal basis, and where a feed departs from its contract."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from fundwatch.domain.errors import ConfigurationError, InputError

SECTORS = ("bank", "micro_loan", "guarantee", "pawn", "authority")
_FEED_VALUES: Mapping[str, tuple[str, ...]] = {
    "direction": ("statement", "ledger"),
    "amount_unit": ("yuan", "wan", "fen"),
    "negative_amount": ("reversal", "direction", "refuse"),
}
_REQUIRED = ("code", "name", "sector", "region", "legal_basis", "approval_no")
_OPTIONAL = ("feeds", "expires_on", "approver", "purpose", "reports", "due_days")
DAILY, MONTHLY = "daily", "monthly"
_DUE_DAYS = {DAILY: 1, MONTHLY: 10}
"""Days after a day, or after a month's end, by which its report is due where the register does not say."""
_MOST_DUE_DAYS = 60
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_REGION = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class FeedOverrides:
    """Where the feeds of an institution depart from their contract's default; None keeps the default."""

    direction: str | None = None
    """``statement``: 贷 is money in; ``ledger``: 借 is money in."""
    amount_unit: str | None = None
    """``yuan``, ``wan`` (10,000 yuan) or ``fen``."""
    negative_amount: str | None = None
    """``reversal``, ``direction`` or ``refuse``."""


@dataclass(frozen=True, slots=True)
class Institution:
    """One sender and the standing legal basis of what it sends."""

    code: str
    name: str
    sector: str
    region: str
    legal_basis: str
    approval_no: str
    feeds: FeedOverrides = FeedOverrides()
    expires_on: date | None = None
    approver: str = ""
    purpose: str = ""
    reports: str = DAILY
    """``daily`` or ``monthly``: what one report covers. Banks report daily, the others monthly, unless said."""
    due_days: int = 1
    """Days after the end of what a report covers by which it is due; moved to a working day by the calendar."""

    def basis_holds_on(self, day: date) -> bool:
        """Return whether the standing legal basis still holds on a day."""
        return self.expires_on is None or day <= self.expires_on


@dataclass(frozen=True, slots=True)
class Registry:
    """All registered institutions, by code."""

    institutions: Mapping[str, Institution]
    place: str = "institutions.toml"

    def __iter__(self) -> Iterator[Institution]:
        return iter(self.institutions[code] for code in sorted(self.institutions))

    def __len__(self) -> int:
        return len(self.institutions)

    def institution(self, code: str) -> Institution:
        """Return one institution; raise ConfigurationError when it is not registered."""
        if code not in self.institutions:
            raise ConfigurationError(
                f"报送机构 {code!r} 未登记，请先在 {self.place} 中登记后再报送。",
                f"institution {code!r} is not registered; enter it in {self.place} first.",
                code="C204",
            )
        return self.institutions[code]


def read_registry(path: Path) -> Registry:
    """Read ``institutions.toml``; raise ConfigurationError with one sentence on what to mend."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise _wrong(
            path, "文件不存在，请创建并登记报送机构", "the file is missing; create it and register who may report"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(
            path, "文件无法读取，请检查权限与 UTF-8 编码", "it cannot be read; check its mode and UTF-8 encoding"
        ) from error
    return parse_registry(text, path)


def parse_registry(text: str, path: Path) -> Registry:
    """Parse the register; ``path`` only serves the messages."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(path, f"TOML 语法错误（{error}），请修正", f"it is not valid TOML ({error}); mend it") from error
    entries = document.pop("institution", [])
    if document:
        raise _wrong(path, f"不认识的项 {sorted(document)}，请删除", f"unknown keys {sorted(document)}; remove them")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _wrong(path, "请以 [[institution]] 逐个登记", "register each one as [[institution]]")
    found: dict[str, Institution] = {}
    for number, entry in enumerate(entries, start=1):
        institution = _institution(entry, number, path)
        if institution.code in found:
            raise _wrong(
                path, f"代码 {institution.code} 重复，请只保留一条", f"code {institution.code} appears twice; keep one"
            )
        found[institution.code] = institution
    return Registry(found, path.name)


def amended(text: str, values: Mapping[str, Any], *, code: str | None, path: Path) -> str:
    """Return the register's text with one institution added, or with one of this ``code`` changed.

    Everything else stays as it was written, comments too. A value of None takes the key away. Raises InputError for
    a code that is there already, or not there, and ConfigurationError for values that the register does not take.
    """
    document = tomlkit.parse(text)
    entries = document.get("institution")
    if entries is None:
        entries = document["institution"] = tomlkit.aot()
        entries = document["institution"]
    known = {entry.get("code"): entry for entry in entries}
    if code is None:
        if values["code"] in known:
            raise InputError(
                f"代码 {values['code']} 已登记，请在列表中修改。",
                f"code {values['code']} is registered; change it in the list.",
                code="F330",
            )
        entry = tomlkit.table()
        entries.append(entry)
        entry = entries[-1]
    elif code in known:
        entry = known[code]
    else:
        raise InputError(f"代码 {code} 未登记，请刷新页面。", f"code {code} is not registered; reload.", code="F331")
    for key, value in values.items():
        if value is None:
            entry.pop(key, None)
        elif entry.get(key) != value:
            entry[key] = value
    changed = tomlkit.dumps(document)
    parse_registry(changed, path)
    return changed


def _institution(entry: dict[str, Any], number: int, path: Path) -> Institution:
    where = f"第 {number} 个 [[institution]]"
    unknown = sorted(set(entry) - {*_REQUIRED, *_OPTIONAL})
    if unknown:
        raise _wrong(
            path,
            f"{where} 有不认识的项 {unknown}，请删除",
            f"institution {number} has unknown keys {unknown}; remove them",
        )
    texts = {key: _text(entry, key, number, path) for key in _REQUIRED}
    for key, pattern in (("code", _CODE), ("region", _REGION)):
        if not pattern.fullmatch(texts[key]):
            raise _wrong(
                path, f"{where} 的 {key} 格式不对，请更正", f"{key} of institution {number} is malformed; correct it"
            )
    if texts["sector"] not in SECTORS:
        raise _wrong(
            path,
            f"{where} 的 sector 必须是 {'、'.join(SECTORS)} 之一",
            f"sector of institution {number} must be one of {', '.join(SECTORS)}",
        )
    reports, due_days = _terms(entry, texts["sector"], number, path)
    expires_on = entry.get("expires_on")
    if expires_on is not None and type(expires_on) is not date:
        raise _wrong(path, f"{where} 的 expires_on 应为日期", f"expires_on of institution {number} must be a date")
    return Institution(
        **texts,
        feeds=_feeds(entry.get("feeds", {}), number, path),
        expires_on=expires_on,
        approver=_optional(entry, "approver", number, path),
        purpose=_optional(entry, "purpose", number, path),
        reports=reports,
        due_days=due_days,
    )


def _terms(entry: dict[str, Any], sector: str, number: int, path: Path) -> tuple[str, int]:
    """Return how often an institution reports and by when a report is due."""
    where = f"第 {number} 个 [[institution]]"
    reports = entry.get("reports", DAILY if sector == "bank" else MONTHLY)
    if reports not in _DUE_DAYS:
        raise _wrong(
            path,
            f"{where} 的 reports 必须是 {'、'.join(_DUE_DAYS)} 之一",
            f"reports of institution {number} must be one of {', '.join(_DUE_DAYS)}",
        )
    due_days = entry.get("due_days", _DUE_DAYS[reports])
    if type(due_days) is not int or not 0 <= due_days <= _MOST_DUE_DAYS:
        raise _wrong(
            path,
            f"{where} 的 due_days 应为 0 至 {_MOST_DUE_DAYS} 的整数",
            f"due_days of institution {number} must be a whole number from 0 to {_MOST_DUE_DAYS}",
        )
    return str(reports), due_days


def _text(entry: dict[str, Any], key: str, number: int, path: Path) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(
            path,
            f"第 {number} 个 [[institution]] 缺少 {key}，请补上",
            f"institution {number} lacks {key}; add it",
        )
    return value.strip()


def _optional(entry: dict[str, Any], key: str, number: int, path: Path) -> str:
    return _text(entry, key, number, path) if key in entry else ""


def _feeds(given: object, number: int, path: Path) -> FeedOverrides:
    where = f"第 {number} 个 [[institution]] 的 feeds"
    if not isinstance(given, dict):
        raise _wrong(path, f"{where} 应为一节", f"feeds of institution {number} must be a section")
    unknown = sorted(set(given) - set(_FEED_VALUES))
    if unknown:
        raise _wrong(
            path, f"{where} 有不认识的项 {unknown}，请删除", f"feeds of institution {number} has unknown keys {unknown}"
        )
    for key, value in given.items():
        if value not in _FEED_VALUES[key]:
            allowed = _FEED_VALUES[key]
            raise _wrong(
                path,
                f"{where}.{key} 必须是 {'、'.join(allowed)} 之一",
                f"feeds.{key} of institution {number} must be one of {', '.join(allowed)}",
            )
    return FeedOverrides(**given)


def _wrong(path: Path, zh: str, en: str) -> ConfigurationError:
    return ConfigurationError(f"{path.name}：{zh}。", f"{path.name}: {en}.", code="C201", place=str(path))
