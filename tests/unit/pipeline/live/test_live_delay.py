"""Sound that goes out later than it would, by so many frames, as pictures do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.pipeline.live.composer import AHEAD, Composer
from mien.pipeline.live.types import AUDIO_RATE, SpeechFinished, SpeechStarted

pytestmark = pytest.mark.unit


def tone(seconds: float) -> np.ndarray:
    return np.full(round(seconds * AUDIO_RATE), 1000, np.int16)


@settings(deadline=None, max_examples=50)
@given(
    fps=st.sampled_from([1, 7, 24, 25, 60]),
    delay=st.integers(1, 60),
    steps=st.lists(st.integers(1, 5), min_size=20, max_size=40),
    pushes=st.dictionaries(st.integers(0, 15), st.integers(1, 40_000), max_size=4),
)
def test_all_is_as_without_it_but_later(
    fps: int, delay: int, steps: list[int], pushes: dict[int, int]
) -> None:
    prompt, late = Composer(fps), Composer(fps, delay)
    sounds: list[list[np.ndarray]] = [[], []]
    events: list[list[SpeechStarted | SpeechFinished]] = [[], []]
    for number, frames in enumerate(steps):
        for composer, heard, told in zip((prompt, late), sounds, events, strict=True):
            if number in pushes:
                composer.push(np.full(pushes[number], 1000, np.int16), AUDIO_RATE, f"{number}")
            passage = composer.advance(frames)
            heard.append(passage.sound)
            told.extend(passage.events)
        assert prompt.is_speaking == late.is_speaking
        assert prompt.num_heard == late.num_heard
    one, other = (np.concatenate(each) for each in sounds)
    shift = delay * AUDIO_RATE // fps
    np.testing.assert_array_equal(other[shift:], one[: max(0, len(one) - shift)])
    assert not other[:shift].any()
    later = [replace(each, pts=each.pts + delay) for each in events[0]]
    for event, same in zip(events[1], later, strict=False):
        assert abs(event.pts - same.pts) <= (AUDIO_RATE % fps > 0)
        assert replace(event, pts=0) == replace(same, pts=0)
    assert len(events[1]) <= len(later)


@settings(deadline=None, max_examples=50)
@given(
    delay=st.integers(0, 60),
    moves=st.lists(st.sampled_from(["push", "end", "clear", "go", "go", "go"]), max_size=60),
)
def test_what_is_told_of_a_segment_is_what_was_heard_of_it(delay: int, moves: list[str]) -> None:
    composer = Composer(25, delay)
    num_heard = num_segments = 0
    finished: list[SpeechFinished] = []
    for move in [*moves, "clear", "go"]:
        if move == "push":
            num_segments += 1
            composer.push(tone(0.3), AUDIO_RATE, f"{num_segments}")
        elif move == "end":
            composer.end_segment()
        elif move == "clear":
            composer.clear()
        else:
            passage = composer.advance(7)
            num_heard += np.count_nonzero(passage.sound)
            finished += [each for each in passage.events if isinstance(each, SpeechFinished)]
    assert len(finished) == num_segments
    assert sum(each.position_s for each in finished) == pytest.approx(num_heard / AUDIO_RATE)
    assert all(each.interrupted == (each.position_s < 0.299) for each in finished)


def test_silence_becomes_longer_and_shorter() -> None:
    composer = Composer(25, 20)
    composer.advance(30)
    composer.push(tone(0.1), AUDIO_RATE, "a")
    composer.set_delay(30)
    composer.advance(33)
    assert not composer.is_silent
    assert composer.advance(1).events == (SpeechStarted("a", 30 + 3 + 30),)
    composer.advance(4)
    assert composer.is_silent
    composer.set_delay(0)
    composer.push(tone(0.1), AUDIO_RATE, "b")
    sound = composer.advance(10).sound
    assert np.flatnonzero(sound)[0] == AHEAD - AUDIO_RATE // 50
