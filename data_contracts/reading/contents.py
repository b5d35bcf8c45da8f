"""What a file is, told by its bytes: the forms that are read, and the names of those that are not."""

from __future__ import annotations

from pathlib import Path

from data_contracts.reading.staged import Note, empty_error, input_error
from fundwatch.domain.errors import InputError

HEAD = 4096
_SHORT_SIGN_NEEDS = 64
"""Two letters may begin a text as well, so a byte that no text has must follow within this many."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_LOOKED_AT = 64 * 1024**2
_XML_STARTS = (b"<?xml", b"\xef\xbb\xbf<?xml", "<?xml".encode("utf-16-le"), "<?xml".encode("utf-16-be"))
_UTF16_XML = (b"\xff\xfe<\x00", b"\xfe\xff\x00<")

_REFUSED = (
    (b"%PDF", "PDF 文档", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "PNG 图片", "a PNG picture"),
    (b"\xff\xd8\xff", "JPEG 图片", "a JPEG picture"),
    (b"GIF87a", "GIF 图片", "a GIF picture"),
    (b"GIF89a", "GIF 图片", "a GIF picture"),
    (b"II*\x00", "TIFF 图片", "a TIFF picture"),
    (b"MM\x00*", "TIFF 图片", "a TIFF picture"),
    (b"\x7fELF", "可执行程序", "an executable program"),
    (b"MZ", "可执行程序", "an executable program"),
    (b"\xca\xfe\xba\xbe", "可执行程序", "an executable program"),
    (b"\xcf\xfa\xed\xfe", "可执行程序", "an executable program"),
    (b"#!/", "脚本程序", "a script"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包", "a 7z archive"),
    (b"Rar!\x1a\x07", "RAR 压缩包", "a RAR archive"),
    (b"BZh", "bzip2 压缩包", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "xz 压缩包", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩包", "a zstd archive"),
    (b"\x04\x22\x4d\x18", "lz4 压缩包", "an lz4 archive"),
    (b"SQLite format 3\x00", "SQLite 数据库", "an SQLite database"),
    (b"{\\rtf", "RTF 文档", "an RTF document"),
    (b"Obj\x01", "Avro 文件", "an Avro file"),
    (b"ARROW1\x00\x00", "Arrow 文件", "an Arrow file"),
)
_ENDINGS = {
    "csv": ("csv", "tsv", "txt", "tab", "psv", "dat"),
    "xlsx": ("xlsx",),
    "parquet": ("parquet", "parq", "pq"),
    "xml": ("xml",),
}
_FORM_NAMES = {"csv": "分隔符文本 (delimited text)", "xlsx": "XLSX", "parquet": "Parquet", "xml": "XML"}


def form_of(path: Path) -> str:
    """Return ``zip``, ``gzip``, ``parquet``, ``xml`` or ``csv``, the form that the first bytes show.

    Raises InputError for an empty file and for one that is known to be something else, by its name.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(HEAD)
    except OSError as error:
        raise input_error("R000", "文件打不开", "the file cannot be opened", path.name) from error
    if not start:
        raise empty_error(path.name)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(_OLE[:4]) or start[:2] in (b"\x09\x04", b"\x09\x02", b"\x09\x08"):
        raise _old_office(path)
    _refuse_known(start, path)
    if _is_xml(start):
        return "xml"
    return "csv"


def _is_xml(start: bytes) -> bool:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<") and text[1:2].isalpha():
        return True
    return text.startswith((b"<?xml", b"<!--", b"<!DOCTYPE", *_XML_STARTS)) or start.startswith(_UTF16_XML)


def _refuse_known(start: bytes, path: Path) -> None:
    is_binary = any(byte < 9 for byte in start[:_SHORT_SIGN_NEEDS])
    known = next((names for sign, *names in _REFUSED if start.startswith(sign) and (len(sign) > 2 or is_binary)), None)
    if known is None and start[:4] == b"RIFF":
        known = ["WEBP 图片或音视频", "a picture, sound or film"]
    if known is None and start[:2] == b"BM" and b"\x00\x00" in start[2:14]:
        known = ["BMP 图片", "a BMP picture"]
    if known is None and start[257:262] == b"ustar":
        known = ["tar 归档", "a tar archive"]
    if known is None and _is_web_page(start):
        raise input_error(
            "R014",
            "这是网页（HTML），不是表格；请用表格软件打开后另存为 .xlsx 或 .csv",
            "this is a web page (HTML), not a table; open it in a spreadsheet and save it as .xlsx or .csv",
            path.name,
        )
    if known is not None:
        zh, en = known
        raise input_error(
            "R010",
            f"这是{zh}，不是数据文件；请报送 CSV、XLSX、Parquet 或 camt.053",
            f"this is {en}, not a data file; send CSV, XLSX, Parquet or camt.053",
            path.name,
        )


def _is_web_page(start: bytes) -> bool:
    text = start.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta")) or (
        text.startswith((b"<!--", b"<?xml")) and b"<html" in text
    )


def _old_office(path: Path) -> InputError:
    """Return the refusal of a compound file: encrypted workbook, old workbook, or something else of that family."""
    with path.open("rb") as stream:
        content = stream.read(_OLE_LOOKED_AT)
    if content.startswith(_OLE[:4]) and "EncryptedPackage".encode("utf-16-le") in content:
        return input_error(
            "R011",
            "工作簿有打开密码，请去掉密码后重新报送",
            "the workbook is encrypted with a password; remove it and send again",
            path.name,
        )
    if "WordDocument".encode("utf-16-le") in content or "PowerPoint Document".encode("utf-16-le") in content:
        return input_error(
            "R010",
            "这是旧版 Office 文档，不是数据文件；请报送 CSV、XLSX、Parquet 或 camt.053",
            "this is an old Office document, not a data file; send CSV, XLSX, Parquet or camt.053",
            path.name,
        )
    return input_error(
        "R002",
        "旧版 .xls 工作簿无法读取，请另存为未加密的 .xlsx",
        "an old .xls workbook cannot be read; save it as a plain .xlsx",
        path.name,
    )


def ending_note(name: str, form: str) -> tuple[Note, ...]:
    """Return a note where the name's ending promises another form than the content has; the content decides."""
    endings = name.lower().rsplit("/", 1)[-1].split(".")[1:]
    ending = next((one for one in reversed(endings) if one not in ("gz", "part")), "")
    others = {one for known in _ENDINGS.values() for one in known} | {"xls", "xlsm", "xlsb", "json", "html", "zip"}
    form = form.removesuffix("1904")
    if ending not in others or ending in _ENDINGS[form]:
        return ()
    return (Note("B030", {"ending": ending, "form": _FORM_NAMES[form]}),)
