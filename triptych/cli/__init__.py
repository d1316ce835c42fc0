"""The command line: `triptych`. Exit status 0, 1 for a refusal with its reason on stderr, 2 for wrong usage."""

import typer

from triptych.cli import (
    archives,
    imports,
    languages,
    mail,
    operators,
    people,
    plugins,
    processes,
    tenants,
    tokens,
    upkeep,
)

app = typer.Typer(help="Triptych, a CRM for small businesses.", no_args_is_help=True, pretty_exceptions_enable=False)
for commands in (processes.app, upkeep.app, imports.app, archives.app, languages.app):
    app.add_typer(commands)
app.add_typer(tenants.app, name="tenant")
app.add_typer(tokens.app, name="token")
app.add_typer(plugins.app, name="plugin")
app.add_typer(operators.app, name="operator")
app.add_typer(mail.app, name="mail")
app.add_typer(people.app, name="person")


def main() -> None:
    app()
