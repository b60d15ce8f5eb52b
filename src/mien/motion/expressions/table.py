"""The tables of expressions: the built-in one, and one of the user's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from mien.checks import shown
from mien.errors import ExpressionError
from mien.motion.expressions.entry import read_entry
from mien.motion.expressions.expression import Expression

BUILT_IN = "built in"
_MAX_BYTES = 256 * 1024
_MAX_ENTRIES = 500
_MAX_DOTS = 500
"""In a line. More than a description may have: reading a dotted key takes the square of its parts,
minutes for one that fills a table."""


def load_expressions(path: str | Path | None = None) -> Mapping[str, Expression]:
    """All expressions by name, in the order of the built-in table, then of the file.

    ``path``: a table of one's own, whose entries are added to the built-in ones or replace them.
    Its form is that of ``expressions.toml``, see docs/expressions.md. ExpressionError names the
    file, the expression and the key that is wrong.
    """
    expressions = dict(_built_in())
    if path is not None:
        expressions.update(parse_table(read_table(Path(path)), str(path)))
    return MappingProxyType(expressions)


def find_expression(expressions: Mapping[str, Expression], name: str) -> Expression:
    """The expression of that name; ExpressionError, which names all there are, if none."""
    if not (isinstance(name, str) and name in expressions):
        problem = f"there is none of that name; there are {', '.join(expressions)}"
        raise ExpressionError(shown(name), problem)
    return expressions[name]


def read_table(path: Path) -> str:
    """The text of a table; ExpressionError if it is missing, too large or no text."""
    try:
        if not path.is_file():  # opening a pipe would wait for its other end
            raise _table_error(path, "is not a file that exists")
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise _table_error(path, f"is larger than {_MAX_BYTES // 1024} KiB")
        return content.decode("utf-8-sig")  # some editors put a mark before the text
    except UnicodeDecodeError:
        raise _table_error(path, "is not text in UTF-8") from None
    except OSError as error:
        raise _table_error(path, f"cannot be read: {error.strerror}") from None


def parse_table(text: str, origin: str) -> dict[str, Expression]:
    """The expressions of a table's text. ``origin``: where the text is from, for messages."""
    if any(line.count(".") > _MAX_DOTS for line in text.split("\n")):
        raise _table_error(origin, f"has a line with more than {_MAX_DOTS} dots")
    try:
        entries = tomllib.loads(text)
    except RecursionError:
        raise _table_error(origin, "is nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise _table_error(origin, f"is not TOML: {error}") from None
    except ValueError:  # of integers with more than 4300 digits
        raise _table_error(origin, "holds a number of too many digits") from None
    if len(entries) > _MAX_ENTRIES:
        raise _table_error(origin, f"has more than {_MAX_ENTRIES} expressions")
    return {name: read_entry(name, entry, origin) for name, entry in entries.items()}


def _table_error(origin: str | Path, problem: str) -> ExpressionError:
    return ExpressionError(f"table {origin}", problem)


@cache
def _built_in() -> Mapping[str, Expression]:
    """Of every still that is made, its expressions would else be read anew."""
    table = files("mien.motion.expressions").joinpath("expressions.toml")
    return parse_table(table.read_text(encoding="utf-8"), BUILT_IN)
