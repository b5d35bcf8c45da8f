"""``fundwatch console``: the pages of liaisons and administrators, served on this machine."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from fundwatch.cli.terminal import errors

if TYPE_CHECKING:
    from fundwatch.console.office import Office
    from pipelines.installation import Installation

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("console")(serve)


def serve(
    host: Annotated[str, typer.Option(help="监听地址 address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 port")] = 8050,
    behind_tls: Annotated[
        bool, typer.Option("--behind-tls", help="前面有 TLS 代理，会话只走加密连接 a TLS proxy stands in front")
    ] = False,
    trusted_header: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="单点登录：代理写入用户名的请求头，替代口令 header of the single sign-on"),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="只信任来自此地址的该请求头，可多次 believed from this address only"),
    ] = None,
) -> int:
    """打开工作台网页。Serve the console."""
    import uvicorn

    from fundwatch.console.application import create
    from fundwatch.console.office import Vouching
    from fundwatch.domain.errors import ConfigurationError
    from pipelines.installation import Installation, settings_of_environment
    from pipelines.orchestration import prefect_environment

    if host not in _LOOPBACK and not behind_tls:
        raise ConfigurationError(
            "对外提供网页须有 TLS 代理，请加 --behind-tls 并配置证书，或只监听 127.0.0.1。",
            "serving others needs TLS: put a proxy in front and say --behind-tls, or listen on 127.0.0.1.",
            code="C402",
        )
    if bool(trusted_header) != bool(trusted_proxy):
        raise ConfigurationError(
            "单点登录须同时给出 --trusted-header 和 --trusted-proxy：请求头只在来自代理时可信。",
            "single sign-on needs both --trusted-header and --trusted-proxy: a header counts from the proxy alone.",
            code="C403",
        )
    vouching = Vouching(trusted_header, frozenset(trusted_proxy or ())) if trusted_header else None
    settings = settings_of_environment()
    os.environ.update(prefect_environment(settings))
    with Installation.open(settings) as installation:
        app = create(replace(office_of(installation, is_secure=behind_tls), vouching=vouching))
        errors.print(f"工作台 http://{host}:{port} ；Ctrl+C 结束。The console; Ctrl+C ends it.", markup=False)
        # A client's address is that of the connection: addresses in headers are anybody's to write.
        uvicorn.run(
            app,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
    return 0


def office_of(installation: Installation, *, is_secure: bool) -> Office:
    """Return an installation as the console sees it."""
    from fundwatch.console.office import Office
    from fundwatch.store.operations import people
    from fundwatch.store.operations.database import writing
    from fundwatch.store.registry import Registry
    from pipelines.administering import Administration
    from pipelines.orchestration import api_address
    from pipelines.overseeing import Overseer
    from pipelines.uploading import Counter
    from rules.reference import workdays

    def key() -> bytes:
        with writing(installation.operations) as connection:
            return installation.custody.wrapped_key(connection, people.USE, installation.clock())

    def register() -> Registry:
        # Before the first institution there is no file; the page that registers it must open all the same.
        return installation.registry if installation.settings.institutions.exists() else Registry({})

    def is_workday(day: int) -> bool:
        return workdays(tuple(installation.notices))(day)

    return Office(
        engine=installation.operations,
        read_registry=register,
        contracts=installation.contracts,
        counter=Counter(installation),
        overseer=Overseer(api_address(), installation.clock),
        administration=Administration(installation),
        clock=installation.clock,
        second_factor_key=key,
        temporary=installation.settings.temporary,
        max_upload_bytes=installation.settings.max_upload_mb * 1024 * 1024,
        is_workday=is_workday,
        is_secure=is_secure,
    )
