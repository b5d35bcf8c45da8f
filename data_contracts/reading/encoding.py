"""Which encoding a text file has, and its text in blocks."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from data_contracts.reading.staged import input_error
from fundwatch.domain.errors import InputError

BLOCK = 4 * 1024 * 1024
HEAD = 64 * 1024
_LONGEST_CHARACTER = 4


def head_text(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the first characters, and the encodings to try in order.

    A head with well-formed UTF-8 beyond ASCII settles UTF-8; plain ASCII leaves GB18030 as the second try.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", errors="replace"), ("utf-16",)
    if b"\x00" in head:
        raise input_error("R003", "不是文本文件（含 NUL 字节）", "not a text file (it holds NUL bytes)", path.name)
    decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
    try:
        text = decoder.decode(head)
    except UnicodeDecodeError:
        return head.decode("gb18030", errors="replace"), ("gb18030",)
    return text, ("utf-8-sig", "gb18030") if text.isascii() else ("utf-8-sig",)


def _undecodable(path: Path, encoding: str, offset: int) -> InputError:
    return input_error(
        "R004",
        f"第 {offset} 字节处不是合法的 {encoding} 编码，请用 UTF-8 或 GB18030 重新导出",
        f"byte {offset} is not valid {encoding}; export again as UTF-8 or GB18030",
        path.name,
    )


def text_blocks(path: Path, encoding: str) -> Iterator[tuple[str, bool]]:
    """Yield (text, torn) in blocks of 4 MB; ``torn`` is true on the last one where the file ends inside a character.

    Raises InputError with the byte offset of the first bad sequence.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError as error:
                raise _undecodable(path, encoding, offset - pending + error.start) from error
            offset += len(block)
            yield text, False
    pending = len(decoder.getstate()[0])
    if 0 < pending < _LONGEST_CHARACTER:
        yield "", True
