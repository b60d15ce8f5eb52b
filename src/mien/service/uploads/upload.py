"""What is known of a file that somebody sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mien.service.security.keys import Owner

UploadKind = Literal["picture", "film", "sound", "template"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in a file. width, height: as shown, in pixels. duration_s, num_frames: also
    of pictures that move. None where there is no such thing, or where the file does not say."""

    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    num_frames: int | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file here. id: SHA-256 of its bytes, hex. path: ours, its name made of the id and of the
    extension that its content asks for, never of the caller's words. name: the caller's, for
    showing only. created: Unix seconds. new: it was not here before this request."""

    id: str
    owner: Owner
    kind: UploadKind
    path: Path
    size: int
    media_type: str
    name: str
    facts: Facts = Facts()
    created: float = 0.0
    new: bool = False
