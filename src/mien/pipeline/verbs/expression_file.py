"""Where the user's own expressions lie, and new ones written there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import typer

from mien.errors import ExpressionError
from mien.media.staging import Staging, is_there, make_folder
from mien.motion.expressions import Expression, find_expression, load_expressions
from mien.motion.expressions.entry import is_expression_name
from mien.motion.expressions.table import read_table
from mien.motion.expressions.writing import expression_text, with_entry

PLACE = "MIEN_EXPRESSIONS"
"""The environment variable that names the file of the user's own expressions."""
_HEADING = """\
# Expressions of your own, beside those that Mien knows or in place of them.
# `mien expression show happy` prints a built-in one in this form; docs/expressions.md explains.

"""


def expressions_file() -> Path:
    """The file of the user's own expressions: as the environment says, else in the platform's
    folder for settings. It need not exist."""
    named = os.environ.get(PLACE)
    return Path(named) if named else Path(typer.get_app_dir("mien")) / "expressions.toml"


def known_expressions(file: str | Path | None = None) -> Mapping[str, Expression]:
    """The built-in expressions and those of ``file``; without one, of the user's own file."""
    if file is not None:
        return load_expressions(file)
    mine = expressions_file()
    if is_there(mine):
        return load_expressions(mine)
    if os.environ.get(PLACE):
        problem = f"{PLACE} names it, but there is no such file; `mien expression new` makes it"
        raise ExpressionError(f"table {mine}", problem)
    return load_expressions()


def new_expression(
    name: str, *, like: str = "neutral", file: str | Path | None = None, force: bool = False
) -> Path:
    """Append an expression to a file, made if there is none, and return the file.

    It starts as a copy of ``like``. ExpressionError for a name that is known already (``force``
    replaces it in the file, or the built-in one) or cannot be one; OutputError where nothing can
    be written.
    """
    path = expressions_file() if file is None else Path(file)
    table = read_table(path) if path.exists() else ""
    known = load_expressions(path if table else None)
    if not is_expression_name(name):
        raise ExpressionError(
            repr(name), "a name is at most 40 of a-z, 0-9, - and _, beginning with a letter"
        )
    if name in known and not force:
        raise ExpressionError(
            name, f"exists already ({known[name].origin}); use --force to replace it"
        )
    entry = expression_text(find_expression(known, like), name=name, notes=True)
    _write(path, with_entry(table or _HEADING, name, entry, str(path)), own_place=file is None)
    return path


def _write(path: Path, text: str, *, own_place: bool) -> None:
    """Whole or not at all. ``own_place``: the folder is ours to make."""
    if own_place:
        make_folder(path.parent)
    with Staging(path, folder=False, force=True).writing() as temporary:
        temporary.write_text(text, encoding="utf-8")
