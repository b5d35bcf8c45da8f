"""What every contract file has: its custom properties, its only schema, bounds and spellings, each checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from open_data_contract_standard.model import CustomProperty, OpenDataContractStandard, SchemaObject, SchemaProperty

from data_contracts import vocabulary as words
from data_contracts.contract import Limits
from data_contracts.odcs import contract_error


class Keys:
    """The custom properties of one object, each asked for by name and checked against its allowed values.

    Every method raises ConfigurationError for a value that is not allowed.
    """

    def __init__(self, properties: list[CustomProperty] | None, allowed: frozenset[str], place: str) -> None:
        self.place = place
        self.values: dict[str, Any] = {}
        for item in properties or []:
            if item.property not in allowed or item.property in self.values:
                raise contract_error(
                    place, f"键 {item.property} 未知或重复", f"key {item.property} is unknown or doubled"
                )
            self.values[item.property] = item.value

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value as it is."""
        return self.values.get(key, default)

    def choice(self, key: str, allowed: frozenset[str], default: str | None = None) -> str:
        """Return a value that must be one of those allowed."""
        value = self.values.get(key, default)
        if value not in allowed:
            raise contract_error(
                self.place, f"{key} = {value} 无效", f"{key} = {value} is not one of {sorted(allowed)}"
            )
        return str(value)

    def names(self, key: str, known: frozenset[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts (a single text is a list of one), each among the known ones."""
        value = self.values.get(key, [])
        items = tuple(value) if isinstance(value, list) else (value,)
        wrong = [item for item in items if not isinstance(item, str) or (known is not None and item not in known)]
        if wrong:
            raise contract_error(self.place, f"{key} 中的 {wrong} 未知", f"{wrong} in {key} are unknown")
        return cast(tuple[str, ...], items)


def schema_of(contract: OpenDataContractStandard, path: Path) -> SchemaObject:
    """Return the only schema of a file; raises ConfigurationError where the file is not named after its contract."""
    identifier = path.name.removesuffix(".odcs.yaml")
    if contract.id != identifier or contract.kind != "DataContract" or not str(contract.apiVersion).startswith("v3"):
        raise contract_error(
            path.name, "id、kind 或 apiVersion 不对", f"id must be {identifier}, kind DataContract, apiVersion v3.x"
        )
    if not contract.schema_ or len(contract.schema_) != 1 or not contract.name or not contract.version:
        raise contract_error(
            path.name, "须有 name、version 和唯一的 schema", "name, version and exactly one schema are needed"
        )
    return contract.schema_[0]


def limits_of(item: SchemaProperty, place: str) -> Limits:
    """Return the bounds of a property; raises ConfigurationError for an option that is not compiled."""
    options = item.logicalTypeOptions or {}
    if set(options) - words.COLUMN_OPTIONS:
        raise contract_error(
            place, "logicalTypeOptions 有未知项", f"logicalTypeOptions {sorted(options)} are not all known"
        )
    return Limits(
        options.get("minLength"),
        options.get("maxLength"),
        options.get("pattern"),
        options.get("minimum"),
        options.get("maximum"),
    )


def values_of(raw: object, place: str) -> dict[str, tuple[str, ...]]:
    """Return spellings by canonical value; raises ConfigurationError for anything but lists of spellings."""
    if not isinstance(raw, dict) or not all(isinstance(spellings, list) for spellings in raw.values()):
        raise contract_error(place, "values 须是 值 → 写法列表", "values must map each value to a list of spellings")
    named = {str(key).lower() if isinstance(key, bool) else str(key): value for key, value in raw.items()}
    return {key: tuple(str(spelling) for spelling in spellings) for key, spellings in named.items()}
