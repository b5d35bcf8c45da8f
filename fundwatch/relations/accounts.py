"""Bringing what is known of accounts up to new entries, at the cost of the accounts of which something new is known."""

from __future__ import annotations

from fundwatch.relations.catalogue import Relation
from fundwatch.relations.workbench import Workbench

_SHARE = 4
"""Where more than one number in this many is stirred, all are built: narrowing would cost more."""


def renew_sightings(bench: Workbench, relation: Relation) -> None:
    """Replace the sightings that changed entries change, and keep them as ``gone_sightings`` and ``new_sightings``."""
    for step in ("entry_numbers", "sighted_entries", "kept_sightings"):
        bench.table(step, bench.question(step))
    bench.table("met", relation.file)
    bench.table("before", bench.question("old_sightings"))
    bench.table("after", bench.question("new_sightings"))
    bench.amend(relation.name, ("account_key", "side"))
    for step in ("sighted_entries", "kept_sightings", "met"):
        bench.drop(step)


def hold_known_numbers(bench: Workbench, relation: Relation) -> bool:
    """Create ``account_numbers`` from the entities and the numbers met first now; return False where that is not exact.

    Which account a number belongs to follows from registers and from the cards in statements; a number that is met
    first now is its own account, since a card that belongs to another is itself a known number.
    """
    if bench.count("gone_sightings WHERE card IS NOT NULL") or bench.count("new_sightings WHERE card IS NOT NULL"):
        return False
    bench.table("vanished", bench.question("vanished_numbers"))
    if bench.count("vanished"):
        return False
    bench.table(relation.name, bench.question("known_numbers"))
    return True


def renew_entities(bench: Workbench, relation: Relation, *, registers: bool) -> None:
    """Replace the entities of stirred accounts and list as ``moved_accounts`` those that were another party's before.

    Exact: an account's row rests on its own sightings, on those of its other numbers, of its customer and of its
    party, and on registers; so all of these are built together, and everything when a register has changed.
    """
    if not registers:
        bench.table("stirred", bench.question("stirred_accounts"))
        stirred = _build_kin(bench, relation)
        if stirred * _SHARE <= bench.count("account_numbers"):
            bench.table("before", bench.question("stirred_entities"))
            bench.select("old_entities", "FROM before")
            bench.select("after", "FROM built_entities")
            bench.table("moved_accounts", bench.question("moved_accounts"))
            bench.amend(relation.name, ("account_key",))
            return
    bench.table("old_entities", bench.question("all_entities"))
    bench.table("built_entities", relation.file)
    bench.table("moved_accounts", bench.question("moved_accounts"))
    bench.pass_on(relation, None)


def _build_kin(bench: Workbench, relation: Relation) -> int:
    """Build ``built_entities`` of the stirred accounts and their kin, widening until no party reaches beyond them.

    Return how many numbers that took; more than the share are too many and not built.
    """
    bench.table("built_entities", bench.question("no_entities"))
    known, built = bench.count("stirred"), 0
    while known:
        bench.table("kin", bench.question("kin_accounts"))
        bench.drop("stirred")
        bench.rename("kin", "stirred")
        found = bench.count("stirred")
        if found == built or found * _SHARE > bench.count("account_numbers"):
            return found
        if found == known:
            _build_narrowed(bench, relation)
            built = found
        known = found
    return 0


def _build_narrowed(bench: Workbench, relation: Relation) -> None:
    """Run the query of entities over the stirred numbers alone."""
    bench.rename("account_numbers", "every_number")
    bench.table("account_numbers", bench.question("stirred_numbers"))
    bench.table("built_entities", relation.file)
    bench.drop("account_numbers")
    bench.rename("every_number", "account_numbers")
