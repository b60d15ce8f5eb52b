from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fakes.painted_faces import PaintedFace, painted_face, saturation
from mien.engines.mesh.mouth.action import MouthAction
from mien.engines.mesh.mouth.complexion import Complexion, measure_complexion
from mien.engines.mesh.mouth.opening import UPPER, find_opening
from mien.engines.mesh.mouth.painted import PaintedInterior
from mien.types import Floats, Image

pytestmark = pytest.mark.unit

SMILE = {"mouthSmile": 1.0, "mouthUpperUp": 0.6, "mouthLowerDown": 0.2, "jawOpen": 0.1}
JAW_DROP = {"jawOpen": 0.7}
TALKING = {"jawOpen": 0.25}
ROUND = {"jawOpen": 0.35, "mouthFunnel": 0.4, "mouthPucker": 0.8}


def complexion(**changes: float) -> Complexion:
    face = painted_face()
    return replace(measure_complexion(face.image, face.landmarks), **changes)


def painted(
    shapes: dict[str, float],
    looks: Complexion | None = None,
    teeth: Floats | None = None,
    upper_teeth: float = 1.0,
    action: MouthAction | None = None,
) -> tuple[Image, Floats]:
    """The interior of an expression, and where it is well inside the lips."""
    face: PaintedFace = painted_face(shapes, side=800)
    rest = painted_face(side=800)
    opening = find_opening(face.landmarks, face.head, face.pose, (800, 800), 0.8)
    assert opening is not None
    interior = PaintedInterior(looks or complexion(), rest.head, rest.pose.scale, teeth)
    shown = np.full_like(opening.x, upper_teeth)
    picture = interior.paint(opening, face.head, face.pose, upper_teeth=shown, action=action)
    return picture, opening.mask > 250


def light_share(shapes: dict[str, float], **options: float) -> float:
    picture, inside = painted(shapes, **options)
    return float((picture[inside].mean(axis=1) > 110).mean())


def test_a_smile_shows_teeth_and_a_dropped_jaw_mostly_the_dark() -> None:
    assert light_share(SMILE) > 0.35
    assert light_share(JAW_DROP) < 0.2


def test_rounded_lips_hide_the_teeth() -> None:
    assert light_share(ROUND) < 0.05


def test_upper_teeth_can_be_left_out() -> None:
    assert light_share(SMILE, upper_teeth=0.0) < 0.5 * light_share(SMILE)


def test_a_dropped_jaw_shows_the_tongue_below_the_dark() -> None:
    picture, inside = painted(JAW_DROP)
    rows = np.flatnonzero(inside.any(axis=1))
    column = picture[:, picture.shape[1] // 2].astype(int).sum(axis=1)
    dark, tongue = rows[0] + int(0.3 * len(rows)), rows[0] + int(0.8 * len(rows))
    assert column[tongue] > 1.8 * column[dark]


def test_corners_are_darker_than_the_middle() -> None:
    picture, inside = painted(SMILE)
    columns = np.flatnonzero(inside.any(axis=0))
    luma = np.where(inside, picture.mean(axis=2), np.nan)
    fifth = len(columns) // 5
    middle = np.nanmean(luma[:, columns[2 * fifth : 3 * fifth]])
    assert np.nanmean(luma[:, columns[:fifth]]) < 0.8 * middle


def test_the_row_is_not_its_own_mirror_image() -> None:
    picture, inside = painted(SMILE)
    assert np.abs(picture.astype(int) - picture[:, ::-1])[inside].max() > 8


def test_a_grey_source_has_grey_teeth_and_tongue() -> None:
    looks = replace(complexion(), chroma=np.zeros(2), lips_chroma=np.zeros(2))
    picture, inside = painted(JAW_DROP, looks)
    assert saturation(picture[inside]) <= 2


def test_a_dark_picture_has_dark_teeth() -> None:
    bright, inside = painted(SMILE)
    dark, _ = painted(SMILE, complexion(luma=70.0))
    assert dark[inside].mean() < 0.7 * bright[inside].mean()


def test_a_soft_picture_has_soft_teeth() -> None:
    def steepest(softness: float) -> float:
        picture, inside = painted(SMILE, complexion(softness=softness))
        across = np.abs(np.diff(picture.mean(axis=2), axis=1))[inside[:, 1:]]
        return float(np.percentile(across, 95))

    assert steepest(0.03) < 0.75 * steepest(0.0)


def test_teeth_take_the_colour_of_the_sources_own() -> None:
    picture, inside = painted(SMILE, teeth=np.array([120.0, 200.0, 120.0]))
    bright = picture[inside][picture[inside][:, 1] > 120]
    assert len(bright) > 0
    assert (bright[:, 1].astype(int) - bright[:, 0]).mean() > 30


def test_a_smile_shows_more_of_the_upper_teeth() -> None:
    rest_upper = float(painted_face().head[UPPER[5], 1])
    plain, inside = painted(TALKING, action=MouthAction(rest_upper))
    smiling, _ = painted(TALKING, action=MouthAction(rest_upper, smile=1.0))
    assert (smiling[inside].min(axis=1) > 110).mean() > (plain[inside].min(axis=1) > 110).mean()


def test_a_raised_tongue_fills_the_dark_below_the_upper_teeth() -> None:
    rest_upper = float(painted_face().head[UPPER[5], 1])
    lying, inside = painted(TALKING, action=MouthAction(rest_upper))
    raised, _ = painted(TALKING, action=MouthAction(rest_upper, tongue_up=1.0))
    dark = inside & (lying.mean(axis=2) < 60)
    assert raised[dark].mean() > 1.3 * lying[dark].mean()


def test_teeth_are_never_much_lighter_than_the_skin() -> None:
    looks = complexion(luma=120.0)
    picture, inside = painted(SMILE, looks)
    assert picture[inside].mean(axis=1).max() <= 1.15 * 120.0


def test_shade_between_teeth_is_warm() -> None:
    picture, inside = painted(SMILE)
    mean = picture.mean(axis=2)
    grey = np.ptp(picture.astype(int), axis=2) / np.maximum(mean, 1)
    light, dim = inside & (mean > 150), inside & (mean > 40) & (mean < 90)
    assert grey[dim].mean() > 1.3 * grey[light].mean()
