"""Files that callers name or hold, as parts of a form."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

from mien.checks import shown
from mien.client.exchange import FilePart
from mien.errors import OptionError, UnreadableMediaError

Source: TypeAlias = str | Path | bytes
"""The path of a file, or its bytes."""


def file_part(field: str, source: Source) -> FilePart:
    """Raises UnreadableMediaError for a path without a file."""
    if isinstance(source, bytes | bytearray | memoryview):
        return FilePart(field, "upload", bytes(source))
    if not isinstance(source, str | os.PathLike):
        raise OptionError(field, f"{shown(source)} is neither a path nor bytes")
    path = Path(source)
    if not path.is_file():
        raise UnreadableMediaError(path, "is not a file that exists")
    return FilePart(field, path.name, path)
