"""ZIP archives: bombs and odd entries refused before anything is expanded, and what an archive is told by its names."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Generator

from data_contracts.reading.staged import input_error

LARGEST = 4 * 1024**3
WINDOW = 4 * 1024 * 1024
_HIGHEST_RATIO = 200
_RATIO_FROM = 100 * 1024**2
_MOST_ENTRIES = 10_000
_ENCRYPTED = 0x1
DAMAGE = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What the standard library raises for an archive that is not whole."""

_OTHERS = (
    ("xl/workbook.bin", "R020", "二进制工作簿 .xlsb 无法读取，请另存为 .xlsx",
     "a binary .xlsb workbook; save it as .xlsx"),
    ("word/document.xml", "R010", "这是 Word 文档，不是数据文件；请报送 CSV、XLSX、Parquet 或 camt.053",
     "this is a Word document, not a data file; send CSV, XLSX, Parquet or camt.053"),
    ("ppt/presentation.xml", "R010", "这是演示文稿，不是数据文件；请报送 CSV、XLSX、Parquet 或 camt.053",
     "these are slides, not a data file; send CSV, XLSX, Parquet or camt.053"),
    ("META-INF/MANIFEST.MF", "R010", "这是程序包，不是数据文件；请报送 CSV、XLSX、Parquet 或 camt.053",
     "this is a program package, not a data file; send CSV, XLSX, Parquet or camt.053"),
)  # fmt: skip


def guard(archive: zipfile.ZipFile, place: str) -> None:
    """Refuse whatever is no plain, bounded XLSX workbook; raises InputError with the reason."""
    entries = archive.infolist()
    _require_bounded(entries, place)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise input_error(
            "R011",
            "压缩包有密码，请去掉密码后重新报送",
            "the archive is protected by a password; remove it and send again",
            place,
        )
    names = [entry.filename for entry in entries]
    if len(set(map(str.lower, names))) != len(names) or any(map(_is_odd, entries)):
        raise input_error(
            "R021",
            "压缩包内含异常条目（重名、越界路径或链接），请从源系统重新导出",
            "the archive holds odd entries (doubled names, paths outside, links); export it from the source system",
            place,
        )
    _require_workbook(archive, names, place)


def _require_bounded(entries: list[zipfile.ZipInfo], place: str) -> None:
    size = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    worst = max(
        (entry.file_size / max(1, entry.compress_size) for entry in entries if entry.file_size > _RATIO_FROM), default=0
    )
    too_far = size > LARGEST or (size > _RATIO_FROM and size / packed > _HIGHEST_RATIO)
    if too_far or worst > _HIGHEST_RATIO or len(entries) > _MOST_ENTRIES:
        raise input_error("R006", "压缩内容过大，拒绝展开", "the archive would expand too far and is refused", place)


def _is_odd(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    mode = entry.external_attr >> 16
    outside = name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or name[1:2] == ":"
    return outside or "\x00" in name or stat.S_ISLNK(mode)


def _require_workbook(archive: zipfile.ZipFile, names: list[str], place: str) -> None:
    lowered = {name.lower() for name in names}
    macros = any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in lowered)
    if macros or ("[content_types].xml" in lowered and b"macroEnabled" in _start(archive, "[Content_Types].xml")):
        raise input_error(
            "R007",
            "工作簿含宏，请另存为无宏的 .xlsx",
            "the workbook carries macros; save it as a plain .xlsx",
            place,
        )
    if "xl/workbook.xml" in lowered:
        return
    for name, code, zh, en in _OTHERS:
        if name.lower() in lowered:
            raise input_error(code, zh, en, place)
    if "mimetype" in lowered and b"opendocument" in _start(archive, "mimetype"):
        raise input_error(
            "R022",
            "OpenDocument（.ods 等）无法读取，请另存为 .xlsx",
            "OpenDocument (.ods and the like) cannot be read; save it as .xlsx",
            place,
        )
    raise input_error(
        "R008",
        "压缩包不是 XLSX 工作簿；请先解压，再逐个报送其中的文件",
        "the archive is not an XLSX workbook; unpack it and send the files in it one by one",
        place,
    )


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    found = next((entry for entry in archive.infolist() if entry.filename.lower() == name.lower()), None)
    if found is None:
        return b""
    with archive.open(found) as stream:
        return stream.read(1024 * 1024)


def windows(archive: zipfile.ZipFile, name: str) -> Generator[bytes, None, None]:
    """Yield the content of an entry in blocks; close it when done. Raises BadZipFile where its checksum fails."""
    with archive.open(name) as stream:
        while block := stream.read(WINDOW):
            yield block
