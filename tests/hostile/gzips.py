"""gzip: broken, endless, nested, and members that nobody expects."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator

from tests.hostile.cases import Case, of_bytes, refused, taken
from tests.hostile.sample import LINES, TEXT

_WHOLE = gzip.compress(TEXT.encode(), mtime=0)


def _named(name: str) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(filename=name, mode="wb", fileobj=out, mtime=0) as stream:
        stream.write(TEXT.encode())
    return out.getvalue()


def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1024 * 1024)
    return b"".join([*(packer.compress(block) for _ in range(160)), packer.flush()])


def _cases() -> Iterator[Case]:
    def case(name: str, content: bytes, *codes: str) -> Case:
        return refused(name, of_bytes(content, "a.csv.gz"), *codes)

    for share in (1, 3, 5, 8, 9):
        yield case(f"cut at {share} tenths", _WHOLE[: len(_WHOLE) * share // 10], "R015")
    for size in (2, 3, 9, 10, 18):
        yield case(f"cut at byte {size}", _WHOLE[:size], "R015")
    for back in (1, 4, 8):
        yield case(f"cut {back} bytes before its end", _WHOLE[:-back], "R015")
    yield case("a wrong checksum", _WHOLE[:-8] + b"\x00\x00\x00\x00" + _WHOLE[-4:], "R015")
    yield case("a wrong length", _WHOLE[:-4] + b"\x01\x00\x00\x00", "R015")
    yield case("a byte changed within", _WHOLE[:60] + bytes([_WHOLE[60] ^ 0xFF]) + _WHOLE[61:], "R015")
    yield case("an unknown method", _WHOLE[:2] + b"\x07" + _WHOLE[3:], "R015")
    yield refused("a bomb", of_bytes(_bomb, "a.csv.gz"), "R006")
    yield case("compressed twice", gzip.compress(_WHOLE), "R016")
    yield case("compressed three times", gzip.compress(gzip.compress(_WHOLE)), "R016")
    yield case("nothing within", gzip.compress(b""), "R001")
    yield case("a picture within", gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(64)), "R010")
    yield case("an archive within", gzip.compress(b"PK\x05\x06" + bytes(18)), "R008")
    yield case("rubbish behind it", _WHOLE + b"rubbish behind the end", "R015")
    yield taken("zeros behind it", of_bytes(_WHOLE + bytes(512), "a.csv.gz"))
    half = len(LINES) // 2
    members = [gzip.compress("".join(part).encode(), mtime=0) for part in (LINES[:half], LINES[half:])]
    yield taken("two members, each half a file", of_bytes(b"".join(members), "a.csv.gz"))
    yield case("the second member broken", members[0] + members[1][:-6], "R015")
    yield taken("an evil name within", of_bytes(_named("../../etc/passwd"), "a.csv.gz"))
    yield taken("compressed, with another ending", of_bytes(_WHOLE, "a.csv"))
    yield taken("text that says it is compressed", of_bytes(TEXT.encode(), "a.csv.gz"))


CASES = tuple(_cases())
