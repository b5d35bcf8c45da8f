"""A large synthetic city for benchmarks: the canonical tables, made straight inside DuckDB.

Nobody in it is real. Everything follows from hashes of a row number and the seed, so that the same arguments give the
same rows on every machine. It is a load, not a truth: it plants no schemes, only volume, skew, gaps and duplicates.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

_SQL = Path(__file__).parent / "big_city_sql"
_STEPS = (
    "people", "institutions", "accounts", "parties", "relationships", "firm_snapshots", "loans", "loan_flows",
    "events", "transactions", "reference_fx", "reference_calendar", "reference_lexicon", "reference_glyphs",
    "received_days", "zero_reports",
)  # fmt: skip
_SCAFFOLDING = ("people", "events")
_NEW = "new_transactions"


@dataclass(frozen=True, slots=True)
class BigCity:
    """Size of the city: booked entries, reported accounts, days; ``first_day`` counts from 1970-01-01."""

    transactions: int = 10_000_000
    accounts: int = 200_000
    days: int = 90
    first_day: int = 20_089
    seed: int = 1

    @property
    def last_day(self) -> int:
        """Return the last day of the city."""
        return self.first_day + self.days - 1


def build_big_city(connection: duckdb.DuckDBPyConnection, city: BigCity) -> None:
    """Create the canonical and reference tables of the city in the connection's current schema.

    Of the entries some 8 % are cash, 2 % the bank's own, 5 % name a clearing house without an account number; of the
    rest about 70 % have a counterparty whose bank reports too, and appear twice, once from each side.
    """
    known = {
        "rows": city.transactions,
        "accounts": city.accounts,
        "days": city.days,
        "first_day": city.first_day,
        "last_day": city.last_day,
        "seed": city.seed,
    }
    for step in _STEPS:
        query = (_SQL / f"{step}.sql").read_text(encoding="utf-8")
        binds = {name: value for name, value in known.items() if f"${name}" in query}
        connection.execute(f"CREATE OR REPLACE TABLE {step} AS {query}", binds)
    for step in _SCAFFOLDING:
        connection.execute(f"DROP TABLE {step}")


def following_day(connection: duckdb.DuckDBPyConnection, city: BigCity, rows: int) -> str:
    """Create a table of about so many entries of the day after a city's last among its people; return its name."""
    day = city.last_day + 1
    known = {"accounts": city.accounts, "days": 1, "first_day": day, "last_day": day, "rows": rows}
    for step, seed in (("people", city.seed), ("events", city.seed + 1), ("transactions", city.seed + 1)):
        query = (_SQL / f"{step}.sql").read_text(encoding="utf-8")
        binds = {name: value for name, value in (known | {"seed": seed}).items() if f"${name}" in query}
        kept = _NEW if step == "transactions" else step
        connection.execute(f"CREATE OR REPLACE TABLE {kept} AS {query}", binds)
    # Entries are named by the number of their event, which begins at nought again.
    connection.execute(f"UPDATE {_NEW} SET record_id = record_id + 1, batch = 'night'")
    for step in _SCAFFOLDING:
        connection.execute(f"DROP TABLE {step}")
    return _NEW
