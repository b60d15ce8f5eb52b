from __future__ import annotations

from typing import Any

import pytest

from mien.errors import ExpressionError, MienWarning, OptionError, TimelineError
from mien.motion.expressions import find_expression, load_expressions
from mien.motion.timeline import Keyframe, Timeline
from mien.pipeline.clip.request import Clip
from mien.pipeline.clip.sequence import clip_timeline

pytestmark = pytest.mark.unit

KNOWN = load_expressions()


def timeline(sequence: Any = None, preset: str = "neutral", **options: Any) -> Timeline:
    clip = Clip(expression_preset=preset, expression_sequence=sequence, duration=10.0, **options)
    return clip_timeline(clip, KNOWN)


def keys(sequence: Any) -> list[tuple[float, str, float]]:
    frames = timeline(sequence).keyframes
    return [(key.time_s, key.expression, key.intensity) for key in frames]


def test_a_preset_is_there_all_the_time() -> None:
    assert timeline(preset="happy", intensity=0.4) == Timeline([Keyframe(0.0, "happy", 0.4)])


def test_names_are_spread_evenly() -> None:
    assert keys(["neutral", "happy"]) == [(0.0, "neutral", 0.7), (5.0, "happy", 0.7)]


def test_keyframes_are_taken_as_they_are() -> None:
    assert keys([(0, "neutral"), [2, "happy", 1.0]]) == [(0.0, "neutral", 0.7), (2.0, "happy", 1.0)]
    assert keys([Keyframe(1.0, "sad", 0.5)]) == [(1.0, "sad", 0.5)]
    assert keys("0:neutral 2:sad:0.3") == [(0.0, "neutral", 0.7), (2.0, "sad", 0.3)]


def test_unknown_names_become_neutral_with_a_warning() -> None:
    with pytest.warns(MienWarning, match="expression_preset: 'gleeful' is unknown, neutral"):
        assert timeline(preset="gleeful").keyframes[0].expression == "neutral"
    with pytest.warns(MienWarning, match="'a', 'b' is unknown"):
        shown = timeline(["a", "happy", "b", "a"]).keyframes
    assert [key.expression for key in shown] == ["neutral", "happy", "neutral", "neutral"]


def test_a_strict_clip_knows_no_other_names() -> None:
    strict = timeline(preset="gleeful", strict=True)
    with pytest.raises(ExpressionError):
        find_expression(KNOWN, strict.keyframes[0].expression)


@pytest.mark.parametrize("sequence", [[(0, "happy"), "sad"], [(1, 2)], [(0, "a", "b")], [{}], 3])
def test_what_is_no_sequence_is_refused(sequence: object) -> None:
    with pytest.raises(OptionError, match="expression_sequence"):
        timeline(sequence)


@pytest.mark.parametrize("sequence", [[], [(2, "happy"), (1, "sad")], [(0, "happy", 3)]])
def test_a_sequence_that_makes_no_sense_is_refused(sequence: object) -> None:
    with pytest.raises(TimelineError):
        timeline(sequence)
