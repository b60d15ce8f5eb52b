"""The ``mien`` command: thin over :mod:`mien.pipeline`."""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

__all__ = ["main"]

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 2 bad input or usage, 130 interrupted, 1 other."""
    # Modules interrupted while they load fail in ways of their own. Nothing is begun by then.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    from mien.cli.app import main as run

    run(arguments)


def _leave(number: int, frame: Any) -> NoReturn:
    if sys.stderr is not None:
        sys.stderr.write("mien: interrupted; nothing was written\n")
        sys.stderr.flush()
    os._exit(_INTERRUPTED)
