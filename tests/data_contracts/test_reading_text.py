"""Hostile text: the record concerned is lost and said to be, the rest stands at its place."""

from __future__ import annotations

import gzip
import tracemalloc
import uuid
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.reading import RawTable, read_tables, stage_file
from data_contracts.reading.contents import ending_note
from data_contracts.reading.staged import staged_from_json
from fundwatch.domain.errors import EngineError, InputError

HEADER = "账号,金额,备注,户名,摘要,机构\n"


def read(content: bytes, folder: Path, engine: duckdb.DuckDBPyConnection) -> tuple[RawTable, list[tuple[object, ...]]]:
    path = folder / "a.csv"
    path.write_bytes(content)
    table = read_tables(path, engine, frozenset({"账号", "金额", "备注"}), f"t{uuid.uuid4().hex}", folder)[0]
    cells = ", ".join(f"c{place}" for place in range(1, table.width + 1))
    return table, engine.execute(f"SELECT _row, {cells} FROM {table.name} ORDER BY _row").fetchall()


def flags(table: RawTable) -> list[tuple[int, int, str]]:
    return [(flag.row, flag.column, flag.code) for flag in table.flags]


def row(number: int, note: str = "工资") -> str:
    return f"{number},1.00,{note},张三,转账,安康\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_told_by_its_nuls(
    encoding: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    _, rows = read((HEADER + row(1)).encode(encoding), tmp_path, engine)
    assert rows == [(1, *HEADER.strip().split(",")), (2, *row(1).strip().split(","))]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_bad_byte_spoils_its_own_cell_only(encoding: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    start = (HEADER + "".join(row(number) for number in range(30))).encode(encoding)
    bad = b"5,1.00," + b"\xff\xfe" + ",张三,转账,安康\n".encode(encoding)
    table, rows = read(start + bad + row(7).encode(encoding), tmp_path, engine)
    assert flags(table) == [(32, 3, "undecodable")]
    assert rows[31] == (32, "5", "1.00", "\\xff\\xfe", "张三", "转账", "安康")
    assert rows[32][1:] == tuple(row(7).strip().split(","))


def test_lines_of_another_encoding_are_flagged_not_misread(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    lines = [row(number, "代发工资款").encode("gb18030") for number in range(40)]
    lines[20] = row(20, "投资理财款项").encode("utf-8")
    table, rows = read(HEADER.encode("gb18030") + b"".join(lines), tmp_path, engine)
    assert {flag[0] for flag in flags(table)} == {22}
    assert rows[20][3] == rows[22][3] == "代发工资款"


def test_two_encodings_by_halves_are_refused_with_line_and_byte(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    half = "".join(row(number, "代发工资款") for number in range(40))
    start = (HEADER + half).encode()
    with pytest.raises(InputError) as caught:
        read(start + half.encode("gb18030"), tmp_path, engine)
    assert caught.value.code == "R004"
    assert "第 42 行" in caught.value.zh
    assert "b4 fa" in caught.value.en


def test_nul_bytes_spoil_their_cell_only(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    text = HEADER + "".join(row(number) for number in range(40))
    table, rows = read(text.replace("\n7,", "\n7\x00,").encode(), tmp_path, engine)
    assert flags(table) == [(9, 1, "nul_bytes")]
    assert rows[8][1] == "7\u2400"
    assert len(rows) == 41


def test_giant_cells_and_lines_are_flagged_and_the_rest_is_read(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    giant = row(2, "x" * 40_000) + "y" * (3 * 1024 * 1024) + "\n"
    table, rows = read((HEADER + row(1) + giant + row(4)).encode(), tmp_path, engine)
    assert flags(table) == [(3, 3, "giant_cell"), (4, 1, "giant_cell"), (4, 0, "giant_line")]
    assert [line[1] for line in rows[:3]] == ["账号", "1", "2"]
    assert rows[4][1:] == tuple(row(4).strip().split(","))


def test_a_giant_line_is_never_held_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as out:
        out.write(HEADER.encode())
        for _ in range(64):
            out.write(b"z" * 1024 * 1024)
    tracemalloc.start()
    stage_file(path, frozenset(), tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 48 * 1024**2


@pytest.mark.parametrize("place", [0, 20, 39])
def test_an_open_quote_anywhere_costs_its_record_only(
    place: int, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    lines = [row(number) for number in range(40)]
    lines[place] = f'{place},1.00,"工资,张三,转账,安康\n'
    table, rows = read((HEADER + "".join(lines)).encode(), tmp_path, engine)
    assert {flag[0] for flag in flags(table)} == {place + 2}
    assert [line[1] for line in rows[1:]] == [str(number) for number in range(40)]


@pytest.mark.parametrize("gap", [1, 2, 10])
def test_two_stray_quotes_swallow_nothing_between_them(
    gap: int, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    lines = [row(number) for number in range(40)]
    for place in (5, 5 + gap):
        lines[place] = f'{place},1.00,"工资,张三,转账,安康\n'
    table, rows = read((HEADER + "".join(lines)).encode(), tmp_path, engine)
    assert len(rows) == 41
    assert {7, 7 + gap} == {flag[0] for flag in flags(table)}


def test_marks_and_separators_inside_the_text(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    text = HEADER + row(1, "甲\u2028乙") + "\ufeff" + row(2, "丙\x1f丁") + row(3)
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    staged = stage_file(path, frozenset(), tmp_path)
    assert [(note.code, note.detail) for note in staged.notes] == [("B031", {"units": "1"})]
    _, rows = read(text.encode(), tmp_path, engine)
    assert [line[3] for line in rows[1:]] == ["甲\u2028乙", "丙\u241f丁", "工资"]
    assert [line[0] for line in rows] == [1, 2, 3, 4]


def test_mixed_line_ends(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    text = HEADER.strip() + "\r\n" + row(1).strip() + "\r" + row(2).strip() + "\n" + row(3)
    _, rows = read(text.encode(), tmp_path, engine)
    assert [line[1] for line in rows] == ["账号", "1", "2", "3"]


def test_most_rows_too_wide(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(InputError) as caught:
        read((",".join("1" * 500) + "\n").encode() * 5, tmp_path, engine)
    assert caught.value.code == "R018"


NAMED = {
    "R001": b" \n\n , ,\n",
    "R002": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le"),
    "R003": bytes(range(256)) * 20,
    "R010": b"%PDF-1.7\n",
    "R011": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    "R014": "<html><table><tr><td>账号".encode(),
    "R015": gzip.compress(HEADER.encode() * 100)[:60],
    "R016": gzip.compress(gzip.compress(HEADER.encode())),
    "R006": gzip.compress(bytes(110 * 1024**2)),
}


@pytest.mark.parametrize("code", NAMED)
def test_what_a_file_really_is(code: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(InputError) as caught:
        read(NAMED[code], tmp_path, engine)
    assert caught.value.code == code
    assert not (tmp_path / "unpacked").exists()


@pytest.mark.parametrize(
    "start", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"MZ\x90\x00\x03", b"\x7fELF", b"Rar!\x1a\x07\x00"]
)
def test_pictures_programs_and_archives_are_named(
    start: bytes, tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(InputError) as caught:
        read(start + bytes(300), tmp_path, engine)
    assert caught.value.code == "R010"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_gzip_holds_what_it_holds(encoding: str, tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    _, rows = read(gzip.compress((HEADER + row(1)).encode(encoding)), tmp_path, engine)
    assert rows[1] == (2, *row(1).strip().split(","))


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [("a.csv", "csv", 0), ("A.XLS", "csv", 1), ("a.csv", "xlsx", 1), ("a.csv.gz", "csv", 0), ("a", "csv", 0),
     ("a.xlsx", "xlsx1904", 0), ("610900.B01.20240705", "csv", 0), ("a.xml", "xml", 0), ("a.parquet", "csv", 1)],
)  # fmt: skip
def test_a_name_that_promises_another_form_is_noted(name: str, form: str, expected: int) -> None:
    assert len(ending_note(name, form)) == expected


@given(data=st.data())
def test_a_file_cut_anywhere_keeps_the_rows_before(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, engine: duckdb.DuckDBPyConnection
) -> None:
    encoding = data.draw(st.sampled_from(["utf-8", "gb18030", "utf-16"]))
    whole = [HEADER.strip(), *(row(number).strip() for number in range(12))]
    content = ("\n".join(whole) + "\n").encode(encoding)
    size = data.draw(st.integers(len((whole[0] + "\n").encode(encoding)), len(content)))
    table, rows = read(content[:size], tmp_path_factory.mktemp("cut"), engine)
    *kept, last = rows
    assert [tuple(line[1:]) for line in kept] == [tuple(text.split(",")) for text in whole[: len(kept)]]
    # Only in its very last cell can a record be cut without a trace: a file need not end with a line break.
    before = tuple(last[1:6]) == tuple(whole[len(rows) - 1].split(","))[:5]
    assert before or (last[0], 0, "torn_record") in flags(table)


def test_a_description_survives_json_and_its_files_are_not_trusted(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + row(1) + '2,1.00,"x\n', encoding="utf-8")
    staged = stage_file(path, frozenset(), tmp_path)
    assert staged_from_json(staged.to_json(), tmp_path) == staged
    (tmp_path / "text.lines").unlink()
    (tmp_path / "text.lines").symlink_to("/etc/hostname")
    from data_contracts.reading import load_staged

    with pytest.raises(EngineError):
        load_staged(engine, staged, "t")


@pytest.mark.parametrize(
    "note",
    [
        {"code": "B999", "detail": {}},
        {"code": "B031", "detail": {"count": "1"}},
        {"code": "B031", "detail": None},
    ],
)
def test_a_note_that_no_wording_can_say_is_refused_where_it_is_read(tmp_path: Path, note: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        staged_from_json({"tables": [], "notes": [note]}, tmp_path)
