"""Passing rows become typed canonical rows: identity numbers to tokens, keys, duplicates, lineage."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from data_contracts.contract import Contract
from data_contracts.expressions import Expression, call, cast, column, created, named, number, sql, text, viewed
from data_contracts.faulting import Checking, add_hits
from data_contracts.typing_rows import TypedSelect
from data_contracts.vocabulary import LINEAGE, Kind
from fundwatch.domain.identifiers import normalise_identity
from fundwatch.domain.receipts import Level

Tokenise = Callable[[Sequence[str]], Mapping[str, str]]
"""Normalised identity texts → their tokens, all of them; the store's vault supplies it."""

_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where rows come from, written into each of them."""

    batch: str
    file: str
    institution: str


def _identity_columns(checking: Checking) -> list[str]:
    table = checking.match.contract.table
    return [
        matched.column.key
        for matched in checking.match.read
        if any(table.column(name).kind is Kind.TOKEN for name in matched.column.targets)
    ]


def _forget_identities(checking: Checking, keys: list[str]) -> None:
    """Show each distinct identity text with a token of a random key that is forgotten: joins hold within one check.

    A view: a check of which nothing is stored asks for no token.
    """
    texts = [sql(exp.select(named(column(key), "_text")).from_(checking.clean)) for key in keys]
    key = secrets.token_hex(32)
    checking.run("identities_forgotten", words={"all_texts": f"({' UNION ALL '.join(texts)})", "forgotten_key": key})


def map_identities(checking: Checking, tokenise: Tokenise | None) -> None:
    """Create ``<prefix>_identities``: each distinct identity text with token, birth date and region."""
    checking.run("identity_tokens")
    keys = _identity_columns(checking)
    if tokenise is None and keys:
        _forget_identities(checking, keys)
        return
    for key in keys:
        found = (
            exp.select(column(key))
            .distinct()
            .from_(checking.clean)
            .where(exp.not_(exp.Is(this=column(key), expression=exp.Null())))
        )
        texts = [row[0] for row in checking.connection.execute(sql(found)).fetchall()]
        _enter_tokens(checking, texts, tokenise)
    checking.run("identities")


def _enter_tokens(checking: Checking, texts: list[str], tokenise: Tokenise | None) -> None:
    normal = {text: normalise_identity(text) for text in texts}
    tokens = tokenise(sorted(set(normal.values()))) if tokenise else {}
    for start in range(0, len(texts), _CHUNK):
        part = texts[start : start + _CHUNK]
        checking.run("add_identities", {"texts": part, "tokens": [tokens[normal[text]] for text in part]})


def _joined(parts: list[Expression]) -> Expression:
    """Return the parts joined by ``|`` with empty cells as empty text."""
    return call("concat_ws", text("|"), *(call("coalesce", cast(part, "VARCHAR"), text("")) for part in parts))


def _content(checking: Checking) -> Expression:
    """Return all that a row says as one text over all typed columns, lineage, order and tokens apart.

    Tokens are left out so that a change of their key does not change who a row is.
    """
    columns = checking.match.contract.table.columns
    said = [item for item in columns if item.name not in (*LINEAGE, "sequence") and item.kind is not Kind.TOKEN]
    return call("md5", _joined([column(item.name) for item in said]))


def _any(checking: Checking, condition: Expression) -> bool:
    found = exp.select("1").from_(f"{checking.prefix}_typed").where(condition).limit(1)
    return checking.connection.execute(sql(found)).fetchone() is not None


def _whole(checking: Checking) -> exp.Select:
    """Return the select of all typed columns of the rows without an error."""
    select = TypedSelect(checking.match, checking.compiled, checking.clean, f"{checking.prefix}_identities")
    return select.query(f"{checking.prefix}_bad")


def key_rows(checking: Checking, lineage: Lineage) -> None:
    """Create ``<prefix>_keys`` (row, record_id, has_key, is_counted) for every typed row.

    With its key: md5 of institution and row key. Counted, because the ledger has no serial numbers or the row lacks its
    own: md5 of institution, row key or content, and the ordinal among equals, so that two genuine identical rows stay
    two and overlapping extracts merge by the larger count.
    """
    contract = checking.match.contract
    missing = [exp.Is(this=column(name), expression=exp.Null()) for name in contract.key_needs]
    filled = exp.not_(exp.or_(*missing)) if missing else exp.true()
    key = _joined([column(name) for name in contract.row_key])
    counted = exp.true() if contract.key_repeats == "counted" else exp.false()

    def texts(value: Expression, has_key: Expression, is_counted: Expression, rows: Expression) -> exp.Select:
        said = [named(value, "_text"), named(has_key, "_has_key"), named(is_counted, "_is_counted")]
        return exp.select(column("_row"), *said).from_(rows)

    selected: exp.Query = texts(key, exp.true(), counted, exp.to_table(f"{checking.prefix}_typed")).where(filled)
    if missing and _any(checking, exp.or_(*missing)):
        # Content is all that a row says: it is put together for those rows alone that lack their own key.
        without = texts(_content(checking), exp.false(), exp.true(), _whole(checking).subquery("whole"))
        # The typed table tells which: a condition on cells would be asked of faulty ones too, which no cast can read.
        lacking = exp.select("_row").from_(f"{checking.prefix}_typed").where(exp.or_(*missing)).subquery()
        without = without.where(exp.In(this=column("_row"), query=lacking))
        selected = exp.union(selected, without, distinct=False)
    checking.connection.execute(viewed(f"{checking.prefix}_key_texts", selected))
    checking.run("keyed", {"institution": lineage.institution})


def _doubled(checking: Checking) -> list[tuple[int, int, bool]]:
    """Return (row, other row, same content) of rows that share a key which only one may have."""
    checking.run("shared_keys")
    if checking.count("count_shared") == 0:
        return []
    selected = exp.select(column("_row"), named(_content(checking), "_content")).from_(
        _whole(checking).subquery("whole")
    )
    shared = exp.select("_row").from_(f"{checking.prefix}_shared").subquery()
    selected = selected.where(exp.In(this=column("_row"), query=shared))
    checking.connection.execute(created(f"{checking.prefix}_contents", selected))
    return checking.run("doubled").fetchall()


def judge_keys(checking: Checking) -> set[int]:
    """Record rows without a key and rows that share one; return the rows to leave out (repeats as well)."""
    contract = checking.match.contract
    left_out: set[int] = set()
    hits: list[tuple[int, int, str, Level, str]] = []
    if contract.key_fallback == "none":
        headers = "、".join(contract.table.column(name).label for name in contract.key_needs)
        for (row,) in checking.run("unkeyed").fetchall():
            left_out.add(row)
            hits.append((row, 0, "F031", Level.ERROR, headers))
    for row, first, same in _doubled(checking):
        if same and row == first:
            continue
        left_out.add(row)
        hits.append((row, 0, "N002" if same else "F022", Level.NORMALISED if same else Level.ERROR, str(first)))
    add_hits(checking, hits)
    return left_out


_BALANCED = (
    "account", "booked_day", "booked_at", "time_precision", "currency", "direction", "amount", "balance",
)  # fmt: skip
"""Typed columns that the proof by balances reads, beside whether the entry succeeded."""


def _narrow(contract: Contract) -> set[str]:
    """Return the typed columns that keys, days and balances need."""
    names = {*contract.row_key, *contract.key_needs}
    names |= {item.name for item in contract.table.columns if item.kind is Kind.DAY_NUMBER}
    return names | {*_BALANCED, "succeeded"} if "sequence" in contract.table.names else names


def type_rows(checking: Checking, tokenise: Tokenise | None, lineage: Lineage) -> None:
    """Create ``<prefix>_typed`` and ``<prefix>_keys`` from rows without an error, less what keys rule out.

    The table holds only what keys, days and balances need.
    """
    checking.run("bad_rows")
    map_identities(checking, tokenise)
    select = TypedSelect(checking.match, checking.compiled, checking.clean, f"{checking.prefix}_identities")
    narrow = select.query(f"{checking.prefix}_bad", _narrow(checking.match.contract))
    checking.connection.execute(created(f"{checking.prefix}_typed", narrow))
    key_rows(checking, lineage)
    left_out = judge_keys(checking)
    if left_out:
        rows = {"rows": sorted(left_out)}
        for table in ("typed", "keys"):
            checking.run("drop_rows", rows, {"told_rows": f"{checking.prefix}_{table}"})


def finish_rows(checking: Checking, lineage: Lineage, has_order: bool, *, lasting: bool) -> str:
    """Create ``<prefix>_rows`` with exactly the canonical columns and return its name.

    A table where they are ``lasting``, a view otherwise, since a check of which nothing is stored reads no row.
    """
    table = checking.match.contract.table
    given: dict[str, Expression] = {
        "record_id": exp.column("record_id", table="keys", quoted=True),
        "batch": text(lineage.batch),
        "file": text(lineage.file),
        "sheet": text(checking.raw.sheet),
        "row": exp.column("_row", table="typed", quoted=True),
        "institution": text(lineage.institution),
    }
    if checking.raw.origins:
        for name in ("file", "sheet", "row"):
            given[name] = call("coalesce", exp.column(name, table="origins", quoted=True), given[name])
    if has_order:
        given["sequence"] = exp.column("sequence", table="ordered", quoted=True)
    elif "sequence" in table.names:
        given["sequence"] = number(1)
    query = exp.select(
        *(
            named(
                cast(given.get(item.name, exp.column(item.name, table="typed", quoted=True)), item.physical), item.name
            )
            for item in table.columns
        )
    ).from_(_whole(checking).subquery("typed"))
    joins = ["keys", *(["ordered"] if has_order else [])]
    for name in joins:
        same = exp.EQ(
            this=exp.column("_row", table=name, quoted=True), expression=exp.column("_row", table="typed", quoted=True)
        )
        query = query.join(exp.alias_(exp.to_table(f"{checking.prefix}_{name}"), name, table=True), on=same)
    if checking.raw.origins:
        same = exp.EQ(
            this=exp.column("_row", table="origins", quoted=True),
            expression=exp.column("_row", table="typed", quoted=True),
        )
        origins = exp.alias_(exp.to_table(checking.raw.origins), "origins", table=True)
        query = query.join(origins, on=same, join_type="left")
    target = f"{checking.prefix}_rows"
    checking.connection.execute(created(target, query) if lasting else viewed(target, query))
    return target
