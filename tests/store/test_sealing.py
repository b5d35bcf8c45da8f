"""Sealed bytes open only whole, in order, and with their key."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundwatch.domain.errors import ConfigurationError, EngineError
from fundwatch.store import sealing
from fundwatch.store.sealing import KeyFolder, fingerprint, new_key, open_stream, seal, seal_stream, unseal

FRAME = 64
KEY = bytes(range(32))
HEADER = 8


@pytest.fixture(autouse=True)
def small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "FRAME", FRAME)


def _sealed(clear: bytes, key: bytes = KEY) -> bytes:
    target = io.BytesIO()
    seal_stream(io.BytesIO(clear), target, key)
    return target.getvalue()


def _opened(content: bytes, key: bytes = KEY) -> bytes:
    return b"".join(open_stream(io.BytesIO(content), key))


@given(clear=st.binary(max_size=5 * FRAME))
def test_what_was_sealed_opens(clear: bytes) -> None:
    assert _opened(_sealed(clear)) == clear


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME])
def test_every_cut_is_noticed(size: int) -> None:
    content = _sealed(bytes(size))
    for length in range(len(content)):
        with pytest.raises(EngineError):
            _opened(content[:length])


def test_every_changed_byte_is_noticed() -> None:
    content = _sealed(b"x" * (FRAME + 10))
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= 1
        with pytest.raises(EngineError):
            _opened(bytes(changed))


def test_frames_cannot_be_moved_repeated_or_dropped() -> None:
    content = _sealed(bytes(3 * FRAME))
    size = FRAME + 16
    head, frames = content[:HEADER], [content[HEADER + n * size : HEADER + (n + 1) * size] for n in range(3)]
    for order in ([1, 0, 2], [0, 0, 1, 2], [0, 2], [0, 1], [0, 1, 2, 2], [2]):
        with pytest.raises(EngineError):
            _opened(head + b"".join(frames[number] for number in order))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(EngineError):
        _opened(_sealed(b"x"), new_key())


def test_a_short_seal_is_bound_to_what_it_is_about() -> None:
    sealed = seal(b"11010519491231002X", KEY, b"T1")
    assert unseal(sealed, KEY, b"T1") == b"11010519491231002X"
    assert seal(b"x", KEY, b"T1") != seal(b"x", KEY, b"T1")
    for content, key, about in (
        (sealed, KEY, b"T2"),
        (sealed, new_key(), b"T1"),
        (sealed[:-1], KEY, b"T1"),
        (b"", KEY, b"T1"),
    ):
        with pytest.raises(EngineError):
            unseal(content, key, about)


def test_key_files_are_the_owner_s_alone(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "keys")
    key = folder.create("master")
    path = folder.path("master", fingerprint(key))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert folder.read("master", fingerprint(key)) == key
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("flaw", "said"), [("missing", "missing"), ("open", "chmod 600"), ("altered", "damaged"), ("junk", "damaged")]
)
def test_a_flawed_key_file_says_what_to_do(tmp_path: Path, flaw: str, said: str) -> None:
    folder = KeyFolder(tmp_path)
    mark = fingerprint(folder.create("master"))
    path = folder.path("master", mark)
    match flaw:
        case "missing":
            path.unlink()
        case "open":
            path.chmod(0o644)
        case "altered":
            path.write_text(f"fundwatch-key:{new_key().hex()}\n")
        case _:
            path.write_bytes(b"\xff\xfe junk")
    with pytest.raises(ConfigurationError, match=said):
        folder.read("master", mark)
