"""Motion made while the sound comes, by small networks: windows of 12 frames, .48 s."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fakes.joyvasa_weights import small_joyvasa
from mien.drivers.joyvasa import JoyVasa, JoyVasaSettings, JoyVasaStream
from mien.errors import OptionError
from mien.types import Floats, MotionFrame

pytestmark = pytest.mark.unit
HOP_S, AHEAD_S = 0.2, 0.08


@pytest.fixture(scope="module")
def joyvasa() -> Iterator[JoyVasa]:
    driver = small_joyvasa(steps=2)
    yield driver
    driver.close()


def stream(joyvasa: JoyVasa, **chosen: Any) -> JoyVasaStream:
    return joyvasa.stream(**{"hop_s": HOP_S, "ahead_s": AHEAD_S, **chosen})


def voice(seconds: float, seed: int = 0) -> Floats:
    draw = np.random.Generator(np.random.PCG64(seed))
    return (0.1 * draw.standard_normal(round(seconds * 16_000))).astype(np.float32)


def numbers(frames: list[MotionFrame]) -> Floats:
    return np.array([[*f.keypoints.expression.ravel(), *f.rotation.ravel()] for f in frames])


def pushed(live: JoyVasaStream, sound: Floats, portion: int) -> list[MotionFrame]:
    frames: list[MotionFrame] = []
    for at in range(0, len(sound), portion):
        frames += live.push(sound[at : at + portion])
    return frames + live.flush()


def test_frames_do_not_depend_on_the_portions(joyvasa: JoyVasa) -> None:
    sound = voice(1.13)
    whole, cut = (pushed(stream(joyvasa), sound, portion) for portion in (1 << 20, 777))
    assert [frame.pts for frame in whole] == list(range(28))
    np.testing.assert_array_equal(numbers(whole), numbers(cut))


@pytest.mark.parametrize("fps", [25, 30, Fraction(24_000, 1001)])
def test_a_frame_is_there_as_late_as_is_said(joyvasa: JoyVasa, fps: float) -> None:
    live = stream(joyvasa, fps=fps)
    assert live.delay_s == pytest.approx(HOP_S + AHEAD_S)
    heard_s = 0.0
    for _ in range(40):
        heard_s += 0.037
        live.push(voice(0.037))
        assert live.time_s >= min(heard_s, 1.0) - live.delay_s - 1 / float(fps) - 1e-6
        assert live.time_s <= heard_s


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.03, 0.2, 0.28, 0.5, 0.73])
def test_flushing_ends_with_the_sound(joyvasa: JoyVasa, seconds: float) -> None:
    live = stream(joyvasa, fps=30)
    frames = pushed(live, voice(seconds), 4000)
    assert len(frames) == round(round(seconds * 16_000) / 16_000 * 30)
    with pytest.raises(OptionError, match="was flushed"):
        live.feed(voice(0.1))


def test_the_reference_is_there_before_any_sound(joyvasa: JoyVasa) -> None:
    live = stream(joyvasa)
    assert live.reference.landmarks is None
    assert live.reference.keypoints is not None
    assert live.push(voice(0.1)) == []


def test_starting_anew_gives_the_same_again(joyvasa: JoyVasa) -> None:
    live = stream(joyvasa, seed=4)
    first = pushed(live, voice(0.6), 5000)
    live.reset()
    again = pushed(live, voice(0.6), 5000)
    np.testing.assert_array_equal(numbers(first), numbers(again))
    other = pushed(stream(joyvasa, seed=5), voice(0.6), 5000)
    assert np.abs(numbers(first) - numbers(other)).max() > 1e-3


def test_taking_may_stop_anywhere_and_goes_on_there(joyvasa: JoyVasa) -> None:
    sound = voice(0.8)
    live = stream(joyvasa)
    live.feed(sound)
    taken = [next(live.take()) for _ in range(3)]
    taken += [*live.take(), *live.flush()]
    np.testing.assert_array_equal(numbers(taken), numbers(pushed(stream(joyvasa), sound, 1 << 20)))


def test_what_is_cleared_is_not_said_and_the_next_follows_at_once(joyvasa: JoyVasa) -> None:
    live = stream(joyvasa)
    live.feed(voice(2.0))
    shown = [next(live.take()) for _ in range(7)]
    live.clear()
    assert list(live.take()) == []
    after = [*live.push(voice(0.4, seed=9)), *live.flush()]
    assert [frame.pts for frame in shown + after] == list(range(7 + 10))
    step = np.abs(np.diff(numbers(shown + after)[:, 63:], axis=0)).max(axis=1)
    assert step[6] < 5 * step.mean()  # the head does not jump


def test_half_a_hop_that_was_cleared_leaves_no_trace_in_what_follows(joyvasa: JoyVasa) -> None:
    """The windows after a clear go on from the frame that was shown last."""
    live, other = stream(joyvasa), stream(joyvasa)
    for each, seed in ((live, 1), (other, 2)):
        sound = voice(1.0)
        sound[round(0.28 * 16_000) :] = voice(0.72, seed=seed)  # heard by later windows alone
        each.feed(sound)
        for _ in range(5):
            next(each.take())
        each.clear()
    after = [[*each.push(voice(0.4, seed=9))] for each in (live, other)]
    assert after[0]
    np.testing.assert_array_equal(numbers(after[0]), numbers(after[1]))


@pytest.mark.parametrize(
    ("chosen", "option"),
    [
        ({"hop_s": 0.01}, "hop_s"),
        ({"hop_s": 0.5}, "hop_s"),
        ({"ahead_s": -1}, "ahead_s"),
        ({"hop_s": 0.48, "ahead_s": 0.04}, "ahead_s"),
        ({"fps": 0}, "--fps"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_streamed_is_refused(
    joyvasa: JoyVasa, chosen: dict[str, Any], option: str
) -> None:
    with pytest.raises(OptionError) as refused:
        stream(joyvasa, **chosen)
    assert refused.value.option == option


def test_sound_that_cannot_be_heard_leaves_the_stream_as_it_was(joyvasa: JoyVasa) -> None:
    live = stream(joyvasa)
    with pytest.raises(OptionError, match="finite"):
        live.push(np.full(100, np.nan, np.float32))
    assert len(pushed(live, voice(0.4), 3000)) == 10


def test_a_stream_has_settings_of_its_own(joyvasa: JoyVasa) -> None:
    still = JoyVasaSettings(device="cpu", steps=2, head_motion=0.0)
    frames = pushed(stream(joyvasa, settings=still), voice(0.4), 3000)
    assert np.ptp(numbers(frames)[:, 63:], axis=0).max() < 1e-5
