"""From ODCS files to contracts: every word is checked, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject, SchemaProperty

from data_contracts import vocabulary as words
from data_contracts.contract import (
    NO_TABLE,
    Column,
    Contract,
    FillBound,
    Limits,
    NotTaken,
    ReferenceRate,
    Table,
    TableColumn,
)
from data_contracts.custom_keys import Keys, limits_of, schema_of, values_of
from data_contracts.odcs import contract_error, read_odcs
from data_contracts.vocabulary import Kind

_DERIVATION = re.compile(r"(\w+)(?:\((\w+)\))?")


def _derivation(text: str | None, place: str) -> tuple[str, str] | None:
    if text is None:
        return None
    match = _DERIVATION.fullmatch(text)
    if match is None or match[1] not in words.DERIVATIONS:
        raise contract_error(place, f"derived = {text} 未知", f"derived = {text} is unknown")
    return match[1], match[2] or ""


def _table_column(item: SchemaProperty, file: str) -> TableColumn:
    place = f"{file} {item.name}"
    keys = Keys(item.customProperties, words.COLUMN_KEYS_TABLE, place)
    kind = Kind(keys.choice("kind", frozenset(Kind)))
    if item.physicalType not in words.PHYSICAL[kind]:
        raise contract_error(
            place, f"physicalType 应为 {words.PHYSICAL[kind]}", f"physicalType must be one of {words.PHYSICAL[kind]}"
        )
    return TableColumn(
        name=str(item.name),
        label=item.businessName or str(item.name),
        kind=kind,
        physical=item.physicalType,
        required=bool(item.required),
        derivation=_derivation(keys.get("derived"), place),
        default=keys.get("default"),
        allowed=tuple(str(entry.value) for entry in item.enum or []),
        values=values_of(keys.get("values", {}), place),
        limits=limits_of(item, place),
        personal=item.classification == "personal",
        references=_references(item, place),
    )


def _references(item: SchemaProperty, place: str) -> tuple[tuple[str, str], ...]:
    found = []
    for link in item.relationships or []:
        table, _, name = str(link.to or "").partition(".")
        if link.type != "foreignKey" or link.from_ or not name or "." in name:
            raise contract_error(
                place, "relationships 只认 foreignKey 与 表.列", "relationships know only foreignKey and table.column"
            )
        found.append((table, name))
    return tuple(found)


def parse_table(path: Path) -> Table:
    """Return the canonical table of a file; raises ConfigurationError."""
    contract = read_odcs(path)
    schema = schema_of(contract, path)
    keys = Keys(contract.customProperties, words.CONTRACT_KEYS_TABLE, path.name)
    keys.choice("role", frozenset({"table"}))
    columns = tuple(_table_column(item, path.name) for item in schema.properties or [])
    names = frozenset(column.name for column in columns)
    if len(names) != len(columns):
        raise contract_error(path.name, "有重名的列", "a column name occurs twice")
    for column in columns:
        if column.derivation and column.derivation[1] and column.derivation[1] not in names:
            raise contract_error(f"{path.name} {column.name}", "derived 指向未知列", "derived names an unknown column")
    return Table(
        id=str(contract.id),
        version=str(contract.version),
        name=str(contract.name),
        nature=keys.choice("nature", words.NATURES),
        row_key=keys.names("row_key", names),
        columns=columns,
        key_repeats=keys.choice("key_repeats", words.KEY_REPEATS, "one"),
    )


def _fill(item: SchemaProperty, place: str) -> FillBound | None:
    bounds = item.quality or []
    if not bounds:
        return None
    rule = bounds[0]
    if len(bounds) > 1 or rule.metric != "nullValues" or rule.unit != "percent" or rule.mustBeLessOrEqualTo is None:
        raise contract_error(
            place,
            "quality 只认 nullValues 百分比",
            "quality of a column knows only nullValues, percent, mustBeLessOrEqualTo",
        )
    if rule.severity not in ("warning", "error"):
        raise contract_error(place, "quality 须有 severity", "quality needs severity warning or error")
    return FillBound(float(rule.mustBeLessOrEqualTo), rule.severity)


def _unit(keys: Keys, kind: Kind) -> str | None:
    if kind is Kind.MONEY:
        return keys.choice("unit", frozenset(words.MONEY_SHIFT)) if keys.get("unit") else None
    if kind is Kind.SCALED:
        return keys.choice("unit", frozenset(words.SCALES))
    if keys.get("unit"):
        raise contract_error(keys.place, "此列不能有 unit", "this column cannot have a unit")
    return None


def _targets(keys: Keys, table: Table) -> tuple[tuple[str, ...], Kind]:
    targets = keys.names("maps_to", frozenset(table.names))
    if not targets or any(target in words.LINEAGE for target in targets):
        raise contract_error(keys.place, "maps_to 缺失或指向来源列", "maps_to is missing or names a lineage column")
    kind = table.column(targets[0]).kind
    if kind in words.DERIVED_ONLY:
        raise contract_error(keys.place, "maps_to 指向派生列", "maps_to names a column that is only derived")
    return targets, kind


def _verbatim(targets: tuple[str, ...], table: Table) -> tuple[str, ...]:
    """Return the text targets beside an enumeration or boolean: they take what was sent, not what was read from it."""
    if table.column(targets[0]).kind not in (Kind.ENUM, Kind.BOOLEAN):
        return ()
    return tuple(name for name in targets[1:] if table.column(name).kind is Kind.TEXT)


def _column(item: SchemaProperty, table: Table, file: str) -> Column:
    place = f"{file} {item.name}"
    keys = Keys(item.customProperties, words.COLUMN_KEYS_FEED, place)
    aliases = tuple(str(entry.synonym) for entry in item.synonyms or [])
    if keys.get("ignored") or keys.get("failure_text"):
        failure = bool(keys.get("failure_text"))
        return Column(
            str(item.name), aliases, (), Kind.TEXT, ignored=keys.get("ignored") or "failure text", failure_text=failure
        )
    targets, kind = _targets(keys, table)
    canonical = table.column(targets[0])
    own = limits_of(item, place)
    limits = own if own != Limits() else canonical.limits
    return Column(
        header=str(item.name),
        aliases=aliases,
        targets=targets,
        kind=kind,
        part=keys.choice("part", words.PARTS) if keys.get("part") else None,
        required=bool(item.required),
        header_required=bool(item.required or keys.get("header_required")),
        unique=bool(item.unique),
        values=values_of(keys.get("values"), place) if keys.get("values") is not None else canonical.values,
        unknown_value=keys.choice("unknown_value", words.UNKNOWN_VALUES, "fault"),
        formats=keys.names("formats", frozenset(words.DATE_FORMATS)) or ("iso",),
        unit=_unit(keys, kind),
        identity=keys.choice("identity", words.IDENTITIES, "any"),
        bad_value=keys.choice("bad_value", words.BAD_VALUES, "quarantine"),
        limits=limits,
        fill=_fill(item, place),
        verbatim=_verbatim(targets, table),
    )


def _rates(raw: list[Mapping[str, Any]], place: str) -> tuple[ReferenceRate, ...]:
    needed = {"currency", "valid_from", "valid_to", "cny", "source"}
    rates = []
    for entry in raw:
        try:
            if set(entry) - needed:
                raise KeyError(str(set(entry) - needed))
            rates.append(
                ReferenceRate(
                    currency=str(entry["currency"]),
                    valid_from=date.fromisoformat(str(entry["valid_from"])),
                    valid_to=date.fromisoformat(str(entry["valid_to"])) if entry.get("valid_to") else None,
                    cny=Decimal(str(entry["cny"])),
                    source=str(entry["source"]),
                )
            )
        except (KeyError, ValueError, InvalidOperation) as error:
            raise contract_error(place, "reference_rates 不完整", f"reference_rates is incomplete ({error})") from error
    return tuple(rates)


def _row_count(schema: SchemaObject, place: str) -> tuple[int, int] | None:
    for rule in schema.quality or []:
        if rule.metric != "rowCount" or not rule.mustBeBetween:
            raise contract_error(
                place, "schema 的 quality 只认 rowCount", "quality of the schema knows only rowCount, mustBeBetween"
            )
        return int(rule.mustBeBetween[0]), int(rule.mustBeBetween[1])
    return None


def _not_taken(odcs: OpenDataContractStandard, schema: SchemaObject, path: Path) -> Contract:
    """Return the feed of a kind of file that is known by all its headers and of which nothing is read."""
    keys = Keys(odcs.customProperties, words.CONTRACT_KEYS_NOT_TAKEN, path.name)
    keys.choice("role", frozenset({"feed"}))
    reason = keys.get("not_taken")
    if not isinstance(reason, dict) or set(reason) != {"zh", "en"}:
        raise contract_error(path.name, "not_taken 须有 zh 和 en", "not_taken needs zh and en")
    columns = []
    for item in schema.properties or []:
        Keys(item.customProperties, frozenset(), f"{path.name} {item.name}")
        aliases = tuple(str(entry.synonym) for entry in item.synonyms or [])
        columns.append(Column(str(item.name), aliases, (), Kind.TEXT, header_required=True, ignored=str(reason["zh"])))
    return Contract(
        id=str(odcs.id),
        version=str(odcs.version),
        name=str(odcs.name),
        table=NO_TABLE,
        sectors=keys.names("sectors", words.SECTORS),
        columns=tuple(columns),
        sheets=keys.names("sheets"),
        not_taken=NotTaken(str(reason["zh"]), str(reason["en"])),
    )


def parse_feed(path: Path, tables: Mapping[str, Table]) -> Contract:
    """Return the feed of a file over known tables; raises ConfigurationError."""
    odcs = read_odcs(path)
    schema = schema_of(odcs, path)
    if any(item.property == "not_taken" for item in odcs.customProperties or []):
        return _not_taken(odcs, schema, path)
    keys = Keys(odcs.customProperties, words.CONTRACT_KEYS_FEED, path.name)
    keys.choice("role", frozenset({"feed"}))
    table = tables[keys.choice("table", frozenset(tables))]
    names = frozenset(table.names)
    constants = dict(keys.get("constants", {}))
    one_of = tuple(tuple(group) for group in keys.get("one_of", []))
    unknown = [name for name in (*constants, *(name for group in one_of for name in group)) if name not in names]
    if unknown:
        raise contract_error(path.name, f"未知的列 {unknown}", f"unknown columns {unknown}")
    per_day = keys.get("rows_per_day")
    row_key = keys.names("row_key", names) or table.row_key
    return Contract(
        id=str(odcs.id),
        version=str(odcs.version),
        name=str(odcs.name),
        table=table,
        sectors=keys.names("sectors", words.SECTORS),
        columns=tuple(_column(item, table, path.name) for item in schema.properties or []),
        sheets=keys.names("sheets"),
        files=keys.names("files"),
        forms=keys.names("forms", words.FORMS),
        row_key=row_key,
        key_repeats=keys.choice("key_repeats", words.KEY_REPEATS, table.key_repeats),
        key_needs=keys.names("key_needs", names) or row_key,
        key_fallback=keys.choice("key_fallback", words.KEY_FALLBACKS, "none"),
        one_of=one_of,
        direction=keys.choice("direction", words.DIRECTIONS, "statement"),
        amount_unit=keys.choice("amount_unit", frozenset(words.MONEY_SHIFT), "yuan"),
        negative_amount=keys.choice("negative_amount", words.NEGATIVE_AMOUNTS, "refuse"),
        currency=keys.get("currency"),
        decimal_separator=keys.choice("decimal_separator", words.SEPARATORS, "."),
        order_within_day=keys.choice("order_within_day", words.ORDERS, "as_given"),
        balance_tolerance=int(keys.get("balance_tolerance", 0)),
        balance_agreement=float(keys.get("balance_agreement", 0.98)),
        constants=constants,
        skip_rows=keys.names("skip_rows"),
        ignored_columns={str(header): str(reason) for header, reason in dict(keys.get("ignored_columns", {})).items()},
        rows_per_day=(float(per_day[0]), float(per_day[1])) if per_day else None,
        row_count=_row_count(schema, path.name),
        also=keys.names("also"),
        reference_rates=_rates(keys.get("reference_rates", []), path.name),
    )
