"""``fundwatch user``: who may sign in to the console."""

from __future__ import annotations

import sys
from getpass import getuser
from typing import Annotated

import typer
from rich.table import Table

from fundwatch.cli.terminal import console, print_json_lines
from fundwatch.domain.access import Role

app = typer.Typer(help="用户。People who sign in.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="用户名，用于登录 the name to sign in with")]


@app.command("add")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="角色 what the person may do")],
    institutions: Annotated[
        list[str] | None, typer.Option("--institution", metavar="CODE", help="联络员所属报送机构 of a liaison")
    ] = None,
    region: Annotated[str | None, typer.Option(metavar="CODE", help="县区六位区划代码 of a county officer")] = None,
    display_name: Annotated[str, typer.Option(metavar="TEXT", help="显示名 the name shown")] = "",
) -> int:
    """新增用户并登记双因素；口令从标准输入读取，首次登录须修改。Add a person; the password is read from input."""
    from fundwatch.store.operations import people
    from fundwatch.store.operations.database import writing
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        for code in institutions or []:
            installation.registry.institution(code)
        password = _password()
        now = installation.clock()
        with writing(installation.operations) as connection:
            number = people.add(
                connection,
                name=name,
                display_name=display_name,
                role=role,
                institutions=institutions or [],
                region=region,
                password=password,
                actor=getuser(),
                now=now,
            )
            person = people.get(connection, number)
            assert person is not None
            key = installation.custody.wrapped_key(connection, people.USE, now)
            address = people.enrol_second_factor(connection, person, key, actor=getuser(), now=now)
    console.print(f"已新增{role.zh} {name}，首次登录须修改口令。Added; the password must be changed.", markup=False)
    _show_address(address)
    return 0


@app.command("list")
def listing(as_json: Annotated[bool, typer.Option("--json", help="一行一个 JSON one object a line")] = False) -> int:
    """列出用户。List the people."""
    from fundwatch.store.operations import people
    from fundwatch.store.operations.database import reading
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation, reading(installation.operations) as connection:
        found = people.listed(connection)
    if as_json:
        print_json_lines(
            {
                "name": one.name,
                "role": one.role.value,
                "institutions": sorted(one.scope.institutions),
                "region": one.scope.region,
                "active": one.is_active,
                "signed_in_at": None if one.signed_in_at is None else one.signed_in_at.isoformat(),
            }
            for one in found
        )
        return 0
    table = Table("用户名 name", "显示名 shown as", "角色 role", "范围 scope", "状态 state", "上次登录 last sign-in")
    for one in found:
        scope = "、".join(sorted(one.scope.institutions)) or one.scope.region or "全部 all"
        state = "在用 active" if one.is_active else "停用 disabled"
        last = "--" if one.signed_in_at is None else f"{one.signed_in_at:%Y-%m-%d %H:%M} UTC"
        table.add_row(one.name, one.display_name, one.role.zh, scope, state, last)
    console.print(table)
    return 0


@app.command("reset")
def reset(name: Name) -> int:
    """重置口令与双因素：忘记口令、丢失手机、被锁定或重新启用。Begin anew with another password and second factor."""
    from fundwatch.store.operations import people
    from fundwatch.store.operations.database import writing
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation:
        password, now, actor = _password(), installation.clock(), getuser()
        with writing(installation.operations) as connection:
            person = people.reset(connection, name, password, actor=actor, now=now)
            key = installation.custody.wrapped_key(connection, people.USE, now)
            address = people.enrol_second_factor(connection, person, key, actor=actor, now=now)
    console.print(f"{name} 已重置，首次登录须修改口令。Reset; the password must be changed.", markup=False)
    _show_address(address)
    return 0


@app.command("disable")
def disable(name: Name) -> int:
    """停用用户，并结束其全部会话。Disable a person and end all sessions."""
    from fundwatch.store.operations import people
    from fundwatch.store.operations.database import writing
    from pipelines.installation import Installation, settings_of_environment

    with Installation.open(settings_of_environment()) as installation, writing(installation.operations) as connection:
        people.disable(connection, name, actor=getuser(), now=installation.clock())
    console.print(f"{name} 已停用。Disabled.", markup=False)
    return 0


def _show_address(address: str) -> None:
    console.print("双因素登记地址只显示这一次，请录入验证器。Second factor, shown once:", markup=False)
    console.print(address, markup=False, soft_wrap=True)


def _password() -> str:
    """Read a password twice from a terminal, or its first line from what is piped in."""
    if sys.stdin.isatty():
        return str(typer.prompt("口令 password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
