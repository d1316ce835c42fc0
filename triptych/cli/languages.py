"""The texts of the product in its languages."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from triptych.cli.connecting import refuse

app = typer.Typer()


@app.command()
def messages(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; say what is missing, left over or wrong.")
    ] = False,
) -> None:
    """Take the texts of the sources into the catalogues of every language, and say how much is translated."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")
    from triptych.platform.languages import upkeep
    from triptych.platform.languages.extraction import ExtractionRefused

    try:
        if not check:
            print("\n".join(upkeep.update()))
        elif problems := upkeep.problems():
            print("\n".join(problems), file=sys.stderr)
            raise refuse(f"{len(problems)} texts or catalogues are not as they should be.")
    except ExtractionRefused as refused:
        raise refuse(str(refused)) from refused
