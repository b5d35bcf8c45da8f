"""The program ``fundwatch``."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from fundwatch.cli import (
    backtest,
    catalogue,
    city,
    console,
    data,
    deliveries,
    feeds,
    graph,
    learning,
    night,
    people,
    proposals,
    review,
    system,
    tokens,
    trace,
)
from fundwatch.cli.errors import ENGINE, FINE, USAGE, exit_code_of, sentence_of
from fundwatch.domain.visible import visible

# Nothing connects outward: the telemetry of every library is off before it is imported.
_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
}

app = typer.Typer(
    name="fundwatch",
    help="资金哨：涉嫌非法集资资金异动监测。Early sight of suspicious money flows.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for part in (data, deliveries, night, review, learning, backtest, trace, city, graph, console, system):
    part.register(app)
proposals.register(catalogue.app)
app.add_typer(catalogue.app, name="rules")
app.add_typer(feeds.app, name="feeds")
app.add_typer(people.app, name="user")
app.add_typer(tokens.app, name="token")


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the program and leave with the exit code that docs/architecture.md lists."""
    left: list[int] = []
    # Registered first, so run last, after everybody else has tidied up: DuckDB's binding reports harmless
    # leaks on standard error when the interpreter takes itself apart.
    atexit.register(lambda: _leave(left[0]) if left else None)
    left.append(execute(arguments))
    sys.exit(left[0])


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def execute(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error ends as one sentence on standard error."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        result = app(arguments, standalone_mode=False, prog_name="fundwatch")
    except TyperException as error:
        print(f"用法有误：{error.format_message()}（fundwatch --help 查看用法）", file=sys.stderr)  # noqa: T201
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        print("已中断；已受理的数据不受影响。Interrupted; what was acknowledged is kept.", file=sys.stderr)  # noqa: T201
        return ENGINE
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has gone; nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except Exception as error:  # noqa: BLE001
        # The roof: no traceback reaches a person.
        print(visible(sentence_of(error)), file=sys.stderr)  # noqa: T201
        return exit_code_of(error)
    return result if isinstance(result, int) else FINE
