"""Makes docs/images/layers.png: what each layer does to which part of a face, with faces.

Run from the repository's root: ``python tools/make_layers_picture.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

import mien
from mien.drivers import drive_with_moments
from mien.face import crop_around, cut
from mien.motion.arkit import shape_weights
from mien.motion.expressions import load_expressions
from mien.motion.layers import Gaze, Speech, layer
from mien.motion.moment import Moment
from mien.types import Image

TARGET = Path("docs/images/layers.png")
RATE = Fraction(1)
SCALE = 1.45
"""Side of a face's tile, in face heights."""

WIDTH, MARGIN, GAP = 1440, 36, 8
NAME_WIDTH, ROW_HEIGHT, HEAD_HEIGHT, TILE_GAP = 190, 58, 46, 34
WHITE, INK, PALE, GREY = (255, 255, 255), (38, 42, 51), (246, 247, 249), (120, 126, 138)

PARTS = ("brows, cheeks, nose", "lids", "gaze", "jaw and lips", "corners of mouth", "head")
LAYERS: Sequence[tuple[str, tuple[int, int, int], Sequence[str]]] = (
    ("blinks", (214, 84, 84), ("", "win: eyes shut", "", "", "", "")),
    ("edits", (139, 103, 196), ("add", "add", "add", "add", "add", "add")),
    ("gaze", (46, 148, 170), ("", "", "replaces", "", "", "")),
    ("speech", (58, 134, 220), ("adds", "", "", "owns", "60 % colour stays", "adds")),
    ("emotion", (232, 150, 46), ("adds", "adds", "adds", "adds", "adds", "adds")),
    ("idle", (104, 160, 84), ("starts", "starts", "starts", "starts", "starts", "starts")),
)  # fmt: skip
"""From the last word down to the ground."""


def moments() -> Sequence[tuple[str, Moment]]:
    """One layer more with every face."""
    idle = Moment(shape_weights({"eyeLookOutLeft": 0.45, "eyeLookInRight": 0.45}), (3.0, -1.5, 3.0))
    happy = load_expressions()["happy"].moment(0.75)
    saying_o = Speech(
        Moment(shape_weights({"jawOpen": 0.3, "mouthFunnel": 0.6, "mouthPucker": 0.35}))
    )
    away = Gaze(right=-0.8, up=0.1)
    edits = Moment(shape_weights({"browOuterUp": 0.9, "browInnerUp": 0.6}), (-9.0, 0.0, -5.0))
    blink = Moment(idle.weights + shape_weights({"eyeBlink": 1.0}), idle.angles)
    return (
        ("idle", layer(idle)),
        ("+ emotion: happy", layer(idle, happy)),
        ("+ speech: an o", layer(idle, happy, saying_o)),
        ("+ gaze: aside", layer(idle, happy, saying_o, away)),
        ("+ edits: brows, turn", layer(idle, happy, saying_o, away, edits)),
        ("a blink", layer(blink, happy, saying_o, away, edits)),
    )


def faces(wanted: Sequence[Moment]) -> list[Image]:
    """The built-in portrait at these moments, cut around the face."""
    portrait = mien.read_still(Path(mien.__file__).parent / "data" / "astronaut.png")
    face = mien.find_faces(portrait.pixels)[0]
    height, width = portrait.pixels.shape[:2]
    crop = crop_around(face.landmarks, (width, height), scale=SCALE)
    engine = mien.load_engine()
    source = engine.prepare(portrait, face)
    motion = drive_with_moments(
        lambda time_s: wanted[round(time_s)], fps=RATE, num_frames=len(wanted)
    )
    rendered = engine.animate(source, motion, mien.MotionOptions())
    return [cut(mien.paste(portrait.pixels, shot), crop) for shot in rendered]


def draw_table(draw: ImageDraw.ImageDraw) -> None:
    """Rows of layers, the last word on top; columns of what they move."""
    column = (WIDTH - 2 * MARGIN - NAME_WIDTH) / len(PARTS)
    for part, title in enumerate(PARTS):
        x = MARGIN + NAME_WIDTH + (part + 0.5) * column
        draw.text((x, MARGIN + HEAD_HEIGHT / 2), title, GREY, font(19), anchor="mm")
    for row, (name, colour, cells) in enumerate(LAYERS):
        top = MARGIN + HEAD_HEIGHT + row * (ROW_HEIGHT + GAP)
        draw.rounded_rectangle((MARGIN, top, WIDTH - MARGIN, top + ROW_HEIGHT), 12, PALE)
        draw.rounded_rectangle((MARGIN, top, MARGIN + 10, top + ROW_HEIGHT), 5, colour)
        draw.text((MARGIN + 28, top + ROW_HEIGHT / 2), name, INK, font(25), anchor="lm")
        for part, does in enumerate(cells):
            if not does:
                continue
            left = MARGIN + NAME_WIDTH + part * column
            strong = does.startswith(("win", "replaces", "owns"))
            box = (left + 5, top + 9, left + column - 5, top + ROW_HEIGHT - 9)
            draw.rounded_rectangle(box, 9, colour if strong else tint(colour))
            middle = (left + column / 2, top + ROW_HEIGHT / 2)
            draw.text(middle, does, WHITE if strong else INK, font(19), anchor="mm")


def draw_faces(picture: PillowImage.Image, draw: ImageDraw.ImageDraw, top: int) -> None:
    """A row of faces with their names below."""
    named = moments()
    side = (WIDTH - 2 * MARGIN - (len(named) - 1) * TILE_GAP) // len(named)
    tiles = faces([moment for _, moment in named])
    for place, ((name, _), tile) in enumerate(zip(named, tiles, strict=True)):
        left = MARGIN + place * (side + TILE_GAP)
        small = PillowImage.fromarray(tile).resize((side, side), PillowImage.Resampling.LANCZOS)
        mask = PillowImage.new("L", (side, side))
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, side - 1, side - 1), 14, 255)
        picture.paste(small, (left, top), mask)
        draw.text((left + side / 2, top + side + 22), name, INK, font(20), anchor="mm")
        if place:
            x, y = left - TILE_GAP / 2, top + side / 2
            draw.polygon([(x - 6, y - 9), (x + 7, y), (x - 6, y + 9)], GREY)


def tint(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """The colour, mostly white."""
    red, green, blue = (np.array(colour) * 0.28 + np.array(WHITE) * 0.72).astype(int).tolist()
    return red, green, blue


def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own."""
    chosen = ImageFont.load_default(size)
    assert isinstance(chosen, ImageFont.FreeTypeFont), "Pillow without FreeType"
    return chosen


def main() -> None:
    table_bottom = MARGIN + HEAD_HEIGHT + len(LAYERS) * (ROW_HEIGHT + GAP)
    side = (WIDTH - 2 * MARGIN - 5 * TILE_GAP) // 6
    picture = PillowImage.new("RGB", (WIDTH, table_bottom + 32 + side + 44 + MARGIN // 2), WHITE)
    draw = ImageDraw.Draw(picture)
    draw_table(draw)
    draw_faces(picture, draw, table_bottom + 32)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    picture.save(TARGET, optimize=True)


if __name__ == "__main__":
    main()
