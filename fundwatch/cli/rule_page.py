"""One rule or suppressor as a page to hand over, and the catalogue as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from rich.table import Table
from rich.text import Text

from fundwatch.domain.claims import Figure, format_figure
from rules.rule import Entry, LegalBasis, MeasureSpec, Rule, Suppressor, Value, Wording, to_fen

_SECTORS = {"bank": "银行", "micro_loan": "小贷", "guarantee": "融资担保", "pawn": "典当", "authority": "主管部门"}
_SEVERITIES = {"low": "低", "medium": "中", "high": "高", "critical": "严重"}
_STATUS = {"active": "在用", "shadow": "试运行，不进入审核队列", "retired": "停用"}
_CLOSING_RULE = "本规则只提供线索，不是认定。A lead, never a finding."
_CLOSING_SUPPRESSOR = "正常解释只降低强度，不删除预警。An innocent reading lowers strength and deletes nothing."
_UNITS = {"persons": "人", "count": "", "days": "天", "hours": "小时", "CNY": "元", "ratio": "倍"}


def holds(basis: LegalBasis, day: date) -> bool:
    """Say whether a provision is in force on a day."""
    return basis.valid_from <= day.isoformat() and (basis.valid_to is None or day.isoformat() <= basis.valid_to)


def validity(basis: LegalBasis, day: date) -> str:
    """Return since when and until when a provision holds; one that does not hold on the day says so."""
    until = f"至 {basis.valid_to}" if basis.valid_to else "起"
    since = f"{basis.valid_from} {until}"
    if holds(basis, day):
        return since
    return f"{since}，" + ("尚未生效 not yet in force" if basis.valid_from > day.isoformat() else "已失效 expired")


def catalogue_table(entries: Iterable[Entry], day: date) -> Table:
    """Return the catalogue: code, name in both languages, sectors, severity, legal basis with its validity."""
    table = Table(title="规则目录 Catalogue", show_lines=True)
    for column in ("代码", "名称", "行业", "严重度", "依据与有效期"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        name = Text(entry.name.zh)
        name.append(f"\n{entry.name.en}\n{entry.id}", style="dim")
        table.add_row(
            entry.code,
            name,
            "、".join(_SECTORS.get(one, one) for one in entry.sectors),
            _grade(entry),
            _chief_basis(entry, day),
        )
    return table


def _chief_basis(entry: Entry, day: date) -> str:
    """Return the first provision in force on the day, else the first of all, and how many there are."""
    if not entry.legal_basis:
        return "--"
    first = next((one for one in entry.legal_basis if holds(one, day)), entry.legal_basis[0])
    more = f"；共 {len(entry.legal_basis)} 项" if len(entry.legal_basis) > 1 else ""
    return f"{first.text}（{validity(first, day)}）{more}"


def _grade(entry: Entry) -> str:
    if isinstance(entry, Rule):
        grades = "、".join(_SEVERITIES[one.value] for one in entry.severities)
        return grades if entry.opens_alert else f"{grades}（辅助）"
    return "正常解释"


def page(entry: Entry, day: date, values: dict[str, Value]) -> Iterator[str | Text | Table]:
    """Yield the parts of the page in reading order; ``values`` are the parameters in force on the day."""
    title = Text(f"{entry.code} {entry.name.zh}", style="bold")
    title.append(f"\n{entry.name.en} · {entry.id} · 第 {entry.version} 版 · {_STATUS[entry.status]}", style="dim")
    yield title
    yield from _part("一、看什么 What it looks at", entry.explanation)
    yield _heading("二、何时提示 When it speaks")
    yield _conditions(entry)
    yield from _measures(entry, values)
    yield _heading("三、预警中的陈述 What an alert says")
    yield _sample(entry, entry.claim.zh, zh=True)
    yield _sample(entry, entry.claim.en, zh=False)
    yield _heading("四、依据 Legal basis")
    for basis in entry.legal_basis:
        yield f"·{basis.text}（{validity(basis, day)}）"
    if not entry.legal_basis:
        yield "--"
    yield from _part("五、常见误报 Innocent readings", entry.false_positives)
    yield from _part("六、看不到什么 Blind spots", entry.blind_spots)
    yield _heading("七、参数 Parameters")
    yield _parameters(entry, values)
    yield Text(_CLOSING_RULE if isinstance(entry, Rule) else _CLOSING_SUPPRESSOR, style="dim")


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _part(heading: str, wording: Wording) -> Iterator[str | Text]:
    yield _heading(heading)
    yield wording.zh
    yield Text(wording.en, style="dim")


def _conditions(entry: Entry) -> str:
    sectors = "、".join(_SECTORS.get(one, one) for one in entry.sectors)
    said = [f"适用：{sectors}", f"窗口：{entry.window_days} 天（截至被评估之日）"]
    if isinstance(entry, Rule):
        said.append(f"严重度：{_grade(entry)}")
        said.append("可单独开立预警" if entry.opens_alert else "只作加重，不单独开立预警")
    elif isinstance(entry, Suppressor):
        applies = "、".join(sorted(entry.applies_to)) or "全部可疑类型"
        said.append(f"将 {applies} 的强度乘以 {entry.factor:g}，{entry.expires_days} 天后失效")
    return "；".join(said) + "。\n" + f"数据不足时回答：{entry.no_data.zh}"


def _measures(entry: Entry, values: dict[str, Value]) -> Iterator[Table]:
    """Yield the table of measures with their thresholds in force and where strength is full."""
    if not entry.measures:
        return
    table = Table()
    for column in ("指标", "门槛", "强度满值"):
        table.add_column(column, overflow="fold")
    for spec in entry.measures.values():
        name = Text(spec.wording.zh)
        name.append(f"\n{spec.wording.en}", style="dim")
        table.add_row(name, *_bounds(spec, values))
    yield table


def _bounds(spec: MeasureSpec, values: dict[str, Value]) -> tuple[str, str]:
    if spec.threshold is None:
        return "只作说明", ""
    threshold, full = values[spec.threshold], spec.full or 0
    falls = isinstance(threshold, int | float) and full < threshold
    return f"{'≤' if falls else '≥'} {_shown(threshold, spec.unit)}", _shown(full, spec.unit)


def _shown(value: Value, unit: str) -> str:
    if unit == "CNY":
        value = to_fen(value)
    return f"{format_figure(Figure(value, unit))} {_UNITS.get(unit, '')}".strip()


def _sample(entry: Entry, claim: str, *, zh: bool) -> str:
    """Return the sentence with each figure named in brackets instead of filled in."""
    names = {name: spec.wording.zh if zh else spec.wording.en for name, spec in entry.measures.items()}
    shown = {name: f"〔{text}〕" for name, text in names.items()}
    shown |= {name: _shown(one.value, one.unit) for name, one in entry.parameters.items()}
    return claim.format_map(shown | {"window_days": str(entry.window_days)})


def _parameters(entry: Entry, values: dict[str, Value]) -> Table:
    table = Table()
    for column in ("参数", "现行值", "可调范围", "为什么"):
        table.add_column(column, overflow="fold")
    for one in entry.parameters.values():
        bounds = ""
        if one.minimum is not None and one.maximum is not None:
            bounds = f"{_shown(one.minimum, one.unit)} ～ {_shown(one.maximum, one.unit)}"
        tuned = values[one.name] != one.value
        now = _shown(values[one.name], one.unit) + (f"（默认 {_shown(one.value, one.unit)}）" if tuned else "")
        table.add_row(one.name, now, bounds, one.why)
    return table
