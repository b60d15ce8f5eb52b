from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.errors import OptionError
from mien.pipeline.live.composer import AHEAD, Composer
from mien.pipeline.live.types import AUDIO_RATE, LiveEvent, SpeechFinished, SpeechStarted

pytestmark = pytest.mark.unit

Sound = NDArray[np.int16]


def ramp(num_samples: int, first: int = 1) -> Sound:
    """Samples that are all different from their neighbours, and none of them silent."""
    return (np.arange(first, first + num_samples) % 30_000 + 1).astype(np.int16)


def played(composer: Composer, steps: Iterable[int]) -> tuple[Sound, list[LiveEvent]]:
    passages = [composer.advance(frames) for frames in steps]
    events = [event for passage in passages for event in passage.events]
    return np.concatenate([passage.sound for passage in passages]), events


def begins_at(sound: Sound) -> int:
    return int(np.flatnonzero(sound)[0])


def test_what_is_pushed_goes_out_as_it_is_and_once() -> None:
    composer = Composer(25)
    composer.advance(3)
    composer.push(ramp(9_000), AUDIO_RATE, "a")
    composer.end_segment()
    sound, _ = played(composer, [1] * 20)
    start = begins_at(sound)
    np.testing.assert_array_equal(sound[start : start + 9_000], ramp(9_000))
    assert not sound[start + 9_000 :].any()


def test_sound_is_heard_before_it_goes_out_by_so_much_that_lips_are_ready() -> None:
    composer = Composer(25)
    composer.advance(3)
    composer.push(ramp(4_800), AUDIO_RATE)
    passages = [composer.advance() for _ in range(10)]
    assert begins_at(passages[0].heard) == 0
    said = begins_at(np.concatenate([p.sound for p in passages]))
    assert said == AHEAD - AUDIO_RATE // 50  # what was heard by the middle of the last frame


def test_what_is_pushed_before_the_first_frame_goes_out_with_it() -> None:
    composer = Composer(25)
    composer.push(ramp(4_800), AUDIO_RATE, "a")
    passage = composer.advance()
    assert passage.sound[0] == 2
    assert passage.events == (SpeechStarted("a", 0),)


@pytest.mark.parametrize(
    ("fps", "hours"), [(29, 8.0), (1, 0.1), (7, 0.1), (24, 0.1), (25, 0.1), (30, 0.1), (60, 0.1)]
)
def test_frames_and_samples_agree_for_eight_hours_with_sparse_speech(
    fps: int, hours: float
) -> None:
    composer = Composer(fps)
    num_frames, num_samples, started = 0, 0, []
    for minute in range(round(hours * 60)):
        composer.push(ramp(AUDIO_RATE // 10), AUDIO_RATE, str(minute))
        composer.end_segment()
        for frames in (1, 1, 60 * fps - 2):
            passage = composer.advance(frames)
            num_frames, num_samples = num_frames + frames, num_samples + len(passage.sound)
            assert num_samples == num_frames * AUDIO_RATE // fps
            started += [e for e in passage.events if isinstance(e, SpeechStarted)]
    assert [e.segment for e in started] == [str(minute) for minute in range(round(hours * 60))]
    # all but the first start as long after they were pushed
    late = {event.pts - 60 * fps * minute for minute, event in enumerate(started) if minute}
    assert len(late) == 1
    assert late.pop() <= 0.2 * fps


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 96_000, 192_000])
def test_any_rate_comes_out_as_long_as_it_went_in(rate: int) -> None:
    composer = Composer(25)
    tone = (8_000 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.int16)
    for part in np.array_split(tone, 37):
        composer.push(part, rate, "a")
    composer.end_segment()
    sound, events = played(composer, [1] * 30)
    wanted = 8_000 * np.sin(2 * np.pi * 440 * np.arange(AUDIO_RATE) / AUDIO_RATE)
    assert np.abs(sound[100 : AUDIO_RATE - 100] - wanted[100:-100]).max() < 40
    finished = events[-1]
    assert isinstance(finished, SpeechFinished)
    assert finished.position_s == pytest.approx(1.0, abs=1e-4)


def test_a_segment_is_finished_with_the_frame_of_its_last_sample() -> None:
    composer = Composer(25)
    composer.push(ramp(1_920 * 3), AUDIO_RATE, "a")
    composer.push(ramp(1_920), AUDIO_RATE, "b")
    composer.end_segment()
    _, events = played(composer, [1] * 6)
    assert events == [
        SpeechStarted("a", 0),
        SpeechFinished("a", 2, 0.12, False),
        SpeechStarted("b", 3),
        SpeechFinished("b", 3, 0.04, False),
    ]


def test_running_dry_within_a_segment_does_not_end_it() -> None:
    composer = Composer(25)
    composer.push(ramp(1_920), AUDIO_RATE, "a")
    _, events = played(composer, [1] * 20)
    assert events == [SpeechStarted("a", 0)]
    composer.push(ramp(1_920), AUDIO_RATE, "a")
    _, events = played(composer, [1] * 20)
    assert events == []
    composer.end_segment()
    (finished,) = composer.advance().events
    assert isinstance(finished, SpeechFinished)
    assert (finished.position_s, finished.interrupted) == (0.08, False)


def test_an_empty_segment_is_finished_all_the_same() -> None:
    composer = Composer(25)
    composer.push(ramp(0), AUDIO_RATE, "a")
    composer.end_segment()
    assert composer.advance().events == (SpeechFinished("a", 0, 0.0, False),)


def test_sound_without_a_name_has_no_events() -> None:
    composer = Composer(25)
    composer.push(ramp(1_920), AUDIO_RATE)
    composer.clear()
    assert composer.advance().events == ()


def test_nothing_goes_out_after_clear_and_the_position_is_what_did() -> None:
    composer = Composer(25)
    composer.push(ramp(AUDIO_RATE), AUDIO_RATE, "a")
    composer.push(ramp(AUDIO_RATE), AUDIO_RATE, "b")
    composer.advance(10)
    composer.clear()
    sound, events = played(composer, [1] * 40)
    assert not sound.any()
    assert events == [SpeechFinished("a", 9, 0.4, True), SpeechFinished("b", 9, 0.0, True)]


def test_the_next_sound_after_clear_goes_out_at_once() -> None:
    composer = Composer(25)
    composer.push(ramp(AUDIO_RATE), AUDIO_RATE, "a")
    composer.advance(10)
    composer.clear()
    composer.push(ramp(9_600, first=77), AUDIO_RATE, "b")
    sound, _ = played(composer, [1] * 10)
    assert begins_at(sound) == AHEAD
    np.testing.assert_array_equal(sound[AHEAD : AHEAD + 9_600], ramp(9_600, first=77))


def test_clear_works_before_anything_was_heard_and_twice() -> None:
    composer = Composer(25)
    composer.push(ramp(AUDIO_RATE), AUDIO_RATE, "a")
    composer.clear()
    composer.clear()
    sound, events = played(composer, [1] * 10)
    assert not sound.any()
    assert events == [SpeechFinished("a", 0, 0.0, True)]


def test_more_than_ten_minutes_may_not_wait() -> None:
    composer = Composer(25)
    minute = np.ones(60 * AUDIO_RATE, np.int16)
    for _ in range(10):
        composer.push(minute, AUDIO_RATE, "a")
    with pytest.raises(OptionError, match="600 s"):
        composer.push(minute[:1], AUDIO_RATE, "a")
    composer.advance(60 * 25)
    composer.push(minute, AUDIO_RATE, "a")


@pytest.mark.parametrize(
    ("pcm", "rate"),
    [
        (np.zeros((5, 2), np.int16), 16_000),
        (np.zeros(5, np.int16), 7_999),
        (np.zeros(5, np.int16), 192_001),
        (np.array([np.nan], np.float32), 16_000),
        (np.array(["a"]), 16_000),
    ],
)
def test_what_is_no_sound_is_refused_and_changes_nothing(pcm: Sound, rate: int) -> None:
    composer = Composer(25)
    with pytest.raises(OptionError):
        composer.push(pcm, rate, "a")
    composer.end_segment()
    assert composer.advance().events == ()


def _lengths(total: int, cuts: list[int]) -> Iterator[slice]:
    places = sorted({0, total, *(cut % total for cut in cuts)})
    return (slice(a, b) for a, b in pairwise(places))


@settings(deadline=None, max_examples=60)
@given(
    fps=st.sampled_from([1, 10, 24, 25, 30, 60]),
    cuts=st.lists(st.integers(0, 40_000), max_size=20),
    steps=st.lists(st.integers(1, 12), min_size=1, max_size=10),
)
def test_portions_and_steps_change_nothing(fps: int, cuts: list[int], steps: list[int]) -> None:
    said = ramp(40_000)
    whole, portioned = Composer(fps), Composer(fps)
    whole.push(said, AUDIO_RATE, "a")
    for part in _lengths(len(said), cuts):
        portioned.push(said[part], AUDIO_RATE, "a")
    for composer in (whole, portioned):
        composer.end_segment()
    one, its_events = played(whole, [1] * sum(steps))
    other, other_events = played(portioned, steps)
    np.testing.assert_array_equal(one, other)
    assert its_events == other_events
