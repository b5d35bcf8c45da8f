"""Text as a terminal may show it: what it would obey, or what would mislead a reader, becomes a sign to be seen."""

from __future__ import annotations

import os
import re

_OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control characters but the line feed, signs that turn the direction of writing or have no width, half pairs."""
_HALVES = re.compile("[\ud800-\udfff]")
_PICTURES = {0x7F: "␡", 0x2028: "↵", 0x2029: "↵"} | {sign: chr(0x2400 + sign) for sign in range(32)}


def visible(text: str) -> str:
    """Return a text with each such sign shown: ``␛``, ``↵``, ``\\u202e``, ``\\xff`` for a byte that was none."""
    return _OBEYED.sub(lambda found: _shown(ord(found[0])), text)


def file_name(name: str) -> str:
    """Return a file's name as text: bytes that are not UTF-8 are read as GB18030, which old systems write."""
    if not _HALVES.search(name):
        return name
    data = os.fsencode(name)
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        return data.decode("utf-8", "backslashreplace")


def escaped(json_text: str) -> str:
    """Return JSON text that says the same, each such sign written by its number, as JSON allows."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)


def _shown(sign: int) -> str:
    if sign in _PICTURES:
        return _PICTURES[sign]
    if 0xDC80 <= sign <= 0xDCFF:
        return f"\\x{sign - 0xDC00:02x}"
    return f"\\x{sign:02x}" if sign < 0x100 else f"\\u{sign:04x}"
