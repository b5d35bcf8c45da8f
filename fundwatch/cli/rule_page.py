"""One rule or suppressor as a page to hand over, and the catalogue as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from rich.table import Table
from rich.text import Text

from fundwatch.domain.claims import Figure, format_figure
from rules.rule import Entry, MeasureSpec, Rule, Suppressor, Value, Wording, to_fen

_SECTORS = {"bank": "银行", "micro_loan": "小贷", "guarantee": "融资担保", "pawn": "典当", "authority": "主管部门"}
_SEVERITIES = {"low": "低", "medium": "中", "high": "高", "critical": "严重"}
_STATUS = {"active": "在用", "shadow": "试运行，不进入审核队列", "retired": "停用"}
_CLOSING_RULE = "本规则只提供线索，不是认定。A lead, never a finding."
_CLOSING_SUPPRESSOR = "正常解释只降低强度，不删除预警。An innocent reading lowers strength and deletes nothing."
_UNITS = {"persons": "人", "count": "", "days": "天", "hours": "小时", "CNY": "元", "ratio": "倍"}


def catalogue_table(entries: Iterable[Entry], day: date) -> Table:
    """Return the catalogue: code, name in both languages, sectors, severity, legal basis with its validity."""
    table = Table(title="规则目录 Catalogue", show_lines=True)
    for column in ("代码", "名称", "行业", "严重度", "依据与有效期"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        name = Text(entry.name.zh)
        name.append(f"\n{entry.name.en}\n{entry.id}", style="dim")
        table.add_row(entry.code, name, _sectors(entry), _grade(entry), _chief_basis(entry, day))
    return table


def _sectors(entry: Entry) -> str:
    return "、".join(_SECTORS.get(one, one) for one in entry.sectors)


def _chief_basis(entry: Entry, day: date) -> str:
    """Return the first provision in force on the day, else the first of all, and how many there are."""
    if not entry.legal_basis:
        return "--"
    first = next((one for one in entry.legal_basis if one.holds_on(day)), entry.legal_basis[0])
    more = f"；共 {len(entry.legal_basis)} 项" if len(entry.legal_basis) > 1 else ""
    return f"{first.text}（{first.validity(day).zh}）{more}"


def _grade(entry: Entry) -> str:
    if isinstance(entry, Rule):
        grades = "、".join(_SEVERITIES[one.value] for one in entry.severities)
        return grades if entry.opens_alert else f"{grades}（辅助）"
    return "正常解释"


def _bare(value: Value, unit: str) -> str:
    """Return a parameter's value as claims show it, its unit left to the sentence around it."""
    return format_figure(Figure(to_fen(value) if unit == "CNY" else value, unit))


def _shown(value: Value, unit: str) -> str:
    return f"{_bare(value, unit)} {_UNITS.get(unit, '')}".strip()


@dataclass(frozen=True, slots=True)
class RulePage:
    """The page of one entry on a day; ``values`` are its parameters in force, in their declared units."""

    entry: Entry
    day: date
    values: Mapping[str, Value]

    def parts(self) -> Iterator[str | Text | Table]:
        """Yield the parts in reading order."""
        entry = self.entry
        title = Text(f"{entry.code} {entry.name.zh}", style="bold")
        title.append(f"\n{entry.name.en} · {entry.id} · 第 {entry.version} 版 · {_STATUS[entry.status]}", style="dim")
        yield title
        yield from self._prose("一、看什么 What it looks at", entry.explanation)
        yield _heading("二、何时提示 When it speaks")
        yield self._conditions()
        yield from self._measures()
        yield _heading("三、预警中的陈述 What an alert says")
        yield self._filled(entry.claim.zh, zh=True)
        yield self._filled(entry.claim.en, zh=False)
        yield _heading("四、依据 Legal basis")
        for basis in entry.legal_basis:
            yield f"·{basis.text}（{basis.validity(self.day).zh}）"
        if not entry.legal_basis:
            yield "--"
        yield from self._prose("五、常见误报 Innocent readings", entry.false_positives)
        yield from self._prose("六、看不到什么 Blind spots", entry.blind_spots)
        yield _heading("七、参数 Parameters")
        yield self._parameters()
        yield Text(_CLOSING_RULE if isinstance(entry, Rule) else _CLOSING_SUPPRESSOR, style="dim")

    def _prose(self, heading: str, wording: Wording) -> Iterator[str | Text]:
        yield _heading(heading)
        yield self._filled(wording.zh, zh=True)
        yield Text(self._filled(wording.en, zh=False), style="dim")

    def _filled(self, prose: str, *, zh: bool) -> str:
        """Return prose with its parameters filled in and each measure named in brackets."""
        entry = self.entry
        names = {name: spec.wording.zh if zh else spec.wording.en for name, spec in entry.measures.items()}
        shown = {name: f"〔{text}〕" for name, text in names.items()}
        shown |= {name: _bare(self.values[name], one.unit) for name, one in entry.parameters.items()}
        return prose.format_map(shown | {"window_days": str(entry.window_days)})

    def _conditions(self) -> str:
        entry = self.entry
        said = [f"适用：{_sectors(entry)}", f"窗口：{entry.window_days} 天（截至被评估之日）"]
        if isinstance(entry, Rule):
            said.append(f"严重度：{_grade(entry)}")
            said.append("可单独开立预警" if entry.opens_alert else "只作加重，不单独开立预警")
        elif isinstance(entry, Suppressor):
            applies = "、".join(sorted(entry.applies_to)) or "全部可疑类型"
            said.append(f"将 {applies} 的强度乘以 {entry.factor:g}，{entry.expires_days} 天后失效")
        return "；".join(said) + f"。\n数据不足时回答：{self._filled(entry.no_data.zh, zh=True)}"

    def _measures(self) -> Iterator[Table]:
        """Yield the table of measures with their thresholds in force and where strength is full."""
        if not self.entry.measures:
            return
        table = Table()
        for column in ("指标", "门槛", "强度满值"):
            table.add_column(column, overflow="fold")
        for spec in self.entry.measures.values():
            name = Text(spec.wording.zh)
            name.append(f"\n{spec.wording.en}", style="dim")
            table.add_row(name, *self._bounds(spec))
        yield table

    def _bounds(self, spec: MeasureSpec) -> tuple[str, str]:
        if spec.threshold is None:
            return "只作说明", ""
        threshold, full = self.values[spec.threshold], spec.full or 0
        falls = isinstance(threshold, int | float) and full < threshold
        return f"{'≤' if falls else '≥'} {_shown(threshold, spec.unit)}", _shown(full, spec.unit)

    def _parameters(self) -> Table:
        table = Table()
        for column in ("参数", "现行值", "可调范围", "为什么"):
            table.add_column(column, overflow="fold")
        for one in self.entry.parameters.values():
            bounds, now = "", self.values[one.name]
            if one.minimum is not None and one.maximum is not None:
                bounds = f"{_shown(one.minimum, one.unit)} ～ {_shown(one.maximum, one.unit)}"
            default = f"（默认 {_shown(one.value, one.unit)}）" if now != one.value else ""
            table.add_row(one.name, _shown(now, one.unit) + default, bounds, one.why)
        return table


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")
