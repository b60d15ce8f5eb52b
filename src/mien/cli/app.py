"""The command's entry: verbs, version, exit codes.

Everything heavy is imported inside the verbs, so that ``mien --help`` stays quick.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

import mien
from mien.cli.animate import animate
from mien.cli.demo import demo
from mien.cli.doctor import doctor
from mien.cli.exits import USAGE, complain

# Typer names only the leaf of its usage errors; its parent is the family.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]

app = typer.Typer(
    name="mien",
    help="Brings a portrait to life: one picture in, that person moving and emoting out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command()(animate)
app.command()(demo)
app.command()(doctor)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mien {mien.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 2 bad input or usage, 130 interrupted, 1 other."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = app(args=arguments, prog_name="mien", standalone_mode=False)
    except _UsageError as error:
        if message := _one_line(error):
            complain(f"{message}; see mien --help")
        code = USAGE
    sys.exit(code if isinstance(code, int) else 0)


def _terminate(number: int, frame: object) -> NoReturn:
    """Leave by an exception, so that a half-written file is removed."""
    sys.exit(128 + number)


def _one_line(error: Exception) -> str:
    """Empty when the help was printed instead."""
    message: str = getattr(error, "format_message", error.__str__)()
    return " ".join(message.split()).rstrip(".")
