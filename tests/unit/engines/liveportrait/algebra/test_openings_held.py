"""The openings that eyes and lips are brought to, told by the gains of the known directions. With
:class:`LinearCorrectors` the networks are exact, so the openings must be what was asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.keypoint_motion import LinearCorrectors, driving, opened, resting, source
from mien.engines.liveportrait.algebra import (
    DriveOptions,
    DrivingMotion,
    Mover,
    Setting,
    SourceMotion,
)
from mien.errors import OptionError
from mien.motion.keypoints.apertures import GAUGES
from mien.types import Floats, MotionOptions

pytestmark = pytest.mark.unit

FACE = source(ratios=(0.3, 0.3, 0.2))
shares = st.floats(0, 1)


def openings(
    frame: DrivingMotion,
    face: SourceMotion = FACE,
    *,
    engine: dict[str, Any] | None = None,
    **motion: Any,
) -> Floats:
    """(3,) openings of right eye, left eye and lips after a frame against the resting face."""
    options = DriveOptions(MotionOptions(**motion), stitching=False, **(engine or {}))
    mover = Mover(Setting(options, resting()), LinearCorrectors(face), face)
    moved = (mover.picture(face, frame) - face.keypoints).astype(np.float64) / face.scale
    assert face.ratios is not None
    return np.asarray(face.ratios + moved.ravel() @ GAUGES)


def test_the_motion_alone_opens_as_it_shows() -> None:
    frame = resting(opened(right=-0.3, left=-0.1, lips=0.4))
    assert openings(frame) == pytest.approx((0.0, 0.2, 0.6), abs=1e-5)


@given(st.floats(0, 0.8), st.floats(0, 0.8), st.floats(-0.3, 0.1), st.floats(-0.2, 0.6))
def test_asked_openings_hold_whatever_else_moves(
    eyes: float, lips: float, blink: float, speech: float
) -> None:
    frame = resting(opened(right=blink, left=blink / 2, lips=speech))
    held = openings(frame, eyes_open=eyes, lips_open=lips)
    assert held == pytest.approx((eyes, eyes, lips), abs=1e-4)


@pytest.mark.parametrize("multiplier", [0.0, 0.5, 1.0, 1.7])
@pytest.mark.parametrize("region", ["all", "pose", "eyes", "lip"])
def test_asked_openings_hold_whatever_multiplier_and_region(multiplier: float, region: str) -> None:
    frame = resting(opened(right=-0.2, left=-0.2, lips=0.4))
    held = openings(frame, eyes_open=0.1, lips_open=0.5, multiplier=multiplier, region=region)
    assert held == pytest.approx((0.1, 0.1, 0.5), abs=1e-4)


def test_retargeting_goes_together_with_the_motion() -> None:
    frame = replace(driving(), ratios=np.array((0.1, 0.1, 0.5)))
    options = DriveOptions(MotionOptions(retarget=frozenset({"eyes", "lips"})), stitching=False)
    plain = DriveOptions(stitching=False)
    with_it, without = (
        Mover(Setting(o, resting()), LinearCorrectors(FACE), FACE).picture(FACE, frame)
        for o in (options, plain)
    )
    untouched = [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 12, 18]  # by what opens eyes and lips
    assert np.allclose(with_it[untouched], without[untouched], atol=1e-6)
    assert not np.allclose(without, FACE.keypoints, atol=0.01)


def test_retargeting_brings_the_drivers_openings() -> None:
    frame = resting(opened(right=-0.2, lips=0.4), ratios=np.array((0.05, 0.25, 0.33)))
    both = openings(frame, retarget=frozenset({"eyes", "lips"}))
    assert both == pytest.approx((0.05, 0.25, 0.33), abs=1e-4)


def test_each_eye_is_brought_to_its_own_openness() -> None:
    wink = resting(ratios=np.array((0.0, 0.3, 0.2)))
    assert openings(wink, retarget=frozenset({"eyes"})) == pytest.approx((0, 0.3, 0.2), abs=1e-4)


def test_an_opening_that_the_driver_leaves_alone_stays() -> None:
    wink = resting(opened(lips=0.1), ratios=np.array((0.0, np.nan, np.nan)))
    left = openings(wink, retarget=frozenset({"eyes", "lips"}))
    assert left == pytest.approx((0.0, 0.3, 0.3), abs=1e-4)


def test_what_the_driver_asks_for_obeys_region_and_multiplier() -> None:
    frame = resting(ratios=np.array((0.1, 0.1, 0.6)))
    parts = frozenset({"eyes", "lips"})
    assert openings(frame, retarget=parts, region="lip") == pytest.approx((0.3, 0.3, 0.6), abs=1e-4)
    half = openings(frame, retarget=parts, multiplier=0.5)
    assert half == pytest.approx((0.2, 0.2, 0.4), abs=1e-4)


def test_liveportraits_own_retargeting_drops_relative_motion() -> None:
    frame = replace(driving(), ratios=np.array((0.1, 0.3, 0.5)))
    motion = {"retarget": frozenset({"eyes", "lips"})}
    options = DriveOptions(MotionOptions(**motion), stitching=False, manner="upstream")  # type: ignore[arg-type]
    made = Mover(Setting(options, resting()), LinearCorrectors(FACE), FACE).picture(FACE, frame)
    correctors, keypoints = LinearCorrectors(FACE), FACE.keypoints
    wanted = keypoints + correctors.eye_delta(keypoints, np.array((0.3, 0.3, 0.1)))
    wanted = wanted + correctors.lip_delta(keypoints, np.array((0.2, 0.5)))
    assert np.allclose(made, wanted, atol=1e-6)


class TestClosure:
    @given(shares, st.floats(-0.3, 0.6))
    def test_lips_close_by_their_share_of_what_is_open(self, closure: float, speech: float) -> None:
        frame = resting(opened(lips=speech), closure=closure)
        apart = 0.2 + speech
        wanted = apart * (1 - closure) if apart > 0 else apart
        assert openings(frame)[2] == pytest.approx(wanted, abs=1e-4)

    def test_a_bilabial_shuts_an_open_vowel(self) -> None:
        assert openings(resting(opened(lips=0.5), closure=1.0))[2] == pytest.approx(0, abs=1e-4)

    def test_it_shuts_lips_that_were_asked_to_be_open(self) -> None:
        assert openings(resting(closure=1.0), lips_open=0.5)[2] == pytest.approx(0, abs=1e-4)
        assert openings(resting(closure=0.5), lips_open=0.5)[2] == pytest.approx(0.25, abs=1e-4)

    def test_pressed_lips_stay_pressed(self) -> None:
        frame = resting(opened(lips=-0.3), closure=1.0)
        assert openings(frame)[2] == pytest.approx(-0.1, abs=1e-4)

    def test_it_leaves_lips_alone_that_do_not_move(self) -> None:
        frame = resting(closure=1.0)
        assert openings(frame, region="eyes")[2] == pytest.approx(0.2, abs=1e-4)

    def test_little_of_the_motion_closes_little(self) -> None:
        frame = resting(closure=1.0)
        assert openings(frame, multiplier=0.25)[2] == pytest.approx(0.15, abs=1e-4)

    def test_without_known_openings_only_the_motion_closes(self) -> None:
        face = source(ratios=None)
        mover = Mover(
            Setting(DriveOptions(stitching=False), resting()), LinearCorrectors(face), face
        )
        made = mover.picture(face, resting(opened(lips=0.5), closure=1.0))
        assert np.allclose(made, face.keypoints, atol=1e-6)


class TestClosedLips:
    def test_the_portraits_lips_close_before_the_motion_is_added(self) -> None:
        frame = resting(opened(lips=0.3))
        assert openings(frame, normalize_lips=True)[2] == pytest.approx(0.3, abs=1e-4)

    @pytest.mark.parametrize("multiplier", [0.0, 0.5, 1.5])
    def test_they_close_in_full_whatever_the_multiplier(self, multiplier: float) -> None:
        made = openings(resting(), normalize_lips=True, multiplier=multiplier)
        assert made[2] == pytest.approx(0, abs=1e-4)

    def test_lips_that_are_closed_stay_as_they_are(self) -> None:
        face = source(ratios=(0.3, 0.3, 0.02))
        assert openings(resting(), face, normalize_lips=True)[2] == pytest.approx(0.02, abs=1e-5)

    def test_lips_that_an_emotion_replaces_are_not_closed_twice(self) -> None:
        gone = resting(own_expression=0.0)
        plain, closed = (openings(gone, normalize_lips=on) for on in (False, True))
        assert closed == pytest.approx(plain, abs=1e-5)

    def test_absolute_lips_are_the_drivers(self) -> None:
        frame = resting(opened(lips=0.3))
        plain, closed = (openings(frame, relative=False, normalize_lips=on) for on in (False, True))
        assert closed == pytest.approx(plain, abs=1e-5)

    def test_under_absolute_pose_the_portraits_lips_close(self) -> None:
        made = openings(resting(), relative=False, region="eyes", normalize_lips=True)
        assert made[2] == pytest.approx(0, abs=1e-4)

    def test_a_closed_portrait_that_speaks_closes_with_its_motion(self) -> None:
        frame = resting(opened(lips=0.4), closure=0.5)
        assert openings(frame, normalize_lips=True)[2] == pytest.approx(0.2, abs=1e-4)


def test_a_driver_without_ratios_cannot_be_retargeted_to() -> None:
    with pytest.raises(OptionError, match="--retarget: the driver does not say how far"):
        openings(resting(), retarget=frozenset({"lips"}))


@pytest.mark.parametrize(
    "motion",
    [
        {"eyes_open": 0.3},
        {"lips_open": 0.3},
        {"normalize_lips": True},
        {"retarget": frozenset({"eyes"})},
    ],
)
def test_a_source_without_ratios_has_no_openings_to_change(motion: dict[str, Any]) -> None:
    face = source(ratios=None)
    setting = Setting(DriveOptions(MotionOptions(**motion)), resting())
    with pytest.raises(OptionError, match="how far the source's eyes and lips are open"):
        Mover(setting, LinearCorrectors(face), face)
