"""A SQL file: YAML front matter in a leading comment, then one SELECT."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlglot
import yaml
from sqlglot import exp

from fundwatch.domain.errors import ConfigurationError

_OPEN, _CLOSE = "/* ---", "--- */"


@dataclass(frozen=True)
class SqlFile:
    """One SQL file: where it is, its front matter as plain data, and its query text without the front matter."""

    path: Path
    front_matter: Mapping[str, Any]
    query: str

    @cached_property
    def tree(self) -> exp.Query:
        """Return the parsed query (DuckDB dialect)."""
        return parse_select(self.query, self.path)

    @cached_property
    def placeholders(self) -> frozenset[str]:
        """Return the names of the bound values ``$name`` in the query."""
        return frozenset(str(node.name) for node in self.tree.find_all(exp.Parameter, exp.Placeholder))

    @cached_property
    def relations(self) -> frozenset[str]:
        """Return the relations that the query reads, its own CTEs left out."""
        own = {cte.alias_or_name for cte in self.tree.find_all(exp.CTE)}
        return frozenset(table.name for table in self.tree.find_all(exp.Table)) - own

    @cached_property
    def query_hash(self) -> str:
        """Return the sha256 of the query's meaning: comments and white space do not count."""
        text = self.tree.sql(dialect="duckdb", comments=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_sql_file(path: Path) -> SqlFile:
    """Read one SQL file; raise ConfigurationError when front matter or query are malformed."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith(_OPEN) or _CLOSE not in text:
        raise _malformed(path, "开头缺少 /* --- … --- */ 说明块", "the leading /* --- … --- */ block is missing")
    head, query = text[len(_OPEN) :].split(_CLOSE, 1)
    try:
        front_matter = yaml.safe_load(head)
    except yaml.YAMLError as error:
        raise _malformed(path, "说明块不是有效的 YAML", f"the front matter is not valid YAML: {error}") from error
    if not isinstance(front_matter, dict):
        raise _malformed(path, "说明块必须是键值", "the front matter must be a mapping")
    return SqlFile(path, front_matter, query.strip().rstrip(";").strip())


def parse_select(query: str, path: Path) -> exp.Query:
    """Parse exactly one SELECT; raise ConfigurationError otherwise."""
    try:
        trees = [tree for tree in sqlglot.parse(query, read="duckdb") if tree is not None]
    except sqlglot.errors.ParseError as error:
        raise _malformed(path, "SQL 无法解析", f"the query does not parse: {error}") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise _malformed(path, "必须恰好是一个 SELECT", "the file must hold exactly one SELECT")
    return trees[0]


def _malformed(path: Path, zh: str, en: str) -> ConfigurationError:
    return ConfigurationError(f"{path.name}：{zh}，请修正该文件。", f"{path.name}: {en}; mend this file.", code="S001")
