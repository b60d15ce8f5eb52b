"""Files that were never finished, because the process that wrote them was killed."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

_UNFINISHED = re.compile(r"[0-9a-f]{32}\.[a-z0-9]+#\d+", re.ASCII)
"""How obstore calls a file of ours until it is whole."""


def remove_leftovers(folder: Path, before: float) -> None:
    """Delete unfinished results and outputs in ``folder`` that nobody has written to since
    ``before``, Unix seconds. Whatever else lies there is somebody else's."""
    for place in ("results", "outputs"):
        for path in (folder / place).glob("*/*#*"):
            with suppress(OSError):
                if _UNFINISHED.fullmatch(path.name) and path.stat().st_mtime <= before:
                    path.unlink()
