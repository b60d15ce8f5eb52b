"""The command's entry: verbs, version, exit codes.

Everything heavy is imported inside the verbs, so that ``mien --help`` stays quick.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

import mien
from mien.cli.animate import animate
from mien.cli.bench import bench
from mien.cli.crop import crop
from mien.cli.demo import demo
from mien.cli.doctor import doctor
from mien.cli.edit import edit
from mien.cli.exits import FAILED, USAGE, complain
from mien.cli.express import express
from mien.cli.expression import expression
from mien.cli.keys import keys
from mien.cli.lipsync import lipsync
from mien.cli.live import LiveCommand, live
from mien.cli.models import models
from mien.cli.serve import serve
from mien.cli.talk import talk
from mien.cli.template import template
from mien.cli.visemes import visemes

# Typer names only the leaf of its usage errors; its parent is the family.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]

_LONG_VALUE = re.compile(r"((?<!\S)'[^']{60})[^']+(?=')|(\S{60})\S+")
"""A value between quotes, or a word, and what of it is shown."""

app = typer.Typer(
    name="mien",
    help="Brings a portrait to life: one picture in, that person moving and emoting out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command()(animate)
app.command()(bench)
app.command()(crop)
app.command()(demo)
app.command()(edit)
app.command()(express)
app.command()(lipsync)
app.command(cls=LiveCommand)(live)
app.command()(serve)
app.command()(talk)
app.command()(doctor)
app.command()(visemes)
app.add_typer(expression, name="expression")
app.add_typer(keys, name="keys")
app.add_typer(models, name="models")
app.add_typer(template, name="template")


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
    _open_closed_streams()
    _leave_once_at_signals()
    try:
        code = app(args=arguments, prog_name="mien", standalone_mode=False)
    except _UsageError as error:
        if message := _one_line(error):
            words = sys.argv[1:] if arguments is None else arguments
            complain(f"{message}; see {_command_of(error, words)} --help")
        code = USAGE
    except OSError as error:
        complain(f"standard output: {error.strerror}")
        code = FAILED
    sys.exit(code if isinstance(code, int) else 0)


def _open_closed_streams() -> None:
    """Started with ``2>&-`` there is none, and the first file opened would take its number."""
    nowhere = Path(os.devnull)
    if sys.stdin is None:
        sys.stdin = nowhere.open()
    if sys.stdout is None:
        sys.stdout = nowhere.open("w")
    if sys.stderr is None:
        sys.stderr = nowhere.open("w")


def _leave_once_at_signals() -> None:
    """Let Ctrl-C, a closed terminal and ``kill`` end the run by an exception.

    What a run left half written is removed on the way out; a second Ctrl-C must not break that.
    """
    numbers = [
        getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
    ]
    heeded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]

    def leave(number: int, frame: object) -> NoReturn:
        for each in heeded:
            signal.signal(each, signal.SIG_IGN)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)

    for number in heeded:
        signal.signal(number, leave)


def _command_of(error: Exception, words: Sequence[str]) -> str:
    """What a usage error belongs to, ``mien animate``: as it says, or by the words given."""
    context = getattr(error, "ctx", None)
    if context is not None:
        return str(context.command_path)
    names: list[str] = ["mien"]
    command: Any = typer.main.get_command(app)
    for word in words:
        command = getattr(command, "commands", {}).get(word)
        if command is None:
            break
        names.append(word)
    return " ".join(names)


def _one_line(error: Exception) -> str:
    """Empty when the help was printed instead. Long values are shown in short."""
    message: str = getattr(error, "format_message", error.__str__)()
    message = " ".join(message.split()).rstrip(".")
    return _LONG_VALUE.sub(lambda value: f"{value[1] or value[2]}...", message)
