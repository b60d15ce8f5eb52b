"""Live speech: motion a moment behind the sound, whoever else speaks and however it comes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.voices import say
from mien.drivers.speech_stream import SpeechStream
from mien.errors import ExpressionError, OptionError
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.expressions import load_expressions
from mien.motion.moment import REST
from mien.speech.stream import SegmentFinished, SegmentStarted
from mien.types import MotionFrame

pytestmark = pytest.mark.unit

PHRASE = (("SIL", 0.2), ("M", 0.12), ("AA", 0.2), ("S", 0.15), ("IY", 0.2), ("M", 0.12),
          ("AE", 0.2), ("SIL", 0.3))  # fmt: skip
SOUND = say(PHRASE)
OTHER = say(tuple(reversed(PHRASE)), pitch=200.0)
SILENCE = np.zeros(640, np.float32)
JAW = SHAPE_INDEX["jawOpen"]


def in_chunks(stream: SpeechStream, sound: np.ndarray, sizes: Sequence[int]) -> list[MotionFrame]:
    frames, at, turn = [], 0, 0
    while at < len(sound):
        size = sizes[turn % len(sizes)]
        frames += stream.push(sound[at : at + size])
        at, turn = at + size, turn + 1
    return frames + stream.flush()


def assert_same(left: Sequence[MotionFrame], right: Sequence[MotionFrame]) -> None:
    assert len(left) == len(right)
    for one, other in zip(left, right, strict=True):
        assert one.pts == other.pts
        np.testing.assert_array_equal(one.blendshapes, other.blendshapes)
        np.testing.assert_array_equal(one.rotation, other.rotation)
        np.testing.assert_array_equal(one.translation, other.translation)
        assert (one.closure, one.own_expression) == (other.closure, other.own_expression)


def jaws(frames: Sequence[MotionFrame]) -> np.ndarray:
    return np.array([frame.blendshapes[JAW] for frame in frames])


@pytest.mark.parametrize("fps", [25, 24, 30, 60])
@pytest.mark.parametrize("rate", [16000, 8000, 44100])
def test_frames_are_never_more_than_150_ms_behind_the_sound(fps: int, rate: int) -> None:
    stream, count = SpeechStream(fps), 0
    chunk = rate // 100
    for n in range(1, 60):
        count += len(stream.push(np.zeros(chunk, np.float32), rate))
        due = np.floor((n * chunk / rate - stream.delay_s) * fps + 0.5 + 1e-9)
        assert count >= due
    assert stream.delay_s == 0.15


def test_a_moving_mouth_says_what_is_pushed() -> None:
    frames = in_chunks(SpeechStream(), SOUND, [480])
    assert len(frames) == round(len(SOUND) / 16000 * 25)
    time_s = np.array([(frame.pts + 0.5) / 25 for frame in frames])
    vowel = (time_s > 0.36) & (time_s < 0.5)
    assert jaws(frames)[vowel].max() > 0.2
    lips = [frame.closure for frame, t in zip(frames, time_s, strict=True) if 0.87 < t < 0.99]
    assert max(lips) > 0.9


@settings(max_examples=5, deadline=None)
@given(sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=5).filter(lambda s: sum(s) > 400))
def test_how_the_sound_is_cut_changes_no_frame(sizes: list[int]) -> None:
    sound = SOUND[:12000]
    assert_same(in_chunks(SpeechStream(), sound, sizes), in_chunks(SpeechStream(), sound, [12000]))


def test_int16_at_another_rate_is_cut_as_freely() -> None:
    at = np.arange(0, len(SOUND) - 1, 16 / 24)
    sound = (np.interp(at, np.arange(len(SOUND)), SOUND) * 32767).astype(np.int16)
    whole, cut = SpeechStream(), SpeechStream()
    expected = whole.push(sound, 24000) + whole.flush()
    found = [
        frame for n in range(0, len(sound), 240) for frame in cut.push(sound[n : n + 240], 24000)
    ]
    found += cut.flush()
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.blendshapes, other.blendshapes, atol=1e-4)


def test_streams_that_speak_at_once_do_not_hear_each_other() -> None:
    alone = [in_chunks(SpeechStream(seed=n), s, [800]) for n, s in enumerate((SOUND, OTHER))]
    streams, frames = [SpeechStream(seed=0), SpeechStream(seed=1)], [[], []]
    for at in range(0, max(len(SOUND), len(OTHER)), 800):
        for stream, sound, made in zip(streams, (SOUND, OTHER), frames, strict=True):
            made += stream.push(sound[at : at + 800])
    for stream, made, expected in zip(streams, frames, alone, strict=True):
        assert_same(made + stream.flush(), expected)


def test_a_reset_stream_is_as_new() -> None:
    stream = SpeechStream(seed=3)
    first = in_chunks(stream, SOUND, [700])
    with pytest.raises(OptionError, match="call reset"):
        stream.push(SOUND)
    stream.reset()
    assert_same(in_chunks(stream, SOUND, [700]), first)


def test_the_seed_moves_the_head_and_not_the_mouth() -> None:
    one, other = (in_chunks(SpeechStream(seed=n), SOUND[:14000], [900]) for n in (1, 2))
    for a, b in zip(one, other, strict=True):
        assert (a.blendshapes[JAW], a.closure, a.own_expression) == (
            b.blendshapes[JAW],
            b.closure,
            b.own_expression,
        )
    assert any(
        np.abs(a.rotation - b.rotation).max() > 1e-3 for a, b in zip(one, other, strict=True)
    )


def test_silence_is_a_closed_mouth_on_a_living_head() -> None:
    stream = SpeechStream()
    frames = [frame for _ in range(250) for frame in stream.push(SILENCE)]
    assert len(frames) > 240
    assert max(frame.blendshapes[JAW] for frame in frames) < 0.05
    assert all(frame.own_expression == 1.0 for frame in frames)
    assert np.ptp([frame.rotation[0, 2] for frame in frames]) > 1e-3
    assert max(frame.blendshapes[SHAPE_INDEX["eyeBlinkLeft"]] for frame in frames) > 0.9


def test_segments_are_told_of_when_they_are_put_out() -> None:
    stream = SpeechStream()
    stream.push(SILENCE)
    stream.push(SOUND[:8000], segment_id="a")
    stream.push(SOUND[8000:], segment_id="b")
    stream.end_segment()
    for _ in range(6):
        stream.push(SILENCE)
    events = stream.take_events()
    assert events == [
        SegmentStarted("a", 1, 0.04),
        SegmentFinished("a", 14, 0.5, False),
        SegmentStarted("b", 13, 0.54),
        SegmentFinished("b", 39, pytest.approx(0.99, abs=1e-3), False),
    ]
    assert stream.take_events() == []


def test_clearing_tells_the_position_and_closes_the_mouth_within_100_ms() -> None:
    stream = SpeechStream()
    stream.feed(SOUND, segment_id="a")  # all of it, faster than it is said
    stream.feed(SOUND, segment_id="b")
    shown = list(stream.take(11))
    assert shown[-1].blendshapes[JAW] > 0.15
    assert stream.clear() == pytest.approx(0.44)
    assert stream.take_events() == [
        SegmentStarted("a", 0, 0.0),
        SegmentFinished("a", 11, pytest.approx(0.44), True),
        SegmentFinished("b", 11, 0.0, True),
    ]
    after = [frame for _ in range(25) for frame in stream.push(SILENCE)]
    assert after[0].pts == 11
    opened = jaws([shown[-1], *after])
    assert opened[2:].max() < 0.02  # 80 ms later
    assert 0.0 < opened[1] < opened[0]
    assert all(b.own_expression >= a.own_expression for a, b in pairwise(after))
    assert after[-1].own_expression == 1.0


def test_speech_goes_on_after_it_was_cleared() -> None:
    stream = SpeechStream()
    stream.feed(SOUND, segment_id="a")
    list(stream.take(11))
    stream.clear()
    frames = in_chunks(stream, SOUND, [640])
    begins_s = 11 / 25 + stream.delay_s
    vowel = [f for f in frames if 0.36 < (f.pts + 0.5) / 25 - begins_s < 0.5]
    assert jaws(vowel).max() > 0.2
    assert frames[-1].pts == round((begins_s + len(SOUND) / 16000) * 25) - 1


def test_clearing_before_anything_was_said_does_nothing() -> None:
    stream = SpeechStream()
    assert stream.clear() == 0.0
    assert stream.clear() == 0.0
    assert stream.take_events() == []
    assert jaws([f for _ in range(20) for f in stream.push(SILENCE)]).max() == 0.0


def test_an_emotion_is_a_timeline_or_may_change_its_mind() -> None:
    smile = SHAPE_INDEX["mouthSmileLeft"]
    happy = load_expressions()["happy"].moment(1.0)
    felt = [REST]
    stream = SpeechStream(emotion=lambda _time_s: felt[0], liveliness=0.0)
    assert stream.push(np.zeros(8000, np.float32))[-1].blendshapes[smile] < 0.1
    felt[0] = happy
    assert stream.push(np.zeros(8000, np.float32))[-1].blendshapes[smile] > 0.3
    steady = SpeechStream(emotion="0:happy", liveliness=0.0)
    assert steady.push(np.zeros(8000, np.float32))[-1].blendshapes[smile] > 0.3


def test_options_that_cannot_be_used_are_refused() -> None:
    with pytest.raises(OptionError, match="liveliness"):
        SpeechStream(liveliness=2.0)
    with pytest.raises(ExpressionError):
        SpeechStream(emotion="0:nobodyfeelsthis")
    for wrong in ({"gaze": (2.0, 0.0)}, {"gaze": 5}, {"seed": -1}, {"emotion": 5}):
        with pytest.raises(OptionError, match=next(iter(wrong))):
            SpeechStream(**wrong)  # type: ignore[arg-type]


def test_a_gaze_is_a_pair_of_numbers() -> None:
    look = SHAPE_INDEX["eyeLookOutLeft"]
    (*_, last) = SpeechStream(gaze=(1.0, 0.0)).push(np.zeros(16000, np.float32))
    assert last.blendshapes[look] > 0.5


def test_what_a_stream_keeps_does_not_grow_with_time() -> None:
    stream = SpeechStream(25)
    for _ in range(25):
        list(stream.push(np.zeros(16000, np.float32), segment_id="pause"))
    assert len(stream._intake) < 16000
    assert len(stream._intake._segments._open) == 1
    assert len(stream.phonemes) < 20
    assert len(stream._speech._emphasis.pauses) < 5


def test_sound_that_cannot_be_used_is_refused_and_leaves_the_stream_as_it_was() -> None:
    stream, untouched = SpeechStream(), SpeechStream()
    for bad, problem in (
        (np.zeros((2, 100)), "not mono"),
        (np.full(100, np.nan), "not finite"),
        (np.full(100, 1e30), "floats are wanted"),
        (np.array(["a"]), "no number"),
        (np.zeros(16000 * 601, np.int16), "more than 600 s of sound wait"),
    ):
        with pytest.raises(OptionError, match=problem):
            stream.feed(bad)
    with pytest.raises(OptionError, match="Hz"):
        stream.feed(SILENCE, 100)
    for fps in (0, float("nan"), float("inf")):
        with pytest.raises(OptionError, match="fps"):
            SpeechStream(fps)
    assert_same(in_chunks(stream, SOUND[:6000], [900]), in_chunks(untouched, SOUND[:6000], [900]))
