from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fakes.sounds import hello
from mien.drivers.speech import Manner, drive_with_speech, felt_in
from mien.errors import ExpressionError, OptionError
from mien.motion.arkit import BLENDSHAPES, SHAPE_INDEX
from mien.motion.layers import Gaze
from mien.motion.timeline import parse_timeline
from mien.speech.utterance import Utterance, hear
from mien.types import Floats, MotionFrame

pytestmark = pytest.mark.unit

FPS = Fraction(24)
MOUTH = [n for n, name in enumerate(BLENDSHAPES) if name.startswith(("jaw", "mouth", "tongue"))]


@pytest.fixture(scope="module")
def utterance() -> Utterance:
    return hear(*hello(1.5))


def frames(utterance: Utterance, manner: Manner | None = None, **options: int) -> list[MotionFrame]:
    motion = drive_with_speech(utterance, manner, fps=FPS, num_frames=36, **options)
    return list(motion.frames)


def weights(utterance: Utterance, manner: Manner | None = None) -> Floats:
    return np.array([frame.blendshapes for frame in frames(utterance, manner)])


def test_somebody_who_speaks_moves_the_mouth_and_somebody_silent_does_not(
    utterance: Utterance,
) -> None:
    assert np.ptp(weights(utterance)[:, SHAPE_INDEX["jawOpen"]]) > 0.15
    silence = hear(np.zeros(24_000, np.float32), 16_000)
    silent = weights(silence)
    assert silent[:, SHAPE_INDEX["jawOpen"]].max() == 0
    assert np.ptp(silent, axis=0).max() > 0.001
    assert all(frame.own_expression == 1 for frame in frames(silence))


def test_a_frame_is_what_the_face_does_in_its_middle(utterance: Utterance) -> None:
    for number in (0, 20):
        moment = Manner().moment(utterance, float((number + Fraction(1, 2)) / FPS))
        assert np.array_equal(frames(utterance)[number].blendshapes, moment.weights)


def test_several_strands_make_up_the_whole(utterance: Utterance) -> None:
    whole = frames(utterance)
    for first in range(3):
        strand = frames(utterance, first=first, step=3)
        assert [frame.pts for frame in strand] == list(range(12))
        for frame, other in zip(strand, whole[first::3], strict=True):
            assert np.array_equal(frame.blendshapes, other.blendshapes)
            assert np.array_equal(frame.rotation, other.rotation)
            assert frame.pts * frame.time_base + first / FPS == other.pts * other.time_base


def test_the_seed_changes_the_head_and_never_the_mouth() -> None:
    one, other = (hear(*hello(1.5), seed=seed) for seed in (1, 2))
    for time_s in np.linspace(0, 1.5, 20).tolist():
        assert np.array_equal(
            one.speech_at(time_s).moment.weights, other.speech_at(time_s).moment.weights
        )
    assert any(
        not np.array_equal(a.rotation, b.rotation)
        for a, b in zip(frames(one), frames(other), strict=True)
    )


def test_the_same_sound_gives_the_same_frames(utterance: Utterance) -> None:
    again = hear(*hello(1.5))
    for one, other in zip(frames(utterance), frames(again), strict=True):
        assert np.array_equal(one.blendshapes, other.blendshapes)
        assert np.array_equal(one.rotation, other.rotation)


def test_an_emotion_colours_the_corners_of_a_speaking_mouth(utterance: Utterance) -> None:
    happy = weights(utterance, Manner(felt_in(parse_timeline("0:happy:1", "test"))))
    smile = SHAPE_INDEX["mouthSmileLeft"]
    assert happy[:, smile].mean() > weights(utterance)[:, smile].mean() + 0.2


def test_who_is_surprised_or_happy_is_silent_with_a_closed_mouth() -> None:
    silence = hear(np.zeros(16_000, np.float32), 16_000)
    for name, sign in (("surprised", "browOuterUpLeft"), ("happy", "mouthSmileLeft")):
        felt = weights(silence, Manner(felt_in(parse_timeline(f"0:{name}:1", "test"))))
        assert felt[:, SHAPE_INDEX["jawOpen"]].max() == 0
        assert felt[:, SHAPE_INDEX[sign]].min() > 0.3


def test_eyes_look_where_they_are_wanted(utterance: Utterance) -> None:
    looks = weights(utterance, Manner(gaze=Gaze(1.0, 0.0, 1.0)))
    assert looks[:, SHAPE_INDEX["eyeLookOutLeft"]].min() > 0.9


def test_liveliness_is_how_much_the_head_moves() -> None:
    turns = []
    for liveliness in (0.0, 0.5, 1.0):
        lively = frames(hear(*hello(1.5), liveliness=liveliness))
        turns.append(np.std([frame.rotation for frame in lively], axis=0).max())
    assert turns[0] < 1e-6 < turns[1] < turns[2]


@pytest.mark.parametrize("liveliness", [-0.1, 1.1, float("nan")])
def test_no_other_liveliness_is_known(liveliness: float) -> None:
    with pytest.raises(OptionError, match="liveliness"):
        hear(*hello(0.3), liveliness=liveliness)


def test_what_cannot_be_heard_is_refused() -> None:
    with pytest.raises(OptionError, match="holds no samples"):
        hear(np.zeros(0, np.float32), 16_000)
    with pytest.raises(OptionError, match="finite"):
        hear(np.full(1600, np.nan, np.float32), 16_000)
    with pytest.raises(ExpressionError, match="'gleeful'"):
        felt_in(parse_timeline("0:gleeful", "test"))


def test_a_text_that_is_not_what_is_said_is_told_and_not_used() -> None:
    samples, rate = hello(2.4)
    other = hear(samples, rate, "Seven zebras buzz vigorously above my phone booth every day.")
    assert other.recognizer == "network"
    assert len(other.warnings) == 1
    right = hear(samples, rate, "Hello, I was only a picture")
    assert (right.recognizer, list(right.warnings)) == ("alignment", [])
