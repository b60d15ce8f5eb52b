"""Files that were never finished, because the process that wrote them was killed."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path

_UNFINISHED = re.compile(r".*#\d+")
"""How obstore calls a file until it is whole; nothing of ours is called so."""


def remove_leftovers(folder: Path, older_than_s: float) -> None:
    """Delete unfinished files in ``folder`` that nobody has written to for so many seconds."""
    before = time.time() - older_than_s
    for path in folder.rglob("*#*"):
        with suppress(OSError):
            if _UNFINISHED.fullmatch(path.name) and path.stat().st_mtime <= before:
                path.unlink()
