"""Passing rows become typed canonical rows: identity numbers to tokens, keys, duplicates, lineage."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from data_contracts.expressions import Expression, call, cast, column, created, named, number, sql, text, when
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


def throwaway_tokens() -> Tokenise:
    """Return a tokeniser with a random key that is forgotten: joins hold within one check and nowhere else."""
    key = secrets.token_bytes(32)

    def tokenise(texts: Sequence[str]) -> Mapping[str, str]:
        return {text: "T" + hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()[:32] for text in texts}

    return tokenise


def _identity_columns(checking: Checking) -> list[str]:
    table = checking.match.contract.table
    return [
        matched.column.key
        for matched in checking.match.read
        if any(table.column(name).kind is Kind.TOKEN for name in matched.column.targets)
    ]


def map_identities(checking: Checking, tokenise: Tokenise) -> None:
    """Create ``<prefix>_identities``: each distinct identity text with token, birth date and region."""
    checking.run("identity_tokens")
    keys = _identity_columns(checking)
    for key in keys:
        found = (
            exp.select(column(key))
            .distinct()
            .from_(checking.clean)
            .where(exp.not_(exp.Is(this=column(key), expression=exp.Null())))
        )
        texts = [row[0] for row in checking.connection.execute(sql(found)).fetchall()]
        normal = {text: normalise_identity(text) for text in texts}
        tokens = tokenise(sorted(set(normal.values())))
        for start in range(0, len(texts), _CHUNK):
            part = texts[start : start + _CHUNK]
            checking.run(
                "add_identities",
                {"texts": part, "tokens": [tokens[normal[text]] for text in part]},
            )
    checking.run("identities")


def _joined(parts: list[Expression]) -> Expression:
    """Return the parts joined by ``|`` with empty cells as empty text."""
    return call("concat_ws", text("|"), *(call("coalesce", cast(part, "VARCHAR"), text("")) for part in parts))


def _content(checking: Checking) -> Expression:
    """Return all that a row says as one text over ``<prefix>_typed``, lineage, order and tokens apart.

    Tokens are left out so that a change of their key does not change who a row is.
    """
    columns = checking.match.contract.table.columns
    said = [item for item in columns if item.name not in (*LINEAGE, "sequence") and item.kind is not Kind.TOKEN]
    return call("md5", _joined([column(item.name) for item in said]))


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
    selected = exp.select(
        column("_row"),
        named(when((filled, key), otherwise=_content(checking)), "_text"),
        named(filled.copy(), "_has_key"),
        named(exp.true() if contract.key_repeats == "counted" else exp.not_(filled.copy()), "_is_counted"),
    ).from_(f"{checking.prefix}_typed")
    checking.connection.execute(created(f"{checking.prefix}_key_texts", selected))
    checking.run("keyed", {"institution": lineage.institution})


def _doubled(checking: Checking) -> list[tuple[int, int, bool]]:
    """Return (row, other row, same content) of rows that share a key which only one may have."""
    checking.run("shared_keys")
    selected = exp.select(column("_row"), named(_content(checking), "_content")).from_(f"{checking.prefix}_typed")
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


def type_rows(checking: Checking, tokenise: Tokenise, lineage: Lineage) -> None:
    """Create ``<prefix>_typed`` and ``<prefix>_keys`` from rows without an error, less what keys rule out."""
    checking.run("bad_rows")
    map_identities(checking, tokenise)
    select = TypedSelect(checking.match, checking.compiled, checking.clean, f"{checking.prefix}_identities")
    checking.connection.execute(select.statement(f"{checking.prefix}_typed", f"{checking.prefix}_bad"))
    key_rows(checking, lineage)
    left_out = judge_keys(checking)
    if left_out:
        rows = {"rows": sorted(left_out)}
        for table in ("typed", "keys"):
            checking.run("drop_rows", rows, {"told_rows": f"{checking.prefix}_{table}"})


def finish_rows(checking: Checking, lineage: Lineage, has_order: bool) -> str:
    """Create ``<prefix>_rows`` with exactly the canonical columns and return its name."""
    table = checking.match.contract.table
    given: dict[str, Expression] = {
        "record_id": exp.column("record_id", table="keys", quoted=True),
        "batch": text(lineage.batch),
        "file": text(lineage.file),
        "sheet": text(checking.raw.sheet),
        "row": exp.column("_row", table="typed", quoted=True),
        "institution": text(lineage.institution),
    }
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
    ).from_(exp.alias_(exp.to_table(f"{checking.prefix}_typed"), "typed", table=True))
    joins = ["keys", *(["ordered"] if has_order else [])]
    for name in joins:
        same = exp.EQ(
            this=exp.column("_row", table=name, quoted=True), expression=exp.column("_row", table="typed", quoted=True)
        )
        query = query.join(exp.alias_(exp.to_table(f"{checking.prefix}_{name}"), name, table=True), on=same)
    target = f"{checking.prefix}_rows"
    checking.connection.execute(created(target, query))
    return target
