"""A trace in words: names as they may be shown, plain data for programs, captions for the picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fundwatch.domain.keys import date_of, record_text
from fundwatch.domain.masking import mask_account, mask_name
from fundwatch.domain.tracing.drawing import Captions, draw, label_of
from fundwatch.domain.tracing.layout import Box, Ribbon, lay_out
from fundwatch.domain.tracing.moves import Direction, Terms
from fundwatch.domain.tracing.outcome import PARTY, Edge, Ending, Node, NodeKey, Trace
from pipelines.tracing import Report, window_of

CAVEAT = "本结果按所列方法推算，仅供核查参考，不是认定；金额单位为元，外币按当日汇率折算。"
_KINDS = {"person": "个人", "firm": "单位", "public": "公共机构", "licensed": "持牌机构", "clearing": "清算机构"}
_FOLDS = (Ending.SMALL, Ending.FAN)


@dataclass(frozen=True, slots=True)
class Words:
    """How one report is told; names and account numbers are masked unless ``in_full``."""

    report: Report
    in_full: bool = False

    def party(self, party: int) -> str:
        """Return a party's name, its account where it has none, and its kind where nothing else is known."""
        found = self.report.parties.get(party)
        if found is None:
            return "现金、银行或未载明" if not party else "--"
        if found.name:
            return found.name if self.in_full else mask_name(found.name)
        return self.account(party) if found.account else _KINDS.get(found.kind, "未知主体")

    def subject(self) -> str:
        """Return whom the trace starts from, with the account where one alone was asked for."""
        if self.report.transfer is not None:
            return f"交易 {record_text(self.report.transfer)}"
        name = self.party(self.report.subject)
        if len(self.report.members) > 1:
            name = f"{name}等 {len(self.report.members)} 户"
        if self.report.account is None:
            return name
        return f"{name}（{self.report.account if self.in_full else mask_account(self.report.account)}）"

    def account(self, party: int) -> str:
        """Return one account number of a party."""
        found = self.report.parties.get(party)
        if found is None or not found.account:
            return "--"
        return found.account if self.in_full else mask_account(found.account)

    def node(self, key: NodeKey, direction: Direction, parties: int = 1) -> str:
        """Return what a node is called; ``parties`` is how many were folded into it."""
        if not key.hop and key.party in self.report.members:
            return self.party(self.report.subject)
        if key.kind in _FOLDS:
            return f"其余 {parties} 户"
        if key.kind in (PARTY, Ending.CLEARING, Ending.UNREPORTED):
            return self.party(key.party)
        return Ending(key.kind).zh(direction)

    def to_json(self) -> dict[str, Any]:
        """Return plain data as docs/trace.md describes it; amounts are fen of CNY."""
        report = self.report
        first, last = window_of(report)
        return {
            "subject": {"party": record_text(report.subject), "name": self.party(report.subject)},
            "window": [first, last],
            "unit": "fen",
            "currency": "CNY",
            "masked": not self.in_full,
            "coverage": [{"institution": gap["institution"], "days": gap["days"]} for gap in report.gaps],
            "left_out": report.left_out,
            "manifest": report.manifest_id,
            "traces": [self._trace(trace) for trace in report.traces],
            "caveat": CAVEAT,
        }

    def _trace(self, trace: Trace) -> dict[str, Any]:
        terms = trace.terms
        folded = {edge.target: edge.parties for edge in trace.edges}
        return {
            "direction": str(terms.direction),
            "method": str(terms.method),
            "method_zh": terms.method.zh,
            "hops": terms.hops,
            "min_amount": terms.min_amount,
            "max_delay": terms.max_delay,
            "principal": trace.principal,
            "returned": trace.returned,
            "endings": [_ending(ending, amount, terms.direction) for ending, amount in trace.endings.items()],
            "nodes": [self._node(node, terms, folded) for node in trace.nodes],
            "edges": [_edge(edge, terms.direction) for edge in trace.edges],
        }

    def _node(self, node: Node, terms: Terms, folded: Mapping[NodeKey, int]) -> dict[str, Any]:
        key = node.key
        is_party = key.kind in (PARTY, Ending.CLEARING, Ending.UNREPORTED)
        return {
            "id": _identity(key),
            "hop": key.hop,
            "kind": str(key.kind),
            "party": record_text(key.party) if is_party else None,
            "label": self.node(key, terms.direction, folded.get(key, 1)),
            "account": self.account(key.party) if is_party else None,
            "traced_in": node.traced_in,
            "traced_out": node.traced_out,
            "endings": [_ending(ending, amount, terms.direction) for ending, amount in node.endings],
            "opening": node.opening,
        }

    def svg(self) -> str:
        """Return the picture."""
        folded = {
            (edge.target, trace.terms.direction): edge.parties for trace in self.report.traces for edge in trace.edges
        }

        def of_box(box: Box) -> list[str]:
            way = Direction.FORWARD if box.column >= 0 else Direction.BACKWARD
            return self._beside(box.node, way, folded.get((box.node.key, way), 1))

        return draw(lay_out(self.report.traces), self._captions(of_box))

    def _captions(self, of_box: Callable[[Box], list[str]]) -> Captions:
        ways = "与".join(trace.terms.direction.zh for trace in self.report.traces)
        title = f"{ways}：{self.subject()}"
        lines = [self.asked(), *(self.summary(trace) for trace in self.report.traces), self.rests_on()]
        return Captions(
            title=title,
            lines=lines,
            description="。".join([*lines, CAVEAT]),
            footnotes=[
                "蓝：主体；黄：离开可见范围；灰：合并的分支；红色虚线：资金回到同一路径上的主体，不再追踪。",
                CAVEAT,
            ],
            of_box=of_box,
            of_ribbon=self._on,
        )

    def asked(self) -> str:
        """Return method, window and limits in one line."""
        terms = self.report.traces[0].terms
        first, last = window_of(self.report)
        delay = f"，最长间隔 {terms.max_delay} 天" if terms.max_delay is not None else ""
        least = f"，最小金额 {label_of(terms.min_amount)}" if terms.min_amount else ""
        return f"分配方法：{terms.method.zh}（{terms.method}）；{first}～{last}；至多 {terms.hops} 层{least}{delay}"

    def summary(self, trace: Trace) -> str:
        """Return the principal and where it ended in one line."""
        way = trace.terms.direction
        ends = [f"{ending.zh(way)} {label_of(amount)}" for ending, amount in trace.endings.items()]
        if trace.returned:
            ends.append(f"回流 {label_of(trace.returned)}")
        return f"{way.zh}合计 {label_of(trace.principal)}" + (f"：{'；'.join(ends)}" if ends else "")

    def rests_on(self) -> str:
        """Return what the answer rests on: coverage, unknown balances, what was left out, the manifest."""
        gaps = "、".join(f"{gap['institution']} 缺 {gap['days']} 天" for gap in self.report.gaps)
        openings = [node.opening for trace in self.report.traces for node in trace.nodes if node.opening]
        unknown = openings.count("least")
        parts = [
            f"数据覆盖：{gaps or '时段内各机构均已报送'}",
            f"期初余额未知 {unknown} 户（按最低可能值计）" if unknown else "",
            f"无折算汇率未计 {self.report.left_out} 笔" if self.report.left_out else "",
            f"清单 {self.report.manifest_id[:16]}",
        ]
        return "；".join(part for part in parts if part)

    def _beside(self, node: Node, way: Direction, parties: int) -> list[str]:
        key = node.key
        lines = [self.node(key, way, parties), label_of(node.traced_in)]
        if not key.hop:
            own = [trace for trace in self.report.traces if any(one.key == key for one in trace.nodes)]
            return [lines[0], *(f"{trace.terms.direction.zh} {label_of(trace.principal)}" for trace in own)]
        if key.kind != PARTY:
            word = Ending(key.kind).zh(way)
            return lines if word == lines[0] else [lines[0], f"{lines[1]} · {word}"]
        ends = [(ending, amount) for ending, amount in node.endings if amount]
        return [*lines, *(f"{ending.zh(way)} {label_of(amount)}" for ending, amount in _largest(ends))]

    def _on(self, ribbon: Ribbon) -> str:
        edge = ribbon.edge
        near, far = self.node(edge.source, ribbon.direction), self.node(edge.target, ribbon.direction, edge.parties)
        ends = (near, far) if ribbon.direction is Direction.FORWARD else (far, near)
        first, last = (date_of(day).isoformat() for day in edge.days)
        back = "（回流）" if edge.is_return else ""
        return f"{ends[0]} → {ends[1]}：{label_of(edge.amount)}，{len(edge.moves)} 笔，{first}～{last}{back}"


def _largest(endings: list[tuple[Ending, int]]) -> list[tuple[Ending, int]]:
    return sorted(endings, key=lambda one: (-one[1], one[0]))[:1]


def _identity(key: NodeKey) -> str:
    return f"{key.hop}-{key.kind}-{record_text(key.party)}"


def _ending(ending: Ending, amount: int, direction: Direction) -> dict[str, Any]:
    return {"reason": str(ending), "zh": ending.zh(direction), "en": ending.en(direction), "amount": amount}


def _edge(edge: Edge, direction: Direction) -> dict[str, Any]:
    ends = (edge.source, edge.target) if direction is Direction.FORWARD else (edge.target, edge.source)
    first, last = (date_of(day).isoformat() for day in edge.days)
    return {
        "source": _identity(edge.source),
        "target": _identity(edge.target),
        "payer": _identity(ends[0]),
        "payee": _identity(ends[1]),
        "amount": edge.amount,
        "is_return": edge.is_return,
        "parties": edge.parties,
        "first_day": first,
        "last_day": last,
        "moves": [
            {
                "transfer_id": record_text(one.move.move_id) if one.move.move_id >= 0 else None,
                "day": date_of(one.move.payer.booking.day).isoformat(),
                "amount": one.move.amount,
                "traced": one.amount,
            }
            for one in edge.moves
        ],
    }
