"""Alerts and planted subjects brought together by the identifiers they share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fundwatch.domain.errors import InputError

_MEMBER_KINDS = ("accounts", "holder_ids", "uscc", "record_nos")


@dataclass(frozen=True, slots=True)
class Planted:
    """One subject or look-alike of a truth; ``codes`` are its typologies, or what it mimics where ``reason`` is set."""

    id: str
    difficulty: str
    codes: frozenset[str]
    members: frozenset[str]
    expert_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """What evaluation needs of one alert."""

    alert_id: str
    score: float
    codes: frozenset[str]
    subject_ids: frozenset[str]
    first_seen: date


@dataclass(frozen=True, slots=True)
class Matched:
    """One alert with the planted subjects and look-alikes that it meets."""

    alert: Raised
    subjects: tuple[Planted, ...]
    benign: tuple[Planted, ...]


def normal_text(value: object) -> str:
    """Return an identifier as identifiers are compared: without surrounding space, in capitals."""
    return str(value).strip().upper()


def planted_from(entry: Mapping[str, Any], *, benign: bool) -> Planted:
    """Read one entry of a truth; raises InputError where a key is missing or a date is none."""
    try:
        members = frozenset(normal_text(text) for kind in _MEMBER_KINDS for text in entry["members"].get(kind, ()))
        return Planted(
            id=str(entry["id"]),
            difficulty=str(entry["difficulty"]),
            codes=frozenset(entry["mimics"] if benign else entry["typologies"]),
            members=members,
            expert_on=date.fromisoformat(str(entry["expert_date"])),
            reason=str(entry["reason"]) if benign else "",
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"真值文件条目缺少或含有不可识别的字段：{error}",
            f"An entry of the truth lacks a field or holds an unreadable one: {error}",
        ) from error


def planted_of(truth: Mapping[str, Any]) -> tuple[list[Planted], list[Planted]]:
    """Return the subjects and the look-alikes of a truth; raises InputError where it is of another form."""
    try:
        return (
            [planted_from(entry, benign=False) for entry in truth["subjects"]],
            [planted_from(entry, benign=True) for entry in truth["benign"]],
        )
    except KeyError as error:
        raise InputError(f"真值文件缺少 {error}", f"The truth lacks {error}") from error


def raised_from(alert: Mapping[str, Any]) -> Raised:
    """Read one alert in the JSON form of ``fundwatch alerts``; raises InputError where a key is missing."""
    try:
        return Raised(
            alert_id=str(alert["alert_id"]),
            score=float(alert["score"]),
            codes=frozenset(alert["typologies"]),
            subject_ids=frozenset(normal_text(text) for text in alert["subject_ids"]),
            first_seen=date.fromisoformat(str(alert["first_seen"])[:10]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"预警缺少或含有不可识别的字段：{error}", f"An alert lacks a field or holds an unreadable one: {error}"
        ) from error


def ranked(alerts: Iterable[Mapping[str, Any]]) -> list[Raised]:
    """Return the alerts from the highest score down, ties by alert id."""
    return sorted((raised_from(alert) for alert in alerts), key=lambda alert: (-alert.score, alert.alert_id))


def match(alerts: Iterable[Raised], subjects: Iterable[Planted], benign: Iterable[Planted]) -> list[Matched]:
    """Return each alert, in the order given, with every planted subject and look-alike it shares an identifier with."""
    index: dict[str, list[Planted]] = {}
    for planted in (*subjects, *benign):
        for member in planted.members:
            index.setdefault(member, []).append(planted)
    found = []
    for alert in alerts:
        met = {planted.id: planted for text in alert.subject_ids for planted in index.get(text, ())}
        ordered = [met[key] for key in sorted(met)]
        found.append(
            Matched(
                alert,
                tuple(planted for planted in ordered if not planted.reason),
                tuple(planted for planted in ordered if planted.reason),
            )
        )
    return found
