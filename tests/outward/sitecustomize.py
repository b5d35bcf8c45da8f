"""Loaded by every Python process of the test: writes down each attempt to reach another machine."""

import os
import sys
from pathlib import Path

_HERE = {None, "", "localhost", "::1", "::", "0.0.0.0", os.uname().nodename}


def _watch(event: str, arguments: tuple) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in _HERE and not str(host).startswith("127."):
        with Path(os.environ["OUTWARD_LOG"]).open("a", encoding="utf-8") as stream:
            stream.write(f"{event} {host}\n")


if "OUTWARD_LOG" in os.environ:
    sys.addaudithook(_watch)
