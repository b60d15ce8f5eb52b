"""One picture written to a file."""

from __future__ import annotations

from pathlib import Path

from PIL import Image as PillowImage

from mien.errors import OutputError
from mien.media.picture_bytes import on_white
from mien.media.staging import Staging, describe
from mien.types import Image

_FORMATS = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".webp": ("WEBP", {"quality": 95, "method": 4}),
}
STILL_EXTENSIONS = tuple(_FORMATS)


class PictureFile:
    """A picture's place, checked before the work begins: OutputError if it may not be written.

    The extension says which kind: .png and .webp keep transparency, .jpg lays it on white. An
    existing file is replaced only with ``force``.
    """

    def __init__(self, path: str | Path, *, force: bool = False) -> None:
        target = Path(path)
        self.path = target
        extension = target.suffix.lower()
        if extension not in _FORMATS:
            known = ", ".join(STILL_EXTENSIONS)
            raise OutputError(str(path) or "''", f"is no name of a picture; end it with {known}")
        self._format, self._settings = _FORMATS[extension]
        self._staging = Staging(target, folder=False, force=force)

    @property
    def alpha(self) -> bool:
        """Whether transparency is kept."""
        return self._format != "JPEG"

    def write(self, pixels: Image) -> None:
        """Write RGB or RGBA (height, width, 3 or 4) and put the file in its place by rename."""
        picture = PillowImage.fromarray(pixels)
        if not self.alpha:
            picture = on_white(picture)
        with self._staging.writing() as path:
            try:
                picture.save(path, self._format, **self._settings)
            except ValueError as error:  # more pixels than the format can hold
                raise OutputError(self.path, describe(error)) from None
