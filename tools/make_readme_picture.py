"""Makes docs/images/astronaut.jpg: the built-in portrait and moments of the built-in story.

Run from the repository's root: ``python tools/make_readme_picture.py``.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

import mien
from mien.drivers import tell_story
from mien.face import crop_around, cut
from mien.types import Image

TARGET = Path("docs/images/astronaut.jpg")
MOMENTS_S = (2.2, 3.8, 5.2, 7.1, 8.3, 9.1)
"""A look aside, a smile, surprise, calm, a blink, speech."""
SCALE = 2.0
TILE_PX = 240
QUALITY = 88
RATE = Fraction(30)
DATA = Path(mien.__file__).parent / "data"


def tiles() -> list[Image]:
    """The portrait as it is, then as it moves; all cut around the face."""
    portrait = mien.read_still(DATA / "astronaut.png")
    face = mien.find_faces(portrait.pixels)[0]
    height, width = portrait.pixels.shape[:2]
    crop = crop_around(face.landmarks, (width, height), scale=SCALE)
    engine = mien.load_engine()
    source = engine.prepare(portrait, face)
    wanted = {round(moment * RATE) for moment in MOMENTS_S}
    rendered = engine.animate(source, tell_story(DATA / "hello.ogg", RATE), mien.MotionOptions())
    pictures = [mien.paste(portrait.pixels, shot) for shot in rendered if shot.pts in wanted]
    return [cut(picture, crop) for picture in (portrait.pixels, *pictures)]


def main() -> None:
    row = [cv2.resize(tile, (TILE_PX, TILE_PX), interpolation=cv2.INTER_CUBIC) for tile in tiles()]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    picture = cv2.cvtColor(np.hstack(row), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(TARGET), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
