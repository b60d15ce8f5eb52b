"""Which camera is meant."""

from __future__ import annotations

import re
from pathlib import Path

from mien.checks import check_whole
from mien.errors import OptionError
from mien.media.camera.device import DeviceSource
from mien.media.camera.feed import Camera, PictureSource
from mien.media.camera.film import FilmSource
from mien.media.camera.stream import SCHEMES, StreamSource
from mien.media.sniff import require_file

_DEVICE = re.compile(r"(?:/dev/video)?(\d{1,4})", re.ASCII)
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def open_camera(camera: int | str | Path, *, loop: bool = False) -> Camera:
    """A camera by its number (0 is the first), by the URL of its stream, or a film that stands in
    for one; ``loop``: for ever.

    Raises UnreadableMediaError when no picture comes, OptionError for a URL of another kind.
    """
    return Camera(camera_source(camera, loop=loop))


def camera_source(camera: int | str | Path, *, loop: bool = False) -> PictureSource:
    """Which one is meant; nothing is opened yet. Raises as :func:`open_camera`."""
    if isinstance(camera, int):
        check_whole("--camera", camera, least=0)
        return DeviceSource(camera)
    if isinstance(camera, Path):
        return FilmSource(require_file(camera), loop)
    if device := _DEVICE.fullmatch(camera):
        return DeviceSource(int(device[1]))
    if url := _URL.match(camera):
        if url[1].lower() not in SCHEMES:
            raise OptionError("--camera", f"{url[1]}:// is none of {', '.join(SCHEMES)}")
        return StreamSource(camera)
    return FilmSource(require_file(camera), loop)
