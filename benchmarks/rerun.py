"""What a rerun of the same night adds to the queue: it must be nothing.

``python -m benchmarks.rerun`` makes a small city, runs a night, runs it again, and prints what was added.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import date
from pathlib import Path

from fundwatch.city import write_sample
from pipelines.plain import nights

_LAST_DAY = date(2026, 10, 31)


def main() -> None:
    """Run one night twice and print new alerts and new versions of each."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_sample(home / "city", seed=7, persons=800, days=90, last_day=_LAST_DAY)
        shutil.copy(home / "city" / "institutions.toml", home)
        os.environ["FUNDWATCH_HOME"] = str(home)
        print(f"{'run':<8}{'hits':>8}{'signals':>9}{'new alerts':>12}{'new versions':>14}{'unchanged':>11}")
        for run in ("first", "second"):
            (outcome,) = nights(_LAST_DAY.isoformat(), None, home / "city" / "inbox")
            versions = outcome["new"] + outcome["grown"] + outcome["recurred"]
            print(
                f"{run:<8}{outcome['hits']:>8}{outcome['signals']:>9}{outcome['new']:>12}{versions:>14}"
                f"{outcome['unchanged']:>11}"
            )


if __name__ == "__main__":
    main()
