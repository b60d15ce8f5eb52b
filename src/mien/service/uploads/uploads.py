"""Files that callers sent, kept by owner and content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from mien.service.security.keys import Owner

UploadKind = Literal["picture", "film", "sound", "template"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file here. id: SHA-256 of its bytes, hex. path: ours, its name made of the id and of the
    extension that its content asks for, never of the caller's words. name: the caller's, for
    showing only."""

    id: str
    owner: Owner
    kind: UploadKind
    path: Path
    size: int
    media_type: str
    name: str


class Uploads:
    """Kept in ``folder``/<owner>/<id>.<extension>; the content decides what a file is."""

    async def receive(
        self, owner: Owner, file: BinaryIO, *, name: str, kinds: Sequence[UploadKind]
    ) -> Upload:
        """Keep a file; the same again is the same upload. Raises UnsupportedKindError,
        TooLargeError, UnreadableMediaError."""
        raise NotImplementedError

    async def find(self, owner: Owner, id: str) -> Upload:
        """Raises NotFoundError, also for what is somebody else's. Counts as used now."""
        raise NotImplementedError

    async def delete(self, owner: Owner, id: str) -> None:
        """Raises NotFoundError."""
        raise NotImplementedError
