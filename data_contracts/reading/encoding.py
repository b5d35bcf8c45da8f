"""Which encoding a text file has, and its text in blocks."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data_contracts.reading.staged import input_error
from fundwatch.domain.errors import InputError

BLOCK = 512 * 1024
"""Bytes read at once: what a processor keeps near while it is decoded, cut and joined again."""
HEAD = 64 * 1024
_LONGEST_CHARACTER = 4
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOST_NULS = 0.01
"""Share of NUL bytes above which a head is no text of single bytes."""
_MOST_CONTROLS = 0.03
_CONTROL_BYTES = bytes([*range(1, 9), *range(14, 27), 28, 29, 30, 127])
_UTF16_NULS = 0.05
"""Digits, delimiters and line ends of UTF-16 make at least this share of NUL bytes."""
_BAD_SHARE = 0.1
"""Share of lines beyond ASCII that may fail to decode before the file as a whole is refused."""
_LONGEST_LINE = 1024 * 1024
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\ufffd\uffff]")
_CLASSES = bytes(
    ord("L") if 0xE4 <= byte <= 0xE9 else ord("T") if 0x80 <= byte <= 0xBF else ord(".") for byte in range(256)
)
_UTF8_HANZI = b"LTT" * 3
"""Three common characters in UTF-8 on end; in GB18030 the same bytes would be four or five rare ones."""


def head_text(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the first characters, and the encodings to try in order.

    A mark of byte order settles the encoding, a head with well-formed UTF-8 beyond ASCII settles UTF-8; plain ASCII
    leaves GB18030 as the second try; NUL bytes on one side of every pair show UTF-16 without a mark.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head.decode(encoding, errors="replace"), (encoding,)
    if b"\x00" in head:
        wide = _by_nuls(head, path)
        if wide:
            return head.decode(wide, errors="replace"), (wide,)
    if len(head) - len(head.translate(None, _CONTROL_BYTES)) > len(head) * _MOST_CONTROLS:
        raise _no_text(path)
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        text = decoder.decode(head)
    except UnicodeDecodeError:
        return head.decode("gb18030", errors="replace"), ("gb18030", "utf-8")
    return text, ("utf-8", "gb18030") if text.isascii() else ("utf-8",)


def _by_nuls(head: bytes, path: Path) -> str | None:
    """Return UTF-16 with its byte order, None for a text with a few stray NULs; raises InputError for no text."""
    high, low = head[0::2].count(0), head[1::2].count(0)
    share = (high + low) / len(head)
    if share >= _UTF16_NULS and min(high, low) <= max(high, low) / 100:
        encoding = "utf-16-le" if low > high else "utf-16-be"
        text = head[: len(head) // 2 * 2].decode(encoding, errors="replace")
        if any(sign in text for sign in "\n\r,;|\t<") and not _CONTROL.search(text):
            return encoding
    if share > _MOST_NULS:
        raise _no_text(path)
    return None


def _no_text(path: Path) -> InputError:
    return input_error(
        "R003",
        "不是文本文件，请报送 CSV、XLSX、Parquet 或 camt.053",
        "this is no text file; send CSV, XLSX, Parquet or camt.053",
        path.name,
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of a file from ``first`` up to, not including, ``last``; both lie behind line ends."""

    first: int = 0
    last: int = 2**63


WHOLE = Stretch()


def _blocks(path: Path, stretch: Stretch) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(stretch.first)
        left = stretch.last - stretch.first
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            left -= len(block)
            yield block


def text_blocks(path: Path, encoding: str, stretch: Stretch = WHOLE) -> Iterator[tuple[str, bool]]:
    """Yield (text, torn) in blocks; ``torn`` is true on the last one where the text ends inside a character.

    Raises UnicodeDecodeError where the text is not in that encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    for block in _blocks(path, stretch):
        yield decoder.decode(block), False
    if 0 < len(decoder.getstate()[0]) < _LONGEST_CHARACTER:
        yield "", True


def mixed_lines(path: Path, stretch: Stretch = WHOLE) -> bool:
    """Return whether lines of a GB18030 file are really UTF-8, as a file glued together from two exports has them."""
    rest = b""
    for part in _blocks(path, stretch):
        block = rest + part
        whole = block.rfind(b"\n") + 1
        # A line longer than any record is looked at in pieces.
        rest = block[whole:] if 0 < len(block) - whole < _LONGEST_LINE else b""
        if _is_mixed(block):
            return True
    return _is_mixed(rest)


def _is_mixed(block: bytes) -> bool:
    if _UTF8_HANZI not in block.translate(_CLASSES):
        return False
    lines = (line for line in block.split(b"\n") if _UTF8_HANZI in line.translate(_CLASSES))
    return any(_fails(line, "utf-8") is None for line in lines)


def lenient_blocks(path: Path, encoding: str) -> Iterator[tuple[str, bool]]:
    """Yield (text, torn) line by line as ``text_blocks`` does; bytes that cannot be decoded become lone surrogates.

    In GB18030 a line that is well-formed UTF-8 counts as not decoded: it may read as what was not written. A line end
    is never part of a character in these encodings, so that one bad byte spoils its own line alone.
    """
    with path.open("rb") as stream:
        for part in _lines(stream):
            line = part.removeprefix(codecs.BOM_UTF8)
            whole = line.endswith((b"\n", b"\r"))
            if encoding == "gb18030" and not line.isascii() and _fails(line, "utf-8") is None:
                yield line.decode("ascii", errors="surrogateescape"), False
                continue
            try:
                yield line.decode(encoding), False
            except UnicodeDecodeError as error:
                if not whole and error.end >= len(line) and error.reason.startswith(("unexpected end", "incomplete")):
                    yield line[: error.start].decode(encoding), True
                else:
                    yield line.decode(encoding, errors="surrogateescape"), False


def first_undecoded(path: Path, encoding: str) -> InputError:
    """Return the refusal of a file for its first line that ``lenient_blocks`` cannot decode."""
    offset = 0
    with path.open("rb") as stream:
        for number, line in enumerate(_lines(stream), 1):
            bad = _fails(line, encoding)
            if bad is None and encoding == "gb18030" and not line.isascii() and _fails(line, "utf-8") is None:
                bad = next(place for place, byte in enumerate(line) if byte >= 0x80)
            if bad is not None:
                return _undecodable(path, number, offset + bad, line[bad : bad + 4])
            offset += len(line)
    return _undecodable(path, 1, 0, b"")


def _lines(stream: io.BufferedReader) -> Iterator[bytes]:
    """Yield pieces that end with a line or, in a line longer than any record, where the piece is full."""
    while part := stream.readline(_LONGEST_LINE):
        yield part


def settle(path: Path) -> str:
    """Return the encoding of a file that no single encoding decodes, so that its bad lines can be told one by one.

    That is UTF-8 where nearly all lines beyond ASCII are well-formed UTF-8 (or where no such line decodes at all, so
    that only those are lost), GB18030 where nearly all are well-formed GB18030 and nothing else. Otherwise nothing can
    be said without guessing: raises InputError with the first bad place.
    """
    lines = beyond = utf8_bad = gb_bad = neither = 0
    first: InputError | None = None
    offset = 0
    with path.open("rb") as stream:
        for number, line in enumerate(_lines(stream), 1):
            lines = number
            if not line.isascii():
                beyond += 1
                bad, gb_fails = _fails(line, "utf-8"), _fails(line, "gb18030") is not None
                utf8_bad += bad is not None
                gb_bad += gb_fails or bad is None
                neither += gb_fails and bad is not None
                if bad is not None and first is None:
                    first = _undecodable(path, number, offset + bad, line[bad : bad + 4])
            offset += len(line)
    if _few(utf8_bad, beyond) or (neither == beyond and _few(neither, lines)):
        return "utf-8"
    if _few(gb_bad, beyond):
        return "gb18030"
    raise first or _undecodable(path, 1, 0, b"")


def _few(bad: int, of: int) -> bool:
    return bad < of and bad <= max(1, of * _BAD_SHARE)


def _fails(line: bytes, encoding: str) -> int | None:
    try:
        line.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return None


def undecodable(path: Path, encoding: str) -> InputError:
    """Return the refusal of a file that is not in an encoding that its mark of byte order declares."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset, lines = 0, 1
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            pending = len(decoder.getstate()[0])
            try:
                lines += decoder.decode(block).count("\n")
            except UnicodeDecodeError as error:
                lines += block[: max(0, error.start - pending)].count(b"\n")
                bad = error.object[error.start : error.start + 4]
                return _undecodable(path, lines, offset - pending + error.start, bad)
            offset += len(block)
    return _undecodable(path, lines, offset, b"")


def _undecodable(path: Path, line: int, offset: int, bad: bytes) -> InputError:
    shown = bad.hex(" ")
    return input_error(
        "R004",
        f"编码混杂或损坏：第 {line} 行（第 {offset} 字节）起 {shown} 无法解码，请统一用 UTF-8 或 GB18030 重新导出",
        f"the encoding is mixed or damaged: line {line} (byte {offset}), bytes {shown}; "
        "export again in UTF-8 or GB18030 throughout",
        path.name,
    )
