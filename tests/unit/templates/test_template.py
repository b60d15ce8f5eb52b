"""A template is sound, or it is not made."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from fakes.templates import blendshape_template
from mien.templates.checks import check_length
from mien.templates.problems import UnusableError

pytestmark = pytest.mark.unit

SOUND = blendshape_template(landmarks=True)


def test_a_row_becomes_a_motion_frame():
    frame = SOUND.moment(2, pts=7, time_base=Fraction(1, 30))
    assert (frame.pts, frame.time_base) == (7, Fraction(1, 30))
    assert (frame.rotation == SOUND.rotation[2]).all()
    assert (frame.blendshapes == SOUND.blendshapes[2]).all()
    assert frame.own_expression == pytest.approx(1 / 3)
    assert frame.landmarks is not None
    assert frame.landmarks.shape == (478, 3)
    assert frame.keypoints is None
    assert frame.ratios is None


def test_length_counts_the_frames_that_are_played():
    assert SOUND.num_frames == 3
    assert SOUND.duration_s == pytest.approx(3 * 1001 / 30000)
    assert replace(SOUND, first_frame=0).num_frames == 4


@pytest.mark.parametrize("rate", [0, Fraction(1, 2), 241])
def test_a_rate_beyond_reason_is_refused(rate):
    with pytest.raises(UnusableError, match="frames per second"):
        replace(SOUND, rate=Fraction(rate))


@pytest.mark.parametrize(
    "name", ["rotation", "translation", "scale", "blendshapes", "own_expression", "closure"]
)
@pytest.mark.parametrize("number", [np.nan, np.inf, -1e6])
def test_numbers_beyond_reason_are_refused(name, number):
    values = getattr(SOUND, name).copy()
    values.flat[0] = number
    with pytest.raises(UnusableError):
        replace(SOUND, **{name: values})
    with pytest.raises(UnusableError, match="shape"):
        replace(SOUND, **{name: getattr(SOUND, name)[:, None]})


def test_a_mirror_is_no_rotation():
    with pytest.raises(UnusableError, match="rotation"):
        replace(SOUND, rotation=-SOUND.rotation)


@pytest.mark.parametrize("num_frames", [0, 100_001])
def test_no_frames_and_too_many_are_refused(num_frames):
    with pytest.raises(UnusableError, match="frames"):
        check_length(num_frames)
