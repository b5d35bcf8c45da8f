"""From cleaned text to typed canonical columns: two nested selects, the second derives from the first."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from data_contracts.compiling import Compiled
from data_contracts.contract import Contract, TableColumn
from data_contracts.expectations import shift_of
from data_contracts.expressions import (
    Expression,
    call,
    cast,
    coalesce,
    column,
    has_bits,
    is_null,
    lookup,
    named,
    null,
    number,
    text,
    try_cast,
    when,
)
from data_contracts.recognition import Match, Matched
from data_contracts.vocabulary import LINEAGE, MONEY_SHIFT, SCALES, Kind

_LATE = frozenset({"key_of", "day_of", "date_of", "month_of"})
_FLIPPED = (("in", "out"), ("out", "in"))
_SIDES = {"statement": (("credit", "in"), ("debit", "out")), "ledger": (("debit", "in"), ("credit", "out"))}
_SECOND, _MINUTE = 19, 16
_CENTS, _NARROW = 2, 17
"""Decimals of hundredths; digits that with a factor of ten to their power less stay within 64 bits."""


def _hundredths(value: Expression, shift: int) -> Expression:
    """An amount as a whole number: in 64 bits where they hold it, which costs a fifth of the exact way for all."""
    wide = cast(exp.Mul(this=cast(value, "DECIMAL(30, 6)"), expression=number(10**shift)), "BIGINT")
    if shift > _CENTS:
        return wide
    narrow = try_cast(value.copy(), f"DECIMAL({_NARROW - shift}, {shift})")
    factor = cast(number(10**shift), f"DECIMAL({shift + 1}, 0)")
    return call("coalesce", cast(exp.Mul(this=narrow, expression=factor), "BIGINT"), wide)


class TypedSelect:
    """Builds the select for one matched table; ``clean`` and ``identities`` are table names in the connection."""

    def __init__(self, match: Match, compiled: Compiled, clean: str, identities: str) -> None:
        self.match = match
        self.contract: Contract = match.contract
        self.compiled = compiled
        self.clean = clean
        self.identities = identities
        self._joined: set[str] = set()

    def _kept(self, matched: Matched) -> Expression:
        """The cleaned cell, empty where a failed check empties it."""
        value = column(matched.column.key)
        bits = self.compiled.emptied_bits(matched.column.key)
        bad = [has_bits(column(f"_faults{word}"), mask) for word, mask in enumerate(bits) if mask]
        return when((exp.or_(*bad), null()), otherwise=value) if bad else value

    def _identity(self, target: str, field: str) -> Expression | None:
        matched = self.match.source_of(target)
        if matched is None:
            return None
        self._joined.add(matched.column.key)
        return exp.column(f"_{field}", table=f"id_{matched.column.key}", quoted=True)

    def _typed(self, matched: Matched, target: TableColumn) -> Expression:
        if target.name in matched.column.verbatim:
            return column(matched.column.verbatim_key)
        value = self._kept(matched)
        match target.kind:
            case Kind.MONEY:
                shift = shift_of(matched.column, self.contract)
                return _hundredths(value, shift)
            case Kind.SCALED:
                multiplier, divisor = SCALES[matched.column.unit or "milligram"]
                scaled = exp.Mul(this=cast(value, "DECIMAL(24, 8)"), expression=number(multiplier))
                return cast(
                    call("round", exp.Div(this=scaled, expression=number(divisor)) if divisor != 1 else scaled),
                    target.physical,
                )
            case Kind.DAY | Kind.TIMESTAMP | Kind.INTEGER:
                return cast(value, target.physical)
            case Kind.BOOLEAN:
                return exp.EQ(this=value, expression=text("true"))
            case Kind.TOKEN:
                return self._identity(target.name, "token") or null()
            case _:
                return value

    def _moment_text(self, target: str) -> Expression:
        whole = self.match.source_of(target)
        if whole is not None:
            return self._kept(whole)
        parts = [self.match.source_of(target, part) for part in ("date", "time")]
        return call("concat_ws", text(" "), *(self._kept(part) for part in parts if part is not None))

    def _precision(self, target: str) -> Expression:
        length = call("length", self._moment_text(target))
        cases = ((_SECOND, "second"), (_MINUTE, "minute"))
        branches = [(exp.EQ(this=length.copy(), expression=number(size)), text(word)) for size, word in cases]
        return when(*branches, otherwise=text("day"))

    def _signed_amount(self) -> Expression:
        """The amount as sent, in hundredths, with its sign."""
        target = self.contract.table.column("amount")
        debit, credit = self.match.source_of("amount", "debit"), self.match.source_of("amount", "credit")
        if debit and credit:
            return call("coalesce", call("nullif", self._typed(debit, target), number(0)), self._typed(credit, target))
        whole = self.match.source_of("amount")
        return self._typed(whole, target) if whole else null()

    def _side(self) -> Expression:
        debit = self.match.source_of("amount", "debit")
        if debit:
            given = call("coalesce", self._typed(debit, self.contract.table.column("amount")), number(0))
            said: Expression = when(
                (exp.NEQ(this=given, expression=number(0)), text("debit")), otherwise=text("credit")
            )
        else:
            matched = self.match.source_of("direction")
            said = self._kept(matched) if matched else text(str(self.contract.constants.get("direction", "")))
        pairs = (*_SIDES[self.contract.direction], ("in", "in"), ("out", "out"))
        return lookup(said, pairs, None)

    def _entry(self, name: str) -> Expression | None:
        """Amount, direction and reversal of an entry under the feed's conventions; None for other columns."""
        if self.contract.table.id != "transactions" or name not in ("amount", "direction", "is_reversal"):
            return None
        negative = exp.LT(this=self._signed_amount(), expression=number(0))
        if name == "amount":
            return exp.Abs(this=self._signed_amount())
        if name == "direction":
            return when((negative, lookup(self._side(), _FLIPPED, None)), otherwise=self._side())
        matched = self.match.source_of("is_reversal")
        told = self._typed(matched, self.contract.table.column(name)) if matched else exp.false()
        if self.contract.negative_amount != "reversal":
            return call("coalesce", told, exp.false())
        return exp.or_(call("coalesce", told, exp.false()), call("coalesce", negative, exp.false()))

    def _fixed(self, target: TableColumn) -> Expression | None:
        """What the contract says where the cell is empty: a constant, the currency, a default."""
        value = self.contract.constants.get(target.name, target.default)
        if value is None and target.kind is Kind.CURRENCY:
            value = self.contract.currency
        if value is None:
            return None
        if target.kind is Kind.MONEY:
            return number(int(str(value)) * 10 ** MONEY_SHIFT[self.contract.amount_unit])
        return cast(text(str(value).lower() if isinstance(value, bool) else str(value)), target.physical)

    def _first(self, target: TableColumn) -> Expression | None:
        """A column from cells, constants and derivations that need the cleaned text; None if it is derived later."""
        entry = self._entry(target.name)
        if entry is not None:
            return entry
        parts: list[Expression] = []
        matched = self.match.source_of(target.name)
        if matched is not None:
            parts.append(self._typed(matched, target))
        elif self.match.source_of(target.name, "date"):
            parts.append(cast(self._moment_text(target.name), target.physical))
        function, source = target.derivation or ("", "")
        if function == "first_of":
            other = self._first(self.contract.table.column(source))
            parts += [other] if other is not None else []
        if function in ("birth_of", "region_of"):
            found = self._identity(source, "birth" if function == "birth_of" else "region")
            parts += [found] if found is not None else []
        if function == "precision_of":
            parts.append(self._precision(source))
        fixed = self._fixed(target)
        parts += [fixed] if fixed is not None else []
        return coalesce(*parts) if parts else None

    def _late(self, target: TableColumn, known: Collection[str]) -> Expression:
        function, source = target.derivation or ("", "")
        value = column(source) if source in known else null()
        match function:
            case "key_of":
                return call("fw_key", value)
            case "day_of":
                return cast(exp.Sub(this=cast(value, "DATE"), expression=cast(text("1970-01-01"), "DATE")), "INTEGER")
            case "date_of":
                return cast(value, "DATE")
            case "month_of":
                return call("strftime", value, text("%Y-%m"))
            case _:
                return cast(null(), target.physical)

    def query(self, bad_rows: str, names: Collection[str] | None = None) -> exp.Select:
        """Return the select of ``_row`` and all but the lineage columns, or of those named alone, of the good rows."""
        own = [item for item in self.contract.table.columns if item.name not in LINEAGE]
        columns = [item for item in own if names is None or item.name in names]
        needed = {item.name for item in columns} | {item.derivation[1] for item in columns if item.derivation}
        self._joined = set()
        first = {item.name: value for item in own if item.name in needed and (value := self._first(item)) is not None}
        inner = exp.select(
            exp.column("_row", table="clean", quoted=True),
            *(named(cast(first[item.name], item.physical), item.name) for item in own if item.name in first),
        ).from_(exp.alias_(exp.to_table(self.clean), "clean", table=True))
        for matched in self.match.read:
            if matched.column.key in self._joined:
                alias = f"id_{matched.column.key}"
                same = exp.EQ(this=exp.column("_text", table=alias, quoted=True), expression=self._kept(matched))
                inner = inner.join(
                    exp.alias_(exp.to_table(self.identities), alias, table=True), on=same, join_type="left"
                )
        kept = exp.In(
            this=exp.column("_row", table="clean", quoted=True), query=exp.select("_row").from_(bad_rows).subquery()
        )
        inner = inner.where(exp.and_(is_null(column("_skip")), exp.not_(kept)))
        return exp.select(
            column("_row"),
            *(
                column(item.name) if item.name in first else named(self._late(item, first), item.name)
                for item in columns
            ),
        ).from_(inner.subquery("typed"))
