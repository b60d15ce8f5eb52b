"""The ZIP that ``/predict/`` answers with: FasterLivePortrait's names for FasterLivePortrait's
files."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from mien.errors import OutputError
from mien.media.staging import Staging, describe
from mien.pipeline.verbs.predicting import Prediction

_LONGEST = 100
"""Bytes of a name; three of them and an ending are together below the 255 of file systems."""
_FORBIDDEN = frozenset('<>:"/\\|?*')
"""What some systems do not let a file be called."""


def entry_name(name: str, otherwise: str) -> str:
    """A caller's name for a file as a part of a name in the ZIP: no folders, nothing that cannot
    be seen or written; shortened in the middle, so that its extension stays."""
    last = name[-4096:].replace("\\", "/").rpartition("/")[2]
    kept = "".join(each for each in unicodedata.normalize("NFC", last) if _is_fit(each))
    kept = kept.strip(" .")
    while len(kept.encode()) > _LONGEST:
        middle = max(0, len(kept) - 13)
        kept = kept[:middle] + kept[middle + 1 :]
    return kept or otherwise


def _is_fit(character: str) -> bool:
    return unicodedata.category(character)[0] != "C" and character not in _FORBIDDEN


def write_zip(path: Path, made: Prediction, source: str, driver: str) -> None:
    """Put all that was made into one file, uncompressed. source, driver: as :func:`entry_name`
    gives them. Raises OutputError."""
    files = {
        f"{source}-{driver}-crop.mp4": made.crop,
        f"{source}-{driver}-org.mp4": made.whole,
        f"{source}-{driver}-crop-audio.mp4": made.crop_heard,
        f"{source}-{driver}-org-audio.mp4": made.whole_heard,
        f"{driver}.pkl": made.motion,
    }
    staging = Staging(path, folder=False, force=False)
    with staging.writing() as part, ZipFile(part, "w", ZIP_STORED) as packed:
        for name, file in files.items():
            if file is not None:
                packed.write(file, name)
                _remove(file)


def _remove(file: Path) -> None:
    """What is packed needs no room of its own."""
    try:
        file.unlink()
    except OSError as error:
        raise OutputError(file, describe(error)) from None
