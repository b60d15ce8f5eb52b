"""Where a result goes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mien.errors import OutputError


def result_path(output: str | Path | None, verb: str, now: datetime) -> Path:
    """``output``, or ``outputs/<verb>_<time>.mp4`` whose folder is made if need be."""
    if output is not None:
        return Path(output)
    folder = Path("outputs")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(folder, f"cannot be made ({error.strerror}); give --output") from None
    return folder / f"{verb}_{now:%Y%m%d_%H%M%S}.mp4"
