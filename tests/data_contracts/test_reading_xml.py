"""camt.053 of old and new versions becomes one table; every other XML is refused by its kind."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.reading import RawTable, read_tables
from data_contracts.reading.camt import COLUMNS
from fundwatch.domain.errors import InputError


def balance(code: str, amount: str, sign: str = "CRDT") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='CNY'>{amount}</Amt>"
        f"<CdtDbtInd>{sign}</CdtDbtInd></Bal>"
    )


def entry(
    amount: str, sign: str = "CRDT", *, day: str = "2024-07-05", status: str = "<Sts>BOOK</Sts>", more: str = ""
) -> str:
    return (
        f"<Ntry><Amt Ccy='CNY'>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>R1</AcctSvcrRef>{more}</Ntry>"
    )


def message(*parts: str, version: str = "08", prefix: str = "") -> str:
    account = "<Acct><Id><Othr><Id>6109001</Id></Othr></Id><Nm>安康商贸</Nm></Acct>"
    xml = (
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}'><BkToCstmrStmt><GrpHdr/>"
        f"<Stmt>{account}{''.join(parts)}</Stmt></BkToCstmrStmt></Document>"
    )
    if prefix:
        xml = xml.replace("</", f"</{prefix}:").replace("<", f"<{prefix}:").replace(f"<{prefix}:/", "</")
        xml = xml.replace("xmlns=", f"xmlns:{prefix}=")
    return xml


def read(
    content: str | bytes, folder: Path, engine: duckdb.DuckDBPyConnection
) -> tuple[RawTable, list[dict[str, str | None]]]:
    path = folder / "a.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    table = read_tables(path, engine, frozenset(), "x", folder)[0]
    cells = ", ".join(f"c{place}" for place in range(1, table.width + 1))
    rows = engine.execute(f"SELECT {cells} FROM {table.name} WHERE _row > 1 ORDER BY _row").fetchall()
    return table, [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def balances(rows: list[dict[str, str | None]]) -> list[str | None]:
    return [row["Balance"] for row in rows]


@pytest.mark.parametrize("prefix", ["", "n"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_namespaces_and_encodings(
    prefix: str, encoding: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    declared = f"<?xml version='1.0' encoding='{'GBK' if encoding == 'gb18030' else encoding}'?>"
    table, rows = read((declared + message(entry("1.00"), prefix=prefix)).encode(encoding), tmp_path, engine)
    assert table.form == "xml"
    assert table.head[0] == (1, COLUMNS)
    assert (rows[0]["Account"], rows[0]["AccountName"], rows[0]["Amount"]) == ("6109001", "安康商贸", "1.00")


PARTIES = {
    "02": "<Dbtr><Nm>李四</Nm><Id><PrvtId><Othr><Id>T1</Id></Othr></PrvtId></Id></Dbtr>",
    "08": "<Dbtr><Pty><Nm>李四</Nm><Id><PrvtId><Othr><Id>T1</Id></Othr></PrvtId></Id></Pty></Dbtr>",
}


@pytest.mark.parametrize("version", PARTIES)
def test_the_other_party_of_both_versions(version: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    status = "<Sts>BOOK</Sts>" if version == "02" else "<Sts><Cd>BOOK</Cd></Sts>"
    details = (
        f"<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RltdPties>{PARTIES[version]}"
        "<DbtrAcct><Id><Othr><Id>777</Id></Othr></Id></DbtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId>"
        "<BIC>ABOCCNBJ</BIC><Nm>农行</Nm></FinInstnId></DbtrAgt></RltdAgts><RmtInf><Ustrd>货</Ustrd><Ustrd>款</Ustrd>"
        "</RmtInf></TxDtls></NtryDtls>"
    )
    _, (row,) = read(message(entry("5.00", status=status, more=details), version=version), tmp_path, engine)
    found = [row[name] for name in ("Status", "EndToEndId", "RemittanceInfo", *COLUMNS[14:19])]
    assert found == ["BOOK", "E1", "货 款", "李四", "777", "T1", "农行", "ABOCCNBJ"]


def test_a_batch_that_adds_up_is_a_record_a_transaction(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    def details(*amounts: str) -> str:
        one = "".join(
            f"<TxDtls><AmtDtls><TxAmt><Amt Ccy='CNY'>{text}</Amt></TxAmt></AmtDtls></TxDtls>" for text in amounts
        )
        return f"<NtryDtls>{one}</NtryDtls>"

    parts = [entry("5.00", more=details("2.00", "3.00")), entry("5.00", more=details("2.00", "2.00"))]
    _, rows = read(message(balance("OPBD", "1.00"), balance("CLBD", "11.00"), *parts), tmp_path, engine)
    assert [row["Amount"] for row in rows] == ["2.00", "3.00", "5.00"]
    assert balances(rows) == ["3.00", "6.00", "11.00"]


amounts = st.lists(
    st.tuples(st.decimals(Decimal("0.01"), Decimal("9999"), places=2), st.sampled_from(["CRDT", "DBIT"])),
    min_size=1,
    max_size=8,
)


@given(amounts, st.booleans())
def test_running_balances_lead_from_opening_to_closing(
    tmp_path_factory: pytest.TempPathFactory,
    engine: duckdb.DuckDBPyConnection,
    moves: list[tuple[Decimal, str]],
    newest_first: bool,
) -> None:
    running, expected, parts = Decimal(100), [], []
    for place, (amount, sign) in enumerate(moves):
        running += amount if sign == "CRDT" else -amount
        expected.append(running)
        parts.append(entry(f"{amount}", sign, day=f"2024-07-{place + 1:02}"))
    ending = balance("CLBD", f"{abs(running)}", "CRDT" if running >= 0 else "DBIT")
    order = -1 if newest_first and len(moves) > 1 else 1
    xml = message(balance("OPBD", "100.00"), ending, *parts[::order])
    _, rows = read(xml, tmp_path_factory.mktemp("camt"), engine)
    assert [Decimal(text or "") for text in balances(rows)] == expected[::order]


def test_entries_that_do_not_add_up_are_said_and_get_no_balance(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    from data_contracts.reading import stage_file

    path = tmp_path / "b.xml"
    path.write_text(message(balance("OPBD", "1.00"), balance("CLBD", "9.00"), entry("5.00")), encoding="utf-8")
    (note,) = stage_file(path, frozenset(), tmp_path).notes
    assert (note.code, note.detail) == ("B034", {"place": "1", "off_by": "3.00"})


@pytest.mark.parametrize(
    "parts",
    [
        (entry("1.00"),),
        (balance("OPBD", "1.00"), balance("CLBD", "2.00"), entry("x")),
        (balance("OPBD", "0"), balance("CLBD", "3"), entry("1", day="2024-07-02"), entry("1", day="2024-07-01"),
         entry("1", day="2024-07-03")),
        (balance("OPBD", "1"), balance("CLBD", "2"), entry("1").replace("CNY", "USD")),
    ],
)  # fmt: skip
def test_no_balance_is_made_up(parts: tuple[str, ...], tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    _, rows = read(message(*parts), tmp_path, engine)
    assert set(balances(rows)) == {None}


def test_pending_entries_move_no_balance(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    parts = [entry("9", status="<Sts>PDNG</Sts>"), entry("1")]
    _, rows = read(message(balance("OPBD", "1"), balance("CLBD", "2"), *parts), tmp_path, engine)
    assert balances(rows) == [None, "2"]


def test_an_instant_is_told_in_bank_time(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    xml = message(entry("1")).replace("<Dt>2024-07-05</Dt>", "<DtTm>2024-07-04T18:19:28Z</DtTm>")
    _, (row,) = read(xml, tmp_path, engine)
    assert (row["BookingDate"], row["BookingTime"]) == ("2024-07-05", "02:19:28")


REFUSED = {
    "suspicious": ("<STR><RBIF/></STR>", "R034"),
    "goaml": ("<report><transaction/></report>", "R034"),
    "large": ("<HVTR><RICD>1</RICD></HVTR>", "R029"),
    "large by its parts": ("<report_x><RICD>1</RICD></report_x>", "R029"),
    "intraday": ("<Document><BkToCstmrAcctRpt/></Document>", "R027"),
    "payment": ("<Document><CstmrCdtTrfInitn/></Document>", "R028"),
    "other": ("<foo><bar/></foo>", "R028"),
    "empty root": ("<foo/>", "R028"),
    "no entries": (message(), "R001"),
    "document type": (f"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>{message(entry('1'))}", "R026"),
    "laughs": (
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;'>]><Document>&c;</Document>",
        "R026",
    ),
    "cut": (message(entry("1"))[:-30], "R025"),
    "deep": ("<Document><BkToCstmrStmt>" + "<a>" * 100, "R025"),
    "long text": (message(entry("1", more=f"<AddtlNtryInf>{'x' * 40_000}</AddtlNtryInf>")), "R025"),
    "old workbook": ("<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "R002"),
    "encoding": ("<?xml version='1.0' encoding='EBCDIC-CP-US'?><Document/>", "R025"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_xml_is_refused_by_its_kind(name: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    content, code = REFUSED[name]
    with pytest.raises(InputError) as caught:
        read(content, tmp_path, engine)
    assert caught.value.code == code
    assert list(tmp_path.glob("*.part")) == []


def test_a_message_cut_anywhere_is_refused(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    whole = message(balance("OPBD", "1"), entry("1"))
    for size in range(2, len(whole), 37):
        with pytest.raises(InputError):
            read(whole[:size], tmp_path, engine)
