"""Model cards: what a model was made of, what it is good for and what it is not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.keys import date_of

LIMITS: tuple[tuple[str, str], ...] = (
    (
        "百分位是在训练样本参照分布中的名次，不是概率；本检测器只产生线索，不作认定。",
        "The percentile is a rank in the reference distribution; it is no likelihood. The detector yields leads only.",
    ),
    (
        "换一个随机种子，前 1000 名大约只有一半相同：种子固定，模型留存，本检测器不单独定案。",
        "Two seeds share about half of their top 1,000: the seed is fixed, the model kept, and it never decides alone.",
    ),
    (
        "同类不足 200 个的并入上一级比较，“同类”因此较宽。",
        "Peer groups under 200 members are compared with a wider group, so their peers are less alike.",
    ),
    (
        "近 120 日数据不全时，新面孔与增长类特征对所有人偏高；积累足 120 日后应重新训练。",
        "With less than 120 days of data novelty and growth run high for everybody; train again once they are there.",
    ),
    (
        "只比较有报送账户且近 30 日有足够笔数的控制组；清算机构背后的付款人不可见。",
        "Only groups with a reported account and enough transfers are compared; payers behind clearing are unseen.",
    ),
)


@dataclass(frozen=True, slots=True)
class Card:
    """What must be known to trust, repeat or retire a model. Days are day numbers, shares 0–1.

    ``labels`` counts the rows by peer label, ``rows`` the rows fitted by group; ``quantiles`` are those of the score
    in the reference distribution by group; ``queries`` the sha256 of every feature query; ``known`` the share of
    rows of all groups where a feature was defined. ``trained_at`` is UTC and no part of the model's identity.
    """

    detector_id: str
    code: str
    manifest_id: str
    as_of: int
    as_of_days: tuple[int, ...]
    trained_at: str
    seed: int
    parameters: Mapping[str, int]
    labels: Mapping[str, int]
    rows: Mapping[str, int]
    features: tuple[Mapping[str, Any], ...]
    known: Mapping[str, float]
    peers: tuple[Mapping[str, Any], ...]
    queries: Mapping[str, str]
    quantiles: Mapping[str, Mapping[str, float]]
    libraries: Mapping[str, str]

    def identity(self) -> dict[str, Any]:
        """Return everything but the clock: equal data, seed and code give an equal model."""
        return {name: value for name, value in asdict(self).items() if name != "trained_at"}

    def to_json(self) -> str:
        """Return the card as JSON text, keys sorted."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=1)

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Card:
        """Rebuild a card from parsed JSON; raise ConfigurationError when a field is missing or unknown."""
        values = dict(data)
        for name in ("as_of_days", "features", "peers"):
            values[name] = tuple(values.get(name, ()))
        try:
            return cls(**values)
        except TypeError as error:
            raise ConfigurationError(
                "模型卡缺少字段或来自其他版本，请重新运行 fundwatch train。",
                "the model card lacks fields or is of another version; run fundwatch train again.",
                code="D003",
            ) from error


def canonical(value: Any) -> bytes:
    """Return JSON in one fixed form, for hashing."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def render(card: Card, model_id: str) -> str:
    """Return the card as a Markdown page, Chinese first."""
    days = "、".join(date_of(day).isoformat() for day in card.as_of_days)
    head = [
        f"# 模型卡 Model card · {card.detector_id} `{model_id[:12]}`",
        "",
        "产生线索，不作认定。 It yields leads, never findings.",
        "",
        *_table(
            ("项目 item", "内容 content"),
            [
                ("可疑类型 typology", card.code),
                ("数据清单 manifest", f"`{card.manifest_id}`"),
                ("截止日 as of", date_of(card.as_of).isoformat()),
                ("训练快照 snapshots", days),
                ("训练时间 trained at (UTC)", card.trained_at),
                ("随机种子 seed", str(card.seed)),
                ("参数 parameters", _pairs(card.parameters)),
                ("程序库 libraries", _pairs(card.libraries)),
                ("模型编号 model id", f"`{model_id}`"),
            ],
        ),
    ]
    return "\n".join([*head, "", *_peers(card), "", *_features(card), "", *_limits()]) + "\n"


def _peers(card: Card) -> list[str]:
    names = {peer["name"]: f"{peer['zh']} {peer['en']}" for peer in card.peers}
    rows = [
        (
            names.get(group, group),
            str(card.labels.get(group, 0)),
            str(count),
            *(f"{value:.4f}" for value in card.quantiles[group].values()),
        )
        for group, count in card.rows.items()
    ]
    absent = [f"{names.get(label, label)} {count}" for label, count in card.labels.items() if label not in card.rows]
    columns = tuple(next(iter(card.quantiles.values()), {}))
    note = ["", f"不足人数、并入上级比较 compared with a wider group: {'；'.join(absent)}。"] if absent else []
    return [
        "## 同类与参照分布 Peers and reference distribution",
        "",
        *_table(("同类 peers", "本组 own rows", "参照 reference rows", *columns), rows),
        *note,
    ]


def _features(card: Card) -> list[str]:
    side = {1: "高 high", -1: "低 low", 0: "无 none"}
    rows = [
        (
            f"`{feature['name']}`",
            f"{feature['zh']}<br>{feature['en']}",
            feature["unit"],
            side[feature["risk_direction"]],
            f"{card.known[feature['name']]:.2f}",
        )
        for feature in card.features
    ]
    header = ("特征 feature", "含义 meaning", "单位 unit", "风险方向 side of risk", "已知占比 known share")
    return ["## 特征 Features", "", *_table(header, rows)]


def _limits() -> list[str]:
    return ["## 已知局限 Known limits", "", *(f"- {zh}<br>{en}" for zh, en in LIMITS)]


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = [header, tuple("---" for _ in header), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _pairs(values: Mapping[str, Any]) -> str:
    return "，".join(f"{name} {value}" for name, value in values.items())
