"""A new rule from templates: cases first, then a query that is silent until it is written."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from fundwatch.domain.errors import ConfigurationError
from rules.catalogue import NOT_FAMILIES, Catalogue

TEMPLATES = Path(__file__).parent / "templates"
_ID = re.compile(r"^[a-z][a-z0-9_]{2,60}$")
_CODE = re.compile(r"^[A-Z]\d{1,2}$")


def new(catalogue: Catalogue, id: str, code: str, family: str) -> tuple[Path, Path]:
    """Write ``<family>/<id>.test.yaml`` and ``<family>/<id>.sql`` and return both paths, cases first.

    Raises ConfigurationError on a malformed or used id, code or family; never overwrites a file.
    """
    if not _ID.match(id) or not _CODE.match(code) or not _ID.match(family) or family in NOT_FAMILIES:
        raise ConfigurationError(
            "规则名与族名用小写英文和下划线，代码形如 T25。",
            "id and family are snake_case, the code a letter and a number such as T25.",
            code="R060",
        )
    if any(id == entry.id or code == entry.code for entry in catalogue.entries):
        raise ConfigurationError(
            f"{id} 或 {code} 已被使用，请换一个。", f"{id} or {code} is already used; choose another.", code="R061"
        )
    folder = catalogue.folder / family
    folder.mkdir(exist_ok=True)
    written = []
    for ending in (".test.yaml", ".sql"):
        text = Template((TEMPLATES / f"rule{ending}").read_text(encoding="utf-8"))
        path = folder / f"{id}{ending}"
        with path.open("x", encoding="utf-8") as file:
            file.write(text.safe_substitute(id=id, code=code))
        written.append(path)
    return written[0], written[1]
