from __future__ import annotations

from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.errors import ExpressionError, OptionError
from mien.media import read_still
from mien.media.speech import read_speech
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.idle.library import FULL_LOOK_DEG
from mien.motion.moment import Moment
from mien.pipeline.live.actor import Actor
from mien.pipeline.live.attention import LISTENING_CONTACT, SPEAKING_CONTACT, Attention
from mien.pipeline.live.camera import Camera
from mien.types import Image

pytestmark = pytest.mark.unit

FPS = 25
DATA = Path(str(files("mien") / "data"))
JAW = SHAPE_INDEX["jawOpen"]
Sound = NDArray[np.float32]


@pytest.fixture(scope="module")
def hello() -> Sound:
    """Four seconds of speech at 16 kHz."""
    samples, _ = read_speech(DATA / "hello.ogg")
    return samples


@pytest.fixture(scope="module")
def astronaut() -> Image:
    return read_still(DATA / "astronaut.png").pixels


def _actor() -> Actor:
    return Actor(FPS, "natural", 0)


def _jaws(actor: Actor, frames: int) -> list[float]:
    return [float(actor.step(1)[1].weights[JAW]) for _ in range(frames)]


def test_lips_move_at_most_a_fifth_of_a_second_after_the_push_and_with_the_sound(
    hello: Sound,
) -> None:
    actor = _actor()
    actor.step(10)
    loud = hello[np.flatnonzero(np.abs(hello) > 0.1)[0] :]
    actor.push_audio(loud, 16_000, "a")
    steps = [actor.step(1) for _ in range(8)]
    first_sound = next(number for number, (passage, _) in enumerate(steps) if passage.sound.any())
    first_lips = next(number for number, (_, m) in enumerate(steps) if m.weights[JAW] > 0.02)
    assert first_sound <= 4
    assert abs(first_lips - first_sound) <= 1


def test_who_was_silent_for_long_speaks_no_later_and_no_otherwise(hello: Sound) -> None:
    said = []
    for silent_for in (10, 100):
        actor = _actor()
        _jaws(actor, silent_for)
        actor.push_audio(hello[:32_000], 16_000, "a")
        said.append(_jaws(actor, 50))
    np.testing.assert_allclose(said[0], said[1], atol=0.1)


def test_clear_closes_the_mouth_within_a_tenth_of_a_second(hello: Sound) -> None:
    actor = _actor()
    actor.push_audio(hello, 16_000, "a")
    while _jaws(actor, 1)[0] < 0.12:
        pass
    actor.clear()
    steps = [actor.step(1) for _ in range(20)]
    assert not any(passage.sound.any() for passage, _ in steps)
    assert max(moment.weights[JAW] for _, moment in steps[2:]) < 0.01


def test_after_clear_it_speaks_at_once_again(hello: Sound) -> None:
    actor = _actor()
    actor.push_audio(hello, 16_000, "a")
    actor.step(30)
    actor.clear()
    loud = hello[np.flatnonzero(np.abs(hello) > 0.1)[0] :]
    actor.push_audio(loud, 16_000, "b")
    assert max(_jaws(actor, 6)[3:]) > 0.02


def test_skipped_frames_say_and_become_the_same(hello: Sound) -> None:
    every, fifth = _actor(), _actor()
    for actor in (every, fifth):
        actor.push_audio(hello, 16_000, "a")
        actor.end_segment()
    singles = [every.step(1)[0] for _ in range(120)]
    skipped = [fifth.step(5)[0] for _ in range(24)]
    np.testing.assert_array_equal(
        np.concatenate([p.sound for p in singles]), np.concatenate([p.sound for p in skipped])
    )
    assert [e for p in singles for e in p.events] == [e for p in skipped for e in p.events]
    assert every.pts == fifth.pts == 119


def test_who_speaks_keeps_the_mouth_from_what_is_felt(hello: Sound) -> None:
    actor = _actor()
    actor.set_emotion("surprised", 1.0, 0.0)
    open_wide = _jaws(actor, 10)[-1]
    actor.push_audio(hello[:16_000], 16_000, "a")
    while_speaking = min(_jaws(actor, 25))
    assert open_wide > 0.4
    assert while_speaking < 0.15
    assert _jaws(actor, 40)[-1] > 0.4  # back


def test_an_expression_that_there_is_not_is_refused() -> None:
    actor = _actor()
    with pytest.raises(ExpressionError):
        actor.set_emotion("peckish", 1.0, 0.5)
    for intensity, transition_s in ((1.1, 0.5), (0.5, -0.1), (0.5, 61.0)):
        with pytest.raises(OptionError):
            actor.set_emotion("happy", intensity, transition_s)


def _gaze(moment: Moment) -> float:
    weights = moment.weights
    return float(weights[SHAPE_INDEX["eyeLookOutLeft"]] - weights[SHAPE_INDEX["eyeLookInLeft"]])


def test_eyes_look_where_they_are_told_and_then_where_they_like() -> None:
    actor = _actor()
    actor.look_at(1.0, 0.0)
    moments = [actor.step(1)[1] for _ in range(50)]
    assert min(map(_gaze, moments[5:])) > 0.7
    actor.look_at(None, None)
    moments = [actor.step(1)[1] for _ in range(50)]
    assert max(map(_gaze, moments[8:])) < 0.4
    with pytest.raises(OptionError):
        actor.look_at(1.5, 0.0)


def _contact(attention: Attention) -> float:
    """Share of the time for which the eyes are where the watcher is."""
    on, times = 0, np.arange(0.0, 1500.0, 0.7)
    for time_s in times.tolist():
        moment = attention.idle_at(time_s)
        right = _gaze(moment) * FULL_LOOK_DEG + moment.angles[0]
        weights = moment.weights
        up = float(weights[SHAPE_INDEX["eyeLookUpLeft"]] - weights[SHAPE_INDEX["eyeLookDownLeft"]])
        up = up * FULL_LOOK_DEG + moment.angles[1]
        on += abs(right) <= 1.25 and abs(up) <= 0.75
    return on / len(times)


def test_listeners_keep_more_eye_contact_than_idlers_and_those_more_than_speakers() -> None:
    idle, listening, speaking = (Attention("natural", 3) for _ in range(3))
    listening.is_listening = True
    listening.step(5.0, speaking=False)
    speaking.step(5.0, speaking=True)
    assert _contact(idle) == pytest.approx(0.725, abs=0.05)
    assert _contact(listening) == pytest.approx(LISTENING_CONTACT, abs=0.05)
    assert _contact(speaking) == pytest.approx(SPEAKING_CONTACT, abs=0.05)


def test_listeners_nod_a_little() -> None:
    attention = Attention("natural", 3)
    times = np.arange(0.0, 60.0, 0.1).tolist()
    idle = [attention.idle_at(t).angles[1] for t in times]
    attention.is_listening = True
    attention.step(5.0, speaking=False)
    listening = [attention.idle_at(t).angles[1] for t in times]
    assert 1.0 < min(idle) - min(listening) < 4.0


def test_the_camera_takes_the_face_over_and_gives_it_back(astronaut: Image) -> None:
    camera = Camera()
    shares = []
    for number in range(60):
        if number < 12:
            camera.push(astronaut)
        camera.step(0.04, number * 0.04)
        shares.append(camera.share)
    assert shares[0] < 0.1
    assert shares[10:30] == [1.0] * 20
    assert shares[-1] == 0.0
    assert all(abs(b - a) < 0.2 for a, b in pairwise(shares))


def test_the_head_turns_as_the_cameras_does_until_it_is_calibrated_anew(astronaut: Image) -> None:
    height, width = astronaut.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 3), 15, 1.0)
    tilted = np.asarray(cv2.warpAffine(astronaut, turn, (width, height)), np.uint8)
    camera = Camera()
    for number in range(30):
        camera.push(astronaut if number < 5 else tilted)
        camera.step(0.04, number * 0.04)
    assert abs(camera.shown.angles[2]) == pytest.approx(15.0, abs=2.5)
    camera.recalibrate()
    for number in range(30, 60):
        camera.push(tilted)
        camera.step(0.04, number * 0.04)
    assert camera.shown.angles == pytest.approx((0.0, 0.0, 0.0), abs=1.5)


def test_only_the_newest_picture_is_looked_at(astronaut: Image) -> None:
    camera = Camera()
    camera.push(astronaut)
    camera.push(np.zeros((64, 64, 3), np.uint8))
    camera.step(0.04, 0.04)
    assert camera.share == 0.0


def test_speech_has_the_mouth_of_a_face_that_the_camera_drives(
    hello: Sound, astronaut: Image
) -> None:
    silent, speaking = _actor(), _actor()
    speaking.push_audio(hello, 16_000, "a")
    jaws = []
    for actor in (silent, speaking):
        moments = []
        for _ in range(30):
            actor.push_frame(astronaut)
            moments.append(actor.step(1)[1])
        jaws.append([float(moment.weights[JAW]) for moment in moments[15:]])
    assert np.ptp(jaws[0]) < 0.05
    assert np.ptp(jaws[1]) > 0.08


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((64, 64, 3), np.float32),
        np.zeros((8, 64, 3), np.uint8),
        np.zeros((16, 5000, 3), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(picture: Image) -> None:
    with pytest.raises(OptionError):
        Camera().push(picture)
