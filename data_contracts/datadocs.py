"""The static page of a batch: Great Expectations' rendering, made safe to open on a machine without a network.

The library's template loads styles, scripts and logos from content delivery networks. Nothing of that survives: only
plain structure and text pass, links stay inside the page, and the page forbids itself every request.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from pathlib import Path

_KEPT = frozenset(
    {"h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "table", "thead", "tbody", "tr", "th", "td"}
    | {"ul", "ol", "li", "strong", "b", "em", "code", "pre", "br", "hr", "a", "small"}
)
_VOID = frozenset({"br", "hr"})
_DROPPED = frozenset({"script", "style", "nav", "form", "button", "label", "title", "svg", "template", "footer"})
"""Elements that go with all they hold."""
_SIDEBAR = "col-lg-2"
"""Class of the column of buttons, which would not work without scripts."""
_ATTRIBUTES = frozenset({"id", "colspan", "rowspan"})
_MARKS = {"text-success": "✓", "text-warning": "!", "text-danger": "✗"}
"""Class of an icon → the sign that says the same without an icon font."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = (
    "body{font-family:'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:2rem;color:#222;max-width:70rem}"
    "table{border-collapse:collapse;margin:.5rem 0}td,th{border:1px solid #ccc;padding:.3rem .6rem;vertical-align:top}"
    "code{background:#f3f3f3;padding:0 .2rem}"
)


class _Plain(HTMLParser):
    """Copies structure and text, and leaves out whatever could load, run or lead elsewhere."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._inside_dropped: list[str] = []
        self._in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._in_body = True
        elif self._inside_dropped:
            if tag in _DROPPED or tag == self._inside_dropped[-1]:
                self._inside_dropped.append(tag)
        elif tag in _DROPPED or _SIDEBAR in _classes(attrs):
            self._inside_dropped.append(tag)
        elif self._in_body and tag == "i":
            classes = _classes(attrs)
            self.parts += [mark for name, mark in _MARKS.items() if name in classes]
        elif self._in_body and tag in _KEPT:
            self.parts.append(f"<{tag}{_attributes(attrs)}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._in_body and not self._inside_dropped and tag in _VOID:
            self.parts.append(f"<{tag}{_attributes(attrs)}>")

    def handle_endtag(self, tag: str) -> None:
        if self._inside_dropped:
            if tag == self._inside_dropped[-1]:
                self._inside_dropped.pop()
        elif self._in_body and tag in _KEPT - _VOID:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._in_body and not self._inside_dropped:
            text = " ".join(data.split())
            self.parts.append(escape(f" {text} " if text else "\n"))


def _classes(attrs: list[tuple[str, str | None]]) -> list[str]:
    return (dict(attrs).get("class") or "").split()


def _attributes(attrs: list[tuple[str, str | None]]) -> str:
    kept = [(name, value or "") for name, value in attrs if name in _ATTRIBUTES]
    kept += [("href", value) for name, value in attrs if name == "href" and value and value.startswith("#")]
    return "".join(f' {name}="{escape(value)}"' for name, value in kept)


def offline_page(html: str, title: str, notes: Sequence[str] = ()) -> str:
    """Return a rendered page as one that refers to nothing outside itself, headed by ``title`` and our own notes."""
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1><ul>{listed}</ul>{''.join(parser.parts)}</body></html>\n"
    )


def write_page(html: str, title: str, folder: Path, name: str, notes: Sequence[str] = ()) -> Path:
    """Write a rendered page as ``name``.html into a folder, which is made if need be, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.html"
    path.write_text(offline_page(html, title, notes), encoding="utf-8")
    return path
