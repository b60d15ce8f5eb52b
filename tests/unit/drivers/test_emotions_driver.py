from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mien.drivers import drive_with_emotions
from mien.errors import ExpressionError, OptionError, TimelineError
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.blendshapes.eyes import lid_closing
from mien.motion.timeline import Keyframe, Timeline, parse_timeline
from mien.types import Floats

pytestmark = pytest.mark.unit

STORY = parse_timeline("0:neutral 0.5:surprised:1 2:calm")


def weights(timeline: Timeline | str = STORY, **options: object) -> Floats:
    motion = drive_with_emotions(timeline, **options)  # type: ignore[arg-type]
    return np.array([frame.blendshapes for frame in motion.frames])


def test_it_lasts_until_a_while_after_the_last_transition() -> None:
    motion = drive_with_emotions(STORY, fps=Fraction(10))
    assert motion.num_frames == 40
    assert len(list(motion.frames)) == 40
    assert motion.rate == 10


def test_a_duration_and_a_number_of_frames_bound_it() -> None:
    assert len(weights(duration_s=1.0, fps=Fraction(25))) == 25
    assert len(weights(max_frames=7)) == 7


def test_the_expressions_come_when_they_should() -> None:
    jaw = weights(fps=Fraction(10))[:, SHAPE_INDEX["jawOpen"]]
    assert jaw[4] < 0.02
    assert jaw[12] > 0.2
    assert jaw[-1] < 0.1


def test_the_portraits_own_expression_gives_way_to_the_first_one() -> None:
    motion = drive_with_emotions(Timeline([Keyframe(0.2, "sad")]), fps=Fraction(10))
    own = [frame.own_expression for frame in motion.frames]
    assert own[:3] == [1.0, 1.0, 1.0]
    assert own[-1] == 0.0
    assert own == sorted(own, reverse=True)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert weights(seed=3).tobytes() == weights(seed=3).tobytes()
    assert weights(seed=3).tobytes() != weights(seed=4).tobytes()


def test_a_held_expression_breathes_but_never_much() -> None:
    held = weights(Timeline([Keyframe(0, "angry", 1.0)]), idle="blink", duration_s=5.0)
    frown = held[:, SHAPE_INDEX["browDownLeft"]]
    assert 0.01 < np.ptp(frown) < 0.25
    assert np.abs(np.diff(frown)).max() < 0.02


def test_blinks_shut_wide_eyes() -> None:
    wide = weights(Timeline([Keyframe(0, "fearful", 1.0)]), idle="blink", duration_s=20.0)
    closing = np.array([lid_closing(frame).sum(axis=1) for frame in wide])
    assert closing.min() < -0.05
    assert closing.max() > 0.9


def test_a_timeline_may_be_given_as_text() -> None:
    assert np.array_equal(weights("0:neutral 0.5:surprised:1 2:calm"), weights(STORY))
    with pytest.raises(TimelineError):
        drive_with_emotions("happy")


def test_an_unknown_expression_is_refused_with_all_there_are() -> None:
    with pytest.raises(ExpressionError, match=r"hapy.*neutral, happy, sad"):
        drive_with_emotions(parse_timeline("1:hapy"))


def test_an_unknown_idle_motion_is_refused() -> None:
    with pytest.raises(OptionError, match="idle:sleep"):
        drive_with_emotions(STORY, idle="sleep")


def test_nothing_stops_or_starts_with_a_jerk_even_at_full_intensity() -> None:
    story = parse_timeline("0:neutral 0.5:happy:1 1.5:surprised:1 2.2:sad:1 2.5:angry:1")
    face = [index for name, index in SHAPE_INDEX.items() if not name.startswith("eye")]
    acceleration = np.diff(weights(story, fps=Fraction(100))[:, face], n=2, axis=0) * 100**2
    # a smoothstep of half a second from 0 to 1 has 24 / s^2, one of .3 s has 67
    assert np.abs(acceleration[:200]).max() < 30
    assert np.abs(acceleration).max() < 100
