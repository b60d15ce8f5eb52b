"""Weights that are missing, offered for download: one clear question, or a flag that answers it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from mien.cli.fetching import fetch, megabytes, say
from mien.cli.progress import progress_shown
from mien.errors import MissingWeightsError

if TYPE_CHECKING:
    from mien.types import ProgressCallback

T = TypeVar("T")


def weights_offered(
    work: Callable[[ProgressCallback | None], T], *, download: bool, quiet: bool
) -> T:
    """What ``work`` returns; if its weights are missing, once they are fetched. It is given what
    shows its progress: a bar that is gone when a question is asked or weights are fetched.

    With ``download`` they are; else on a terminal one question is asked. Whoever says no, and
    whoever cannot be asked, gets the MissingWeightsError. ``work`` is done again from its
    beginning, so it must not have made anything before it opens its engine.
    """
    try:
        with progress_shown(quiet=quiet) as progress:
            return work(progress)
    except MissingWeightsError as missing:
        if not (download or _agreed(missing)):
            raise
        fetch(missing.bundle, missing.models_dir, quiet=quiet)
    with progress_shown(quiet=quiet) as progress:
        return work(progress)


def _agreed(missing: MissingWeightsError) -> bool:
    if not sys.stdin.isatty():
        return False
    from mien.pipeline.verbs.modelling import bytes_to_fetch, licences

    size = megabytes(bytes_to_fetch(missing.bundle, missing.models_dir))
    say(
        f"mien: engine {missing.engine} needs weights that are not here: {missing.bundle}, {size}, "
        f"licence {licences(missing.bundle)}. Download them now? [y/N] "
    )
    return sys.stdin.readline().strip().lower() in ("y", "yes")
