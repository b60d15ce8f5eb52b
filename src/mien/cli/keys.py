"""``mien keys``: who may call a service."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.exits import exit_codes
from mien.cli.options import Verbose

if TYPE_CHECKING:
    from mien.service.security.keys import Keys

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is, for you to know.")]
DataDir = Annotated[
    str | None,
    typer.Option(
        "--data-dir",
        envvar="MIEN_DATA_DIR",
        metavar="FOLDER",
        help="That of the service. Default: mien in XDG_DATA_HOME.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]

keys = typer.Typer(
    help="Make, list and remove the keys that callers of a service show.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@keys.command()
def add(name: Name, data_dir: DataDir = None, verbose: Verbose = False) -> None:
    """Make a key and print it. It is told this once; only its digest is kept. A running service
    knows it within a second."""
    with exit_codes(verbose=verbose):
        key = _keys(data_dir).add(name)
    typer.echo(key)


@keys.command("list")
def list_(data_dir: DataDir = None, json: Json = False, verbose: Verbose = False) -> None:
    """List the keys by name, the oldest first, with the owner that stands in folders and logs."""
    with exit_codes(verbose=verbose):
        records = _keys(data_dir).all()
    if json:
        typer.echo(json_module.dumps([asdict(each) for each in records]))
    for each in () if json else records:
        made = datetime.fromtimestamp(each.created, UTC)
        typer.echo(f"{each.name}  {each.owner}  {made:%Y-%m-%d %H:%M} UTC")


@keys.command()
def remove(name: Name, data_dir: DataDir = None, verbose: Verbose = False) -> None:
    """Remove a key. What its owner sent stays until the time of retention is over."""
    with exit_codes(verbose=verbose):
        _keys(data_dir).remove(name)


def _keys(data_dir: str | None) -> Keys:
    from mien.service.security.keys import Keys
    from mien.service.settings import ServiceSettings

    return Keys(ServiceSettings(data_dir=data_dir).folder)
