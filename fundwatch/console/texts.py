"""What the pages say, Chinese and English by the same keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

LANGUAGES = ("zh", "en")
Say = Callable[..., str]


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Return every text by key: ``{"nav.uploads": {"zh": ..., "en": ...}}``."""
    content = yaml.safe_load((files("fundwatch.console") / "texts.yaml").read_text(encoding="utf-8"))
    found: dict[str, Mapping[str, str]] = {}
    for group, entries in content.items():
        for name, words in entries.items():
            found[f"{group}.{name}"] = {"zh": words[0], "en": words[1]}
    return found


def saying(lang: str) -> Say:
    """Return how a page of a language says a key; a key that does not exist raises KeyError."""

    def say(key: str, **values: Any) -> str:
        return texts()[key][lang].format(**values)

    return say
