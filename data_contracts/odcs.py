"""Reading an ODCS file strictly: the package's model ignores unknown nested keys, so they are looked for here."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pydantic
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from fundwatch.domain.errors import ConfigurationError

# The C loader reads the catalogue ten times faster; a check waits for it.
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def contract_error(place: str, zh: str, en: str) -> ConfigurationError:
    """Return the error for a contract that we wrote wrongly."""
    return ConfigurationError(f"数据契约有误：{zh}。", f"The data contract is wrong: {en}.", code="C001", place=place)


_Models = tuple[type[pydantic.BaseModel], ...]


def _models_in(annotation: Any) -> _Models:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return (annotation,)
    if typing.get_origin(annotation) in (list, typing.Union, types.UnionType):
        return tuple(model for part in typing.get_args(annotation) for model in _models_in(part))
    return ()


@cache
def _fields_of(models: _Models) -> Mapping[str, _Models]:
    """Return the keys that any of the models has, each with the models of its values."""
    fields = {info.alias or name: info for model in models for name, info in model.model_fields.items()}
    return {key: _models_in(info.annotation) for key, info in fields.items()}


def _unknown_keys(raw: object, models: _Models, path: str) -> list[str]:
    """Return the paths of keys that none of the possible models has."""
    if isinstance(raw, list):
        return [key for place, item in enumerate(raw) for key in _unknown_keys(item, models, f"{path}[{place}]")]
    if not isinstance(raw, dict) or not models:
        return []
    fields = _fields_of(models)
    found: list[str] = []
    for key, value in raw.items():
        if key not in fields:
            found.append(f"{path}.{key}")
        else:
            found += _unknown_keys(value, fields[key], f"{path}.{key}")
    return found


def read_odcs(path: Path) -> OpenDataContractStandard:
    """Return the parsed file.

    Raises ConfigurationError when it is no YAML, no ODCS contract, or holds a key that the standard does not know.
    """
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both loaders are safe ones
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise contract_error(path.name, "不是可读的 YAML", f"not readable YAML ({error})") from error
    if not isinstance(raw, dict):
        raise contract_error(path.name, "内容不是键值表", "the content is not a mapping")
    unknown = _unknown_keys(raw, (OpenDataContractStandard,), "")
    if unknown:
        raise contract_error(path.name, f"不认识的键 {unknown}", f"unknown keys {unknown}")
    try:
        return OpenDataContractStandard(**raw)
    except pydantic.ValidationError as error:
        raise contract_error(path.name, "不符合 ODCS", f"not an ODCS contract ({error})") from error
