"""One law over all houses: what the city meant is what the check reads, whatever the layout.

``meant`` is told from the journal and the legs alone, ``read`` by the contracts from the files as they are sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from data_contracts.catalogue import Catalogue, load_catalogue
from data_contracts.checking import Sender, check
from fundwatch.city.accounts import CASH
from fundwatch.city.delivering import statements_of
from fundwatch.city.houses import HOUSES, House, Layout, houses_of
from fundwatch.city.journal import Status
from fundwatch.city.statements import customer_no, rows_of
from fundwatch.domain.receipts import Level, Receipt
from tests.city.conftest import Made

Row = dict[str, Any]
EVERYWHERE = ("account", "account_name", "booked_at", "amount", "direction", "currency", "balance", "is_reversal",
              "counterparty_account", "counterparty_name")  # fmt: skip
SAYS: dict[Layout, tuple[str, ...]] = {
    Layout.QUERY: ("card", "holder_token", "counterparty_token", "is_cash", "summary", "remark", "transaction_type",
                   "channel", "branch_code", "succeeded", "merchant_no", "merchant_name"),
    Layout.EAST: ("card", "customer_no", "is_cash", "summary_and_remark", "transaction_type", "channel", "branch_code"),
    Layout.SPLIT: ("is_cash", "summary", "remark", "channel", "succeeded", "merchant_no", "merchant_name"),
    Layout.ENGLISH: ("holder_token", "is_cash", "summary", "remark", "channel", "succeeded", "merchant_no"),
    Layout.CAMT: ("holder_token", "counterparty_token", "is_cash", "summary", "remark"),
    Layout.CANONICAL: ("card", "holder_token", "counterparty_token", "is_cash", "summary", "remark",
                       "transaction_type", "channel", "branch_code", "succeeded", "merchant_no", "merchant_name"),
}  # fmt: skip
"""What each layout says beside what all of them say."""
WORDLESS = {"transaction_type", "channel", "branch_code"}
"""Of these the journal has no words."""
BOOKED_ONLY = {Layout.EAST, Layout.CAMT}
FILES = {
    Layout.QUERY: ".csv",
    Layout.EAST: ".gz",
    Layout.SPLIT: ".xlsx",
    Layout.ENGLISH: ".csv",
    Layout.CAMT: ".xml",
    Layout.CANONICAL: ".parquet",
}


@dataclass(frozen=True)
class Delivery:
    """A house's rows as meant and as read, by serial number, and the receipts of its files."""

    house: House
    meant: Mapping[str, Row]
    read: Mapping[str, Row]
    receipts: tuple[tuple[Path, Receipt], ...]


def token(number: str) -> str | None:
    return "T" + hashlib.md5(number.encode()).hexdigest() if number else None


def tokens(numbers: Sequence[str]) -> dict[str, str]:
    return {number: str(token(number)) for number in numbers}


def meaning(made: Made, leg: int) -> Row:
    """Tell one leg in the words of the canonical table, straight from the books."""
    legs, entries, world = made.legs, made.entries, made.world
    entry, own, other = int(legs.entry[leg]), world.account(int(legs.own[leg])), world.account(int(legs.other[leg]))
    holder = world.party(own.party)
    undone = bool(entries.status[entry] == Status.REVERSED and legs.amount[leg] < 0)
    is_near = other.party >= 0 and other.bank == own.bank
    name, _, number = world.merchants.texts[int(entries.merchant[entry])].partition("|")
    summary = "冲正" if undone else world.journal.summaries.texts[int(entries.summary[entry])]
    remark = world.journal.remarks.texts[int(entries.remark[entry])]
    return {
        "account": own.number,
        "card": own.card,
        "account_name": own.name,
        "holder_token": token(holder.number),
        "customer_no": customer_no(own.bank, own.party),
        "booked_at": datetime.fromtimestamp(int(legs.at[leg]), UTC).replace(tzinfo=None),
        "amount": abs(int(legs.amount[leg])),
        "direction": "in" if bool(legs.incoming[leg]) != undone else "out",
        "currency": "CNY",
        "balance": int(legs.balance[leg]),
        "is_reversal": undone,
        "is_cash": other.index == CASH,
        "counterparty_account": {other.number, other.card} - {""} or {None},
        "counterparty_name": other.name,
        "counterparty_token": token(world.party(other.party).number) if is_near else None,
        "summary": summary,
        "remark": remark,
        "summary_and_remark": f"{summary} {remark}".strip(),
        "succeeded": not legs.failed[leg],
        "merchant_no": number,
        "merchant_name": name,
    }


def read_file(path: Path, house: House, catalogue: Catalogue) -> tuple[list[Row], list[Receipt]]:
    rows: list[Row] = []
    receipts: list[Receipt] = []
    with duckdb.connect(config={"threads": 2}) as connection:
        sender = Sender(house.code, "bank")
        results = check(path, institution=sender, catalogue=catalogue, connection=connection, tokenise=tokens)
        for checked in results:
            receipts.append(checked.receipt)
            if checked.rows is not None:
                typed = connection.execute(f'SELECT * FROM "{checked.rows}"')
                names = [one[0] for one in typed.description or ()]
                rows += [dict(zip(names, row, strict=True)) for row in typed.fetchall()]
    return rows, receipts


def deliver(made: Made, house: House, frame: pl.DataFrame, folder: Path, catalogue: Catalogue) -> Delivery:
    """Write the rows in the layout of the house, and check every file."""
    read: dict[str, Row] = {}
    receipts: list[tuple[Path, Receipt]] = []
    for name, content in statements_of(house, frame, made.world.rng):
        (folder / name).write_bytes(content)
        rows, found = read_file(folder / name, house, catalogue)
        assert len(read.keys() | {row["serial"] for row in rows}) == len(read) + len(rows)
        read |= {row["serial"]: row for row in rows}
        receipts += [(folder / name, receipt) for receipt in found]
    assert (np.diff(made.legs.serial) == 1).all()
    legs = frame["serial"].to_numpy() - made.legs.serial[0]
    told = [meaning(made, int(leg)) | {"serial": int(made.legs.serial[leg])} for leg in legs]
    meant = {f"{row['booked_at']:%Y%m%d}{row['serial']:09d}": row for row in told}
    return Delivery(house, meant, read, tuple(receipts))


@pytest.fixture(scope="module")
def deliveries(village: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[Layout, Delivery]:
    """Every statement file of every house."""
    houses, catalogue = houses_of(village.world), load_catalogue()
    frames = rows_of(village.world, village.entries, village.legs, houses)
    for house in HOUSES:
        mine = houses[village.legs.own] == house.index
        assert frames[house.index]["serial"].to_list() == village.legs.serial[mine].tolist()
    return {
        house.layout: deliver(village, house, frames[house.index], tmp_path_factory.mktemp(house.code), catalogue)
        for house in HOUSES
    }


@pytest.fixture(scope="module")
def odd_rows(village: Made) -> pl.DataFrame:
    """A month of the accounts that had an entry undone or failed, wherever they bank."""
    frames = rows_of(village.world, village.entries, village.legs, houses_of(village.world))
    rows = pl.concat(frames.values()).filter(pl.from_epoch("at", time_unit="s").dt.month() == 5).sort("serial")
    odd = rows.filter(pl.col("undone") | pl.col("failed"))["account"]
    chosen = rows.filter(pl.col("account").is_in(odd.unique().to_list()))
    assert chosen["undone"].any()
    assert chosen["failed"].any()
    assert chosen["cash"].any()
    return chosen


def agrees(column: str, meant: Row, read: Row) -> bool:
    if column == "summary_and_remark":
        return bool(read["summary"] == meant[column])
    if isinstance(meant[column], set):
        return read[column] in meant[column]
    return bool((read[column] or None) == (meant[column] or None)) or read[column] is meant[column]


def assert_read_as_meant(delivery: Delivery, layout: Layout) -> None:
    meant = {serial: row for serial, row in delivery.meant.items() if row["succeeded"] or layout not in BOOKED_ONLY}
    assert meant
    assert meant.keys() == delivery.read.keys()
    for column in {*EVERYWHERE, *SAYS[layout]} - WORDLESS:
        wrong = [serial for serial, row in meant.items() if not agrees(column, row, delivery.read[serial])]
        assert not wrong, (column, meant[wrong[0]][column], delivery.read[wrong[0]][column])


@pytest.mark.parametrize("layout", list(Layout))
def test_what_the_city_meant_is_what_the_check_reads(layout: Layout, deliveries: dict[Layout, Delivery]) -> None:
    assert_read_as_meant(deliveries[layout], layout)


@pytest.mark.parametrize("layout", list(Layout))
def test_undone_and_failed_entries_mean_the_same_in_every_layout(
    layout: Layout, village: Made, odd_rows: pl.DataFrame, tmp_path: Path
) -> None:
    house = next(house for house in HOUSES if house.layout is layout)
    delivery = deliver(village, house, odd_rows, tmp_path, load_catalogue())
    assert all(str(receipt.verdict) == "accepted" for _, receipt in delivery.receipts)
    assert_read_as_meant(delivery, layout)
    assert any(row["is_reversal"] for row in delivery.read.values())


@pytest.mark.parametrize("layout", list(Layout))
def test_what_a_layout_cannot_say_stays_empty(layout: Layout, deliveries: dict[Layout, Delivery]) -> None:
    """Nothing is made up on the way; ``succeeded`` alone has a default, and English codes are the type of entry."""
    rows = deliveries[layout].read.values()
    columns = {column for said in SAYS.values() for column in said} - {"summary_and_remark", "summary", "succeeded"}
    for column in columns - set(SAYS[layout]):
        coded = column == "transaction_type" and layout in (Layout.ENGLISH, Layout.CAMT)
        assert any(row[column] for row in rows) == coded, column
    for column in WORDLESS & set(SAYS[layout]):
        assert all(row[column] for row in rows), column
    assert {row["time_precision"] for row in rows} == {"second"}
    assert not any(row["sub_serial"] for row in rows)
    assert all(row["counterparty_bank"] for row in rows if row["counterparty_account"])


@pytest.mark.parametrize("layout", list(Layout))
def test_every_statement_is_accepted_whole_and_proven(layout: Layout, deliveries: dict[Layout, Delivery]) -> None:
    delivery = deliveries[layout]
    for path, receipt in delivery.receipts:
        assert path.name.endswith(FILES[layout])
        assert str(receipt.verdict) == "accepted", path.name
        assert receipt.rows_quarantined == 0
        assert receipt.contract.startswith(layout.value)
        graver = [fault for fault in (*receipt.faults, *receipt.batch_faults) if fault.level is not Level.NORMALISED]
        assert not graver, (path.name, graver[0])
        assert any(fault.code == "B018" for fault in receipt.batch_faults), path.name


def test_east_files_name_people_and_units_apart(deliveries: dict[Layout, Delivery]) -> None:
    contracts = {path.name[:2]: receipt.contract for path, receipt in deliveries[Layout.EAST].receipts}
    assert contracts == {"GR": "bank_east_personal", "DG": "bank_east_corporate"}


def test_the_first_house_prints_pages_and_soils_a_few_cells(deliveries: dict[Layout, Delivery]) -> None:
    """Tabs, full-width digits, separators, placeholders, page totals, a header again: all of it is listed."""
    path, receipt = max(deliveries[Layout.QUERY].receipts, key=lambda item: item[1].rows_read)
    text = path.read_bytes().decode("gb18030")
    assert sum(line.startswith("本页合计") for line in text.splitlines()) >= 1
    listed = {fault.header for fault in receipt.faults if fault.code == "N001"}
    assert {"交易账号", "交易流水号", "对手户名", "交易余额", "交易对手账卡号"} <= listed


@pytest.mark.parametrize("name", ["city", "village"])
def test_houses_say_what_the_schemes_of_their_accounts_are_seen_by(name: str, request: pytest.FixtureRequest) -> None:
    """Cash of a structurer or his look-alikes, and merchant numbers, are never with a house that cannot say them."""
    made: Made = request.getfixturevalue(name)
    layouts = np.array([str(house.layout) for house in HOUSES])[houses_of(made.world)[made.legs.own]]
    entry, entries = made.legs.entry, made.entries
    cash_tags = [s.tag for s in made.world.subjects if "T15" in (*s.typologies, *s.mimics)]
    cash = np.isin(entries.tag[entry], cash_tags) & (made.legs.other == CASH)
    assert cash.any()
    for chosen, attribute in ((cash, "is_cash"), (entries.merchant[entry] > 0, "merchant_no")):
        assert all(attribute in SAYS[Layout(layout)] for layout in set(layouts[chosen]))


def test_every_house_has_customers_and_the_first_is_the_largest(village: Made, city: Made) -> None:
    for made in (village, city):
        counts = np.bincount(houses_of(made.world)[made.legs.own], minlength=len(HOUSES))
        assert (counts > 0).all()
        assert counts.argmax() == 0
