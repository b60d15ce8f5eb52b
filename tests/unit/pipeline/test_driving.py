from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mien.errors import InputError, OptionError, UnreadableMediaError
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.timeline import parse_timeline
from mien.pipeline import AnimateOptions
from mien.pipeline.driving import check_driver, choose_driver
from mien.types import Floats

pytestmark = pytest.mark.unit

HAPPY = AnimateOptions(emotions=parse_timeline("0:happy:1"), duration=1.0)


def weights(driving: str | None, options: AnimateOptions) -> Floats:
    motion = choose_driver(driving, options).motion
    return np.array([frame.blendshapes for frame in motion.frames])


def test_nothing_to_drive_with_is_refused() -> None:
    with pytest.raises(OptionError, match="a video, a picture"):
        choose_driver(None, AnimateOptions())


@pytest.mark.parametrize(
    ("driving", "message"),
    [(None, "is needed"), ("no.mp4", "does not exist"), ("idle:dance", "dance")],
)
def test_what_is_wrong_at_a_glance_is_told_without_a_portrait(
    driving: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        check_driver(driving, AnimateOptions())
    check_driver("idle:blink", AnimateOptions())


def test_emotions_alone_are_played_over_natural_idling() -> None:
    alone, named = weights(None, HAPPY), weights("idle:natural", HAPPY)
    np.testing.assert_array_equal(alone, named)
    assert (alone[:, SHAPE_INDEX["mouthSmileLeft"]] > 0.3).all()


def test_emotions_are_played_over_the_idling_that_is_named() -> None:
    looking = [SHAPE_INDEX["eyeLookOutLeft"], SHAPE_INDEX["eyeLookInLeft"]]
    assert weights(None, HAPPY)[:, looking].any()
    assert not weights("idle:blink", HAPPY)[:, looking].any()


def test_the_seed_reaches_the_driver() -> None:
    assert (weights(None, HAPPY) != weights(None, replace(HAPPY, seed=1))).any()


@pytest.mark.parametrize("driving", ["clip.mp4", Path("face.jpg"), "laugh.pkl"])
def test_emotions_are_refused_with_a_driver_that_has_its_own(driving: str | Path) -> None:
    with pytest.raises(OptionError, match=r"--emotions: go with --driving idle:NAME"):
        choose_driver(driving, HAPPY)


def test_an_idle_motion_that_there_is_not_is_refused() -> None:
    for options in (AnimateOptions(), HAPPY):
        with pytest.raises(OptionError, match="idle:sleep is none of"):
            choose_driver("idle:sleep", options)


def test_a_driver_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnreadableMediaError, match="does not exist"):
        choose_driver("nothing.mp4", AnimateOptions())
