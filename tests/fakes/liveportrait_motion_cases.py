"""LivePortrait's golden cases of motion as its algebra takes them."""

from __future__ import annotations

from functools import cache
from itertools import repeat
from typing import Any

import numpy as np

from fakes.liveportrait_correctors import recipe_correctors
from fakes.liveportrait_goldens import Arrays
from mien.engines.liveportrait.algebra import (
    DriveOptions,
    DrivingMotion,
    Mover,
    Setting,
    SourceMotion,
    source_motion,
)
from mien.engines.liveportrait.framing.ratios import ratios_of
from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.engines.liveportrait.runtimes.correctors import TorchCorrectors
from mien.types import Floats, MotionOptions


@cache
def correctors(seed: int) -> TorchCorrectors:
    return recipe_correctors(seed)


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
