"""Every pinned package has a permissive licence, or stands on the allow-list with its reason."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = tomllib.loads((ROOT / "licences.toml").read_text(encoding="utf-8"))
PINNED = re.findall(r"^([A-Za-z0-9._-]+)==([^ \\]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def licence_words(name: str) -> set[str]:
    metadata = importlib.metadata.distribution(name).metadata
    expression = metadata.get("License-Expression")
    if expression:
        return set(re.split(r"\s+(?:AND|OR|WITH)\s+|[()\s]+", expression)) - {""}
    classifiers = [line.split("::")[-1].strip() for line in metadata.get_all("Classifier") or [] if "License" in line]
    texts = classifiers or [(metadata.get("License") or "unknown").splitlines()[0].strip()]
    return {RULES["spelling"].get(text, text) for text in texts}


def installed(name: str) -> bool:
    return next(iter(importlib.metadata.distributions(name=name)), None) is not None


@pytest.mark.parametrize("name", sorted({name for name, _ in PINNED if installed(name)}))
def test_a_package_is_permissive_or_allowed_with_a_reason(name: str) -> None:
    foreign = licence_words(name) - set(RULES["permissive"])
    assert not foreign or RULES["weak_copyleft"].get(name), f"{name}: {sorted(foreign)} is not on the list"


def test_the_allow_list_names_no_package_that_is_gone() -> None:
    assert set(RULES["weak_copyleft"]) <= {name for name, _ in PINNED}


def test_every_package_is_pinned_with_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    assert len(PINNED) > 100
    for block in filter(str.strip, blocks):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_prefect_keeps_a_fastapi_that_runs_flows() -> None:
    major, minor = (int(part) for part in dict(PINNED)["fastapi"].split(".")[:2])
    assert (major, minor) < (0, 151)


def test_prefect_keeps_a_sqlalchemy_that_schedules_runs() -> None:
    assert dict(PINNED)["sqlalchemy"].startswith("2.0.")
