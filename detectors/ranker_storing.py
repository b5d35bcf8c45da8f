"""Rankers on disk without pickle, their cards, and which one is in force.

A ranker is a folder named by its content: ``trees.npz``, ``card.json``, ``card.md``, written beside its place and
renamed, so that a reader sees all of it or none.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from detectors.cards import canonical
from detectors.ranker import Card, Ranker
from detectors.ranker_trees import BoostedTrees
from fundwatch.domain.errors import ConfigurationError

_TREES, _CARD, _PAGE, _POINTER = "trees.npz", "card.json", "card.md", "in_force"


def save(ranker: Ranker, root: Path) -> Ranker:
    """Store a ranker under ``root/<ranker_id>`` and return it with its id; storing it twice changes nothing."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **ranker.trees.to_arrays())
    ranker_id = _identity(ranker.card, buffer.getvalue())
    named = dataclasses.replace(ranker, ranker_id=ranker_id)
    place = root / ranker_id
    if not place.exists():
        root.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".ranker-", dir=root))
        try:
            (draft / _TREES).write_bytes(buffer.getvalue())
            (draft / _CARD).write_text(
                json.dumps(dataclasses.asdict(ranker.card), ensure_ascii=False, indent=1), "utf-8"
            )
            (draft / _PAGE).write_text(render(named), "utf-8")
            draft.rename(place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return named


def load(root: Path, ranker_id: str) -> Ranker:
    """Load a ranker; raise ConfigurationError when it is missing or not what its id says."""
    place = root / ranker_id
    try:
        arrays = (place / _TREES).read_bytes()
        card = _card(json.loads((place / _CARD).read_text("utf-8")))
        with np.load(io.BytesIO(arrays), allow_pickle=False) as stored:
            trees = BoostedTrees.from_arrays({name: stored[name] for name in stored.files})
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
        raise _unusable(ranker_id) from error
    if _identity(card, arrays) != ranker_id:
        raise _unusable(ranker_id)
    return Ranker(trees, card, ranker_id)


def in_force(root: Path) -> str | None:
    """Return the id of the ranker that orders the list, None where the score does."""
    pointer = root / _POINTER
    return pointer.read_text("ascii").strip() if pointer.is_file() else None


def put_in_force(root: Path, ranker: Ranker) -> None:
    """Make a stored ranker the one that orders the list."""
    draft = root / f"{_POINTER}.part"
    draft.write_text(ranker.ranker_id, "ascii")
    draft.replace(root / _POINTER)


def render(ranker: Ranker) -> str:
    """Return the card as a Markdown page, Chinese first."""
    card = ranker.card
    lines = [
        f"# 排序模型卡 Ranker card `{ranker.ranker_id[:12]}`",
        "",
        "只重排、不隐藏；不改评分与等级。 It reorders and hides nothing; score and level stay.",
        "",
        "| 项目 item | 内容 content |",
        "|---|---|",
        f"| 训练月份 trained on | {'、'.join(card.months['train'])} |",
        f"| 留出月份 held back | {'、'.join(card.months['held'])} |",
        *(f"| 标注数 labels: {name} | {count} |" for name, count in card.labels.items()),
        *(f"| 留出月份上 on held-back months: {name} | {value:.4f} |" for name, value in card.metrics.items()),
        f"| 校准 Platt（在留出月份上拟合 fitted on them） | slope {card.slope:.4f}, intercept {card.intercept:.4f} |",
        f"| 随机种子 seed | {card.seed} |",
        f"| 参数 parameters | {'，'.join(f'{name} {value}' for name, value in card.parameters.items())} |",
        f"| 程序库 libraries | {'，'.join(f'{name} {value}' for name, value in card.libraries.items())} |",
        f"| 列数 columns | {len(card.columns)} |",
        f"| 训练时间 trained at (UTC) | {card.trained_at} |",
        "",
        "## 已知局限 Known limits",
        "",
        "- 排序值是同类线索中“成立”占比的估计，随标注而变；不是对任何人的判断。<br>The order value estimates the share "
        "of upheld leads among cases like it; it is no judgement of anybody.",
        "- 只学得会已复核过的类型；从未复核过的，次序近似规则评分。<br>It knows what was reviewed; the rest it orders "
        "much as the rules do.",
        "- Brier 分数用拟合校准的同一批月份计算（两个参数），略偏乐观。<br>The Brier score is taken on the months that "
        "fitted the two parameters of the calibration, so it flatters a little.",
    ]
    return "\n".join(lines) + "\n"


def _identity(card: Card, arrays: bytes) -> str:
    content = {name: value for name, value in dataclasses.asdict(card).items() if name != "trained_at"}
    hashed = hashlib.sha256(arrays).hexdigest()
    return hashlib.sha256(canonical({"trees": hashed, "card": content})).hexdigest()


def _card(data: dict[str, Any]) -> Card:
    months = {name: tuple(months) for name, months in data["months"].items()}
    return Card(**data | {"columns": tuple(data["columns"]), "months": months})


def _unusable(ranker_id: str) -> ConfigurationError:
    return ConfigurationError(
        f"缺少排序模型 {ranker_id[:12]} 或已损坏：请重新运行 fundwatch train-ranker。",
        f"ranker {ranker_id[:12]} is missing or damaged: run fundwatch train-ranker again.",
        code="D035",
    )
