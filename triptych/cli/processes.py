"""What runs until it is stopped: everything at once, or one of its processes."""

from __future__ import annotations

import os
import threading
from typing import Annotated

import typer

from triptych.cli.connecting import Data, connect, find_database, refusals_end_it, set_up
from triptych.platform import embedded
from triptych.platform.ending import set_when_asked_to_end
from triptych.platform.languages import LANGUAGES, SOURCE

app = typer.Typer()


def _one_that_we_speak(language: str) -> str:
    if language not in dict(LANGUAGES):
        raise typer.BadParameter(f"We speak {', '.join(dict(LANGUAGES))}.")
    return language


@app.command()
def up(
    data: Data = None,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin with an empty data folder; the old one is kept.")
    ] = False,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Make no demo tenant.")] = False,
    language: Annotated[
        str, typer.Option(help="Of the demo tenant, when it is made.", callback=_one_that_we_speak)
    ] = SOURCE,
) -> None:
    """Start everything on this machine: database, web server, relay, worker, scheduler, and a demo tenant."""
    from triptych import supervisor

    folder = data.expanduser().resolve() if data else embedded.default_data_folder()
    with refusals_end_it():
        supervisor.refuse_busy_port(port)
        kept = supervisor.set_aside(folder) if fresh else None
        if kept:
            print(f"The former data is kept in {kept}.")
        os.environ["TRIPTYCH_PORT"] = str(port)
        os.environ.setdefault("TRIPTYCH_STREAMS_PORT", str(supervisor.port_beside(port)))
        supervisor.run(
            data=find_database(data),
            port=port,
            demo=not no_demo,
            language=language,
            set_up=lambda: set_up(as_owner=True),
        )


@app.command()
def provision(
    data: Data = None, wanted: Annotated[int, typer.Option(help="How many spare tenants to keep.")] = 2
) -> None:
    """Keep spare tenants ready for sign-ups, until stopped."""
    connect(data)
    from triptych.tenants.provisioner import run_provisioner

    stopping = threading.Event()
    set_when_asked_to_end(stopping)
    run_provisioner(wanted=wanted, stopping=stopping)


@app.command()
def web(data: Data = None, port: int = 8000, host: str = "127.0.0.1") -> None:
    """Serve the web app and the API."""
    find_database(data)
    from triptych.supervisor import web_server

    command = web_server(port=port, host=host)
    os.execv(command[0], command)  # noqa: S606 - the server takes the place of this process


@app.command()
def streams(data: Data = None, port: int = 8001, host: str = "127.0.0.1") -> None:
    """Serve live updates: what happens in a workspace, told to open pages and programs at once."""
    os.environ.setdefault("TRIPTYCH_POOL", "4")
    connect(data, as_owner=False)
    from triptych.platform.live.process import run

    run(host=host, port=port)


@app.command()
def worker(
    queues: Annotated[str, typer.Option(help="Only these, e.g. interactive,bulk.")] = "interactive,bulk,analytics",
    data: Data = None,
) -> None:
    """Work on tasks; without a broker, relay and keep the schedules, too."""
    os.environ.setdefault("TRIPTYCH_POOL", "12")
    connect(data, as_owner=False)
    from triptych.platform.events.process import run_worker

    run_worker(embedded=not os.environ.get("BROKER_URL"), queues=queues.split(","))


@app.command()
def relay(data: Data = None) -> None:
    """Run the relay alone, where workers run as processes of their own behind a broker."""
    connect(data, as_owner=False)
    from triptych.platform.events.process import run_relay

    run_relay()
