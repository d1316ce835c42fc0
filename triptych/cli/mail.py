"""`triptych mail`: the doors for mail that comes."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from triptych.cli.connecting import Data, TenantName, connect, refusals_end_it, refuse, tenant_named
from triptych.platform.ending import set_when_asked_to_end

app = typer.Typer(help="Bring mail in.", no_args_is_help=True)


@app.command("deliver")
def mail_deliver(
    file: Annotated[str, typer.Argument(help="A mail as it came (.eml), or - for standard input.")],
    tenant: TenantName,
    to: Annotated[str, typer.Option("--to", help="The address it came for; else what its headers say.")] = "",
    data: Data = None,
) -> None:
    """Take a mail in, as if it had arrived, and print what became of it."""
    connect(data, as_owner=False)
    from triptych.core_crm.mail import command

    with refusals_end_it():
        print(command.deliver(tenant=tenant_named(tenant), file=file, recipient=to))


@app.command("serve")
def mail_serve(
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8024,
    smtp: Annotated[bool, typer.Option("--smtp", help="Speak SMTP instead of LMTP.")] = False,
    data: Data = None,
) -> None:
    """Listen for mails to the queues and cases of all tenants, until stopped."""
    connect(data, as_owner=False)
    from triptych.core_crm.mail import listener

    stopping = threading.Event()
    set_when_asked_to_end(stopping)
    try:
        listener.serve(host=host, port=port, lmtp=not smtp, stopping=stopping)
    except OSError as error:
        raise refuse(f"Nobody can listen on {host}:{port}: {error.strerror or error}.") from error
