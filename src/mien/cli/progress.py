"""Progress on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.types import Progress, ProgressCallback

_LINE_EVERY_S = 5.0


@contextmanager
def progress_shown(*, quiet: bool, doing: str = "animating") -> Generator[ProgressCallback | None]:
    """A callback that shows how far the work is; None when quiet. ``doing``: a word for it."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(doing) as callback:
            yield callback
    else:
        yield _Lines()


@contextmanager
def _bar(doing: str) -> Generator[ProgressCallback]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn(doing),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames, left"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)

        def show(step: Progress) -> None:
            bar.update(task, completed=step.done, total=step.total)

        yield show


class _Lines:
    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, step: Progress) -> None:
        if time.monotonic() - self._last < _LINE_EVERY_S:
            return
        self._last = time.monotonic()
        of_total = f" of {step.total}" if step.total is not None else ""
        print(f"{step.done}{of_total} frames", file=sys.stderr)  # noqa: T201
