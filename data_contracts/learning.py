"""From the headers and first rows of an unknown layout to the draft of a contract that a person finishes.

Pure. The draft names headers, canonical columns and reasons; it holds no cell of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import yaml

from data_contracts.contract import Column, Contract
from data_contracts.headers import readings, stated_unit, unit_above
from data_contracts.looks import Look, look_of
from data_contracts.reading.staged import RawTable, header_form
from data_contracts.recognition import Match, best_match
from data_contracts.refusing import nearest_header
from data_contracts.vocabulary import MONEY_SHIFT, Kind

PLEASE_CHECK = "# please check 请核对"
_BY_LOOK = {
    Kind.MONEY: ("amount", "balance", "principal"),
    Kind.CURRENCY: ("currency",),
    Kind.BOOLEAN: ("succeeded", "is_cash"),
}
_OWN_FIRST = {
    Kind.ACCOUNT: ("account", "card", "counterparty_account"),
    Kind.TOKEN: ("holder_token", "party_token", "borrower_token", "customer_token", "counterparty_token"),
}


@dataclass(frozen=True, slots=True)
class Guess:
    """What a header is taken for: the known column it is like (None: not known), and why if a person should look."""

    header: str
    column: Column | None
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a contract draft, the table it is for, its guesses, and what the table needs and no header gives."""

    text: str
    table: str
    header_row: int
    guesses: tuple[Guess, ...]
    missing: tuple[str, ...]


def _likest(table: RawTable, feeds: Sequence[Contract]) -> Match:
    """Return the feed that knows most headers; where none knows any, that whose columns the cells look like most.

    Then the fullest row is taken as the header.
    """
    matches = [match for feed in feeds if not feed.not_taken and (match := best_match(table, feed)) is not None]
    best = max(matches, key=lambda match: match.nearness)
    if best.columns:
        return best
    row, cells = max(table.head, key=lambda item: sum(bool(cell.strip()) for cell in item[1]))
    rows = [below for place, below in table.head if place > row]
    blank = [replace(match, header_row=row, cells=cells) for match in matches]
    told = [sum(guess.column is not None for guess in _guesses(match, rows, feeds)) for match in blank]
    return max(zip(told, blank, strict=True), key=lambda item: (item[0], len(item[1].contract.columns)))[1]


def _fitting(look: Look, free: Iterable[Column]) -> Column | None:
    """Return the free column that cells of this look most likely fill."""
    columns = list(free)
    if look.kind is Kind.TIMESTAMP:
        dated = [column for column in columns if column.kind in (Kind.TIMESTAMP, Kind.DAY)]
        clock = look.formats and look.formats[0] in ("clock", "hhmmss", "hhmm")
        wanted = [column for column in dated if (column.part == "time") == bool(clock)] or ([] if clock else dated)
        return next(iter(sorted(wanted, key=lambda column: (column.part is not None, not column.required))), None)
    if look.is_direction:
        return next((column for column in columns if "direction" in column.targets), None)
    if look.kind is None:
        return None
    names = _OWN_FIRST.get(look.kind, ()) if look.is_constant else tuple(reversed(_OWN_FIRST.get(look.kind, ())))
    for name in (*names, *_BY_LOOK.get(look.kind, ())):
        found = next((column for column in columns if name in column.targets), None)
        if found is not None:
            return found
    return None


def _guesses(match: Match, rows: Sequence[tuple[str, ...]], feeds: Sequence[Contract]) -> list[Guess]:
    """Return a guess a header: by name in this feed, in others of its table, by likeness of name, by its cells."""
    contract = match.contract
    placed = {matched.place: matched.column for matched in match.columns}
    others = [column for feed in feeds if feed.table.id == contract.table.id for column in feed.columns]
    ignored = {header_form(name) for name in contract.ignored_columns}
    headers = [(place, text.strip()) for place, text in enumerate(match.cells, 1) if header_form(text)]
    taken = {(target, column.part) for column in placed.values() for target in column.targets}
    guesses: dict[int, Guess] = {place: Guess(text, placed[place]) for place, text in headers if place in placed}
    guesses |= {
        place: Guess(text, None, "已知而不读取", "known and not read")
        for place, text in headers
        if place not in guesses and ignored.intersection(readings(text))
    }

    def free(columns: Iterable[Column]) -> list[Column]:
        return [
            column
            for column in columns
            if column.targets
            and not any((target, column.part) in taken or (target, None) in taken for target in column.targets)
        ]

    def settle(place: int, guess: Guess) -> None:
        guesses[place] = guess
        if guess.column is not None:
            taken.update((target, guess.column.part) for target in guess.column.targets)

    for place, text in headers:
        if place not in guesses:
            same = [column for column in free(others) if set(map(header_form, column.spellings)) & set(readings(text))]
            if same:
                settle(place, Guess(text, same[0], "其他数据源以此名指该列", "another feed uses this name for it"))
    for place, text in headers:
        if place not in guesses and (near := nearest_header(text, free(contract.columns))) is not None:
            column = next(item for item in free(contract.columns) if near in item.spellings)
            settle(place, Guess(text, column, f"名称与“{near}”相近", f"its name resembles {near}"))
    for place, text in headers:
        if place not in guesses:
            look = look_of([cells[place - 1] for cells in rows if place <= len(cells)])
            fitting = _fitting(look, free(contract.columns))
            zh, en = ("", "") if fitting else ("不认识；", "not known; ")
            settle(place, Guess(text, fitting, f"{zh}单元格像{look.zh}", f"{en}its cells look like {look.en}"))
    return [guesses[place] for place, _ in headers]


def _flow(value: object) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000, sort_keys=False)
    return text.removesuffix("...\n").strip()


def _property_lines(guess: Guess, formats: tuple[str, ...]) -> list[str]:
    """Return the YAML lines of one header."""
    reason = f"  {PLEASE_CHECK}: {guess.zh} / {guess.en}" if guess.zh else ""
    lines = [f"      - name: {_flow(guess.header)}{reason}"]
    column = guess.column
    if column is None or not column.targets:
        unread: dict[str, object] = {"property": "ignored", "value": "待核对：不认识的列"}
        if column is not None:
            unread["value"] = column.ignored
        if column is not None and column.failure_text:
            unread = {"property": "failure_text", "value": True}
        return [*lines, "        customProperties:", f"          - {_flow(unread)}"]
    if column.required:
        lines.append("        required: true")
    targets = list(column.targets) if len(column.targets) > 1 else column.targets[0]
    keys: list[tuple[str, object]] = [("maps_to", targets)]
    keys += [("part", column.part)] if column.part else []
    if column.kind in (Kind.ENUM, Kind.BOOLEAN, Kind.CURRENCY) and column.values:
        keys.append(("values", {name: list(words) for name, words in column.values.items()}))
    if column.kind in (Kind.DAY, Kind.TIMESTAMP):
        keys.append(("formats", list(formats or column.formats)))
    keys += [("unit", column.unit)] if column.unit else []
    keys += [("identity", column.identity)] if column.kind is Kind.TOKEN else []
    keys += [("bad_value", column.bad_value)] if column.bad_value != "quarantine" else []
    keys += [("header_required", True)] if column.header_required and not column.required else []
    told = [f"          - {_flow({'property': key, 'value': value})}" for key, value in keys]
    return [*lines, "        customProperties:", *told]


def _missing(contract: Contract, guesses: Iterable[Guess]) -> tuple[str, ...]:
    """Return the columns that the table must have and no header gives, by their Chinese names."""
    columns = [guess.column for guess in guesses if guess.column is not None]
    given = {target for column in columns for target in column.targets} | set(contract.constants)
    given |= {"direction"} if any(column.part == "debit" for column in columns) else set()
    given |= {"currency"} if contract.currency else set()
    needed = [
        item.label
        for item in contract.table.columns
        if item.required and item.default is None and item.derivation is None and item.name not in given
    ]
    for group in contract.one_of:
        if not given.intersection(group):
            needed.append(" / ".join(contract.table.column(name).label for name in group))
    return tuple(needed)


def _keys(contract: Contract, sector: str, unit: str | None, given: set[str]) -> list[str]:
    """Return the lines of the contract keys, conventions marked for a person to confirm."""
    plain: list[tuple[str, object]] = [("role", "feed"), ("table", contract.table.id), ("sectors", [sector])]
    one_of = [[name for name in group if name in given] for group in contract.one_of]
    plain += [("one_of", [group for group in one_of if group])] if any(one_of) else []
    plain += [("row_key", list(contract.row_key))] if contract.row_key != contract.table.row_key else []
    plain += [("key_repeats", contract.key_repeats)] if contract.key_repeats != contract.table.key_repeats else []
    plain += [("key_needs", list(contract.key_needs))] if contract.key_needs != contract.row_key else []
    plain += [("key_fallback", contract.key_fallback)] if contract.key_fallback != "none" else []
    plain += [("constants", dict(contract.constants))] if contract.constants else []
    marked: list[tuple[str, object, str]] = []
    if contract.table.id == "transactions":
        marked += [
            ("direction", contract.direction, "statement：贷为收 credit is in；ledger：借为收 debit is in"),
            ("negative_amount", contract.negative_amount, "reversal、direction 或 refuse"),
            ("order_within_day", contract.order_within_day, "as_given、time 或 searched"),
        ]
    marked.append(("amount_unit", unit or contract.amount_unit, "yuan、wan 或 fen"))
    if contract.currency:
        marked.append(("currency", contract.currency, "币种列为空或没有时 where the column is empty or absent"))
    return [
        *(f"  - {_flow({'property': key, 'value': value})}" for key, value in plain),
        *(f"  - {_flow({'property': key, 'value': value})}  {PLEASE_CHECK}: {why}" for key, value, why in marked),
    ]


def learn(table: RawTable, feeds: Sequence[Contract], *, sector: str, identifier: str) -> Draft:
    """Return the draft of a contract for a table that no feed reads, after the feed of the sector that is likest.

    The draft parses as it stands; every guess is marked ``please check``, headers that are not known are under
    ``ignored``, and what the table needs and no header gives is listed on top. Raises ValueError for a table without
    rows or a sector without feeds.
    """
    if not table.head or not feeds:
        raise ValueError("nothing to learn from")
    match = _likest(table, feeds)
    rows = [cells for row, cells in table.head if row > match.header_row]
    guesses = _guesses(match, rows, feeds)
    missing = _missing(match.contract, guesses)
    stated = [stated_unit(guess.header)[1] for guess in guesses if guess.column and guess.column.kind is Kind.MONEY]
    stated.append(unit_above([cells for row, cells in table.head if row < match.header_row]))
    unit = next((word for word in stated if word in MONEY_SHIFT), None)
    given = {target for guess in guesses if guess.column for target in guess.column.targets}
    looks = {text.strip(): place for place, text in enumerate(match.cells)}
    lines = [
        "# 数据契约草稿：请逐处核对标有 please check 的行，改好后放入 data_contracts/feeds/。",
        "# Draft of a data contract: settle every line marked please check, then move it to data_contracts/feeds/.",
        f"# 依照 {match.contract.id}（{match.contract.name}）起草。Drafted after {match.contract.id}.",
        *(f"# 缺少（须在表头中找到对应列）missing, find its column: {name}" for name in missing),
        "kind: DataContract",
        "apiVersion: v3.1.0",
        f"id: {identifier}",
        "version: 1.0.0",
        "status: draft",
        f"name: {_flow(f'新版式（仿 {match.contract.name}）')}",
        "customProperties:",
        *_keys(match.contract, sector, unit, given),
        "schema:",
        f"  - name: {identifier}",
        "    logicalType: object",
        "    properties:",
    ]
    for guess in guesses:
        place = looks[guess.header]
        lines += _property_lines(guess, look_of([cells[place] for cells in rows if place < len(cells)]).formats)
    return Draft("\n".join(lines) + "\n", match.contract.table.id, match.header_row, tuple(guesses), missing)
