"""All figures of docs/performance.md, one process each so that peak memory is each one's own."""

from __future__ import annotations

import subprocess
import sys

SECTIONS = (
    "relations", "rules", "backtest", "night", "whole_night", "flow", "forest", "rerun", "intake",
    "workbooks", "console", "learning",
)  # fmt: skip


def main() -> int:
    """Run every section and return the worst exit code."""
    worst = 0
    for section in SECTIONS:
        print(f"== {section}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{section}"], check=False)  # noqa: S603 - ourselves
        worst = max(worst, done.returncode)
        print(flush=True)
    return worst


if __name__ == "__main__":
    sys.exit(main())
