"""Flow features of parties on small relations with exact expected values; amounts in 元, day 0 is the as-of day."""

from __future__ import annotations

import math

import pytest

from detectors import flow
from detectors.features import FOLDER, catalogue, compute
from fundwatch.domain.errors import ConfigurationError
from fundwatch.sql.file import read_sql_file

AS_OF = 20_000
approx = pytest.approx


def test_passing_on_is_counted_once_its_time_is_over(town) -> None:
    """Day −10 was passed on after four hours; day −5 is settled for a day, not for a week; day 0 for neither."""
    town.pay(10, 1, 1000, -10, hour=8)
    town.pay(1, 20, 950, -10, hour=12)
    town.pay(11, 1, 1000, -5, hour=8)
    town.pay(12, 1, 7000, 0, hour=8)
    row = town.features(1)
    assert row["fast_pass_share"] == approx(950 / 2000)
    assert row["slow_pass_share"] == approx(0.95)
    assert row["slow_stay_days"] == approx(4 / 24)
    assert row["slow_pass_growth"] is None
    town.pay(13, 1, 1000, -60, hour=8)
    assert town.features(1)["slow_pass_growth"] == approx(math.log((0.95 + 0.05) / 0.05))


def test_slow_and_lossy_passing_is_slow_alone(town) -> None:
    town.pay(10, 1, 1000, -20, hour=8)
    town.pay(1, 20, 700, -15, hour=8)
    row = town.features(1)
    assert (row["fast_pass_share"], row["slow_pass_share"]) == (0.0, approx(0.7))
    assert row["slow_stay_days"] == approx(5.0)


def test_nothing_is_said_of_passing_where_nothing_is_settled_or_all_of_it_is_a_hub(town) -> None:
    town.pay(10, 1, 1000, 0, hour=8)
    row = town.features(1)
    assert row["fast_pass_share"] is None and row["slow_pass_share"] is None
    for person in (11, 12, 13, 14):
        town.pay(person, 1, 1000, -10, hour=8)
    file = read_sql_file(FOLDER / "passing.sql")
    flow.take_transfers(town.connection, AS_OF - 119, AS_OF)
    flow.build(town.connection)
    asked = "SELECT fast_pass_share FROM (" + file.query + ") WHERE group_key = 1"
    assert town.connection.execute(asked, {"as_of_day": AS_OF}).fetchall() == [(0.0,)]
    town.connection.execute("UPDATE transfer_features SET fast_share = NULL WHERE edge_id > 2")
    assert town.connection.execute(asked, {"as_of_day": AS_OF}).fetchall() == [(None,)]


def test_chains_of_three_and_cycles_by_their_share_of_the_flow(town) -> None:
    """10 → 1 → 20 → 30 within hours: 1,950 of 3,950; then 1 → 40 → 1 on other days is a cycle of 1,900."""
    town.pay(10, 1, 1000, -20, hour=8)
    town.pay(1, 20, 950, -20, hour=10)
    town.pay(20, 30, 900, -20, hour=12)
    town.pay(11, 1, 2000, -18, hour=8)
    row = town.features(1)
    assert row["fast_chain_share"] == approx(1950 / 3950)
    assert row["slow_chain_share"] == approx(1950 / 3950)
    assert row["cycle_share"] == 0.0
    town.pay(1, 40, 100, -3, hour=8)
    town.pay(40, 1, 90, -2, hour=8)
    assert town.features(1)["cycle_share"] == approx(190 / (3950 + 190))


def test_intermediaries_between_one_source_and_one_sink(town) -> None:
    for middle in (1, 2, 3):
        town.pay(50, middle, 1000, -10, hour=middle)
        town.pay(middle, 60, 900, -9, hour=middle)
    assert town.features(1)["intermediaries"] == 3.0


def test_fans_and_their_growth(town) -> None:
    """Six payers within a week of whom four within a day; two before; three payees in one day, none before."""
    for person, day in ((10, -12), (11, -12), (12, -12), (13, -12), (14, -8), (15, -8)):
        town.pay(person, 1, 100, day, hour=9)
    for person in (10, 11):
        town.pay(person, 1, 100, -60, hour=9)
    for person in (20, 21, 22):
        town.pay(1, person, 10, -3, hour=9)
    row = town.features(1)
    assert (row["in_fan_1d"], row["in_fan_7d"]) == (4.0, 6.0)
    assert (row["out_fan_1d"], row["out_fan_7d"]) == (3.0, 3.0)
    assert row["in_fan_growth"] == approx(math.log(7 / 3))
    assert row["out_fan_growth"] == approx(math.log(4))


def test_regular_returns_and_their_rate(town) -> None:
    """Five pay in 10,000; three get 100 every 30 days, one at odd times, one nothing: 3/5; rates 1, 1, 1, 3 %, …"""
    for person in range(10, 15):
        town.pay(person, 1, 10_000, -100)
    for person in (10, 11, 12):
        for day in (-62, -32, -2):
            town.pay(1, person, 100, day)
    for day in (-62, -60, -2):
        town.pay(1, 13, 100, day)
    row = town.features(1)
    assert row["regular_return_share"] == approx(3 / 5)
    assert row["return_rate_spread"] is None
    town.pay(1, 14, 300, -2)
    mean, square = (4 * 0.01 + 0.03) / 5, (4 * 0.0001 + 0.0009) / 5
    assert town.features(1)["return_rate_spread"] == approx(math.sqrt(square / mean**2 - 1), rel=1e-6)


@pytest.mark.parametrize(
    ("days", "amounts", "share"),
    [
        ((-62, -32, -2), (100, 100, 150), 0.2),
        ((-62, -32, -2), (100, 100, 151), 0.0),
        ((-62, -32, 0), (100, 100, 100), 0.2),
        ((-92, -62, -32), (100, 100, 100), 0.0),
        ((-32, -2), (100, 100), 0.0),
        ((-62, -32, -2), (1600, 1600, 1600), 0.0),
    ],
)
def test_what_a_regular_return_is(town, days, amounts, share) -> None:
    for person in range(10, 15):
        town.pay(person, 1, 10_000, -100)
    for day, amount in zip(days, amounts, strict=True):
        town.pay(1, 10, amount, day)
    assert town.features(1)["regular_return_share"] == approx(share)


def test_new_payees_and_what_new_payers_bring(town) -> None:
    """20 was paid before; 21 to 24 were not: 4/5. 10 had paid before; 11 brings 3,000 of 4,000."""
    for person in range(20, 25):
        town.pay(1, person, 10, -4)
    town.pay(1, 20, 10, -50)
    town.pay(10, 1, 1000, -3)
    town.pay(10, 1, 1000, -50)
    town.pay(11, 1, 3000, -3)
    row = town.features(1)
    assert row["payee_novelty_share"] == approx(4 / 5)
    assert row["new_payer_flow_share"] == approx(3 / 4)


def test_what_happens_later_changes_no_feature(town) -> None:
    """Chains, cycles, fans and bridges that are completed after the as-of day are not seen on it."""
    town.pay(10, 1, 1000, -3, hour=8)
    town.pay(1, 20, 950, -3, hour=9)
    town.pay(11, 1, 1000, 0, hour=8)
    before = compute(town.connection, AS_OF)
    town.pay(1, 21, 950, 1, hour=7)
    town.pay(20, 10, 900, 1, hour=1)
    town.pay(20, 30, 900, 1, hour=2)
    for middle in (2, 3, 4):
        town.pay(10, middle, 500, 1, hour=1)
        town.pay(middle, 20, 450, 1, hour=2)
    assert compute(town.connection, AS_OF).equals(before, null_equal=True)
    assert compute(town.connection, AS_OF + 1).equals(before, null_equal=True) is False


@pytest.mark.parametrize(("column", "settled"), [("fast_share", 1), ("slow_share", 7), ("slow_stay_days", 7)])
def test_settled_transfers_are_final(town, column, settled) -> None:
    """What a feature reads of a transfer that is so old is what all of the future will say of it."""
    for day in range(-9, 8):
        for hour in (1, 9, 17):
            town.pay(10 + hour, 1, 100 + day + hour, day, hour=hour)
            town.pay(1, 40 + hour, 95 + day + hour, day, hour=hour + 3)
            town.pay(1, 70, 70 + hour, day)
    asked = f"""
        SELECT f.edge_id, f.{column}
        FROM transfer_features AS f INNER JOIN transfers AS t ON t.transfer_id = f.edge_id
        WHERE t.day <= {AS_OF - settled} ORDER BY 1
    """
    found = []
    for last in (AS_OF, AS_OF + 30):
        flow.take_transfers(town.connection, AS_OF - 119, last)
        flow.build(town.connection)
        found.append(town.connection.execute(asked).fetchall())
    assert found[0] == found[1]
    assert any(value for _, value in found[0])
    declared = {feature.name: feature.look_ahead_days for feature in flow.features()}
    assert declared[column] == settled


def test_the_tables_of_the_flow_are_gone_afterwards(town) -> None:
    town.pay(10, 1, 1000, -3, hour=8)
    compute(town.connection, AS_OF)
    left = town.connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    assert left == []


def test_every_feature_of_the_flow_says_how_old_a_transfer_must_be(tmp_path) -> None:
    files = [file for file in catalogue().files if "transfer_features" in file.relations]
    assert {file.path.stem for file in files} == {"passing", "chains", "gatherings"}
    for name in ("population", "chains"):
        text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
        (tmp_path / f"{name}.sql").write_text(text.replace(", settled_days: 0", ""), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="settled_days"):
        catalogue(tmp_path)
