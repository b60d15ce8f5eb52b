"""The studio's files, read once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

PAGE = "studio.html"
_TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ogg": "audio/ogg",
}
_SAMPLES: Mapping[str, str] = {"sample.png": "astronaut.png", "sample.ogg": "hello.ogg"}
"""Name on the page -> file of Mien's data."""


@dataclass(frozen=True, slots=True)
class StudioFile:
    """What is sent for one address. etag: in quotes."""

    data: bytes
    media_type: str
    etag: str


@cache
def studio_files() -> Mapping[str, StudioFile]:
    """All by their path below ``/studio/``; the page itself is :data:`PAGE`. Blocks the first time.

    Nothing else is served, whatever a request's path says.
    """
    found = dict(_walk(files("mien.service.studio"), ""))
    data = files("mien.data")
    return found | {name: _read(data / file) for name, file in _SAMPLES.items()}


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, StudioFile]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _walk(each, f"{prefix}{each.name}/")
        elif each.name.rpartition(".")[2] in _TYPES:
            yield prefix + each.name, _read(each)


def _read(file: Traversable) -> StudioFile:
    data = file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()[:32]
    return StudioFile(data, _TYPES[file.name.rpartition(".")[2]], f'"{digest}"')
