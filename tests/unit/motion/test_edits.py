from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import OptionError
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX, opposite
from mien.motion.blendshapes.posing import pose_face
from mien.motion.edits import MOVE, RANGES, Edits
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.fields import mirrored
from mien.motion.moment import REST
from mien.types import Floats

pytestmark = pytest.mark.unit

FACE = FACE_TEMPLATE.landmarks
CORNERS, BROWS = [61, 291], [105, 334]
IRIS_RIGHT, IRIS_LEFT = 468, 473
RIGHT_LIDS, LEFT_LIDS, INNER_LIPS = (159, 145), (386, 374), (13, 14)


def face_of(**edits: Any) -> Floats:
    moment = Edits(**edits).moment
    return pose_face(FACE, moment.weights, moment.closure)


def gap(face: Floats, pair: tuple[int, int]) -> float:
    return float(face[pair[1], 1] - face[pair[0], 1])


def height(face: Floats, points: list[int]) -> float:
    return -float(face[points, 1].mean())


def width(face: Floats) -> float:
    return float(np.linalg.norm(face[291] - face[61]))


MEASURES = {
    "smile": lambda face: height(face, CORNERS) + 0.3 * width(face),
    "grin": lambda face: gap(face, INNER_LIPS),
    "pout": lambda face: float(face[[13, 14], 0].mean()),
    "purse": lambda face: -width(face),
    "lip_close": lambda face: -gap(face, INNER_LIPS),
    "brow": lambda face: height(face, BROWS),
    "wink_left": lambda face: -gap(face, LEFT_LIDS),
    "wink_right": lambda face: -gap(face, RIGHT_LIDS),
    "gaze_x": lambda face: float(face[IRIS_LEFT, 0] + face[IRIS_RIGHT, 0]),
    "gaze_y": lambda face: height(face, [IRIS_LEFT, IRIS_RIGHT]),
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_slider_does_what_its_name_says_and_more_of_it_does_more(name: str) -> None:
    values = np.linspace(*RANGES[name], 9)
    shown = [MEASURES[name](face_of(**{name: float(value)})) for value in values]
    assert (np.diff(shown) > 0).all()


def test_edits_can_be_kept_by_what_they_are() -> None:
    shapes = {"jawOpen": 0.5}
    kept = {Edits(smile=0.5, shapes=shapes): "a picture"}
    assert kept[Edits(smile=0.5, shapes=dict(shapes))] == "a picture"
    assert Edits(smile=0.5) not in kept


def test_nothing_edited_is_the_face_at_rest() -> None:
    moment = Edits().moment
    assert not moment.weights.any()
    assert (moment.angles, moment.scale, moment.closure) == (REST.angles, 1.0, 0.0)
    assert moment.translation == pytest.approx((0, 0))
    assert np.isnan(Edits().ratios).all()
    assert Edits().parts == frozenset()


def test_a_face_keeps_its_own_expression_under_the_edits() -> None:
    assert Edits(smile=1).moment.own_expression == 1


def test_head_sliders_are_angles_ways_and_a_size() -> None:
    moment = Edits(yaw=-10, pitch=4, roll=2, move_x=0.5, move_y=1, zoom=1.1).moment
    assert moment.angles == (-10, 4, 2)
    assert moment.translation == pytest.approx((0.5 * MOVE, -MOVE))
    assert moment.scale == 1.1


def test_winks_are_the_persons_own_and_mirror_each_other() -> None:
    left, right = face_of(wink_left=1), face_of(wink_right=1)
    assert gap(left, LEFT_LIDS) == pytest.approx(0, abs=1e-5)
    assert gap(left, RIGHT_LIDS) == pytest.approx(gap(FACE, RIGHT_LIDS), abs=1e-3)
    np.testing.assert_allclose(mirrored(left - FACE), right - FACE, atol=1e-5)


def test_closed_lips_touch() -> None:
    assert gap(face_of(lip_close=1, shapes={"jawOpen": 0.3}), INNER_LIPS) == pytest.approx(0)


def test_shapes_replace_what_sliders_make_of_them() -> None:
    weights = Edits(smile=1, shapes={"mouthSmileLeft": 0.1}).moment.weights
    assert weights[SHAPE_INDEX["mouthSmileLeft"]] == pytest.approx(0.1)
    assert weights[SHAPE_INDEX[opposite("mouthSmileLeft")]] > 0.5


@pytest.mark.parametrize("name", BLENDSHAPES)
def test_every_blendshape_can_be_set(name: str) -> None:
    assert Edits(shapes={name: 0.4}).moment.weights[SHAPE_INDEX[name]] == pytest.approx(0.4)


def test_openness_is_asked_for_by_eye_and_a_wink_closes_its_own_from_there() -> None:
    edits = Edits(eyes_open=0.4, wink_left=0.75, lips_open=0)
    assert edits.ratios == pytest.approx((0.4, 0.1, 0))
    assert edits.parts == {"eyes", "lips"}
    assert Edits(lips_open=0.2).parts == {"lips"}


@given(st.fixed_dictionaries({name: st.floats(low, high) for name, (low, high) in RANGES.items()}))
def test_any_edits_within_range_make_a_sound_moment(values: dict[str, float]) -> None:
    moment = Edits(**values).moment
    assert ((moment.weights >= 0) & (moment.weights <= 1)).all()
    assert np.isfinite(pose_face(FACE, moment.weights, moment.closure)).all()


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("beyond", [-0.01, 0.01, math.nan, math.inf, "wide"])
def test_a_value_out_of_range_names_its_option(name: str, beyond: Any) -> None:
    low, high = RANGES[name]
    value = beyond if isinstance(beyond, str) else (low if beyond < 0 else high) + beyond
    with pytest.raises(OptionError, match=r"is not a number from") as refusal:
        Edits(**{name: value})
    assert refusal.value.option == f"--{name.replace('_', '-')}"


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan])
def test_a_blendshape_beyond_its_range_is_refused(value: float) -> None:
    with pytest.raises(OptionError, match=r"--set jawOpen: .* from 0 to 1"):
        Edits(shapes={"jawOpen": value})


def test_an_unknown_blendshape_is_met_with_the_nearest_ones() -> None:
    with pytest.raises(OptionError, match=r"'jawopen' .* did you mean jawOpen"):
        Edits(shapes={"jawopen": 0.4})
    with pytest.raises(
        OptionError, match=r"'xyz' is none of the 52 .*; docs/editing\.md lists them$"
    ):
        Edits(shapes={"xyz": 0.4})
