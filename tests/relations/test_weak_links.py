"""Weak links: values and parties, never pairs; the bank's own machines out; groups untouched; a month by itself."""

from __future__ import annotations

from fundwatch.domain.keys import key_of

from .conftest import Town, entry


def _town(town: Town) -> Town:
    town.rows["reference_lexicon"] += [
        {"term": term, "class": name, "valid_from_day": 0, "valid_to_day": 99999}
        for term, name in (("柜面", "counter_channel"), ("批量", "batch_channel"))
    ]
    for name in ("A", "B", "C"):
        town.account(name, f"T{name}")
    return town


def test_one_device_in_three_spellings_is_one_value_for_three_parties(town: Town) -> None:
    macs = ("3c-11-22-33-44-55", "3C:11:22:33:44:55", "3C1122334455")
    for name, mac in zip("ABC", macs, strict=True):
        town.add("transactions", entry(name, "2025-02-03T10:00", "out", 100, "Z", mac=mac, ip="117.40.2.1"))
        town.add("transactions", entry(name, "2025-02-03T11:00", "in", 900, "Z", mac="AABBCCDDEEFF"))
    _town(town).build()
    found = town.ask(
        "SELECT kind, count(*), count(DISTINCT value_key), sum(entries) FROM weak_links GROUP BY 1 ORDER BY 1"
    )
    assert found == [("device", 3, 1, 3), ("ip", 3, 1, 3)]
    assert town.ask("SELECT count(DISTINCT group_key) FROM entities WHERE is_reported") == [(3,)]


def test_machines_of_the_bank_placeholders_and_private_networks_link_nobody(town: Town) -> None:
    odd = (
        {"mac": "AABBCCDDEE01", "teller": "0007"},
        {"mac": "AABBCCDDEE01", "channel": "柜面"},
        {"mac": "AABBCCDDEE01", "channel": "批量代扣"},
        {"mac": "02:00:00:00:00:00", "ip": "10.1.2.3"},
        {"mac": "00-00-00-00-00-00", "ip": "172.20.1.1"},
        {"mac": "AABBCCDDEE01", "succeeded": False},
        {"mac": "AABBCCDDEE01", "is_reversal": True},
    )
    for number, more in enumerate(odd):
        town.add("transactions", entry("A", "2025-02-03T10:00", "out", 100 + number, "Z", **more))
    _town(town).build()
    assert town.relation("weak_links") == []


def test_an_agent_bears_the_key_of_the_party_that_he_is(town: Town) -> None:
    for name in ("A", "B", "C"):
        town.add("transactions", entry(name, "2025-02-03T10:00", "in", 100, is_cash=True, teller="1", agent_token="TC"))
    _town(town).build()
    links = town.ask("SELECT value_key, party_key FROM weak_links WHERE kind = 'agent' ORDER BY party_key")
    assert links == sorted((key_of("TC"), key_of(token)) for token in ("TA", "TB"))


def test_a_changed_day_replaces_itself_only(town: Town) -> None:
    _town(town).add("transactions", entry("A", "2025-01-20T10:00", "out", 100, "Z", mac="AABBCCDDEE01")).build()
    later = entry("B", "2025-02-20T10:00", "out", 100, "Z", mac="AABBCCDDEE01")
    built = town.add("transactions", later).build(anew=False)
    assert [each.span for each in built if each.relation == "weak_links"] == [(20139, 20139)]
    assert len(town.relation("weak_links")) == 2


def test_contacts_join_who_shares_them_and_say_how_many(town: Town) -> None:
    people = (
        {"party_token": "TA", "phone": "138 0000 0001", "address": "临州市江北区巴山路 8号"},
        {"party_token": "TB", "phone": "13800000001", "address": "临州市江北区巴山路8号"},
        {"party_token": "TC", "phone": "0", "address": "外地"},
        {"party_token": "TD", "phone": "0", "address": "外地"},
    )
    town.add("parties", *({"institution": "B1", "party_type": "person"} | one for one in people))
    town.add("transactions", entry("A", "2025-01-20T10:00", "out", 100, "B"))
    _town(town).account("D", "TD").build()
    assert town.ask("SELECT kind, party_key, sharers FROM shared_contacts ORDER BY ALL") == sorted(
        (kind, key_of(token), 2) for kind in ("address", "phone") for token in ("TA", "TB")
    )
