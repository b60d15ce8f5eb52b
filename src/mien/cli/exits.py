"""How a verb ends: the one table from errors to exit codes."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from mien.errors import InputError, MienError, MienWarning

FAILED, USAGE, INTERRUPTED = 1, 2, 130


@contextmanager
def exit_codes(*, verbose: bool, quiet: bool = False) -> Generator[None]:
    """Turns what the body raises into one line on standard error and an exit code, and its
    MienWarnings into a line each, or none when quiet."""
    try:
        with _warnings_told(quiet=quiet):
            yield
    except MienError as error:
        _trace(verbose)
        complain(str(error))
        raise typer.Exit(USAGE if isinstance(error, InputError) else FAILED) from None
    except KeyboardInterrupt:
        _interrupted()
    except typer.Exit:
        raise
    except Exception as error:
        if _is_interrupt(error):
            _interrupted()
        _trace(verbose)
        complain(
            f"unexpected {type(error).__name__}: {error}; this is a fault of Mien: run again "
            "with -v and report what it prints"
        )
        raise typer.Exit(FAILED) from None


def complain(message: str) -> None:
    """One line on standard error, whatever the message holds."""
    print(f"mien: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201


def warn(messages: Sequence[str], *, quiet: bool) -> None:
    """Warnings, a line each; nothing when quiet."""
    if not quiet:
        for message in messages:
            complain(f"warning: {message}")


@contextmanager
def _warnings_told(*, quiet: bool) -> Generator[None]:
    """What is warned of more than once is told once."""
    told: set[str] = set()
    with warnings.catch_warnings():
        as_ever = warnings.showwarning

        def tell(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if not issubclass(category, MienWarning):
                as_ever(message, category, *place, **more)
            elif str(message) not in told:
                told.add(str(message))
                warn([str(message)], quiet=quiet)

        warnings.simplefilter("always", MienWarning)
        warnings.showwarning = tell
        yield


def _interrupted() -> NoReturn:
    complain("interrupted; nothing was written")
    raise typer.Exit(INTERRUPTED) from None


def _is_interrupt(error: BaseException) -> bool:
    """Whether it began with Ctrl-C: native modules interrupted while they load say ImportError."""
    while error.__cause__ is not None:
        error = error.__cause__
    return isinstance(error, KeyboardInterrupt)


def _trace(verbose: bool) -> None:
    if verbose:
        traceback.print_exc()
