"""LivePortrait's motion algebra against figures that its own code made."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import repeat
from typing import Any

import numpy as np
import pytest

from fakes.liveportrait_correctors import RecipeCorrectors
from fakes.liveportrait_goldens import Arrays, arrays, configuration, index
from mien.engines.liveportrait.algebra import (
    NEUTRAL,
    DriveOptions,
    DrivingMotion,
    Mover,
    Setting,
    SourceMotion,
    degrees_from_bins,
    rotation_from_degrees,
    source_motion,
)
from mien.engines.liveportrait.algebra.film_lips import opened_lips, silent_lips
from mien.engines.liveportrait.algebra.hull import motion_gain
from mien.engines.liveportrait.algebra.sliders import EditorState, edited
from mien.engines.liveportrait.framing.ratios import ratios_of
from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.motion.kalman import PROCESS, smooth_series
from mien.types import Floats, MotionOptions

pytestmark = pytest.mark.golden

TOLERANCE = 2e-6
MOTIONS = index("motion_index.json").get("cases", [])
GEOMETRY = index("geometry_index.json").get("cases", {})
EDITS = index("sliders_index.json")
FILM_LIPS = index("video_retarget_index.json")
PARAMETERS = {
    "mov_x": "movement x",
    "mov_y": "movement y",
    "lip_variation_zero": "pouting",
    "lip_variation_one": "pursing",
    "lip_variation_two": "grin",
    "lip_variation_three": "lip close-open",
    "smile": "smile",
    "wink": "wink",
    "eyebrow": "eyebrow",
    "eyeball_direction_x": "eyeball x",
    "eyeball_direction_y": "eyeball y",
}
"""LivePortrait's name of a slider -> ours."""
FILTERS = [name for name, case in GEOMETRY.items() if "observation_variance" in case]


@cache
def correctors(seed: int) -> RecipeCorrectors:
    return RecipeCorrectors(seed)


def readings_of(stored: Arrays, prefix: str = "src") -> list[KeypointReading]:
    parts = ("kp", "exp", "pitch", "yaw", "roll", "t", "scale")
    kp, exp, pitch, yaw, roll, t, scale = (stored[f"{prefix}_{part}"] for part in parts)
    angles = np.concatenate([pitch, yaw, roll], axis=1).tolist()
    return [
        KeypointReading(kp[i], exp[i], *angles[i], t[i], float(scale[i].item()))
        for i in range(len(kp))
    ]


def sources_of(stored: Arrays) -> list[SourceMotion]:
    pairs = zip(readings_of(stored), stored["src_lmk"], strict=True)
    return [source_motion(reading, ratios_of(landmarks)) for reading, landmarks in pairs]


def driven_by(case: Arrays) -> list[DrivingMotion]:
    frames = []
    for i in range(len(case["drv_exp"])):
        ratios = None
        if "drv_c_eyes" in case:
            ratios = np.concatenate([case["drv_c_eyes"][i], case["drv_c_lip"][i]])
        frames.append(
            DrivingMotion(
                case["drv_R"][i].astype(np.float64),
                case["drv_exp"][i].astype(np.float64),
                float(case["drv_scale"][i].item()),
                case["drv_t"][i].astype(np.float64),
                ratios,
            )
        )
    return frames


def options_of(case: dict[str, Any]) -> DriveOptions:
    given = case["options"]
    if case.get("animal"):
        return DriveOptions(
            MotionOptions(multiplier=given["driving_multiplier"]),
            stitching=given["flag_stitching"],
            driving_option=given["driving_option"],
            manner="upstream",
            species="animals",
        )
    parts = {"eyes": "flag_eye_retargeting", "lips": "flag_lip_retargeting"}
    return DriveOptions(
        MotionOptions(
            relative=given["flag_relative_motion"],
            multiplier=given["driving_multiplier"],
            region=given["animation_region"],
            retarget=frozenset(part for part, flag in parts.items() if given[flag]),
            normalize_lips=given["flag_normalize_lip"],
        ),
        stitching=given["flag_stitching"],
        driving_option=given["driving_option"],
        hold_eyes=given["flag_source_video_eye_retargeting"],
        smoothing=given["driving_smooth_observation_variance"],
        manner="upstream",
    )


def driven(case: dict[str, Any], stored: Arrays, options: DriveOptions) -> list[Floats]:
    """The driven keypoints, streamed as an engine would."""
    sources, frames = sources_of(stored), driven_by(stored)
    film, still = case["source"] == "video", len(frames) == 1
    setting = Setting(options, frames[0], film=film, still=still)
    mover = Mover(setting, correctors(case["stitch_weights_seed"]), sources[0])
    if not film:
        return [mover.picture(sources[0], frame) for frame in frames]
    repeated = repeat(frames[0], len(sources)) if still else iter(frames)
    return list(mover.film(zip(sources, repeated, strict=False)))


def without_defects(case: dict[str, Any]) -> bool:
    """Whether nothing is asked for that our manner does otherwise."""
    motion, holds = options_of(case).motion, options_of(case).hold_eyes
    adds = motion.normalize_lips or holds
    lips = motion.normalize_lips and not motion.relative
    return not (motion.retarget or lips or (adds and motion.multiplier != 1))


@pytest.mark.parametrize("case", MOTIONS, ids=lambda case: case["name"])
def test_driven_keypoints_are_liveportraits(case: dict[str, Any]) -> None:
    stored = arrays(f"motion_{case['name']}.npz")
    shown = [source.keypoints for source in sources_of(stored)]
    own = stored["x_s"]
    np.testing.assert_allclose(shown[: len(own)], own, rtol=0, atol=TOLERANCE)
    made = driven(case, stored, options_of(case))
    np.testing.assert_allclose(made, stored["x_d"], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    "case", list(filter(without_defects, MOTIONS)), ids=lambda case: case["name"]
)
def test_ours_are_the_same_where_liveportrait_has_no_defect(case: dict[str, Any]) -> None:
    stored = arrays(f"motion_{case['name']}.npz")
    made = driven(case, stored, replace(options_of(case), manner="mien"))
    np.testing.assert_allclose(made, stored["x_d"], rtol=0, atol=TOLERANCE)


def test_the_neutral_expression_is_liveportraits() -> None:
    wanted = np.reshape(configuration("lip_array.json")["values"], (21, 3))
    np.testing.assert_array_equal(wanted, NEUTRAL)


@pytest.mark.parametrize("name", FILTERS)
def test_films_are_smoothed_as_by_pykalman(name: str) -> None:
    case, stored = GEOMETRY[name], arrays("geometry.npz")
    given, wanted = stored[f"{name}_x"], stored[f"{name}_y"]
    smooth = smooth_series(
        given.reshape(wanted.shape),
        process=case.get("process_variance", PROCESS),
        observation=case["observation_variance"],
        lag=len(given),
    )
    np.testing.assert_allclose(list(smooth), wanted, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("number", range(len(EDITS.get("cases", []))))
def test_edited_keypoints_are_liveportraits(number: int) -> None:
    stored, case = arrays("sliders.npz"), dict(EDITS["cases"][number])
    state = EditorState(
        pitch=case["pitch"],
        yaw=case["yaw"],
        roll=case["roll"],
        zoom=case["mov_z"],
        sliders={name: case[theirs] for theirs, name in PARAMETERS.items()},
        # LivePortrait leaves alone what stands where the portrait, rounded, already is
        eyes_open=unless(EDITS["source_eye_ratio"], case["eye_ratio"]),
        lips_open=unless(EDITS["source_lip_ratio"], case["lip_ratio"]),
    )
    networks, ratios = correctors(EDITS["weights_seed"]), ratios_of(stored["lmk"])
    (reading,) = readings_of(stored)
    made = edited(reading, ratios, state, networks, stitching=case["stitching"])
    np.testing.assert_allclose(made, stored["x_d"][number], rtol=0, atol=TOLERANCE)


def unless(own: float, target: float) -> float | None:
    return None if target == own else target


@pytest.mark.parametrize("name", FILM_LIPS.get("cases", []))
def test_the_lips_of_a_film_are_liveportraits(name: str) -> None:
    case, stored = FILM_LIPS["cases"][name], arrays("video_retarget.npz")
    networks, sources = correctors(FILM_LIPS["weights_seed"]), sources_of(stored)
    if case["silence"]:
        made = [silent_lips(source, networks) for source in sources]
    else:
        variance = case["driving_smooth_observation_variance"]
        made = list(opened_lips(sources, case["lip_target"], networks, observation=variance))
    np.testing.assert_allclose(made, stored[name], rtol=0, atol=TOLERANCE)


@pytest.mark.skipif(not GEOMETRY, reason="no cases of geometry in this folder")
class TestGeometry:
    def test_rotations_of_angles(self) -> None:
        stored = arrays("geometry.npz")
        made = [rotation_from_degrees(*angles) for angles in stored["euler_deg_pyr"].tolist()]
        np.testing.assert_allclose(made, stored["euler_R"], rtol=0, atol=TOLERANCE)

    def test_angles_of_logits(self) -> None:
        stored = arrays("geometry.npz")
        made = degrees_from_bins(stored["headpose_logits"])
        np.testing.assert_allclose(made, stored["headpose_deg"].ravel(), rtol=0, atol=2e-4)

    def test_keypoints_on_the_canvas(self) -> None:
        stored = arrays("geometry.npz")
        made = [source_motion(reading).keypoints for reading in readings_of(stored, "tk")]
        np.testing.assert_allclose(made, stored["tk_out"], rtol=0, atol=TOLERANCE)

    def test_how_much_larger_one_face_is(self) -> None:
        stored = arrays("geometry.npz")
        source, first = stored["mm_pts"].reshape(2, 21, 3)
        assert motion_gain(source, first) == pytest.approx(stored["mm_val"].item(), abs=TOLERANCE)
