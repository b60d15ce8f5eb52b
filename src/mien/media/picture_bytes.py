"""Pictures as bytes, to be sent rather than saved: how soon counts as much as how small."""

from __future__ import annotations

import io
from typing import Any, Literal, TypeAlias, get_args

import cv2
from PIL import Image as PillowImage

from mien.types import Image

PictureKind: TypeAlias = Literal["png", "jpg", "webp"]
PICTURE_KINDS: tuple[PictureKind, ...] = get_args(PictureKind)

# Of a photograph, half the time of zlib's level 1 and 5 % smaller: what the filter leaves of it
# has few repetitions but short ones. The level comes first: it takes strategy and filter back.
_PNG = (
    cv2.IMWRITE_PNG_COMPRESSION, 1,
    cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE,
    cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_AVG,
)  # fmt: skip


def encode_picture(pixels: Image, kind: PictureKind, *, quality: int = 90) -> bytes:
    """A file's content for RGB or RGBA (height, width, 3 or 4).

    kind: ``png``, lossless, and ``webp`` keep transparency, ``jpg`` lays it on white. quality:
    1..100, of ``jpg`` and ``webp``.
    """
    if kind == "png":
        order = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
        _, data = cv2.imencode(".png", cv2.cvtColor(pixels, order), _PNG)
        return data.tobytes()
    picture = PillowImage.fromarray(pixels)
    if kind == "webp":  # method 0 takes a third of the time of 4 and 8 % more bytes
        return _saved(picture, "WEBP", quality=quality, method=0)
    return _saved(on_white(picture), "JPEG", quality=quality)


def on_white(picture: PillowImage.Image) -> PillowImage.Image:
    """An RGBA picture as RGB."""
    if picture.mode != "RGBA":
        return picture
    white = PillowImage.new("RGBA", picture.size, "white")
    return PillowImage.alpha_composite(white, picture).convert("RGB")


def _saved(picture: PillowImage.Image, form: str, **settings: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **settings)
    return file.getvalue()
