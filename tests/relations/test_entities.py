"""Account → party → control group."""

from __future__ import annotations

from datetime import date

from fundwatch.domain.keys import day_number, key_of

from .conftest import Town, entry


def _party(town: Town, account: str) -> int:
    return int(town.ask(f"SELECT party_key FROM entities WHERE account_key = {key_of(account)}")[0][0])


def _kind(town: Town, account: str) -> str:
    return str(town.ask(f"SELECT party_kind FROM entities WHERE account_key = {key_of(account)}")[0][0])


def test_an_account_and_its_cards_are_one(town: Town) -> None:
    town.account("A", "Tx", card="K1")
    town.add(
        "transactions",
        entry("A", "2025-01-05T10:00", "in", 100, "Z", card="K2"),
        entry("K1", "2025-01-06T10:00", "in", 100, "Z"),
    )
    town.build()
    rows = town.ask(
        "SELECT account, canonical_key, party_key, is_reported FROM entities WHERE account <> 'Z' ORDER BY 1"
    )
    assert rows == [(name, key_of("A"), key_of("Tx"), True) for name in ("A", "K1", "K2")]


def test_the_holder_is_known_by_token_then_customer_then_owner_then_account(town: Town) -> None:
    town.account("BYTOKEN", "T1").account("BYCUSTOMER", customer_no="C2").account("BYOWNER")
    town.account("BYNUMBER", customer_no="C4").account("ALONE")
    town.add("parties", {"institution": "B1", "customer_no": "C2", "party_token": "T2", "party_type": "person"})
    town.add(
        "relationships",
        {
            "institution": "B1",
            "relation": "account_owner",
            "subject_token": "T3",
            "object_account": "BYOWNER",
            "object_account_key": key_of("BYOWNER"),
        },
    )
    town.build()
    assert town.ask("SELECT account, party_key, basis FROM entities ORDER BY account") == [
        ("ALONE", key_of("ALONE"), "account"),
        ("BYCUSTOMER", key_of("T2"), "identity"),
        ("BYNUMBER", key_of("B1|C4"), "customer"),
        ("BYOWNER", key_of("T3"), "identity"),
        ("BYTOKEN", key_of("T1"), "identity"),
    ]


def test_a_counterparty_is_known_by_the_token_beside_it_unless_its_own_bank_says_otherwise(town: Town) -> None:
    town.account("OWN", "T9")
    town.add(
        "transactions",
        entry("A", "2025-01-05T10:00", "in", 100, "FAR", counterparty_token="T1"),
        entry("A", "2025-01-05T11:00", "in", 100, "OWN", counterparty_token="T1"),
    )
    town.build()
    assert _party(town, "FAR") == key_of("T1")
    assert _party(town, "OWN") == key_of("T9")


def test_a_customer_learns_its_token_from_any_of_its_accounts(town: Town) -> None:
    town.account("A", "T1", customer_no="C1").account("B", customer_no="C1")
    town.build()
    assert _party(town, "A") == _party(town, "B") == key_of("T1")


def test_the_same_bare_name_seen_from_two_accounts_stays_two_parties(town: Town) -> None:
    town.add(
        "transactions",
        entry("A", "2025-01-05T10:00", "in", 100, counterparty_name="张伟"),
        entry("A", "2025-01-06T10:00", "in", 100, counterparty_name="张伟"),
        entry("B", "2025-01-05T10:00", "in", 100, counterparty_name="张伟"),
    )
    town.build()
    rows = town.ask(
        "SELECT party_kind, basis, count(DISTINCT party_key) FROM entities WHERE account IS NULL GROUP BY ALL"
    )
    assert rows == [("person", "name", 2)]
    assert town.ask("SELECT count(DISTINCT from_party), count(*) FROM transfers") == [(2, 3)]


def test_names_say_person_firm_or_clearing_only_where_no_register_speaks(town: Town) -> None:
    names = {
        "1": ("王小明", "person"),
        "2": ("安康好运来商店", "firm"),
        "3": ("财付通支付科技有限公司", "clearing"),
        "4": ("阿依古丽·买买提", "person"),
        "5": ("安康市汉滨区人民政府", "firm"),
        "6": ("ZHANG SAN", "unknown"),
    }
    for number, (name, _) in names.items():
        town.add("transactions", entry("A", f"2025-01-0{number}T10:00", "in", 100, number, counterparty_name=name))
    town.build()
    assert {number: _kind(town, number) for number in names} == {number: kind for number, (_, kind) in names.items()}


def test_a_name_alone_never_whitelists(town: Town) -> None:
    town.account("S", "TS", account_name="支付宝理财中心")
    town.add(
        "parties",
        {
            "institution": "B1",
            "party_token": "TS",
            "party_type": "firm",
            "party_name": "支付宝",
            "party_class": "public",
        },
        {"institution": "A1", "party_token": "TP", "party_type": "firm", "uscc": "U1", "party_class": "public"},
    )
    town.account("P", "TP", account_name="王五")
    town.build()
    assert _kind(town, "S") == "firm"
    assert _kind(town, "P") == "public"


def test_strong_links_form_groups_and_weak_ones_do_not(town: Town) -> None:
    for name in "ABCDEF":
        town.account(name, f"T{name}")
    town.add("transactions", entry("A", "2025-01-05T10:00", "in", 100, "Z"))

    def link(subject: str, relation: str, of: str, **more: object) -> dict[str, object]:
        return {
            "institution": "A1",
            "subject_token": f"T{subject}",
            "relation": relation,
            "object_token": f"T{of}",
        } | more

    town.add(
        "relationships",
        link("A", "legal_representative", "B"),
        link("C", "shareholder", "B", share_bp=5001),
        link("D", "shareholder", "B", share_bp=5000),
        link("E", "employee", "B"),
        link("F", "actual_controller", "B", valid_to=date(2024, 12, 31)),
    )
    town.build()
    groups = dict(town.ask("SELECT account, group_key FROM entities"))
    together = min(key_of(f"T{name}") for name in "ABC")
    assert [groups[name] for name in "ABC"] == [together] * 3
    assert [groups[name] for name in "DEF"] == [key_of(f"T{name}") for name in "DEF"]
    assert {(row[0], row[3]) for row in town.relation("control_links")} == {
        (together, "legal_representative"),
        (together, "shareholder"),
    }


def test_a_reporting_firm_gives_its_accounts_their_role_and_party(town: Town) -> None:
    town.account("OTHER", "TM")
    town.add(
        "firm_snapshots",
        {
            "institution": "M1",
            "firm_name": "甲小贷公司",
            "uscc": "U9",
            "firm_token": "TM",
            "month": "2025-01",
            "lending_account": "L",
            "lending_account_key": key_of("L"),
        },
    )
    town.build()
    assert town.ask(
        "SELECT account, party_key, account_role, firm_institution, party_kind FROM entities ORDER BY 1"
    ) == [
        ("L", key_of("TM"), "lending", "M1", "firm"),
        ("OTHER", key_of("TM"), "settlement", "M1", "firm"),
    ]
    assert town.relation("firms") == [("M1", "micro_loan", key_of("TM"), key_of("TM"), "U9", "甲小贷公司")]


def test_birth_and_opening_days(town: Town) -> None:
    town.account("A", "T1", opened_on=date(2024, 5, 1))
    town.add(
        "parties", {"institution": "B1", "party_token": "T1", "party_type": "person", "birth_on": date(1960, 2, 3)}
    )
    town.build()
    assert town.ask("SELECT birth_day, opened_day, institution FROM entities") == [
        (day_number(date(1960, 2, 3)), day_number(date(2024, 5, 1)), "B1")
    ]
