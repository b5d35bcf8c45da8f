"""Every case of every family."""

from __future__ import annotations

from tests.hostile import archives, cells, gzips, injections, messages, parquets, sheets, spellings, texts
from tests.hostile.cases import Case

FAMILIES: dict[str, tuple[Case, ...]] = {
    "text": texts.CASES,
    "cell": cells.CASES,
    "gzip": gzips.CASES,
    "archive": archives.CASES,
    "sheet": (*sheets.CASES, *spellings.CASES),
    "parquet": parquets.CASES,
    "message": messages.CASES,
    "injection": injections.CASES,
}
