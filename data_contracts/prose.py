"""Lines for a terminal that wrap Chinese between any two characters and Latin between words, with a hanging indent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from fundwatch.domain.visible import visible

_TOKENS = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]|[^\s\u2e80-\u9fff\uf900-\uffef]+|\s")
_NEVER_FIRST = frozenset("，。；：、）”！？》】%…,.;:!?)")
_NEVER_LAST = frozenset("（“《【(")
_NARROWEST = 20


@dataclass(frozen=True, slots=True)
class Prose:
    """A sentence behind an optional label: ``indent`` cells in, following lines under the text, not the label."""

    text: str
    label: str = ""
    indent: int = 0
    style: str = ""
    label_style: str = "bold"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the wrapped lines, none wider than the console (unless a single word is)."""
        label = f"{self.label} " if self.label else ""
        hang = self.indent + cell_len(label)
        lead = Text.assemble(" " * self.indent, (label, self.label_style))
        for line in wrapped(visible(self.text), max(_NARROWEST, options.max_width - hang)):
            yield Text.assemble(lead, (line, self.style), no_wrap=True, overflow="ignore")
            lead = Text(" " * hang)


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield lines of at most ``width`` cells; closing marks never begin a line, opening ones never end it."""
    line, held = "", ""
    for piece in _pieces(text, width):
        if cell_len(line + held + piece.rstrip()) > width and line:
            yield line.rstrip()
            line, held = "", held.lstrip()
        if piece and piece[-1] in _NEVER_LAST:
            held += piece
            continue
        line, held = line + held + (piece if line or held or piece.strip() else ""), ""
    if line or held:
        yield (line + held).rstrip()


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield the smallest pieces that stay whole: a character or word with the closing marks behind it."""
    piece = ""
    for token in _TOKENS.findall(text.replace("\n", " ")):
        if piece and token[0] in _NEVER_FIRST:
            piece += token
            continue
        if piece:
            yield from _halved(piece, width)
        piece = token
    if piece:
        yield from _halved(piece, width)


def _halved(piece: str, width: int) -> Iterator[str]:
    """Yield a word longer than a line in parts of a line, anything else whole."""
    while cell_len(piece) > width:
        yield piece[: width // 2]
        piece = piece[width // 2 :]
    yield piece
