"""Reviewing a case, be it an alert or a drawn control: the command line and the console call the same functions."""

from __future__ import annotations

from collections.abc import Sequence

from fundwatch.domain.review import Disposition
from fundwatch.store.operations import controls, reviewing
from fundwatch.store.operations.database import writing
from pipelines.installation import Installation


def decide_case(
    installation: Installation, case_id: str, *, actor: str, disposition: Disposition, causes: Sequence[str], note: str
) -> str:
    """Record the first signature on an alert or a control sample and return its state.

    Raises InputError for an unknown case, a reason that does not fit, or a case that somebody else holds.
    """
    now = installation.clock()
    with writing(installation.operations) as connection:
        if case_id.startswith(controls.PREFIX):
            return controls.decide(
                connection, case_id, actor=actor, disposition=disposition, causes=causes, note=note, now=now
            ).value
        return reviewing.decide(
            connection, case_id, actor=actor, disposition=disposition, causes=causes, note=note, now=now
        ).state


def sign_case(installation: Installation, case_id: str, *, actor: str, note: str, returned: bool = False) -> str:
    """Record the second signature, or send the decision back, and return the state; raise InputError as the above."""
    now = installation.clock()
    with writing(installation.operations) as connection:
        if case_id.startswith(controls.PREFIX):
            return controls.sign(connection, case_id, actor=actor, note=note, now=now, returned=returned).value
        act = reviewing.send_back if returned else reviewing.sign
        return act(connection, case_id, actor=actor, note=note, now=now).state
