"""Which of the faces that were found move."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mien.errors import NoFaceError
from mien.pipeline.options import FaceChoice
from mien.types import Face


def choose_faces(faces: Sequence[Face], choice: FaceChoice, source: str | Path) -> Sequence[Face]:
    """The faces asked for, of those found, largest first; NoFaceError names ``source``."""
    if not faces:
        raise NoFaceError(source, "no face was found; use a picture of a face seen from the front")
    if choice == "all":
        return faces
    if choice > len(faces):
        found = "has one face" if len(faces) == 1 else f"has {len(faces)} faces"
        raise NoFaceError(source, f"{found}, so there is no face {choice} (--face)")
    return [faces[choice - 1]]
