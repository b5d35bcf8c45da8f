"""The sentence of an alert, rendered from computed measures so that prose cannot drift from figures."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass

from fundwatch.domain.errors import ConfigurationError

_WHOLE_UNITS = frozenset({"persons", "count", "days", "hours", "legs", "ratio_count"})
_FEN_PER_YUAN = 100
_CLAUSES = ("；", "; ")
"""What parts the clauses of a claim, in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A value that a claim may name, with the unit that decides how it reads (CNY is in fen)."""

    value: int | float | str | bool | None
    unit: str


def format_figure(figure: Figure) -> str:
    """Return a figure as people read it: 元 with separators, shares in percent, ``--`` where it is missing."""
    value, unit = figure.value, figure.unit
    if value is None:
        return "--"
    if isinstance(value, str | bool):
        return str(value)
    if unit == "CNY":
        return format_yuan(round(value))
    if unit == "share":
        return f"{value * 100:.1f}%"
    if unit == "permille":
        return f"{value:.1f}‰"
    if unit in _WHOLE_UNITS or isinstance(value, int):
        return f"{round(value):,}"
    return f"{value:,.2f}"


def format_yuan(fen: int) -> str:
    """Return fen as 元 with thousands separators; decimals only where there are any."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), _FEN_PER_YUAN)
    return f"{sign}{yuan:,}" + (f".{rest:02d}" if rest else "")


def names_in(template: str) -> frozenset[str]:
    """Return the names that a template cites; raise ConfigurationError on anything but plain ``{name}``."""
    names = set()
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ConfigurationError(
                f"疑点陈述只能写 {{指标名}}：{template}", f"a claim cites plain {{names}} only: {template}", code="C001"
            )
        names.add(name)
    return frozenset(names)


def render(template: str, figures: Mapping[str, Figure]) -> str:
    """Return the template with each ``{name}`` replaced by its figure; a name without a figure is our error.

    A rule with several limbs says each in a clause of its own; a clause of which a figure is missing, because its limb
    did not speak, is left out, unless no clause would be left.
    """
    missing = sorted(names_in(template) - figures.keys())
    if missing:
        raise ConfigurationError(
            f"疑点陈述引用了未声明的指标 {', '.join(missing)}。",
            f"the claim cites {', '.join(missing)}, which are not declared.",
            code="C002",
        )
    mark = next((mark for mark in _CLAUSES if mark in template), "")
    clauses = template.split(mark) if mark else [template]
    whole = [clause for clause in clauses if all(figures[name].value is not None for name in names_in(clause))]
    shown = {name: format_figure(figure) for name, figure in figures.items()}
    return mark.join(whole or clauses).format(**shown)
