"""Feature SQL on small relations with exact expected values; amounts in 元, day 0 is the as-of day."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import sqlglot

from detectors import flow
from detectors.features import FOLDER, KEYS, catalogue, compute
from fundwatch.domain.errors import ConfigurationError
from fundwatch.sql.file import read_sql_file
from fundwatch.sql.portable import to_spark, violations

FILES = sorted(FOLDER.glob("*.sql"))
AS_OF = 20_000
approx = pytest.approx


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_feature_sql_stays_in_the_portable_subset_and_translates_to_spark(path: Path) -> None:
    file = read_sql_file(path)
    assert violations(file) == []
    spark = to_spark(file)
    assert sqlglot.parse_one(spark, read="spark").sql(dialect="spark")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_feature_sql_survives_the_way_to_spark_and_back(town, path: Path) -> None:
    """What DuckDB answers to the translated text is what it answers to the original."""
    _busy_group(town)
    file = read_sql_file(path)
    back = sqlglot.transpile(to_spark(file), read="spark", write="duckdb")[0].replace(":", "$")
    values = {"as_of_day": AS_OF, "min_transfers": 5, "min_count": 5}
    bound = {name: values[name] for name in file.placeholders}
    flow.take_transfers(town.connection, AS_OF - 119, AS_OF)
    flow.build(town.connection)
    first = town.connection.execute(file.query, bound).fetchall()
    second = town.connection.execute(back, bound).fetchall()
    assert first and first == second


def test_every_feature_is_declared_in_both_languages_and_nothing_looks_ahead() -> None:
    known = catalogue()
    assert 40 <= len(known.features) <= 50
    assert all(feature.zh and feature.en for feature in known.features)
    assert {feature.risk_direction for feature in known.features} == {-1, 0, 1}
    assert known.parents == {
        "person": "all",
        "firm": "all",
        "unknown": "all",
        "micro_loan": "firm",
        "guarantee": "firm",
        "pawn": "firm",
    }


def test_a_feature_file_that_reads_a_foreign_relation_is_refused(tmp_path: Path) -> None:
    (tmp_path / "population.sql").write_text(
        "/* ---\nid: population\nlook_ahead: none\n--- */\nSELECT group_key FROM transactions", encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match="transactions"):
        catalogue(tmp_path)


def _busy_group(town) -> None:
    for person in range(10, 16):
        town.pay(person, 1, 1000 * person, -person, hour=person)
        town.pay(1, person, 30 * person, 0, hour=9)
    town.pay(1, 0, 2000, -1, cash=True, kinds=("person", "cash"))
    town.day(1, -1, balance=500)


def test_the_frame_has_the_declared_columns_in_order_and_doubles(town) -> None:
    _busy_group(town)
    frame = compute(town.connection, AS_OF)
    assert frame.columns == [*KEYS, *catalogue().names]
    assert [str(kind) for kind in frame.dtypes] == ["Int64", "Int32", "String", *["Float64"] * (len(frame.columns) - 3)]
    assert frame.select(catalogue().names).null_count().sum_horizontal().item() == 0
    undefined = np.isnan(frame.select(catalogue().names).to_numpy()).mean()
    assert frame["known_share"].item() == approx(1.0 - undefined)


def test_an_empty_town_gives_an_empty_frame_of_the_same_shape(town) -> None:
    frame = compute(town.connection, AS_OF - 1000)
    assert frame.height == 0
    assert frame.columns == [*KEYS, *catalogue().names]


def test_population_compares_active_reported_groups_with_their_kind(town) -> None:
    for group, kind in ((2, "firm"), (3, "firm"), (4, "licensed"), (5, "unknown"), (6, "person"), (7, "clearing")):
        town.account(group, kind)
        town.day(group, -3, entries=4 if group == 6 else 5)
    town.firm(3, "pawn")
    town.firm(3, "micro_loan")
    town.account(8, "person", reported=False)
    town.day(8, 0, entries=50)
    frame = compute(town.connection, AS_OF)
    peers = dict(zip(frame["group_key"].to_list(), frame["peer"].to_list(), strict=True))
    assert peers == {1: "person", 2: "firm", 3: "micro_loan", 5: "unknown"}


def test_a_person_with_a_firm_in_the_group_is_compared_with_firms(town) -> None:
    town.account(1, "firm", party=101)
    assert town.features(1)["peer"] == "firm"


def test_payers_novelty_and_returns(town) -> None:
    """Six people pay; 10 and 11 had paid before the window, 12 is paid back; the firm and cash are no people."""
    for person in range(10, 16):
        town.pay(person, 1, 1000, -29)
    town.pay(10, 1, 1000, -30)
    town.pay(11, 1, 1000, -119)
    town.pay(12, 1, 1000, -120)
    town.pay(1, 12, 50, 0)
    town.pay(1, 13, 50, -30)
    town.pay(20, 1, 2000, -5, kinds=("firm", "person"))
    town.pay(0, 1, 4000, -5, kinds=("cash", "person"), cash=True)
    row = town.features(1)
    assert row["payer_count"] == 6.0
    assert row["payer_novelty_share"] == approx(4 / 6)
    assert row["returned_payer_share"] == approx(1 / 6)
    assert row["person_in_share"] == approx(6000 / 8000)
    assert row["cash_in_share"] == approx(4000 / 12000)
    assert row["opaque_in_share"] == 0.0


def test_bank_interest_and_moves_inside_the_group_do_not_count(town) -> None:
    town.pay(0, 1, 10, -1, kinds=("bank", "person"))
    town.pay(101, 1, 5000, -1, groups=(1, 1))
    town.pay(10, 1, 1000, -1)
    row = town.features(1)
    assert row["payer_count"] == 1.0
    assert row["degree_ratio"] == approx(math.log(2))
    assert row["pass_through_1d"] == 0.0


def test_shares_of_people_need_five_of_them(town) -> None:
    for person in range(10, 14):
        town.pay(person, 1, 1000, -1)
        town.pay(1, person, 1000, -1)
    row = town.features(1)
    for name in ("payer_novelty_share", "returned_payer_share", "round_in_share", "small_return_share"):
        assert row[name] is None
    assert row["payout_day_share"] is None


def test_nobody_paid_in_is_zero_payers_and_no_share(town) -> None:
    town.pay(1, 10, 1000, -1)
    row = town.features(1)
    assert row["payer_count"] == 0.0
    assert row["out_in_ratio"] is None
    assert row["person_in_share"] is None


def test_a_share_needs_a_known_denominator(town) -> None:
    """Known origin 1,000 of 4,000 is under 30 %: not defined; the opaque share is."""
    town.pay(10, 1, 1000, -1)
    town.pay(30, 1, 3000, -1, kinds=("clearing", "person"))
    row = town.features(1)
    assert row["person_in_share"] is None
    assert row["opaque_in_share"] == approx(0.75)


@pytest.mark.parametrize(("opened", "expected"), [(-29, 1.0), (-30, None)])
def test_without_a_past_novelty_is_defined_only_for_accounts_opened_in_the_window(town, opened, expected) -> None:
    town.account(2, opened=opened)
    town.day(2, 0, entries=9)
    for person in range(10, 16):
        town.pay(person, 2, 1000, -1)
    row = town.features(2)
    assert row["payer_novelty_share"] == expected
    assert (row["in_growth"] is None) == (expected is None)


def test_growth_against_the_own_past(town) -> None:
    """9,000 now against (3,000 + 3,000 + 0) / 3 a month: ln(10,000 / 3,000); 3 payers against 2/3: ln(4 / (5/3))."""
    for person in (10, 11, 12):
        town.pay(person, 1, 3000, 0)
    town.pay(10, 1, 3000, -30)
    town.pay(10, 1, 1500, -60)
    town.pay(10, 1, 1500, -89)
    town.pay(10, 1, 999, -120)
    row = town.features(1)
    assert row["in_growth"] == approx(math.log(10_000 / 3_000))
    assert row["payer_growth"] == approx(math.log(4 / (2 / 3 + 1)))


def test_out_flow_concentration(town) -> None:
    """Payees get 100, 200, 300, 400 (cash): top three 900 of 1,000; Gini = 2·3000/(4·1000) − 5/4 = 0.25."""
    town.pay(50, 1, 500, -2, kinds=("firm", "person"))
    town.pay(1, 10, 60, -2)
    town.pay(1, 10, 40, -1)
    town.pay(1, 11, 200, -1)
    town.pay(1, 20, 300, -1, kinds=("person", "firm"))
    town.pay(1, 0, 400, 0, cash=True, kinds=("person", "cash"))
    row = town.features(1)
    assert row["out_in_ratio"] == approx(2.0)
    assert row["degree_ratio"] == approx(math.log(2 / 4))
    assert row["top3_payee_share"] == approx(0.9)
    assert row["payee_gini"] == approx(0.25)
    assert row["person_out_share"] == approx(300 / 600)
    assert row["cash_out_share"] == approx(0.4)


def test_round_amounts_are_judged_on_large_payments_in_yuan(town) -> None:
    for person, yuan in ((10, 1000), (11, 1500), (12, 1234), (13, 20_000), (14, 1000.01), (15, 500)):
        town.pay(person, 1, yuan, -1)
    town.pay(16, 1, 5000, -1, currency="USD")
    town.pay(20, 1, 5000, -1, kinds=("firm", "person"))
    assert town.features(1)["round_in_share"] == approx(3 / 5)


def test_small_returns_against_principal(town) -> None:
    """P = 10,000 over 120 days; 0.2 % and 15 % are inside, 16 % and 0.1 % outside, 900 is too small a principal."""
    for person in range(10, 15):
        town.pay(person, 1, 900 if person == 14 else 10_000, -100)
    for person, back in ((10, 20), (11, 1500), (12, 1600), (13, 10), (14, 50)):
        town.pay(1, person, back, -1)
    assert town.features(1)["small_return_share"] == approx(2 / 5)


def test_pass_through_is_first_in_first_out_and_waits_for_the_time_to_leave(town) -> None:
    """1,000 in on day −10, 400 out the same day, 400 on −9, 200 on −7; the 500 of the last day is not yet due."""
    town.pay(10, 1, 1000, -10)
    town.pay(1, 11, 400, -10)
    town.pay(1, 11, 400, -9)
    town.pay(1, 11, 200, -7)
    town.pay(10, 1, 500, 0)
    row = town.features(1)
    assert row["pass_through_1d"] == approx(0.8)
    assert row["pass_through_3d"] == approx(1.0)
    # stock at day end: 600 (1 day), 200 (2 days), 0 (7 days), 500 (1 day) over 1,500 of in-flow
    assert row["dwell_days"] == approx((600 * 1 + 200 * 2 + 500 * 1) / 1500)


def test_out_flow_from_the_opening_balance_is_no_pass_through(town) -> None:
    """5,000 leave before anything came in: they must not count as passing on what comes later."""
    town.pay(1, 11, 5000, -20)
    town.pay(10, 1, 1000, -10)
    row = town.features(1)
    assert row["pass_through_1d"] == 0.0
    assert row["pass_through_3d"] == 0.0
    assert row["dwell_days"] == approx(11.0)


def test_retention_takes_the_last_known_balance_of_every_party(town) -> None:
    town.pay(10, 1, 1000, -10)
    town.day(1, -9, balance=900)
    town.day(1, -2, balance=100)
    town.day(1, -1)
    town.day(1, -4, balance=50, party=101)
    assert town.features(1)["balance_retention"] == approx(0.15)


def test_retention_is_undefined_without_a_balance(town) -> None:
    town.pay(10, 1, 1000, -10)
    assert town.features(1)["balance_retention"] is None


def test_hours_and_nights(town) -> None:
    """Hours 23, 5, 6, 12, 12: two of five at night; entropy of (1,1,1,2)/5 over ln 5."""
    for person, hour in ((10, 23), (11, 5), (12, 6), (13, 12), (14, 12)):
        town.pay(person, 1, 100, -person, hour=hour)
    row = town.features(1)
    assert row["night_share"] == approx(0.4)
    entropy = -(3 * 0.2 * math.log(0.2) + 0.4 * math.log(0.4))
    assert row["hour_entropy"] == approx(entropy / math.log(5), abs=1e-9)


def test_the_clock_is_undefined_where_only_the_day_is_known(town) -> None:
    for person in range(10, 15):
        town.pay(person, 1, 100, -1, hour=1)
    for person in range(20, 32):
        town.pay(person, 1, 100, -1)
    row = town.features(1)
    assert row["night_share"] is None
    assert row["hour_entropy"] is None


def test_burstiness_counts_every_day_of_the_window(town) -> None:
    """Six transfers in one of 30 days: μ = 0.2, σ² = 36/30 − 0.04."""
    for person in range(10, 16):
        town.pay(person, 1, 100, -3)
    sigma, mu = math.sqrt(36 / 30 - 0.04), 0.2
    assert town.features(1)["day_burstiness"] == approx((sigma - mu) / (sigma + mu))


def test_the_payout_day_counts_people_once(town) -> None:
    for person in range(10, 16):
        town.pay(1, person, 100, -3 if person < 14 else -5)
    town.pay(1, 10, 100, -3)
    assert town.features(1)["payout_day_share"] == approx(4 / 6)


def test_nothing_after_the_as_of_day_is_read(town) -> None:
    _busy_group(town)
    before = town.features(1)
    for person in range(10, 40):
        town.pay(person, 1, 50_000, 1, hour=3)
        town.pay(1, person, 50_000, 2, hour=3)
    town.day(1, 1, entries=60, balance=1)
    assert town.features(1) == before


def test_a_transfer_without_a_value_in_yuan_counts_people_but_no_money(town) -> None:
    town.pay(10, 1, 1000, -1)
    town.pay(11, 1, 1000, -1, currency="XXX", valued=False)
    row = town.features(1)
    assert row["payer_count"] == 2.0
    assert row["person_in_share"] == 1.0
