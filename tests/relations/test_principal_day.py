"""Principal and returns per control group and person: what a row says, and that a night changes its own day only."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from fundwatch.domain.keys import day_number, key_of
from fundwatch.relations.workbench import Built

from .conftest import Row, Town, entry

BOSS, FIRM, PAYEE = "BOSS", "FIRM", "P"
COLUMNS = (
    "day", "deposit_cny", "payout_cny", "put_in_cny", "principal_cny", "principal_1000_cny", "principal_10000_cny",
    "repaid_cny", "rate_ppm", "previous_payout_day", "last_payout_day", "last_payout_cny", "put_in_since_cny",
    "is_rollover", "late_days", "early_days", "is_unvalued",
)  # fmt: skip


@pytest.fixture
def scheme(town: Town) -> Town:
    """A firm and its representative, who collects for it, and a person beyond the group."""
    for number in (BOSS, FIRM, PAYEE):
        town.account(number, f"T{number}")
    town.add("parties", {"institution": "B1", "party_token": "TP", "party_type": "person"})
    town.add("parties", {"institution": "B1", "party_token": "TBOSS", "party_type": "person"})
    town.add("parties", {"institution": "B1", "party_token": "TFIRM", "party_type": "firm"})
    link = {"subject_token": "TBOSS", "relation": "legal_representative", "object_token": "TFIRM"}
    return town.add("relationships", {"institution": "A1"} | link)


def paid(giver: str, taker: str, day: str, yuan: int, at: str = "10:00", **more: Any) -> list[Row]:
    """Return both legs of one payment."""
    fen = yuan * 100
    return [
        entry(giver, f"{day}T{at}", "out", fen, taker, **more),
        entry(taker, f"{day}T{at}", "in", fen, giver, **more),
    ]


def spans(built: Sequence[Built]) -> list[tuple[int, int] | None]:
    """Return what of the relation was built."""
    return [each.span for each in built if each.relation == "principal_day"]


def rows(town: Town, group: str = "TFIRM") -> list[dict[str, Any]]:
    """Return the rows of the pair (group of the party, the person), in order of days."""
    listed = ", ".join(COLUMNS)
    found = town.ask(
        f"SELECT {listed} FROM principal_day WHERE person_key = {key_of('TP')} AND group_key = "
        f"(SELECT any_value(group_key) FROM entities WHERE party_key = {key_of(group)}) ORDER BY day"
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def number(day: str) -> int:
    return day_number(date.fromisoformat(day))


def test_principal_is_kept_per_group_and_a_return_is_a_share_of_it(scheme: Town) -> None:
    scheme.add(
        "transactions",
        *paid(PAYEE, BOSS, "2025-01-06", 40_000),
        *paid(PAYEE, FIRM, "2025-01-08", 10_000),
        *paid(FIRM, PAYEE, "2025-02-06", 600),
        *paid(PAYEE, BOSS, "2025-02-07", 50_000),
        *paid(FIRM, PAYEE, "2025-03-06", 1_200),
        *paid(BOSS, PAYEE, "2025-03-20", 100_500),
        *paid(FIRM, PAYEE, "2025-03-21", 7),
    ).build()
    found = rows(scheme)
    assert [row["day"] for row in found] == [
        number(day) for day in ("2025-02-06", "2025-02-07", "2025-03-06", "2025-03-20", "2025-03-21")
    ]
    assert [row["principal_cny"] for row in found] == [5_000_000, 5_000_000, 10_000_000, 10_000_000, 0]
    assert [row["rate_ppm"] for row in found] == [12_000, None, 12_000, None, None]
    assert [row["repaid_cny"] for row in found] == [0, 0, 0, 10_000_000, 0]
    assert [row["put_in_cny"] for row in found][-1] == 10_000_000
    gone = [None, number("2025-02-06"), number("2025-02-06"), number("2025-03-06"), number("2025-03-20")]
    assert [row["previous_payout_day"] for row in found] == gone


def test_money_inside_the_group_and_pairs_of_one_direction_leave_no_row(scheme: Town) -> None:
    scheme.add(
        "transactions",
        *paid(BOSS, FIRM, "2025-01-06", 40_000),
        *paid(FIRM, BOSS, "2025-02-06", 600),
        *paid(FIRM, PAYEE, "2025-02-06", 600),
    ).build()
    assert scheme.relation("principal_day") == []


def test_interest_deducted_up_front_shows_in_the_rounded_principals(scheme: Town) -> None:
    scheme.add(
        "transactions",
        *paid(PAYEE, BOSS, "2025-01-06", 9_500),
        *paid(PAYEE, BOSS, "2025-01-07", 4_300),
        *paid(FIRM, PAYEE, "2025-02-06", 500),
    ).build()
    (row,) = rows(scheme)
    # 4,300 is 5,000 but no 10,000 less one period's return
    assert (row["principal_cny"], row["principal_1000_cny"], row["principal_10000_cny"]) == (
        1_380_000,
        1_500_000,
        1_430_000,
    )


def test_a_rollover_is_the_day_on_which_nearly_all_of_a_payout_is_back(scheme: Town) -> None:
    scheme.add(
        "transactions",
        *paid(PAYEE, BOSS, "2025-01-06", 10_000),
        *paid(PAYEE, BOSS, "2025-02-06", 9_000, at="08:00"),
        *paid(FIRM, PAYEE, "2025-02-06", 11_000, at="09:00"),
        *paid(PAYEE, BOSS, "2025-02-08", 6_000),
        *paid(PAYEE, BOSS, "2025-02-09", 5_000),
        *paid(PAYEE, BOSS, "2025-02-10", 5_000),
        *paid(FIRM, PAYEE, "2025-03-03", 300, at="09:00"),
        *paid(PAYEE, BOSS, "2025-03-03", 290, at="09:30"),
        *paid(FIRM, PAYEE, "2025-03-10", 300),
        *paid(PAYEE, BOSS, "2025-03-14", 300),
    ).build()
    found = rows(scheme)
    assert [row["is_rollover"] for row in found] == [False, False, True, False, True, False, False]
    assert [row["put_in_since_cny"] for row in found] == [0, 600_000, 1_100_000, 1_600_000, 29_000, 0, 30_000]
    assert [row["last_payout_cny"] for row in found] == [1_100_000] * 4 + [30_000] * 3


def test_days_off_around_a_working_day_are_told(scheme: Town) -> None:
    for offset in range(-40, 40):
        day = date(2025, 3, 1) + timedelta(days=offset)
        scheme.add("reference_calendar", {"day": day_number(day), "is_workday": day.weekday() < 5})
    scheme.add("transactions", *paid(PAYEE, BOSS, "2025-02-03", 10_000))
    for paid_on in ("2025-02-07", "2025-02-10", "2025-02-12", "2025-02-15"):
        scheme.add("transactions", *paid(FIRM, PAYEE, paid_on, 100))
    scheme.build()
    assert [(row["late_days"], row["early_days"]) for row in rows(scheme)] == [(0, 2), (2, 0), (0, 0), (0, 0)]


def test_an_amount_without_a_rate_marks_every_later_row(scheme: Town) -> None:
    scheme.add(
        "transactions",
        *paid(PAYEE, BOSS, "2025-01-06", 10_000),
        *paid(FIRM, PAYEE, "2025-01-20", 100),
        *paid(PAYEE, BOSS, "2025-02-06", 10_000, currency="USD"),
        *paid(FIRM, PAYEE, "2025-02-20", 100),
    ).build()
    assert [row["is_unvalued"] for row in rows(scheme)] == [False, True, True]


def test_principal_of_more_than_430_days_before_the_month_is_not_seen(scheme: Town) -> None:
    scheme.add(
        "transactions",
        *paid(PAYEE, BOSS, "2023-12-20", 10_000),
        *paid(PAYEE, BOSS, "2023-12-24", 10_000),
        *paid(FIRM, PAYEE, "2025-02-28", 100),
        *paid(FIRM, PAYEE, "2025-03-03", 100),
    ).build()
    assert [(row["day"], row["principal_cny"]) for row in rows(scheme)] == [(number("2025-02-28"), 2_000_000)]


def test_a_new_day_changes_its_own_rows_and_an_old_one_those_of_its_pairs_that_look_back_on_it(scheme: Town) -> None:
    old, new = paid(PAYEE, BOSS, "2024-01-15", 10_000), paid(FIRM, PAYEE, "2025-03-20", 100)
    for month in range(1, 13):
        scheme.add("transactions", *paid(FIRM, PAYEE, f"2024-{month:02d}-25", 100))
    scheme.add("transactions", *paid(PAYEE, BOSS, "2024-02-01", 10_000), *paid(FIRM, PAYEE, "2025-02-25", 100))
    scheme.build()
    built = scheme.add("transactions", *new).build(anew=False)
    assert spans(built) == [(number("2025-03-20"), number("2025-03-20"))]
    built = scheme.add("transactions", *old).build(anew=False)
    assert spans(built) == [
        (number("2024-01-15"), number("2024-01-25")),
        (number("2024-02-01"), number("2024-02-25")),
        *((day, day) for month in range(3, 13) for day in [number(f"2024-{month:02d}-25")]),
        *((day, day) for day in (number("2025-02-25"), number("2025-03-20"))),
    ]


@pytest.mark.parametrize("seed", range(2))
def test_parts_give_what_the_whole_gives(scheme: Town, seed: int) -> None:
    """Payments of five months of two years arrive in three deliveries in any order; one is withdrawn again."""
    chance = random.Random(seed)
    payments = []
    for _ in range(60):
        month = chance.choice(["2023-06", "2023-07", "2024-08", "2024-09", "2025-01"])
        day = f"{month}-{chance.randint(1, 28):02d}"
        ends = chance.choice([(PAYEE, BOSS), (PAYEE, FIRM), (FIRM, PAYEE), (BOSS, PAYEE), (BOSS, FIRM)])
        currency = chance.choice(["CNY"] * 30 + ["USD"])
        payments.append(paid(*ends, day, chance.choice([100, 300, 9_500, 10_000]), currency=currency))
    arrival = [chance.randint(0, 2) for _ in payments]
    withdrawn = paid(PAYEE, BOSS, "2023-07-09", 50_000)
    for delivery in range(3):
        scheme.rows["transactions"] = list(withdrawn) if delivery == 0 else []
        here = [payment for payment, when in zip(payments, arrival, strict=True) if when <= delivery]
        for payment in chance.sample(here, len(here)):
            scheme.add("transactions", *payment)
        scheme.build(anew=delivery == 0)
    parts = scheme.relation("principal_day")
    scheme.build()
    assert parts == scheme.relation("principal_day")
    assert len(parts) > 20
