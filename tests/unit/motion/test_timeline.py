from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.errors import TimelineError
from mien.motion.arkit import BLENDSHAPES
from mien.motion.moment import REST, Moment
from mien.motion.timeline import (
    MAX_KEYFRAMES,
    Keyframe,
    Timeline,
    parse_timeline,
    timeline_from_json,
    timeline_moments,
)

pytestmark = pytest.mark.unit


def target(value: float) -> Moment:
    """All of a face at one value."""
    weights = np.full(len(BLENDSHAPES), value, np.float32)
    return Moment(weights, (10 * value, 0.0, 0.0), own_expression=1 - value)


def values(keyframes: list[Keyframe], targets: list[float], times: np.ndarray) -> np.ndarray:
    at = timeline_moments(Timeline(keyframes), list(map(target, targets)))
    return np.array([at(float(t)).angles[0] / 10 for t in times])


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Any that is played: gaps of .05 s and more, transitions that overlap the next keyframe."""
    gaps = draw(st.lists(st.floats(0.05, 3), min_size=1, max_size=8))
    times = np.cumsum(gaps) - (gaps[0] if draw(st.booleans()) else 0.0)
    room = [*(times[2:] - times[:-2]), 5.0, 5.0]
    keyframes = [
        Keyframe(
            float(time),
            draw(st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)),
            draw(st.floats(0, 1)),
            draw(st.none() | st.floats(0.05, max(0.05, float(length)))),
        )
        for time, length in zip(times, room, strict=False)
    ]
    return Timeline(keyframes)


def test_the_face_rests_before_the_first_keyframe() -> None:
    at = timeline_moments(Timeline([Keyframe(1.0, "happy")]), [target(1)])
    assert at(0.0) is REST
    assert at(0.999) is REST


def test_a_first_keyframe_at_the_start_is_there_at_once() -> None:
    assert values([Keyframe(0, "happy")], [1.0], np.zeros(1)) == [1.0]


def test_a_first_keyframe_with_a_transition_grows_out_of_the_face_at_rest() -> None:
    keyframes = [Keyframe(0, "happy", transition_s=1.0)]
    grown = values(keyframes, [1.0], np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(grown, [0.0, 0.5, 1.0])


def test_a_transition_is_a_cubic_smoothstep() -> None:
    times = np.linspace(1, 2, 11)
    way = values([Keyframe(0, "a"), Keyframe(1, "b", transition_s=1.0)], [0.0, 1.0], times)
    t = times - 1
    np.testing.assert_allclose(way, 3 * t**2 - 2 * t**3, atol=1e-12)


def test_a_transition_takes_half_a_second_or_until_the_next_keyframe() -> None:
    timeline = Timeline([Keyframe(0, "a"), Keyframe(1, "b"), Keyframe(1.2, "c")])
    assert timeline.transitions_s == pytest.approx((0.0, 0.2, 0.5))
    assert timeline.end_s == pytest.approx(1.7)


def test_the_later_of_two_overlapping_transitions_starts_from_a_moving_face() -> None:
    keyframes = [
        Keyframe(0, "a"),
        Keyframe(1, "b", transition_s=1.0),
        Keyframe(1.5, "c", transition_s=1.0),
    ]
    times = np.array([1.75, 2.0, 2.5])
    first, second = (
        np.array([3 * t**2 - 2 * t**3 for t in np.clip(times - start, 0, 1)]) for start in (1, 1.5)
    )
    expected = first * 0.4 + (0.9 - first * 0.4) * second
    np.testing.assert_allclose(values(keyframes, [0.0, 0.4, 0.9], times), expected)


@settings(max_examples=25)
@given(timelines(), st.lists(st.floats(0, 1), min_size=8, max_size=8))
def test_neither_place_nor_velocity_jumps(timeline: Timeline, targets: list[float]) -> None:
    keyframes = list(timeline.keyframes)
    lengths = [length for length in timeline.transitions_s if length > 0]
    step = min([*lengths, 1.0]) / 100
    ends = [k.time_s + s for k, s in zip(keyframes, timeline.transitions_s, strict=True)]
    around = np.arange(-2, 3) * step
    for time in [*(k.time_s for k in keyframes), *ends]:
        if time + around[0] <= 0:
            continue
        curve = values(keyframes, targets[: len(keyframes)], time + around)
        velocity = np.diff(curve)
        # of one smoothstep the acceleration is at most 6 / length^2; two may overlap
        assert np.abs(velocity).max() <= 4 * step / min(lengths)
        assert np.abs(np.diff(velocity)).max() <= 20 * (step / min(lengths)) ** 2


@settings(max_examples=60)
@given(timelines(), st.lists(st.floats(0, 1), min_size=8, max_size=8))
def test_nothing_leaves_the_range_of_rest_and_targets(
    timeline: Timeline, targets: list[float]
) -> None:
    keyframes = list(timeline.keyframes)
    targets = targets[: len(keyframes)]
    curve = values(keyframes, targets, np.linspace(0, timeline.end_s + 1, 97))
    assert curve.min() >= min([*targets, 0.0]) - 1e-9
    assert curve.max() <= max([*targets, 0.0]) + 1e-9
    assert curve[-1] == pytest.approx(targets[-1])


def test_any_number_of_keyframes_is_looked_at_in_a_few_steps() -> None:
    class Counted(list[Moment]):
        reads = 0

        def __getitem__(self, index):  # type: ignore[no-untyped-def]
            self.reads += 1
            return super().__getitem__(index)

    keyframes = [Keyframe(float(n), "x", 0.5, 1.9) for n in range(MAX_KEYFRAMES)]
    targets = Counted([target(n % 2) for n in range(MAX_KEYFRAMES)])
    at = timeline_moments(Timeline(keyframes), targets)
    at(9_000.5)
    assert targets.reads <= 3


@given(timelines())
def test_a_timeline_written_down_is_read_back(timeline: Timeline) -> None:
    assert parse_timeline(str(timeline)) == timeline


@given(timelines())
def test_a_timeline_in_json_is_the_same(timeline: Timeline) -> None:
    entries = [
        {"time": k.time_s, "expression": k.expression, "intensity": k.intensity}
        | ({} if k.transition_s is None else {"transition": k.transition_s})
        for k in timeline.keyframes
    ]
    assert timeline_from_json(json.dumps({"keyframes": entries})) == timeline


def test_the_short_text_leaves_out_what_is_usual() -> None:
    parsed = parse_timeline("0:neutral  1.5:happy:0.8\n4:calm::1")
    assert parsed == Timeline(
        [
            Keyframe(0, "neutral"),
            Keyframe(1.5, "happy", 0.8),
            Keyframe(4, "calm", transition_s=1.0),
        ]
    )


def complaint(read: Callable[[str], Timeline], text: str) -> str:
    """What is wrong with a text; nothing when it is a timeline."""
    try:
        read(text)
    except TimelineError as error:
        return str(error)
    return ""


@given(st.text(max_size=60))
def test_any_text_is_a_timeline_or_one_clear_line(text: str) -> None:
    assert "\n" not in complaint(parse_timeline, text)
    assert "\n" not in complaint(timeline_from_json, text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
entries = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("time", "expression", "intensity", "transition"), json_values)
)


@given(json_values | st.fixed_dictionaries({"keyframes": st.lists(entries | json_values)}))
def test_any_json_is_a_timeline_or_one_clear_line(value: object) -> None:
    assert "\n" not in complaint(timeline_from_json, json.dumps(value))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("1:happy 1:sad", "keyframe 2 at 1 s does not come after the one at 1 s"),
        ("2:happy 1:sad", "keyframe 2 at 1 s does not come after the one at 2 s"),
        ("-1:happy", "time -1 is not between 0"),
        ("nan:happy", "'nan:happy', is not TIME:EXPRESSION"),
        ("inf:happy", "is not TIME:EXPRESSION"),
        ("1e999:happy", "time inf is not between 0"),
        ("1_0:happy", "is not TIME:EXPRESSION"),
        ("٣:happy", "is not TIME:EXPRESSION"),
        ("happy", "'happy', is not TIME:EXPRESSION"),
        ("1:", "names no expression"),
        (":happy", "is not TIME:EXPRESSION"),
        ("0:happy:1.2", "keyframe 1: intensity 1.2 is not between 0 and 1"),
        ("0:happy:0.5:0", "transition 0 is not a time above 0"),
        ("0:happy:0.5:-1", "transition -1 is not a time above 0"),
        ("0:happy:0.5:1:2", "is not TIME:EXPRESSION"),
        ("0:a 1:b::1.5 2:c 3:d", "", ),
        ("0:a 1:b::2.5 2:c 3:d", "keyframe 2 still runs when keyframe 4 begins"),
        ("100000:happy", "time 100000 is not between 0 and 86400"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_reason(text: str, problem: str) -> None:
    if not problem:
        parse_timeline(text)
        return
    with pytest.raises(TimelineError) as caught:
        parse_timeline(text, "--emotions")
    assert str(caught.value).startswith("--emotions: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[", "is not JSON"),
        ("[" * 100_000, "is nested too deep"),
        ("9" * 5000, "holds a number of too many digits"),
        ("[]", 'is not an object with the one key "keyframes"'),
        ('{"keyframes": {}}', '"keyframes" is not a list'),
        ('{"keyframes": [], "x": 1}', "is not an object with the one key"),
        ('{"keyframes": []}', "is empty"),
        ('{"keyframes": [], "keyframes": []}', "has the key 'keyframes' twice in one object"),
        (
            '{"keyframes": [{"time": 1, "time": 2, "expression": "sad"}]}',
            "has the key 'time' twice",
        ),
        ('{"keyframes": [1]}', "keyframe 1 is not an object"),
        ('{"keyframes": [{"time": 1}]}', 'keyframe 1 has no text as "expression"'),
        ('{"keyframes": [{"expression": "sad"}]}', 'has no number as "time"'),
        ('{"keyframes": [{"time": true, "expression": "sad"}]}', 'has no number as "time"'),
        ('{"keyframes": [{"time": NaN, "expression": "sad"}]}', "time nan is not between"),
        ('{"keyframes": [{"time": 1e400, "expression": "sad"}]}', "time inf is not between"),
        ('{"keyframes": [{"time": 1' + "0" * 400 + ', "expression": "sad"}]}', 'large "time"'),
        ('{"keyframes": [{"time": 1, "expression": "sad", "mood": 1}]}', "unknown key 'mood'"),
        ('{"keyframes": [{"time": 1, "expression": "sad", "transition": null}]}', "no number"),
    ],
)
def test_bad_json_is_refused_with_its_reason(text: str, problem: str) -> None:
    with pytest.raises(TimelineError) as caught:
        timeline_from_json(text, "story.json")
    assert str(caught.value).startswith("story.json: ")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_too_many_keyframes_are_refused() -> None:
    text = " ".join(f"{n}:sad" for n in range(MAX_KEYFRAMES + 1))
    with pytest.raises(TimelineError, match="more than 10000 keyframes"):
        parse_timeline(text)


def test_text_without_end_is_refused() -> None:
    with pytest.raises(TimelineError, match="characters long"):
        parse_timeline(" " * 5_000_000)


@pytest.mark.parametrize(
    "change", [{"time_s": math.nan}, {"intensity": math.nan}, {"transition_s": math.inf}]
)
def test_numbers_that_are_none_are_refused_in_python_too(change: dict[str, float]) -> None:
    with pytest.raises(TimelineError):
        Timeline([replace(Keyframe(1.0, "sad"), **change)])


@pytest.mark.parametrize(
    "key",
    ["0:happy", Keyframe("1", "sad"), Keyframe(1, 5), Keyframe(1, "sad", "much"),
     Keyframe(1, "sad", 1, "slow")],
)  # fmt: skip
def test_keyframes_of_wrong_types_are_refused(key: Any) -> None:
    with pytest.raises(TimelineError, match="keyframe 1: "):
        Timeline([key])


def test_a_timeline_that_is_no_text_is_refused() -> None:
    with pytest.raises(TimelineError, match="5 is no text"):
        parse_timeline(5)  # type: ignore[arg-type]
