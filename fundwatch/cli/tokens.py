"""``fundwatch token``: by which the machines of institutions hand files in."""

from __future__ import annotations

from getpass import getuser
from typing import Annotated

import typer
from rich.table import Table

from fundwatch.cli.terminal import console, print_json_lines

app = typer.Typer(help="机构令牌。Tokens of institutions' machines.", no_args_is_help=True)


@app.command("add")
def add(
    institution: Annotated[str, typer.Option("--institution", metavar="CODE", help="报送机构代码 institution")],
    label: Annotated[str, typer.Option(metavar="TEXT", help="用途，如“核心系统日终” what it is for")],
) -> int:
    """为机构的系统签发令牌，只显示一次。Issue a token; it is shown once."""
    from fundwatch.store.operations import access_tokens
    from fundwatch.store.operations.database import writing
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        code = installation.registry.institution(institution).code
        with writing(installation.operations) as connection:
            number, text = access_tokens.issue(
                connection, institution=code, label=label, actor=getuser(), now=installation.clock()
            )
    console.print(f"令牌 {number} 已签发给 {code}，只显示这一次。Token {number}, shown once:", markup=False)
    console.print(text, markup=False, soft_wrap=True)
    return 0


@app.command("list")
def listing(as_json: Annotated[bool, typer.Option("--json", help="一行一个 JSON one object a line")] = False) -> int:
    """列出令牌。List the tokens."""
    from fundwatch.store.operations import access_tokens
    from fundwatch.store.operations.database import reading
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation, reading(installation.operations) as connection:
        found = access_tokens.listed(connection)
    if as_json:
        print_json_lines(
            {
                "number": one.number,
                "institution": one.institution,
                "label": one.label,
                "holds": one.revoked_at is None,
                "used_at": None if one.used_at is None else one.used_at.isoformat(),
            }
            for one in found
        )
        return 0
    table = Table("编号 no.", "机构 institution", "用途 for", "状态 state", "最近使用 last used")
    for one in found:
        state = "有效 holds" if one.revoked_at is None else "已吊销 revoked"
        used = "--" if one.used_at is None else f"{one.used_at:%Y-%m-%d %H:%M} UTC"
        table.add_row(str(one.number), one.institution, one.label, state, used)
    console.print(table)
    return 0


@app.command("revoke")
def revoke(number: Annotated[int, typer.Argument(metavar="NUMBER", help="令牌编号 number")]) -> int:
    """吊销令牌，立即生效。Revoke a token at once."""
    from fundwatch.store.operations import access_tokens
    from fundwatch.store.operations.database import writing
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation, writing(installation.operations) as connection:
        access_tokens.revoke(connection, number, actor=getuser(), now=installation.clock())
    console.print(f"令牌 {number} 已吊销。Revoked.", markup=False)
    return 0
