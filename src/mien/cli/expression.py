"""``mien expression``: list, show and make named expressions."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.exits import exit_codes
from mien.cli.options import Verbose

if TYPE_CHECKING:
    from mien.motion.expressions import Expression

File = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="A table of your own expressions. Default: $MIEN_EXPRESSIONS, else the one in your "
        "settings folder.",
    ),
]

expression = typer.Typer(
    help="List, show and make named expressions.", no_args_is_help=True, rich_markup_mode="rich"
)


@expression.command("list")
def list_(
    file: File = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    verbose: Verbose = False,
) -> None:
    """List all expressions: action units, valence, arousal, coarse parameters, origin."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.expression_file import known_expressions

        expressions = list(known_expressions(file).values())
    if json:
        typer.echo(json_module.dumps([_facts(each) for each in expressions]))
        return
    typer.echo(_row("name", "valence", "arousal", "mouth", "eyes", "brows", "scale", "units"))
    for each in expressions:
        coarse = (each.coarse.mouth, each.coarse.eyes, each.coarse.eyebrows, each.coarse.scale)
        numbers = [f"{value:g}" for value in (each.valence, each.arousal, *coarse)]
        units = "+".join(each.action_units) or "-"
        typer.echo(_row(each.name, *numbers, f"{units}  ({each.origin})"))


@expression.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    file: File = None,
    verbose: Verbose = False,
) -> None:
    """Print an expression in the form in which tables hold it (TOML)."""
    with exit_codes(verbose=verbose):
        from mien.motion.expressions import find_expression
        from mien.motion.expressions.writing import expression_text
        from mien.pipeline.verbs.expression_file import known_expressions

        text = expression_text(find_expression(known_expressions(file), name))
    typer.echo(text, nl=False)


@expression.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    like: Annotated[
        str, typer.Option(metavar="NAME", help="The expression that it starts as.")
    ] = "neutral",
    file: File = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an expression of that name.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Append an expression to your own table, ready to be edited, and print the table's path."""
    with exit_codes(verbose=verbose):
        from mien.pipeline.verbs.expression_file import new_expression

        path = new_expression(name, like=like, file=file, force=force)
    typer.echo(path)


def _row(name: str, *columns: str) -> str:
    *numbers, units = columns
    return f"{name:<12}" + "".join(f"{number:>8}" for number in numbers) + f"  {units}"


def _facts(each: Expression) -> dict[str, Any]:
    return {
        "name": each.name,
        "description": each.description,
        "action_units": each.action_units,
        "valence": each.valence,
        "arousal": each.arousal,
        "coarse": asdict(each.coarse),
        "origin": each.origin,
    }
