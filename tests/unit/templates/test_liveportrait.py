"""LivePortrait's templates, and those of its descendants."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.templates import liveportrait, old_pickle, turned
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.keypoints import HEAD_UNIT
from mien.motion.pose import angles_from_rotation
from mien.templates import MotionTemplate
from mien.templates.liveportrait import template_from_pickle
from mien.templates.problems import UnusableError

pytestmark = pytest.mark.unit


def read(root: object) -> MotionTemplate:
    return template_from_pickle(pickle.dumps(root))


def each_frame(change: Callable[[dict[str, Any]], object], **kind: bool) -> MotionTemplate:
    root = liveportrait(**kind)
    for item in root["motion"]:
        change(item)
    return read(root)


def problem(root: object) -> str:
    with pytest.raises(UnusableError) as caught:
        read(root)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def spoiled(key: str, value: object) -> str:
    root = liveportrait()
    root["motion"][2][key] = value
    return problem(root)


# what it says


def test_rotation_is_the_transpose_of_r_and_keeps_its_signs():
    template = read(liveportrait())
    for number in range(4):
        angles = angles_from_rotation(template.rotation[number])
        assert angles == pytest.approx((number, -0.5 * number, 0), abs=1e-4)


def test_the_first_frame_is_reference_and_frame():
    template = read(liveportrait())
    assert (template.first_frame, template.num_frames) == (0, 4)
    assert template.scale == pytest.approx([1, 1.51 / 1.5, 1.52 / 1.5, 1.53 / 1.5])
    assert template.blendshapes[0].max() == 0.0
    assert template.own_expression[0] == 1.0


def test_the_way_on_the_canvas_becomes_head_units():
    template = read(liveportrait())
    travel = template.translation[3] - template.translation[0]
    assert travel == pytest.approx([0.03 / 1.5 / HEAD_UNIT, -0.06 / 1.5 / HEAD_UNIT], rel=1e-5)


def test_keypoints_are_kept_and_become_blendshapes():
    template = read(liveportrait())
    assert template.keypoints is not None
    assert template.keypoints.expression[3, 19, 1] == pytest.approx(0.03)
    opened = template.blendshapes[:, SHAPE_INDEX["jawOpen"]]
    assert (np.diff(opened) > 0).all()


def test_the_frame_rate_is_the_files():
    root = liveportrait()
    for given_rate, rate in (
        (30, 30),
        (np.int64(20), 20),
        (29.97, Fraction(2997, 100)),
        (np.float32(24), 24),
    ):
        root["output_fps"] = given_rate
        assert float(read(root).rate) == pytest.approx(float(rate), rel=1e-4)
    del root["output_fps"]
    assert read(root).rate == 25


# schemas


@pytest.mark.parametrize("old", [False, True])
def test_old_and_new_names_are_read(old):
    plain = read(liveportrait(ratios=True))
    template = read(liveportrait(ratios=True, old=old))
    assert (template.rotation == plain.rotation).all()
    assert template.ratios is not None
    assert template.ratios[3] == pytest.approx([0.3, 0.2, 0.3])


def test_the_files_of_numpy_1_are_read():
    root = liveportrait(ratios=True)
    assert (template_from_pickle(old_pickle(root)).rotation == read(root).rotation).all()


def test_ratio_lists_may_be_absent_or_empty():
    root = liveportrait()
    assert read(root).ratios is None
    root |= {"c_eyes_lst": [], "c_lip_lst": []}
    assert read(root).ratios is None
    root |= {"c_eyes_lst": [np.zeros((1, 2))] * 4}
    assert read(root).ratios is None


def test_what_does_not_drive_is_passed_over():
    extra = {"kp": np.zeros((1, 21, 3)), "x_s": np.zeros((1, 21, 3)), "pitch": np.zeros((1, 1))}
    template = each_frame(lambda item: item.update(extra))
    assert (template.rotation == read(liveportrait()).rotation).all()


def test_a_wrong_or_missing_count_is_passed_over():
    root = liveportrait()
    root["n_frames"] = 99
    assert read(root).num_frames == 4
    del root["n_frames"]
    assert read(root).num_frames == 4


def test_angles_stand_in_where_there_is_no_matrix():
    """JoyVASA's: R is (Rz(roll) Ry(yaw) Rx(pitch)) transposed, with right-handed matrices."""

    def to_angles(item):
        del item["R"]
        item |= {"pitch": np.array([[10.0]]), "yaw": np.array([[20.0]]), "roll": np.array([[5.0]])}

    rotation = each_frame(to_angles).rotation[0]
    (cx, cy, cz), (sx, sy, sz) = (f(np.radians([10.0, 20.0, 5.0])) for f in (np.cos, np.sin))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    assert rotation == pytest.approx(about_z @ about_y @ about_x, abs=1e-6)


@pytest.mark.parametrize("kind", ["f2", "f8", ">f4"])
def test_other_kinds_of_numbers_are_read(kind):
    def to_kind(item):
        item |= {key: value.astype(kind) for key, value in item.items()}

    tolerance = 2e-3 if kind == "f2" else 1e-6
    template = each_frame(to_kind)
    assert template.rotation == pytest.approx(read(liveportrait()).rotation, abs=tolerance)
    square = template.rotation @ template.rotation.transpose(0, 2, 1)
    assert np.abs(square - np.eye(3)).max() < 1e-6


def test_other_shapes_of_the_same_numbers_are_read():
    def flat(item):
        item["exp"] = item["exp"].reshape(63)
        item["R"] = item["R"][0]
        item["t"] = item["t"].reshape(1, 1, 3)
        item["scale"] = float(item["scale"][0, 0])

    template = each_frame(flat)
    assert (template.rotation == read(liveportrait()).rotation).all()
    assert template.keypoints is not None
    assert template.keypoints.expression[3, 19, 1] == pytest.approx(0.03)


# what is refused


@pytest.mark.parametrize("root", [None, 1, "motion", [], {}, {"n_frames": 3}, (1, 2)])
def test_what_is_no_template_is_refused(root):
    assert "no motion" in problem(root)


@pytest.mark.parametrize("motion", [None, 3, {}, (), [1], [None], [[]]])
def test_motion_that_is_no_list_of_frames_is_refused(motion):
    assert "motion" in problem({"motion": motion})


def test_no_frames_are_refused():
    assert problem({"motion": []}) == "holds no frames"


def test_too_many_frames_are_refused():
    assert "100001 frames" in problem({"motion": [{}] * 100_001})


@pytest.mark.parametrize("key", ["scale", "R", "exp", "t"])
def test_a_frame_without_a_part_is_refused(key):
    root = liveportrait()
    del root["motion"][2][key]
    assert key in problem(root)


@pytest.mark.parametrize("key", ["scale", "R", "exp", "t"])
@pytest.mark.parametrize("number", [np.nan, np.inf, 1e300])
def test_what_is_no_number_is_refused(key, number):
    value = np.array(liveportrait()["motion"][2][key], np.float64)
    value.flat[0] = number
    assert f"{key} " in spoiled(key, value)


@pytest.mark.parametrize("key", ["scale", "R", "exp", "t"])
@pytest.mark.parametrize(
    "value",
    [
        np.zeros((2, 2)),
        np.zeros((1, 3, 21)),
        np.zeros(0),
        np.zeros((0, 3)),
        None,
        "1",
        [1],
        True,
        b"1",
    ],
)
def test_wrong_shapes_and_kinds_are_refused(key, value):
    assert f"{key} " in spoiled(key, value)


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((1, 3, 3)),
        np.eye(3)[None] * 2,
        -np.eye(3)[None],
        np.diag([1.0, 1, -1]),
        np.ones((3, 3)),
    ],
)
def test_what_is_no_rotation_is_refused(matrix):
    assert "rotation" in spoiled("R", matrix)


def test_a_rotation_that_is_slightly_off_is_repaired():
    root = liveportrait()
    root["motion"][2]["R"] = root["motion"][2]["R"] * 1.004
    assert angles_from_rotation(read(root).rotation[2]) == pytest.approx((2, -1, 0), abs=1e-3)


@pytest.mark.parametrize(("key", "value"), [("scale", 0.0), ("scale", -1.0), ("scale", 1e6)])
def test_sizes_beyond_reason_are_refused(key, value):
    assert "scale" in spoiled(key, np.array([[value]], np.float32))


@pytest.mark.parametrize("rate", [0, -25, 241, 1e30, np.nan, None, "25", True])
def test_rates_beyond_reason_are_refused(rate):
    root = liveportrait()
    root["output_fps"] = rate
    assert "output_fps" in problem(root)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("length", [1, 3, 5])
def test_ratio_lists_of_another_length_are_refused(length, old):
    root = liveportrait(ratios=True, old=old)
    key = "c_d_lip_lst" if old else "c_lip_lst"
    root[key] = (root[key] * 2)[:length]
    assert key in problem(root)


@pytest.mark.parametrize(
    "value", [np.full((1, 1), np.nan), np.full((1, 1), -1.0), np.zeros((1, 3)), None]
)
def test_ratios_beyond_reason_are_refused(value):
    root = liveportrait(ratios=True)
    root["c_lip_lst"][1] = value
    assert "lip" in problem(root) or "ratios" in problem(root)


def test_one_frame_many_times_over_is_read():
    item = liveportrait(1)["motion"][0]
    assert read({"motion": [item] * 3000}).num_frames == 3000


@given(st.floats(-40, 40), st.floats(-40, 40), st.floats(-40, 40))
def test_any_turn_comes_through(yaw, pitch, roll):
    root = liveportrait(1)
    root["motion"][0]["R"] = turned(yaw, pitch, roll)
    angles = angles_from_rotation(read(root).rotation[0])
    assert angles == pytest.approx((yaw, pitch, roll), abs=1e-3)


def test_a_large_array_in_every_frame_is_refused_before_it_is_laid_out():
    root = liveportrait()
    large = np.zeros(60_000)
    root["motion"] = [{**root["motion"][0], "exp": large} for _ in range(5000)]
    assert "has exp of shape (60000,) where (21, 3) is needed" in problem(root)
