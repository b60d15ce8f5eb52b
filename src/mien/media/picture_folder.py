"""Several pictures written to one folder."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from types import TracebackType

from PIL import Image as PillowImage

from mien.errors import OutputError
from mien.media.staging import Contents, Staging, describe
from mien.types import Image


class PictureFolder:
    """PNGs in a folder of their own, which appears whole or not at all; use it in a ``with`` block.

    ``names`` are those of the pictures, without extension. An existing folder is replaced only
    if it holds no other files, and with ``force`` if it holds any. Raises OutputError.
    """

    def __init__(self, path: str | Path, names: Collection[str], *, force: bool = False) -> None:
        self.path = Path(path)
        _check_name(path)
        files = re.compile("|".join(re.escape(f"{name}.png") for name in names))
        contents = Contents("such pictures", files)
        self._staging = Staging(self.path, folder=True, force=force, contents=contents)

    def __enter__(self) -> PictureFolder:
        self._staging.create()
        return self

    def write(self, name: str, pixels: Image) -> None:
        """Add RGB or RGBA (height, width, 3 or 4)."""
        try:
            PillowImage.fromarray(pixels).save(self._staging.path / f"{name}.png", "PNG")
        except OSError as error:
            raise OutputError(self.path, describe(error)) from None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._staging.commit()
        finally:
            self._staging.discard()


def _check_name(path: str | Path) -> None:
    """A name with a dot is a folder's only where it says so: it may be a file's, mistyped."""
    folder = Path(path)
    if not folder.name:
        raise OutputError(str(path) or "''", "names no folder; give one to make")
    if folder.suffix and not str(path).endswith(("/", "\\")) and not folder.is_dir():
        problem = f"unknown kind {folder.suffix}; give a folder, ending it with / if it has a dot"
        raise OutputError(path, problem)
