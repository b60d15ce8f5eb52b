from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.drivers.looping import EASE_S, Loop, loop_motion
from mien.motion.pose import angles_from_rotation, rotation_from_angles
from mien.types import DriverPixels, Keypoints, MotionFrame

pytestmark = pytest.mark.unit

STEP = Fraction(1, 25)
EASE_FRAMES = EASE_S / float(STEP)


def frame(value: float, pts: int = 0) -> MotionFrame:
    """All that moves is at ``value``: yaw in degrees, the rest in hundredths."""
    share = np.float32(value / 100)
    return MotionFrame(
        pts=pts,
        time_base=STEP,
        rotation=rotation_from_angles(value, 0, 0).astype(np.float32),
        translation=np.full(2, share),
        scale=1 + value / 100,
        blendshapes=np.full(52, share),
        landmarks=np.full((478, 3), share, np.float32),
        pixels=DriverPixels(np.zeros((4, 4, 3), np.uint8), np.zeros((478, 3))),
        ratios=np.full(3, share),
        keypoints=Keypoints(np.full((21, 3), share), 1.0, np.full(3, share)),
    )


def clip(values: Sequence[float]) -> object:
    def play(backwards: bool) -> Iterable[MotionFrame]:
        order = reversed(values) if backwards else values
        return (frame(value, pts) for pts, value in enumerate(order))

    return play


def played(values: Sequence[float], loop: Loop, num_frames: int | None) -> list[MotionFrame]:
    return list(loop_motion(clip(values), loop, num_frames, STEP))  # type: ignore[arg-type]


def yaws(frames: Iterable[MotionFrame]) -> list[float]:
    return [angles_from_rotation(f.rotation)[0] for f in frames]


@pytest.mark.parametrize(
    ("loop", "length", "shown"),
    [
        ("none", None, [1, 2, 3]),
        ("none", 2, [1, 2]),
        ("none", 9, [1, 2, 3]),
        ("pingpong", 9, [1, 2, 3, 2, 1, 2, 3, 2, 1]),
        ("hold", 6, [1, 2, 3, 3, 3, 3]),
        ("hold", 2, [1, 2]),
    ],
)
def test_a_clip_goes_on_after_its_end(loop: Loop, length: int | None, shown: list[float]) -> None:
    frames = played([1, 2, 3], loop, length)
    np.testing.assert_allclose(yaws(frames), shown, atol=1e-3)
    assert [f.pts for f in frames] == list(range(len(shown)))
    assert {f.time_base for f in frames} == {STEP}


@pytest.mark.parametrize("loop", ["none", "repeat", "pingpong", "hold"])
def test_an_empty_clip_stays_empty(loop: Loop) -> None:
    assert played([], loop, 5) == []


@pytest.mark.parametrize("loop", ["repeat", "pingpong", "hold"])
def test_a_clip_of_one_frame_stands_still(loop: Loop) -> None:
    np.testing.assert_allclose(yaws(played([4], loop, 5)), [4] * 5, atol=1e-3)


def test_every_round_keeps_its_length_and_most_of_itself() -> None:
    """So that sound which is repeated with the pictures stays in step with them."""
    values = [10 * np.sin(k / 5) for k in range(40)]
    frames = played(values, "repeat", 120)
    for start in (40, 80):
        assert yaws(frames[start + 8 : start + 40]) == pytest.approx(values[8:], abs=1e-3)


def test_easing_into_a_round_shows_no_pixels_and_every_other_frame_does() -> None:
    frames = played([0.0] * 20 + [15.0] * 20, "repeat", 80)
    without = [k for k, f in enumerate(frames) if f.pixels is None]
    assert without == list(range(40, 40 + len(without)))
    assert 5 <= len(without) <= EASE_FRAMES
    assert all(f.presence == 1 for f in frames)


def test_everything_that_moves_is_eased() -> None:
    frames = played([0.0] * 20 + [20.0] * 20, "repeat", 60)
    middle = frames[43]
    assert 0 < yaws([middle])[0] < 20
    assert middle.landmarks is not None
    assert middle.ratios is not None
    assert middle.keypoints is not None
    for part in (
        middle.translation, middle.blendshapes, middle.landmarks, middle.ratios,
        middle.keypoints.expression, middle.keypoints.translation, middle.scale - 1,
    ):  # fmt: skip
        assert np.all((np.asarray(part) > 0.01) & (np.asarray(part) < 0.19))


@given(st.lists(st.floats(-25, 25), min_size=2, max_size=12), st.integers(20, 60))
def test_no_step_is_larger_than_the_clips_own_or_the_easing(knots: list[float], size: int) -> None:
    places = np.linspace(0, len(knots) - 1, size)
    values = list(np.interp(places, range(len(knots)), knots))
    for loop in ("repeat", "pingpong", "hold"):
        seen = yaws(played(values, loop, 3 * size))
        own = np.abs(np.diff(values)).max()
        allowed = own
        if loop == "repeat":
            # a smoothstep is 1.5 times as fast in its middle as on the whole; on its way the old
            # round goes on by two steps, the new one by all it takes
            steps = min(EASE_FRAMES, size // 2)
            across = abs(values[-1] - values[0]) + (2 + steps) * own
            allowed += 1.6 * across / steps
        assert np.abs(np.diff(seen)).max() <= allowed + 0.01


def test_the_speed_goes_on_over_the_seam() -> None:
    """A clip that ends in full motion is neither stopped dead nor thrown back at once."""
    values = [-float(k) for k in range(10)] + [float(k) - 8 for k in range(10)]
    speed = np.diff(yaws(played(values, "repeat", 40)))
    assert speed[18] == pytest.approx(1, abs=1e-3)
    assert speed[19] > 0.5


def test_weights_stay_within_their_range_beyond_the_end() -> None:
    frames = played([10 * k for k in range(11)], "repeat", 22)
    assert max(float(f.blendshapes.max()) for f in frames) <= 1


def test_a_clip_is_played_anew_for_every_round_and_only_as_far_as_wanted() -> None:
    begun, read = 0, 0

    def play(backwards: bool) -> Iterator[MotionFrame]:
        nonlocal begun, read
        begun += 1
        for value in range(10):
            read += 1
            yield frame(value)

    frames = loop_motion(play, "repeat", 25, STEP)
    for _ in range(12):
        next(frames)
    assert (begun, read) == (2, 12)
