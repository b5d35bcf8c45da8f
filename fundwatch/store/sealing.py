"""Sealing bytes at rest: AES-256-GCM in ordered frames, keys wrapped by a master key, custody of key files.

A sealed file is a header and frames of at most 1 MiB of clear text. The nonce of a frame is its number and a mark on
the last one (the STREAM construction of Hoang, Reyhanitabar, Rogaway, Vizár 2015), so that frames cannot be reordered,
repeated, dropped or cut off unnoticed. A key serves one file, so nonces never repeat.
"""

from __future__ import annotations

import hashlib
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fundwatch.domain.errors import ConfigurationError, EngineError
from fundwatch.store.durable import disk, write_secret

KEY_BYTES = 32
FRAME = 1 << 20
_MAGIC = b"FWSEAL1\n"
_TAG, _NONCE = 16, 12
_FILE_PREFIX = "fundwatch-key:"


def new_key() -> bytes:
    """Return 256 fresh random bits."""
    return secrets.token_bytes(KEY_BYTES)


def fingerprint(key: bytes) -> str:
    """Return 16 hex digits by which a key is recognised; they say nothing about it."""
    return hashlib.sha256(b"fundwatch fingerprint\x00" + key).hexdigest()[:16]


def seal_stream(source: BinaryIO, target: BinaryIO, key: bytes) -> tuple[str, int]:
    """Seal ``source`` into ``target``; return the sha256 and the size in bytes of the clear text."""
    cipher, digest, size, number = AESGCM(key), hashlib.sha256(), 0, 0
    target.write(_MAGIC)
    chunk = source.read(FRAME)
    while True:
        following = source.read(FRAME) if len(chunk) == FRAME else b""
        digest.update(chunk)
        size += len(chunk)
        target.write(cipher.encrypt(_nonce(number, last=not following), chunk, _MAGIC))
        if not following:
            return digest.hexdigest(), size
        chunk, number = following, number + 1


def open_stream(source: BinaryIO, key: bytes) -> Iterator[bytes]:
    """Yield the clear frames of a sealed stream; raise EngineError at the first that is not as it was sealed."""
    cipher = AESGCM(key)
    if source.read(len(_MAGIC)) != _MAGIC:
        raise _damaged()
    number, sealed = 0, source.read(FRAME + _TAG)
    while True:
        following = source.read(FRAME + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), sealed, _MAGIC)
        except InvalidTag as error:
            raise _damaged() from error
        if not following:
            return
        number, sealed = number + 1, following


def seal(clear: bytes, key: bytes, about: bytes) -> bytes:
    """Seal a short text; ``about`` is bound to it and must be given again to open it."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, clear, about)


def unseal(sealed: bytes, key: bytes, about: bytes) -> bytes:
    """Open what ``seal`` made; raise EngineError when key, ``about`` or bytes are not the same."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
    except (InvalidTag, ValueError) as error:
        raise _damaged() from error


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """The folder of key files: one key a file, named by use and fingerprint, readable by the owner alone."""

    folder: Path

    def path(self, use: str, mark: str) -> Path:
        """Return where the key of a use with a fingerprint lies."""
        return self.folder / f"{use}-{mark}.key"

    def create(self, use: str) -> bytes:
        """Make a new key, durably, and return it."""
        key = new_key()
        write_secret(self.path(use, fingerprint(key)), f"{_FILE_PREFIX}{key.hex()}\n".encode())
        return key

    def read(self, use: str, mark: str) -> bytes:
        """Return a key; raise ConfigurationError when its file is missing, open to others or altered."""
        path = self.path(use, mark)
        if not path.is_file():
            raise _key_error(
                path, "密钥文件缺失，请从密钥备份恢复", "the key file is missing; restore it from the key backup"
            )
        with disk(path):
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise _key_error(
                    path, "密钥文件可被他人读取，请执行 chmod 600", "others can read the key file; run chmod 600 on it"
                )
            text = path.read_text(encoding="ascii", errors="replace").strip()
        try:
            key = bytes.fromhex(text.removeprefix(_FILE_PREFIX))
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES or fingerprint(key) != mark:
            raise _key_error(
                path, "密钥文件内容已损坏，请从密钥备份恢复", "the key file is damaged; restore it from the key backup"
            )
        return key

    def holds(self, use: str, mark: str) -> bool:
        """Return whether the file of a key is there."""
        return self.path(use, mark).is_file()


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NONCE - 1, "big") + (b"\x01" if last else b"\x00")


def _damaged() -> EngineError:
    return EngineError(
        "加密内容无法解开：文件被改动、截断，或密钥不符；请从备份恢复。",
        "sealed content does not open: it was altered or cut, or the key is another; restore it from the backup.",
        code="E206",
    )


def _key_error(path: Path, zh: str, en: str) -> ConfigurationError:
    return ConfigurationError(f"{zh}。", f"{en}.", code="C301", place=str(path))
