"""Severity is told by shape and word first; its colours stay apart for every kind of sight, and its words are legible.

Dichromacy is simulated after Machado, Oliveira and Fernandes (2009), severity 1, in linear RGB; the distance is CIE76.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import fundwatch.console

CSS = (Path(fundwatch.console.__file__).parent / "static" / "console.css").read_text(encoding="utf-8")
LEAST_APART = 20
LEAST_CONTRAST = 5.0
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ @ np.ones(3)
HOLLOW = "#8a93a3"
"""How a thin grey ring reads as an area."""


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    x, y, z = np.cbrt(np.clip(TO_XYZ @ np.clip(light, 0, 1) / WHITE, 1e-6, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def fills() -> dict[str, str]:
    found = dict(re.findall(r"\.(f[1-4])\{fill:(#[0-9a-f]{6})", CSS))
    return found | {"f0": HOLLOW}


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_five_fills_stay_apart(sight: str) -> None:
    assert len(fills()) == 5
    seen = {name: lab(SIGHTS[sight] @ linear(colour)) for name, colour in fills().items()}
    distances = {
        (one, other): float(np.linalg.norm(seen[one] - seen[other])) for one, other in combinations(sorted(seen), 2)
    }
    assert min(distances.values()) >= LEAST_APART, distances


@pytest.mark.parametrize("level", ["s4", "s3", "s2", "ok"])
def test_words_are_legible_on_their_tints(level: str) -> None:
    word = re.search(rf"--{level}:(#[0-9a-f]{{6}})", CSS)
    tint = re.search(rf"--{level}-bg:(#[0-9a-f]{{6}})", CSS)
    assert word is not None and tint is not None
    dark, light = sorted(float(TO_XYZ[1] @ linear(one[1])) for one in (word, tint))
    assert (light + 0.05) / (dark + 0.05) >= LEAST_CONTRAST
