"""gzip: one file, unpacked within bounds."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from data_contracts.reading.staged import input_error

BLOCK = 1024 * 1024
LARGEST = 8 * 1024**3
_RATIO = 200
_RATIO_FROM = 100 * 1024**2


def unpack(path: Path, target: Path) -> Path:
    """Write the content of a gzip file to ``target``; raises InputError for a damaged, torn or bomb-like one."""
    try:
        _write(path, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def _write(path: Path, target: Path) -> None:
    packed = max(1, path.stat().st_size)
    size = 0
    try:
        with gzip.open(path, "rb") as stream, target.open("wb") as out:
            while block := stream.read(BLOCK):
                size += len(block)
                if size > LARGEST or (size > _RATIO_FROM and size / packed > _RATIO):
                    raise input_error(
                        "R006", "压缩内容过大，拒绝展开", "the archive would expand too far and is refused", path.name
                    )
                out.write(block)
    except EOFError as error:
        raise input_error(
            "R015",
            "gzip 文件不完整，请重新传输",
            "the gzip file breaks off; send the complete file again",
            path.name,
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise input_error(
            "R015", "gzip 文件损坏，请重新压缩后报送", "the gzip file is damaged; compress and send it again", path.name
        ) from error
