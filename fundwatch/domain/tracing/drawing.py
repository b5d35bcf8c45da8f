"""A laid-out trace as SVG: the same bytes for the same trace, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from fundwatch.domain.claims import format_yuan
from fundwatch.domain.tracing.layout import BAR, LINE, PITCH, Box, Layout, Ribbon
from fundwatch.domain.tracing.outcome import PARTY
from fundwatch.domain.visible import visible

_MARGIN = 24.0
_HEAD = 26.0
_FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif"
_WIDE = 12.0
_NARROW = 6.6
_STYLE = (
    f"text{{font-family:{_FONT};font-size:12px;fill:#1f2933;"
    "paint-order:stroke;stroke:#fff;stroke-opacity:.8;stroke-width:3px;stroke-linejoin:round}"
    ".h{font-size:18px;font-weight:600}.s{fill:#52606d}.n{font-weight:600}"
    ".start{fill:#102a43}.party{fill:#2f6f9f}.end{fill:#b08500}.fold{fill:#829ab1}"
    ".f{fill:#2f6f9f;fill-opacity:.28}.e{fill:#b08500;fill-opacity:.28}.o{fill:#829ab1;fill-opacity:.3}"
    ".r{fill:none;stroke:#b3261e;stroke-opacity:.7;stroke-dasharray:7 3}.a{fill:#b3261e}"
)
_FOLDS = ("small", "fan")


@dataclass(frozen=True, slots=True)
class Captions:
    """The words of a picture: title, lines beneath it, a description, and the lines beside a box or on a ribbon."""

    title: str
    lines: Sequence[str]
    description: str
    footnotes: Sequence[str]
    of_box: Callable[[Box], Sequence[str]]
    of_ribbon: Callable[[Ribbon], str]


def draw(layout: Layout, captions: Captions) -> str:
    """Return a whole SVG document."""
    head = _MARGIN + _HEAD + len(captions.lines) * (LINE + 3) + 14
    wordy = max(_width(line) + 2 * _MARGIN for line in (captions.title, *captions.lines, *captions.footnotes))
    width = max(layout.width + 2 * _MARGIN, wordy)
    height = head + layout.height + len(captions.footnotes) * (LINE + 3) + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" lang="zh-CN" aria-labelledby="trace-title trace-desc">',
        f'<title id="trace-title">{_safe(captions.title)}</title>',
        f'<desc id="trace-desc">{_safe(captions.description)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect width="{width:.1f}" height="{height:.1f}" fill="#fff"/>',
        f'<text class="h" x="{_MARGIN:.1f}" y="{_MARGIN + 14:.1f}">{_safe(captions.title)}</text>',
    ]
    for place, line in enumerate(captions.lines):
        y = _MARGIN + _HEAD + 12 + place * (LINE + 3)
        parts.append(f'<text class="s" x="{_MARGIN:.1f}" y="{y:.1f}">{_safe(line)}</text>')
    parts.append(f'<g transform="translate({_MARGIN:.1f} {head:.1f})">')
    parts.extend(_ribbon(ribbon, captions.of_ribbon(ribbon)) for ribbon in layout.ribbons)
    parts.extend(_box(box, captions.of_box(box)) for box in layout.boxes)
    parts.append("</g>")
    for place, line in enumerate(captions.footnotes):
        y = head + layout.height + _MARGIN + place * (LINE + 3)
        parts.append(f'<text class="s" x="{_MARGIN:.1f}" y="{y:.1f}">{_safe(line)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _ribbon(ribbon: Ribbon, caption: str) -> str:
    title = f"<title>{_safe(caption)}</title>"
    x1, y1, x2, y2, thick = ribbon.x1, ribbon.y1, ribbon.x2, ribbon.y2, ribbon.width
    if ribbon.lane is not None:
        y1, y2 = y1 + thick / 2, y2 - thick / 2
        # Out to the right, down to the lane, along it and up to the party it returns to.
        out, back = x1 + 26, x2 - 12
        path = (
            f"M{x1:.1f} {y1:.1f}C{out:.1f} {y1:.1f} {out:.1f} {ribbon.lane:.1f} {x1 - 8:.1f} {ribbon.lane:.1f}"
            f"L{x2 + 8:.1f} {ribbon.lane:.1f}C{back:.1f} {ribbon.lane:.1f} {back:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        )
        arrow = f"M{x2:.1f} {y2:.1f}l-8 -4.5v9z"
        words = f'<text x="{min(x1, x2) + 24:.1f}" y="{ribbon.lane - 4:.1f}">↩ {label_of(ribbon.edge.amount)}</text>'
        line = f'<path class="r" stroke-width="{thick:.1f}" d="{path}">{title}</path>'
        return f'{line}<path class="a" d="{arrow}"/>{words}'
    middle = (x1 + x2) / 2
    path = (
        f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}v{thick:.1f}"
        f"C{middle:.1f} {y2 + thick:.1f} {middle:.1f} {y1 + thick:.1f} {x1:.1f} {y1 + thick:.1f}z"
    )
    kind = ribbon.edge.target.kind
    look = "f" if kind == PARTY else "o" if kind in _FOLDS else "e"
    return f'<path class="{look}" d="{path}">{title}</path>'


def _box(box: Box, lines: Sequence[str]) -> str:
    key = box.node.key
    look = "start" if not key.hop else "party" if key.kind == PARTY else "fold" if key.kind in _FOLDS else "end"
    parts = [f'<rect class="{look}" x="{box.x:.1f}" y="{box.y:.1f}" width="{BAR:.1f}" height="{box.height:.1f}"/>']
    for place, line in enumerate(lines):
        weight = ' class="n"' if not place else ""
        x, y = box.x + BAR + 5, box.y + 11 + place * LINE
        parts.append(f'<text{weight} x="{x:.1f}" y="{y:.1f}">{_safe(_cut(line, PITCH - BAR - 30))}</text>')
    return "".join(parts)


def label_of(amount: int) -> str:
    """Return fen as a picture writes it: 元, in 万元 with two decimals from a million up."""
    if amount >= 100_000_000:
        return f"{amount / 1_000_000:,.2f} 万元"
    return f"{format_yuan(amount)} 元"


def _width(text: str) -> float:
    return sum(_NARROW if sign.isascii() else _WIDE for sign in text)


def _cut(text: str, room: float) -> str:
    if _width(text) <= room:
        return text
    while text and _width(text) > room - _WIDE:
        text = text[:-1]
    return f"{text}…"


def _safe(text: str) -> str:
    return escape(visible(text))
