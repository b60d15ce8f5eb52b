"""LivePortrait's motion algebra against figures that its own code made."""

from __future__ import annotations

from functools import cache
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
from mien.engines.liveportrait.algebra.hull import motion_gain
from mien.engines.liveportrait.framing.ratios import ratios_of
from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.motion.kalman import PROCESS, smooth_series
from mien.types import MotionOptions

pytestmark = pytest.mark.golden

TOLERANCE = 2e-6
MOTIONS = index("motion_index.json").get("cases", [])
GEOMETRY = index("geometry_index.json").get("cases", {})
FILTERS = [name for name, case in GEOMETRY.items() if "observation_variance" in case]


@cache
def correctors(seed: int) -> RecipeCorrectors:
    return RecipeCorrectors(seed)


def sources_of(case: Arrays) -> list[SourceMotion]:
    return [
        source_motion(
            KeypointReading(
                case["src_kp"][i], case["src_exp"][i],
                *(float(case[f"src_{angle}"][i].item()) for angle in ("pitch", "yaw", "roll")),
                case["src_t"][i], float(case["src_scale"][i].item()),
            ),
            ratios_of(case["src_lmk"][i]),
        )
        for i in range(len(case["src_kp"]))
    ]  # fmt: skip


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


@pytest.mark.parametrize("case", MOTIONS, ids=lambda case: case["name"])
def test_driven_keypoints_are_liveportraits(case: dict[str, Any]) -> None:
    stored = arrays(f"motion_{case['name']}.npz")
    sources, frames = sources_of(stored), driven_by(stored)
    film, still = case["source"] == "video", len(frames) == 1
    setting = Setting(options_of(case), frames[0], film=film, still=still)
    mover = Mover(setting, correctors(case["stitch_weights_seed"]), sources[0])
    if film:
        if still:
            frames = frames * len(sources)
        made = list(mover.film(zip(sources, frames, strict=False)))
    else:
        made = [mover.picture(sources[0], frame) for frame in frames]
    shown = [source.keypoints for source in sources[: len(made)]]
    own = stored["x_s"][: len(shown)]
    np.testing.assert_allclose(shown, own, rtol=0, atol=TOLERANCE)
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
        for i, wanted in enumerate(stored["tk_out"]):
            reading = KeypointReading(
                stored["tk_kp"][i], stored["tk_exp"][i],
                *(float(stored[f"tk_{angle}"][i].item()) for angle in ("pitch", "yaw", "roll")),
                stored["tk_t"][i], float(stored["tk_scale"][i].item()),
            )  # fmt: skip
            made = source_motion(reading).keypoints
            np.testing.assert_allclose(made, wanted, rtol=0, atol=TOLERANCE)

    def test_how_much_larger_one_face_is(self) -> None:
        stored = arrays("geometry.npz")
        source, first = stored["mm_pts"].reshape(2, 21, 3)
        assert motion_gain(source, first) == pytest.approx(stored["mm_val"].item(), abs=TOLERANCE)
