"""ZIP archives that claim to be workbooks: bombs, odd entries, missing parts, damage; other formats by their names."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.building import altered, book, rebuilt, sheet_rows, sheet_xml
from tests.hostile.cases import Build, Case, of_bytes, of_text, refused, taken
from tests.hostile.sample import TEXT

_MIME = "application/vnd.oasis.opendocument."
_PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def _zipped(entries: Mapping[str, bytes], *, flags: int = 0) -> bytes:
    """Return an archive of these entries, with flags set on each."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries.items():
            archive.writestr(zipfile.ZipInfo(entry), content, zipfile.ZIP_DEFLATED)
    content = bytearray(out.getvalue())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while flags and at >= 0:
            content[at + place] |= flags
            at = content.find(mark, at + 4)
    return bytes(content)


def _zip(entries: Mapping[str, bytes], name: str = "a.xlsx", *, flags: int = 0) -> Build:
    return of_bytes(lambda: _zipped(entries, flags=flags), name)


def _added(name: str, content: bytes, *, mode: int = 0) -> Build:
    """Return what writes the workbook with an entry of any name put in behind the others."""

    def made(folder: Path) -> Path:
        path = book()(folder)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            info = zipfile.ZipInfo("placeholder")
            info.filename = name
            info.external_attr = mode << 16
            archive.writestr(info, content)
        return path

    return made


def _zeros() -> bytes:
    """Return more than an archive may expand to at such a ratio; made when asked, lest every test hold it."""
    return bytes(110 * 1024**2)


def _packed_zeros() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", _zeros())
    return out.getvalue()


def _with_zeros(name: str) -> Build:
    return rebuilt(lambda parts: parts.update({name: _zeros()}))


def _bombs() -> Iterator[Case]:
    yield refused(
        "a bomb in the sheet", rebuilt(lambda parts: parts.update({"xl/worksheets/sheet1.xml": _zeros()})), "R006"
    )
    yield refused("a bomb in the shared strings", _with_zeros("xl/sharedStrings.xml"), "R006")
    yield refused("a bomb in a part that nobody reads", _with_zeros("docProps/thumbnail"), "R006")
    yield refused("10,100 entries", book(parts={f"x/{place}": b"" for place in range(10_100)}), "R006")
    inner = rebuilt(lambda parts: parts.update({"xl/embeddings/a.zip": _packed_zeros()}))
    yield taken("a bomb within an archive within", inner)
    yield refused("an archive of archives", of_bytes(lambda: _zipped({"a.zip": _packed_zeros()}), "a.xlsx"), "R008")
    yield refused("a size that is a lie", altered(_understated), "R009")


def _understated(content: bytes) -> bytes:
    """Return the archive with the sheet said to be a hundred bytes long everywhere."""
    data = bytearray(content)
    for mark, at_size, at_name, at_length in ((b"PK\x03\x04", 22, 30, 26), (b"PK\x01\x02", 24, 46, 28)):
        place = data.find(mark)
        while place >= 0:
            (length,) = struct.unpack_from("<H", data, place + at_length)
            if data[place + at_name : place + at_name + length] == b"xl/worksheets/sheet1.xml":
                struct.pack_into("<I", data, place + at_size, 100)
            place = data.find(mark, place + 4)
    return bytes(data)


def _entries() -> Iterator[Case]:
    for name in ("../outside.xml", "..\\outside.xml", "/etc/passwd", "\\\\host\\share", "C:/x.xml", "xl/../../x.xml"):
        yield refused(f"an entry named {name}", _added(name, b"x"), "R021")
    yield refused("a link", _added("xl/link.xml", b"/etc/passwd", mode=0o120777), "R021")
    yield refused("an entry twice", lambda folder: _doubled(folder, "xl/workbook.xml"), "R021")
    yield refused("an entry twice but for letter case", _added("XL/WORKBOOK.XML", b"x"), "R021")
    yield taken("an entry with an emoji", _added("x/💣.txt", b"x"))
    yield taken("an entry of 300 signs", _added("x/" + "长" * 300, b"x"))
    yield taken("folders as entries", _added("xl/media/", b""))
    yield refused("a password", _zip({"xl/workbook.xml": b"x" * 64, "a.csv": b"x"}, flags=1), "R011")
    yield refused("a password on a zip of text", _zip({"流水.csv": TEXT.encode()}, "a.zip", flags=1), "R011")
    yield refused("an encrypted workbook", of_bytes(_OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx"), "R011")


def _doubled(folder: Path, name: str) -> Path:
    path = book()(folder)
    with zipfile.ZipFile(path) as archive:
        content = archive.read(name)
    data = path.read_bytes()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/workbook.xmk", content)
    data = path.read_bytes().replace(b"xl/workbook.xmk", b"xl/workbook.xml")
    path.write_bytes(data)
    return path


def _macros() -> Iterator[Case]:
    yield refused("macros", book(parts={"xl/vbaProject.bin": b"x"}), "R007")
    yield refused("macros under another name", book(parts={"custom/VBAPROJECT.BIN": b"x"}), "R007")
    yield refused("a macro sheet", book(parts={"xl/macrosheets/sheet1.xml": b"<a/>"}), "R007")
    kind = b"<Types><Override ContentType='application/vnd.ms-excel.sheet.macroEnabled.main+xml'/></Types>"
    yield refused(
        "macros by the type of content", rebuilt(lambda parts: parts.update({"[Content_Types].xml": kind})), "R007"
    )
    yield refused("a macro workbook renamed", book(name="a.csv", parts={"xl/vbaProject.bin": b"x"}), "R007")
    link = b'<externalLink xmlns="x"><externalBook r:id="rId1" xmlns:r="y"/></externalLink>'
    yield taken("links to other workbooks", book(parts={"xl/externalLinks/externalLink1.xml": link}))
    yield taken(
        "an embedded object", book(parts={"xl/embeddings/oleObject1.bin": _OLE, "xl/activeX/activeX1.xml": b"<a/>"})
    )
    yield taken(
        "a query of the network",
        book(parts={"xl/connections.xml": b'<connections><connection url="http://127.0.0.1:9"/></connections>'}),
    )
    yield taken(
        "a custom part with a document type",
        book(parts={"customXml/item1.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}),
    )


def _parts() -> Iterator[Case]:
    for name, code in {
        "xl/workbook.xml": "R008",
        "xl/_rels/workbook.xml.rels": "R009",
        "xl/worksheets/sheet1.xml": "R009",
    }.items():
        yield refused(f"without {name}", rebuilt(lambda parts, gone=name: parts.pop(gone) and None), code)
        yield refused(f"{name} empty", rebuilt(lambda parts, gone=name: parts.update({gone: b""})), "R009")
        yield refused(
            f"{name} is noise", rebuilt(lambda parts, gone=name: parts.update({gone: bytes(range(256))})), "R009"
        )
        entity = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"
        yield refused(
            f"{name} with an entity",
            rebuilt(lambda parts, gone=name, put=entity: parts.update({gone: put + parts[gone]})),
            "R009",
        )
        yield refused(
            f"{name} cut in half",
            rebuilt(lambda parts, gone=name: parts.update({gone: parts[gone][: len(parts[gone]) // 2]})),
            "R009",
        )
    yield refused("without _rels/.rels", rebuilt(lambda parts: parts.pop("_rels/.rels") and None), "R009")
    for name in ("xl/styles.xml", "[Content_Types].xml"):
        yield taken(f"without {name}", rebuilt(lambda parts, gone=name: parts.pop(gone) and None))
    for name in ("xl/styles.xml", "xl/sharedStrings.xml"):
        evil = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><styleSheet/>"
        yield refused(
            f"{name} with an entity", rebuilt(lambda parts, at=name, put=evil: parts.update({at: put})), "R009"
        )
    shared = sheet_xml(
        sheet_rows().replace(
            '<c r="A2" t="inlineStr"><is><t xml:space="preserve">2600000000001</t></is></c>',
            '<c r="A2" t="s"><v>7</v></c>',
        )
    )
    yield refused("shared strings that are missing", book({"流水": shared}), "R009")
    yield refused("no sheet at all", book({}), "R001")
    lost = rebuilt(lambda parts: parts.update({"xl/workbook.xml": parts["xl/workbook.xml"].replace(b"rId1", b"rId9")}))
    yield refused("a sheet whose link is missing", lost, "R009")
    outside = rebuilt(
        lambda parts: parts.update(
            {
                "xl/_rels/workbook.xml.rels": parts["xl/_rels/workbook.xml.rels"].replace(
                    b"worksheets/sheet1.xml", b"../../../../etc/passwd"
                )
            }
        )
    )
    yield refused("a sheet whose link leads outside", outside, "R009")


def _damaged() -> Iterator[Case]:
    size = len(_bytes())
    for cut in range(200, size, 350):
        yield refused(f"cut at byte {cut}", altered(lambda data, n=cut: data[:n]), "R009")
    for back in (1, 10, 22, 30):
        yield refused(f"cut {back} bytes before its end", altered(lambda data, n=back: data[:-n]), "R009")
    yield refused("one that points before its start", altered(_beyond), "R009")
    yield refused("a wrong checksum", altered(_wrong_checksum), "R009")
    yield refused("nothing but the end of an archive", of_bytes(b"PK\x05\x06" + bytes(18), "a.xlsx"), "R008")
    yield refused("nothing but its first sign", of_bytes(b"PK\x03\x04", "a.xlsx"), "R009")
    yield refused(
        "noise behind its first sign", of_bytes(b"PK\x03\x04" + zlib.compress(TEXT.encode()), "a.xlsx"), "R009"
    )
    yield refused("rubbish before the archive", altered(lambda data: b"rubbish\n" + data), "R003")


def _bytes() -> bytes:
    with TemporaryDirectory() as folder:
        return book()(Path(folder)).read_bytes()


def _beyond(content: bytes) -> bytes:
    """Return the archive with its list of entries said to lie farther behind than it does."""
    (place,) = struct.unpack_from("<I", content, len(content) - 6)
    return content[:-6] + struct.pack("<I", place + 100) + content[-2:]


def _wrong_checksum(content: bytes) -> bytes:
    data = bytearray(content)
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        (length,) = struct.unpack_from("<H", data, place + 28)
        if data[place + 46 : place + 46 + length].startswith(b"xl/worksheets/"):
            data[place + 16] ^= 0xFF
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def _others() -> Iterator[Case]:
    named = "a.xlsx"
    for name, entries, code in (
        ("a binary workbook", {"xl/workbook.bin": b"x"}, "R020"),
        ("an OpenDocument sheet", {"mimetype": f"{_MIME}spreadsheet".encode(), "content.xml": b"x"}, "R022"),
        ("an OpenDocument text", {"mimetype": f"{_MIME}text".encode(), "content.xml": b"x"}, "R022"),
        ("a Word document", {"word/document.xml": b"x"}, "R010"),
        ("slides", {"ppt/presentation.xml": b"x"}, "R010"),
        ("a program package", {"META-INF/MANIFEST.MF": b"x"}, "R010"),
        ("a zip of text", {"流水.csv": TEXT.encode()}, "R008"),
        ("a zip of a workbook", {"a.xlsx": _bytes()}, "R008"),
        ("an empty zip", {}, "R008"),
    ):
        yield refused(f"{name} renamed", _zip(entries, named), code)
    for name, content, code in (
        ("an old workbook", _OLE + "Workbook".encode("utf-16-le"), "R002"),
        ("an old document", _OLE + "WordDocument".encode("utf-16-le"), "R010"),
        ("a PDF", b"%PDF-1.7\n" + bytes(range(128, 256)), "R010"),
        ("a picture", _PNG, "R010"),
        ("a photograph", b"\xff\xd8\xff\xe0" + bytes(64), "R010"),
        ("a program for Windows", b"MZ\x90\x00\x03\x00\x00\x00" + bytes(64), "R010"),
        ("a program for Linux", b"\x7fELF\x02\x01\x01" + bytes(64), "R010"),
        ("a script", b"#!/bin/sh\nrm -rf /\n", "R010"),
        ("a 7z archive", b"7z\xbc\xaf\x27\x1c" + bytes(64), "R010"),
        ("a RAR archive", b"Rar!\x1a\x07\x00" + bytes(64), "R010"),
        ("a database", b"SQLite format 3\x00" + bytes(64), "R010"),
        ("JSON", b'{"rows": [{"amount": 1}, {"amount": 2}]}', "B050"),
        ("lines of JSON", '{"交易金额": "1.00"}\n'.encode() * 5, "B050"),
        ("a mail", b"From: a@example.org\nSubject: x\n\nhello\n", "B050"),
        ("YAML", "交易金额: 1\n交易账号: 2\n".encode(), "B050"),
        ("prose", ("今天天气很好。" * 20).encode(), "B050"),
    ):
        yield refused(f"{name} named csv", of_bytes(content, "a.csv"), code)
        if name in ("a PDF", "a picture", "an old workbook", "JSON"):
            yield refused(f"{name} named xlsx", of_bytes(content, named), code)
    yield taken("a workbook named csv", book(name="a.csv"), "B030")
    yield taken("a workbook named xls", book(name="a.xls"), "B030")
    yield taken("text named xlsx", of_text(TEXT, "a.xlsx"), "B030")
    yield taken("text named parquet", of_text(TEXT, "a.parquet"), "B030")
    yield taken("text named pdf", of_text(TEXT, "a.pdf"))
    yield taken("text without an ending", of_text(TEXT, "流水"))


CASES = (*_bombs(), *_entries(), *_macros(), *_parts(), *_damaged(), *_others())
