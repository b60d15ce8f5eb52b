"""The conversion of LivePortrait's keypoints against its own sliders and published templates."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from mien.motion.arkit import SHAPE_INDEX
from mien.motion.keypoints import (
    blendshapes_from_keypoints,
    keypoints_from_blendshapes,
    person_ratios,
    rotation_from_template,
)
from mien.motion.keypoints.apertures import GAUGES
from mien.motion.keypoints.directions import GAUGED, SLIDERS, moves_of
from mien.motion.keypoints.openings import lid_closings, lip_opening
from mien.motion.pose import angles_from_rotation
from mien.types import Floats

pytestmark = [
    pytest.mark.golden,
    pytest.mark.skipif(
        not os.environ.get("MIEN_SHARED_DIR"),
        reason="set MIEN_SHARED_DIR to the folder with LivePortrait's templates and goldens",
    ),
]
SHARED = Path(os.environ.get("MIEN_SHARED_DIR", "."))
MEASURED = ("d1", "d2", "d5", "d7", "d8")
MOVES = dict(zip((s.name for s in SLIDERS + GAUGED), moves_of(SLIDERS + GAUGED), strict=True))


class Template(NamedTuple):
    expression: Floats
    rotation: Floats
    translation: Floats
    ratios: Floats | None


def read(name: str) -> Template:
    content = pickle.loads((SHARED / f"media/templates/{name}.pkl").read_bytes())
    frames = content["motion"]
    return Template(
        np.concatenate([frame["exp"] for frame in frames]),
        np.concatenate([frame["R" if "R" in frame else "R_d"] for frame in frames]),
        np.concatenate([frame["t"] for frame in frames]),
        person_ratios(
            np.concatenate(content["c_d_eyes_lst"]), np.concatenate(content["c_d_lip_lst"])
        )
        if "c_d_eyes_lst" in content
        else None,
    )


def correlation(one: Floats, other: Floats) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def peak(name: str) -> dict[str, float]:
    template = read(name)
    weights = blendshapes_from_keypoints(template.expression, template.expression[0])
    return {shape: float(weights[:, index].max()) for shape, index in SHAPE_INDEX.items()}


@pytest.mark.parametrize("name", MEASURED)
def test_eyes_and_lips_follow_the_ratios(name: str) -> None:
    template = read(name)
    assert template.ratios is not None
    ratios, first = template.ratios, template.ratios[0]
    weights = blendshapes_from_keypoints(template.expression, template.expression[0], ratios, first)
    opened = 1 - lid_closings(weights.astype(np.float64))
    for eye in (0, 1):
        assert correlation(opened[:, eye], ratios[:, eye]) > 0.99
    lips = lip_opening(weights.astype(np.float64))
    assert np.abs(lips - np.maximum(ratios[:, 2] - first[2], 0)).max() < 0.02
    if np.ptp(ratios[:, 2]) > 0.1:
        assert correlation(lips, ratios[:, 2]) > 0.99


@pytest.mark.parametrize("name", MEASURED)
def test_keypoints_alone_know_eyes_and_lips_nearly_as_well(name: str) -> None:
    template = read(name)
    assert template.ratios is not None
    weights = blendshapes_from_keypoints(template.expression, template.expression[0])
    opened = 1 - lid_closings(weights.astype(np.float64))
    for eye in (0, 1):
        assert correlation(opened[:, eye], template.ratios[:, eye]) > 0.75
    if np.ptp(template.ratios[:, 2]) > 0.1:
        lips = lip_opening(weights.astype(np.float64))
        assert correlation(lips, template.ratios[:, 2]) > 0.9


def test_keypoint_11_is_the_first_eye_of_the_lists_and_15_the_second() -> None:
    moves, ratios = [], []
    for name in MEASURED:
        template = read(name)
        assert template.ratios is not None
        change = template.expression.reshape(-1, 63)
        moves.append((change - change.mean(0)) @ GAUGES[:, :2])
        ratios.append(template.ratios[:, :2] - template.ratios[:, :2].mean(0))
    told, measured = np.concatenate(moves), np.concatenate(ratios)
    for eye in (0, 1):
        assert correlation(told[:, eye], measured[:, eye]) > 0.95
    # what one eye does beyond the other
    assert correlation(told[:, 0] - told[:, 1], measured[:, 0] - measured[:, 1]) > 0.8


def test_the_laugh_laughs() -> None:
    laugh = peak("laugh")
    assert laugh["mouthSmileLeft"] > 0.6
    assert laugh["cheekSquintLeft"] > 0.3
    assert laugh["jawOpen"] > 0.4
    assert laugh["eyeSquintLeft"] > 0.15 or laugh["eyeBlinkRight"] > 0.15


def test_the_wink_shuts_the_right_eye_far_more_than_the_left() -> None:
    wink = peak("wink")
    assert wink["eyeBlinkRight"] > 0.85
    assert wink["eyeBlinkLeft"] < 0.45


def test_talking_talks_and_open_lip_opens_less_than_a_laugh() -> None:
    assert peak("talking")["jawOpen"] > 0.3
    assert 0.08 < peak("open_lip")["jawOpen"] < peak("laugh")["jawOpen"]


def test_aggrieved_frowns_and_shy_looks_down() -> None:
    assert peak("aggrieved")["mouthFrownLeft"] > 0.25
    assert peak("aggrieved")["browInnerUp"] > 0.1
    assert peak("shy")["eyeLookDownLeft"] > 0.3


def test_a_shaken_head_travels_where_it_turns_and_a_lifted_one_up() -> None:
    shaken, talking = read("shake_face"), read("talking")
    yaw = [angles_from_rotation(r)[0] for r in rotation_from_template(shaken.rotation)]
    assert np.ptp(yaw) > 30
    assert correlation(np.array(yaw), shaken.translation[:, 0]) > 0.9
    pitch = [angles_from_rotation(r)[1] for r in rotation_from_template(talking.rotation)]
    assert correlation(np.array(pitch), talking.translation[:, 1]) < -0.9


@pytest.mark.parametrize("name", [*MEASURED, "laugh", "wink", "talking", "shy", "aggrieved"])
def test_blendshapes_of_a_template_survive_the_way_back(name: str) -> None:
    moved = read(name).expression
    weights = blendshapes_from_keypoints(moved, moved[0])
    back = blendshapes_from_keypoints(keypoints_from_blendshapes(weights), np.zeros((21, 3)))
    assert np.abs(back - weights).mean() < 0.02
    assert np.quantile(np.abs(back - weights), 0.99) < 0.25
