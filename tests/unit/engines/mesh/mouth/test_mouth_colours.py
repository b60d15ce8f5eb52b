from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fakes.painted_faces import saturation
from mien.engines.mesh.mouth.colours import ColourTable, recolour, relate, tabulate
from mien.engines.mesh.mouth.complexion import Complexion
from mien.types import Floats, Image

pytestmark = pytest.mark.unit

DRIVER = Complexion(160.0, np.array([28.0, -18.0]), 130.0, np.array([38.0, -14.0]), 15.0, 0.01)
GOLDEN = Complexion(150.0, np.array([23.0, -38.0]), 124.0, np.array([23.0, -33.0]), 19.0, 0.012)
PALE = Complexion(200.0, np.array([12.0, -8.0]), 140.0, np.array([20.0, -8.0]), 10.0, 0.01)
GREY = Complexion(170.0, np.zeros(2), 120.0, np.zeros(2), 10.0, 0.01)
TEETH, TONGUE, DARK = (190, 185, 195), (170, 90, 100), (40, 12, 25)


def seen(colour: tuple[int, int, int], source: Complexion) -> Floats:
    picture: Image = np.full((2, 2, 3), colour, np.uint8)
    return np.asarray(recolour(picture, relate(DRIVER, source))[0, 0])


def test_the_same_face_changes_nothing() -> None:
    near = replace(DRIVER, luma=162.0, lips_luma=132.0)
    assert relate(DRIVER, near).foreignness == 0
    assert tabulate(relate(DRIVER, near)).change is None


@pytest.mark.parametrize("source", [GOLDEN, PALE])
def test_teeth_are_never_blue(source: Complexion) -> None:
    for teeth in (TEETH, (150, 150, 180), (110, 108, 125)):
        red, green, blue = seen(teeth, source)
        assert red >= green - 1
        assert red > blue


def test_grey_sources_have_grey_interiors() -> None:
    for colour in (TEETH, TONGUE, DARK):
        assert saturation(np.rint(seen(colour, GREY))) <= 1


def test_a_pale_source_keeps_a_red_mouth() -> None:
    red, green, _ = seen(TONGUE, PALE)
    assert red > green + 25


def test_the_dark_does_not_get_lighter_on_a_light_source() -> None:
    assert seen(DARK, PALE).mean() <= np.mean(DARK) + 2


def test_a_dark_source_darkens_the_teeth() -> None:
    assert seen(TEETH, replace(DRIVER, luma=90.0)).mean() < 0.75 * np.mean(TEETH)


def test_the_table_does_what_the_formula_does() -> None:
    colours = relate(DRIVER, GOLDEN)
    rng = np.random.default_rng(1)
    light, flesh = rng.uniform(20, 255, (40, 40, 1)), rng.uniform(0.55, 1.0, (40, 40, 2))
    picture = np.dstack([light, light * flesh, np.full_like(light, 255)]).astype(np.uint8)
    looked_up = tabulate(colours).apply(picture)[..., :3].astype(float)
    assert np.abs(looked_up - recolour(picture[..., :3].copy(), colours)).max() <= 10
    assert np.abs(looked_up - recolour(picture[..., :3].copy(), colours)).mean() < 1.5


def test_an_empty_table_returns_the_picture() -> None:
    picture = np.zeros((2, 2, 4), np.uint8)
    assert ColourTable(None).apply(picture) is picture
