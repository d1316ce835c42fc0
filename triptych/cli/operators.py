"""`triptych operator`: who runs this installation."""

from __future__ import annotations

from typing import Annotated

import typer

from triptych.cli.connecting import Data, connect, refusals_end_it

app = typer.Typer(help="Say who runs this installation.", no_args_is_help=True)


@app.command("add")
def operator_add(
    email: str,
    password: Annotated[
        str | None, typer.Option(help="Of somebody who has no account yet; without it one is made up and printed.")
    ] = None,
    data: Data = None,
) -> None:
    """Let somebody sign in to the operator's console on the bare host."""
    connect(data)
    from triptych.tenants import fleet, operators

    fleet.ensure_migrated()
    with refusals_end_it():
        person, made_up = operators.add_operator(email=email, password=password)
    print(f"{person.email}\t{made_up}" if made_up else person.email)


@app.command("list")
def operator_list(data: Data = None) -> None:
    """List the operators: e-mail, and whether their second factor is set up."""
    connect(data)
    from triptych.tenants import fleet, operators

    fleet.ensure_migrated()
    for person, has_second_factor in operators.all_operators():
        print(f"{person.email}\t{'second factor' if has_second_factor else 'no second factor yet'}")


@app.command("remove")
def operator_remove(email: str, data: Data = None) -> None:
    """Take the console away from somebody, at once. They stay a member where they are one."""
    connect(data)
    from triptych.tenants import fleet, operators

    fleet.ensure_migrated()
    with refusals_end_it():
        operators.remove_operator(email=email)
    print(email)
