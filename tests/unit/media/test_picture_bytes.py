from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as PillowImage

from fakes.clips import astronaut
from mien.media import PictureKind, encode_picture

pytestmark = pytest.mark.unit

PHOTO = np.ascontiguousarray(astronaut()[:120, 100:300])


def opened(data: bytes) -> PillowImage.Image:
    return PillowImage.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("kind", "form", "error"), [("png", "PNG", 0.0), ("jpg", "JPEG", 4.0), ("webp", "WEBP", 4.0)]
)
def test_a_picture_comes_back_from_its_bytes(kind: PictureKind, form: str, error: float) -> None:
    picture = opened(encode_picture(PHOTO, kind))
    assert (picture.format, picture.mode, picture.size) == (form, "RGB", (200, 120))
    assert np.abs(np.asarray(picture).astype(int) - PHOTO).mean() <= error


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_transparency_is_kept(kind: PictureKind) -> None:
    alpha = np.repeat(np.arange(200, dtype=np.uint8)[None], 120, axis=0)
    picture = opened(encode_picture(np.dstack([PHOTO, alpha]), kind))
    assert picture.mode == "RGBA"
    assert np.array_equal(np.asarray(picture)[..., 3], alpha)


def test_a_png_keeps_every_colour_under_its_transparency() -> None:
    picture = np.dstack([PHOTO, np.full(PHOTO.shape[:2], 128, np.uint8)])
    assert np.array_equal(np.asarray(opened(encode_picture(picture, "png"))), picture)


def test_a_jpeg_is_laid_on_white() -> None:
    clear = np.zeros((16, 16, 4), np.uint8)
    assert np.asarray(opened(encode_picture(clear, "jpg"))).min() == 255


@pytest.mark.parametrize("kind", ["jpg", "webp"])
def test_a_lower_quality_is_smaller(kind: PictureKind) -> None:
    assert len(encode_picture(PHOTO, kind, quality=40)) < len(encode_picture(PHOTO, kind))


def test_a_png_of_a_photograph_is_no_larger_than_one_made_without_haste() -> None:
    plain = io.BytesIO()
    PillowImage.fromarray(PHOTO).save(plain, "PNG")
    assert len(encode_picture(PHOTO, "png")) < 1.1 * len(plain.getvalue())
