"""The avatar service's contract, and the frame renderer's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mien.client.answers import Output, Picture, body_of, picture_of, read
from mien.client.exchange import Call, Flow
from mien.client.options import FrameOptions, RenderOptions
from mien.client.retrying import Retries, patiently
from mien.client.saving import save
from mien.client.sources import Source, file_part
from mien.errors import OptionError


@dataclass(frozen=True, slots=True)
class Portrayed:
    """Who is rendered: a picture, or one that was sent before. Raises OptionError."""

    source: Source | None
    image_hash: str | None

    def __post_init__(self) -> None:
        if (self.source is None) == (self.image_hash is None):
            problem = "give a picture, or the image_hash of one that was sent before"
            raise OptionError("source", problem)


def render(
    asked: Portrayed, emotion: str, options: RenderOptions, retries: Retries
) -> Flow[Output]:
    call = _form("/render", asked, {"emotion": emotion, **options}, repeatable=False)
    answer = yield from patiently(call, retries)
    return read(Output, body_of(answer))


def render_batch(
    asked: Portrayed, emotions: Sequence[str], options: RenderOptions, retries: Retries
) -> Flow[list[Output]]:
    call = _form("/render/batch", asked, {"emotions": list(emotions), **options}, repeatable=False)
    answer = yield from patiently(call, retries)
    body = body_of(answer)
    return [read(Output, each) for each in (body if isinstance(body, list) else [body])]


def render_frame(
    asked: Portrayed, expression: str, options: FrameOptions, retries: Retries
) -> Flow[Picture]:
    call = _form("/api/render", asked, {"expression": expression, **options})
    answer = yield from patiently(call, retries)
    return picture_of(answer)


def output(filename: str, retries: Retries) -> Flow[Picture]:
    answer = yield from patiently(Call("GET", _path(filename)), retries)
    return picture_of(answer)


def save_output(filename: str, path: str | Path, force: bool, retries: Retries) -> Flow[Path]:
    return (yield from save(_path(filename), path, retries, force=force))


def delete_output(filename: str, retries: Retries) -> Flow[None]:
    yield from patiently(Call("DELETE", _path(filename), repeatable=False), retries)


def _form(path: str, asked: Portrayed, fields: dict[str, Any], *, repeatable: bool = True) -> Call:
    """What leaves an output in the service is not repeatable: the one of a lost answer would stay
    there, and nobody would know its name."""
    form = {name: _text(value) for name, value in fields.items()}
    files = () if asked.source is None else (file_part("source_image", asked.source),)
    if asked.source is None:
        form["image_hash"] = str(asked.image_hash)
    return Call("POST", path, form=form, files=files, repeatable=repeatable)


def _text(value: Any) -> str | list[str]:
    return [str(each) for each in value] if isinstance(value, list) else str(value)


def _path(filename: str) -> str:
    return f"/output/{quote(filename, safe='')}"
