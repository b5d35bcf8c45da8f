"""Who can reach a count at all: what people outside a group paid it in a month."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fundwatch.domain.keys import key_of

from .conftest import Town, entry

COUNTERPARTIES = ("P", "Q", "R", "D", "Z")


def _town() -> Town:
    """Return a town in which A belongs to a firm and every other account to a person of its own name."""
    town = Town()
    for number in ("A", *COUNTERPARTIES):
        town.account(number, f"T{number}", account_name="某公司" if number == "A" else "王五")
    town.add("parties", {"institution": "B1", "party_token": "TA", "party_type": "firm", "party_name": "某公司"})
    for name in COUNTERPARTIES:
        town.add(
            "parties", {"institution": "B1", "party_token": f"T{name}", "party_type": "person", "party_name": name}
        )
    return town


def test_people_count_once_a_month_and_payments_each() -> None:
    town = _town()
    town.add(
        "transactions",
        entry("A", "2025-01-05T10:00", "in", 100, "P"),
        entry("A", "2025-01-07T10:00", "in", 200, "P"),
        entry("A", "2025-01-31T10:00", "in", 300, "Q"),
        entry("A", "2025-02-01T10:00", "in", 400, "P"),
        entry("A", "2025-01-06T10:00", "in", 500, "R", currency="USD"),
        entry("A", "2025-01-06T11:00", "out", 900, "Z"),
        entry("A", "2025-01-08T10:00", "in", 700, "W", counterparty_name="财付通"),
        entry("A", "2025-01-09T10:00", "in", 800, is_cash=True),
    ).build()
    found = town.ask(f"SELECT * EXCLUDE group_key FROM group_month WHERE group_key = {key_of('TA')} ORDER BY 1")
    assert found == [
        (20089, 20093, 20119, 3, 4, 600, 1),
        (20120, 20120, 20120, 1, 1, 400, 0),
    ]
    town.connection.close()


def test_money_inside_a_group_does_not_count() -> None:
    town = _town()
    town.add(
        "relationships",
        {"institution": "A1", "subject_token": "TP", "relation": "legal_representative", "object_token": "TA"},
    )
    town.add(
        "transactions",
        entry("A", "2025-01-05T10:00", "in", 100, "P"),
        entry("A", "2025-01-05T11:00", "in", 100, "Q"),
    ).build()
    assert town.ask("SELECT payers, payments, in_cny FROM group_month WHERE in_cny > 0") == [(1, 1, 100)]
    town.connection.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(COUNTERPARTIES), st.integers(0, 89), st.sampled_from((100, 250))),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 60),
)
def test_the_months_of_any_window_bound_its_people_payments_and_money(
    paid: list[tuple[str, int, int]], length: int
) -> None:
    town = _town()
    days = [(date(2025, 1, 1) + timedelta(day)).isoformat() for day in range(90)]
    town.add(
        "transactions",
        *(
            entry("A", f"{days[day]}T10:00", "in", amount, payer, record_id=number, serial=str(number))
            for number, (payer, day, amount) in enumerate(paid, 1)
        ),
    ).build()
    assert town.ask("SELECT count(*) FROM transfers WHERE from_kind = 'person'") == [(len(paid),)]
    for last in range(20089, 20179, 7):
        first = last - length + 1
        exact = town.ask(
            "SELECT count(DISTINCT from_party), count(*), COALESCE(sum(amount_cny), 0) FROM transfers"
            f" WHERE to_group = {key_of('TA')} AND day BETWEEN {first} AND {last}"
        )[0]
        bound = town.ask(
            "SELECT COALESCE(sum(payers), 0), COALESCE(sum(payments), 0), COALESCE(sum(in_cny), 0) FROM group_month"
            f" WHERE group_key = {key_of('TA')} AND last_day >= {first} AND first_day <= {last}"
        )[0]
        assert all(one <= other for one, other in zip(exact, bound, strict=True))
    town.connection.close()
