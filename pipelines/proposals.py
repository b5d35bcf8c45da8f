"""Proposing a tuning and deciding on it: the one way by which a trial of parameters becomes what nights use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fundwatch.domain.errors import InputError
from fundwatch.domain.keys import date_of, day_number
from fundwatch.domain.proposals import ProposalState, check_decision, check_words, day_in_force
from fundwatch.store.operations import proposals
from fundwatch.store.operations.database import reading, writing
from fundwatch.store.operations.proposals import Proposal
from pipelines.installation import Installation
from pipelines.night import last_night
from pipelines.trial import typed
from rules.tuning import check_value


def propose(
    installation: Installation, rule_id: str, values: Mapping[str, str], *, author: str, reason: str, from_day: date
) -> int:
    """File a proposed tuning of one rule or suppressor and return its number; nothing changes before it is approved.

    Raises ConfigurationError for an unknown rule or parameter or a value out of bounds, InputError where author or
    reason is blank, nothing would change, or a night has evaluated the first day already.
    """
    check_words(author=author, reason=reason)
    entry = installation.rules.entry(rule_id)
    wanted = {name: typed(entry, name, text) for name, text in values.items()}
    for name, value in wanted.items():
        check_value(entry, name, value)
    former = installation.tuning.effective(entry, day_number(from_day))
    wanted = {name: value for name, value in wanted.items() if value != former[name]}
    if not wanted:
        raise InputError(
            "所提参数与现行值相同，无需调整。",
            "the proposed values are those in force; nothing would change.",
            code="K206",
        )
    last = last_night(installation)
    if last is not None and day_number(from_day) <= last.as_of:
        raise InputError(
            f"{date_of(last.as_of)} 及以前的夜间批次已完成，生效日须在其后。",
            f"nights up to {date_of(last.as_of)} have run; the first day must lie after it.",
            code="K207",
        )
    with writing(installation.operations) as connection:
        return proposals.propose(
            connection,
            now=installation.clock(),
            rule_id=entry.id,
            rule_version=entry.version,
            former={name: former[name] for name in wanted},
            wanted=wanted,
            from_day=from_day,
            author=author.strip(),
            reason=reason.strip(),
        )


def approve(installation: Installation, number: int, person: str, note: str | None = None) -> date:
    """Put a proposed tuning in force and return its first day, which is moved past the nights that have run.

    Raises InputError when the person is the author, the proposal is decided already, or the rule has another version
    by now; ConfigurationError when a value is out of the bounds that the rule declares today.
    """
    check_words(approver=person)
    last = last_night(installation)
    with writing(installation.operations) as connection:
        seen = proposals.get(connection, number)
        check_decision(ProposalState(seen.state), seen.author, person)
        entry = installation.rules.entry(seen.rule_id)
        if entry.version != seen.rule_version:
            raise InputError(
                f"规则 {entry.id} 已从第 {seen.rule_version} 版改为第 {entry.version} 版，请重新回测并提出。",
                f"rule {entry.id} moved from version {seen.rule_version} to {entry.version}; test and propose again.",
                code="K208",
            )
        for name, value in seen.wanted.items():
            check_value(entry, name, value)
        first = date_of(day_in_force(day_number(seen.from_day), last.as_of if last else None))
        now = installation.clock()
        proposals.decide(connection, seen, ProposalState.APPROVED, person=person.strip(), note=note, now=now)
        proposals.put_in_force(connection, seen, from_day=first, approver=person.strip(), now=now)
    return first


def reject(installation: Installation, number: int, person: str, reason: str) -> None:
    """Turn a proposed tuning down; raises InputError as ``approve`` does, and without a reason."""
    check_words(person=person, reason=reason)
    with writing(installation.operations) as connection:
        seen = proposals.get(connection, number)
        check_decision(ProposalState(seen.state), seen.author, person)
        now = installation.clock()
        proposals.decide(connection, seen, ProposalState.REJECTED, person=person.strip(), note=reason.strip(), now=now)


def listed(installation: Installation) -> list[Proposal]:
    """Return every proposal, the latest first."""
    with reading(installation.operations) as connection:
        return proposals.listed(connection)


def proposed_values(installation: Installation, number: int) -> tuple[str, Mapping[str, str]]:
    """Return the rule and the values of a proposal as they would be typed, for a backtest of it."""
    with reading(installation.operations) as connection:
        seen = proposals.get(connection, number)
    return seen.rule_id, {name: str(value) for name, value in seen.wanted.items()}
