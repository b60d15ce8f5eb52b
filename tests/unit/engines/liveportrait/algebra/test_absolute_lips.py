"""Lips that are told as they look, beside motion that is added."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fakes.keypoint_motion import LinearCorrectors, driving, source
from mien.engines.liveportrait.algebra import DriveOptions, Mover, Setting
from mien.engines.liveportrait.algebra.merging import own_share
from mien.engines.liveportrait.algebra.regions import LIPS, keypoints_mask
from mien.types import Floats, MotionOptions

pytestmark = pytest.mark.unit

FACE = source()
REFERENCE = replace(driving(5), absolute_lips=True)
FRAME = replace(driving(6), absolute_lips=True)
RELATIVE = replace(FRAME, absolute_lips=False)
MASK = keypoints_mask(LIPS)


def picture(frame: Any, reference: Any = REFERENCE, **motion: Any) -> Floats:
    options = DriveOptions(MotionOptions(**motion), stitching=False)
    moves = Mover(Setting(options, reference), LinearCorrectors(FACE), FACE)
    return moves.picture(FACE, frame)


def expression(keypoints: Floats) -> Floats:
    """What keypoints of the frame show, region ``all``."""
    rotation = FRAME.rotation @ REFERENCE.rotation.T @ FACE.rotation
    scale = FACE.scale * FRAME.scale / REFERENCE.scale
    moved = (FACE.translation + FRAME.translation - REFERENCE.translation) * (1, 1, 0)
    return np.asarray((keypoints - moved) / scale - FACE.canonical @ rotation)


def test_lips_are_the_drivers_whatever_the_reference_and_all_else_is_added() -> None:
    shown = expression(picture(FRAME))
    added = FACE.expression + FRAME.expression - REFERENCE.expression
    np.testing.assert_allclose(shown, np.where(MASK, FRAME.expression, added), atol=1e-5)
    np.testing.assert_allclose(expression(picture(RELATIVE)), added, atol=1e-5)


def test_the_first_frame_has_the_drivers_lips_on_the_source() -> None:
    changed = np.abs(picture(REFERENCE) - FACE.keypoints).max(axis=1) > 1e-6
    assert changed.nonzero()[0].tolist() == sorted(LIPS)


def test_where_only_lips_move_they_move_as_they_change() -> None:
    np.testing.assert_allclose(picture(FRAME, region="lip"), picture(RELATIVE, region="lip"))


@pytest.mark.parametrize("region", ["eyes", "pose"])
def test_regions_without_lips_leave_them(region: str) -> None:
    np.testing.assert_allclose(picture(FRAME, region=region), picture(RELATIVE, region=region))


def test_absolute_motion_is_as_ever() -> None:
    np.testing.assert_allclose(picture(FRAME, relative=False), picture(RELATIVE, relative=False))


def test_the_portraits_own_open_lips_need_no_closing_beneath_them() -> None:
    motion = MotionOptions()
    assert own_share(FRAME, motion) == 0.0
    assert own_share(RELATIVE, motion) == 1.0
    assert own_share(FRAME, MotionOptions(region="lip")) == 1.0
    assert own_share(FRAME, MotionOptions(multiplier=0.25)) == 0.75
    np.testing.assert_allclose(picture(FRAME, normalize_lips=True), picture(FRAME), atol=1e-6)
