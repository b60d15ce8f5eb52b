"""Weights fetched, with progress on standard error: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mien.cli.exits import INTERRUPTED, complain

if TYPE_CHECKING:
    from mien.weights.download import Fetched, FetchedCallback

_LINE_EVERY_S = 5.0


def fetch(bundle: str, models_dir: Path | None, *, force: bool = False, quiet: bool) -> list[str]:
    """Announce and fetch a bundle, with progress; the paths of its files."""
    from mien.pipeline.verbs.modelling import bytes_to_fetch, download_models

    size = bytes_to_fetch(bundle, models_dir, force=force)
    if not quiet and size != 0:
        say(f"fetching {bundle}, {megabytes(size)}\n")
    kept = "what has come is kept, and the same command goes on from there"
    with interrupted_saying(kept), _fetching_shown(quiet=quiet) as progress:
        return download_models(bundle, models_dir, force=force, progress=progress)


@contextmanager
def interrupted_saying(kept: str) -> Generator[None]:
    """Ends with this line when the block is interrupted: what was done by then is not lost."""
    try:
        yield
    except KeyboardInterrupt:
        complain(f"interrupted; {kept}")
        raise typer.Exit(INTERRUPTED) from None


def megabytes(size: int | None) -> str:
    """About how much it is, for a person; None = not known."""
    return "of unknown size" if size is None else f"about {size / 1e6:.{size < 1e7:d}f} MB"


@contextmanager
def _fetching_shown(*, quiet: bool) -> Generator[FetchedCallback | None]:
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bars() as callback:
            yield callback
    else:
        yield _Lines()


@contextmanager
def _bars() -> Generator[FetchedCallback]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def show(step: Fetched) -> None:
            if step.file not in tasks:
                tasks[step.file] = bars.add_task(step.file, total=step.total)
            bars.update(tasks[step.file], completed=step.done, total=step.total)

        yield show


class _Lines:
    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, step: Fetched) -> None:
        whole = step.done == step.total
        if not whole and time.monotonic() - self._last < _LINE_EVERY_S:
            return
        self._last = time.monotonic()
        say(f"{step.file}: {step.done / 1e6:.1f} of {step.total / 1e6:.1f} MB\n")


def say(text: str) -> None:
    """On standard error, at once."""
    print(text, end="", file=sys.stderr, flush=True)  # noqa: T201
