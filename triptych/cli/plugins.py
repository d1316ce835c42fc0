"""`triptych plugin`: list, enable and write plugins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from triptych.cli.connecting import Data, TenantName, connect, refusals_end_it, refuse, tenant_named

app = typer.Typer(help="List, enable and write plugins.", no_args_is_help=True)


@app.command("list")
def plugin_list(data: Data = None) -> None:
    """List the installed plugins: id, version, label; and those set aside because they do not load."""
    connect(data)
    from triptych.platform.plugins.discovery import installed_plugins, quarantined_plugins

    for plugin in installed_plugins():
        print(f"{plugin.id}\t{plugin.version}\t{plugin.label}")
    for broken in quarantined_plugins():
        print(f"{broken.id}\tquarantined\t{broken.reason}")


def _switch_plugin(data: Path | None, plugin_id: str, tenant: str, switch: str) -> None:
    connect(data)
    from triptych.platform import clock
    from triptych.tenants import plugins

    action: Callable[..., Any] = getattr(plugins, switch)
    with refusals_end_it():
        action(tenant=tenant_named(tenant), plugin_id=plugin_id, by=None, now=clock.now())


@app.command("enable")
def plugin_enable(plugin_id: str, tenant: TenantName, data: Data = None) -> None:
    """Enable a plugin for a tenant."""
    _switch_plugin(data, plugin_id, tenant, "enable_plugin")


@app.command("disable")
def plugin_disable(plugin_id: str, tenant: TenantName, data: Data = None) -> None:
    """Disable a plugin for a tenant. Its data stays."""
    _switch_plugin(data, plugin_id, tenant, "disable_plugin")


@app.command("new")
def plugin_new(name: str, into: Annotated[Path, typer.Option(help="Folder to write to.")] = Path()) -> None:
    """Write the beginnings of a plugin of your own."""
    from triptych.platform.plugins.scaffold import scaffold
    from triptych.platform.refusals import Refused

    try:
        print(scaffold(name, into))
    except Refused as refused:
        raise refuse(refused.message) from refused
