"""A draft for a new layout: what can be told is, every guess is marked, nothing of the file's content leaks."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from openpyxl import load_workbook

from data_contracts.catalogue import HERE, Catalogue, load_catalogue
from data_contracts.checking import Sender, check
from data_contracts.describing import described, write_template
from data_contracts.learning import PLEASE_CHECK, learn
from data_contracts.looks import look_of
from data_contracts.reading.staged import RawTable
from data_contracts.recognition import recognise
from data_contracts.vocabulary import Kind
from fundwatch.cli.main import execute
from fundwatch.domain.receipts import Verdict

from .statements34 import HEADERS, Row, statement, text_of

RENAMED = {
    "交易账号": "本行账号",
    "账户开户名称": "持有人",
    "开户人证件号码": "持有人证件",
    "交易时间": "发生时刻",
    "交易金额": "交易数额",
    "交易余额": "结余",
    "收付标志": "来往",
    "交易对手账卡号": "对方帐户号码",
    "交易流水号": "流水编号",
    "交易是否成功": "是否成功",
}


def renamed(rows: list[Row]) -> tuple[list[str], list[Row]]:
    headers = [RENAMED.get(name, name) for name in HEADERS]
    return headers, [{RENAMED.get(name, name): value for name, value in row.items()} for row in rows]


def raw_of(headers: list[str], rows: list[Row]) -> RawTable:
    cells = [tuple(headers), *(tuple(row.get(name, "") for name in headers) for row in rows[:14])]
    return RawTable("t", "", "csv", len(headers), tuple(enumerate(cells, 1)))


def test_the_draft_of_a_renamed_file_parses_and_checks_it(
    tmp_path: Path, all_contracts: Catalogue, engine: duckdb.DuckDBPyConnection
) -> None:
    headers, rows = renamed(statement(60))
    feeds = all_contracts.for_sector("bank")
    table = raw_of(headers, rows)
    assert recognise(table, feeds).match is None
    draft = learn(table, feeds, sector="bank", identifier="bank_new")
    assert draft.missing == ()
    folder = tmp_path / "contracts"
    shutil.copytree(HERE / "tables", folder / "tables")
    (folder / "feeds").mkdir()
    text = "\n".join(line.split(PLEASE_CHECK)[0].rstrip() for line in draft.text.splitlines() if line[:1] != "#")
    (folder / "feeds" / "bank_new.odcs.yaml").write_text(text + "\n", encoding="utf-8")
    catalogue = load_catalogue(folder)
    path = tmp_path / "a.csv"
    path.write_text(text_of(rows, headers=headers), encoding="utf-8")
    (result,) = check(path, institution=Sender("B", "bank"), catalogue=catalogue, connection=engine)
    assert (result.receipt.verdict, result.contract) == (Verdict.ACCEPTED, "bank_new"), result.receipt
    columns = "account, booked_at, amount, direction, balance, counterparty_account, serial"
    learned = engine.execute(f"SELECT {columns} FROM {result.rows} ORDER BY row").fetchall()
    plain = tmp_path / "b.csv"
    plain.write_text(text_of(statement(60)), encoding="utf-8")
    (usual,) = check(plain, institution=Sender("B", "bank"), catalogue=all_contracts, connection=engine)
    assert learned == engine.execute(f"SELECT {columns} FROM {usual.rows} ORDER BY row").fetchall()


def test_a_guess_is_marked_with_its_reason_and_a_name_that_is_known_is_not(all_contracts: Catalogue) -> None:
    headers, rows = renamed(statement(20))
    draft = learn(raw_of(headers, rows), all_contracts.for_sector("bank"), sector="bank", identifier="n")
    marked = {line for line in draft.text.splitlines() if "- name:" in line and PLEASE_CHECK in line}
    for name in RENAMED.values():
        assert any(name in line for line in marked) or any(
            guess.header == name and not guess.zh for guess in draft.guesses
        )
    assert not any("对手户名" in line for line in marked)
    assert all("/" in line.split(PLEASE_CHECK)[1] for line in marked)


def test_no_cell_of_the_file_is_in_the_draft(all_contracts: Catalogue) -> None:
    headers, rows = renamed(statement(20))
    draft = learn(raw_of(headers, rows), all_contracts.for_sector("bank"), sector="bank", identifier="n")
    values = {value for row in rows for value in row.values() if len(value) > 4}
    assert values
    assert not [value for value in values if value in draft.text]


def test_headers_without_meaning_are_told_by_their_cells(all_contracts: Catalogue) -> None:
    names = ["交易账号", "开户人证件号码", "交易时间", "交易金额", "交易余额", "收付标志", "交易币种"]
    rows = statement(14)
    headers = [f"列{chr(65 + place)}" for place in range(len(names))]
    table = raw_of(headers, [{new: row[old] for new, old in zip(headers, names, strict=True)} for row in rows])
    draft = learn(table, all_contracts.for_sector("bank"), sector="bank", identifier="n")
    told = {guess.header: guess.column.targets[0] for guess in draft.guesses if guess.column and guess.column.targets}
    assert told == dict(
        zip(
            headers,
            ["account", "holder_token", "booked_at", "amount", "balance", "direction", "currency"],
            strict=True,
        )
    )


def test_what_the_table_needs_and_no_header_gives_stands_on_top(all_contracts: Catalogue) -> None:
    headers = [name for name in HEADERS if name not in ("交易金额", "收付标志")]
    draft = learn(raw_of(headers, []), all_contracts.for_sector("bank"), sector="bank", identifier="n")
    assert set(draft.missing) == {"交易金额", "收付标志"}
    top = draft.text.split("kind: DataContract")[0]
    assert all(name in top for name in draft.missing)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["2024-07-05", "2024-07-06"], Kind.TIMESTAMP),
        (["101928", "093015"], Kind.TIMESTAMP),
        (["11010519491231002X"], Kind.TOKEN),
        (["6222020000000000018", "6222020000000000026"], Kind.ACCOUNT),
        (["1,234.56", "7.00"], Kind.MONEY),
        (["借", "贷"], Kind.ENUM),
        (["人民币", "CNY"], Kind.CURRENCY),
        (["是", "否"], Kind.BOOLEAN),
        (["甲", "乙"], None),
        (["", "---"], None),
    ],
)
def test_what_cells_look_like(cells: list[str], kind: Kind | None) -> None:
    assert look_of(cells).kind is kind


def test_every_feed_can_be_described_and_its_template_is_recognised(tmp_path: Path, all_contracts: Catalogue) -> None:
    for feed in all_contracts.feeds.values():
        assert [row.header for row in described(feed) if row.need_zh == "必填"] == [
            column.header for column in feed.columns if column.required
        ]
        path = tmp_path / f"{feed.id}.xlsx"
        write_template(feed, path)
        sheet = load_workbook(path).worksheets[0]
        cells = [str(cell.value) for cell in sheet[1]]
        assert all(cell.comment is not None for cell in sheet[1])
        if feed.forms or feed.id == "authority_legal_representatives":
            continue
        table = RawTable("t", sheet.title, "xlsx", len(cells), ((1, tuple(cells)),))
        match = recognise(table, all_contracts.for_sector(feed.sectors[0])).match
        assert match is not None, feed.id
        assert match.contract.id in {feed.id, feed.id.replace("corporate", "personal")}


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["feeds", "list", "--sector", "pawn", "--json"]) == 0
    assert "pawn_ticket_ledger" in capsys.readouterr().out
    assert execute(["feeds", "show", "bank_statement_split"]) == 0
    assert "借方发生额" in capsys.readouterr().out
    assert execute(["feeds", "template", "bank_persons", "--out", str(tmp_path / "a.xlsx")]) == 0
    assert execute(["feeds", "template", "bank_persons", "--out", str(tmp_path / "a.xlsx")]) == 2
    assert execute(["feeds", "show", "nothing"]) == 2
    headers, rows = renamed(statement(20))
    path = tmp_path / "new.csv"
    path.write_text(text_of(rows, headers=headers), encoding="gb18030")
    out = tmp_path / "bank_new.odcs.yaml"
    assert execute(["feeds", "learn", str(path), "--out", str(out)]) == 0
    assert yaml.safe_load(out.read_text(encoding="utf-8"))["id"] == "bank_new"
    assert execute(["feeds", "learn", str(path), "--out", str(tmp_path / "wrong.yaml")]) == 2
    assert execute(["feeds", "learn", str(tmp_path / "absent.csv")]) == 1
