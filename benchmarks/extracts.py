"""Extracts of any size for benchmarks, made by DuckDB and transcoded: invented people with valid check digits."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import duckdb

_SQL = Path(__file__).parent / "extract_sql"
_BLOCK = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Extract:
    """Rows, days and seed of an extract; one account for fifty rows and ten people for an account."""

    rows: int
    seed: int = 1
    days: int = 30

    @property
    def accounts(self) -> int:
        """Return how many accounts the extract speaks of."""
        return max(self.rows // 50, 10)


def write_extract(path: Path, extract: Extract, layout: str = "statement34", *, quoted: bool = False) -> Path:
    """Write a UTF-8 CSV of the layout (``statement34`` or ``canonical``), every cell ``quoted`` or none but amounts."""
    known = {
        "rows": extract.rows,
        "accounts": extract.accounts,
        "people": extract.accounts * 10,
        "seed": extract.seed,
        "seconds": extract.days * 86_400,
    }
    with duckdb.connect(config={"threads": 2, "memory_limit": "6GB"}) as connection:
        for step in ("people", "entries"):
            query = (_SQL / f"{step}.sql").read_text(encoding="utf-8")
            binds = {name: value for name, value in known.items() if f"${name}" in query}
            connection.execute(f"CREATE TABLE {step} AS {query}", binds)
        query = (_SQL / f"{layout}.sql").read_text(encoding="utf-8")
        quoting = ", FORCE_QUOTE *" if quoted else ""
        connection.execute(f"COPY ({query}) TO '{path}' (HEADER{quoting})")
    return path


def transcode(source: Path, target: Path, encoding: str = "gb18030") -> Path:
    """Write a UTF-8 file in another encoding and return its path."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with source.open("rb") as clear, target.open("wb") as out:
        while block := clear.read(_BLOCK):
            out.write(decoder.decode(block).encode(encoding))
    return target
