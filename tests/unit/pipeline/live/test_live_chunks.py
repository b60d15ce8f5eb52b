"""A live face whose engine makes several pictures at once, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from fakes.chunked_engine import CHUNK, DELAY, ChunkedEngine, Pace, colour_in, colour_of, is_drawn
from mien.drivers.moments import moment_frame
from mien.engines.base import ENGINES
from mien.engines.settings import EngineSettings
from mien.errors import EngineUnavailableError
from mien.pipeline.keeping import Keeper
from mien.pipeline.live import LiveFace, LiveOptions, LiveStep, SpeechFinished, SpeechStarted
from mien.pipeline.live import stage as stages
from mien.pipeline.live.actor import Actor

pytestmark = pytest.mark.unit

ASTRONAUT = Path(str(files("mien") / "data" / "astronaut.png"))
CHUNKED = LiveOptions(EngineSettings("chunked"), size=64)
PATIENCE_S = 60.0
Colour = tuple[int, int, int]


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> Pace:
    monkeypatch.setitem(ENGINES, "chunked", "fakes.chunked_engine:ChunkedEngine")
    pace = Pace()
    monkeypatch.setattr(ChunkedEngine, "pace", pace)
    return pace


@pytest.fixture(scope="module")
def keeper() -> Iterator[Keeper]:
    with Keeper() as kept:
        yield kept


@pytest.fixture
def face(keeper: Keeper, pace: Pace) -> Iterator[LiveFace]:
    live = LiveFace(ASTRONAUT, CHUNKED, keeper)
    yield live
    pace.allow()
    live.close()


def steps(face: LiveFace, *lengths: int) -> list[LiveStep]:
    """The engine always keeps up."""
    came = []
    for length in lengths:
        came.append(face.step(length))
        assert face.settle(PATIENCE_S)
    return came


def expected(options: LiveOptions, count: int) -> list[Colour]:
    """Colours of what such a face does, frame by frame."""
    actor = Actor(options.fps, options.idle, options.seed)
    colours = []
    for pts in range(count):
        _, moment = actor.step(1)
        colours.append(colour_of(moment_frame(moment, pts=pts, time_base=1)))  # type: ignore[arg-type]
    return colours


def test_each_picture_comes_as_late_as_told_and_none_is_left_out(face: LiveFace) -> None:
    assert face.latency_frames == DELAY
    came = steps(face, *[1] * 60)
    assert [step.pts for step in came] == list(range(60))
    assert {step.delay_frames for step in came} == {DELAY}
    assert not any(is_drawn(step.picture) for step in came[:DELAY])
    assert len({step.picture.tobytes() for step in came[:DELAY]}) == 1  # the portrait as it is
    assert [colour_in(step.picture) for step in came[DELAY:]] == expected(CHUNKED, 40)


def test_pictures_are_the_same_however_many_frames_a_step_goes_on(face: LiveFace) -> None:
    lengths = [1, 2, 3] * 10
    came = steps(face, *lengths)
    colours = expected(CHUNKED, 60)
    shown = [step for step in came if step.pts >= DELAY]
    assert [colour_in(step.picture) for step in shown] == [colours[s.pts - DELAY] for s in shown]
    assert sum(len(step.sound) for step in came) == 60 * 1920


def test_a_step_does_not_wait_for_the_engine_and_the_last_picture_stands(
    face: LiveFace, pace: Pace
) -> None:
    last = steps(face, *[1] * 40)[-1].picture
    pace.pause()
    shown = [face.step().picture for _ in range(60)]
    assert pace.wait_until_stuck(PATIENCE_S)
    held = [colour_in(each) for each in shown]
    assert len(set(held[CHUNK * 2 :])) == 1
    pace.allow()
    assert face.settle(PATIENCE_S)
    after = face.step().picture
    assert colour_in(after) not in {colour_in(last), held[-1]}


def test_an_engine_that_is_too_slow_draws_an_even_selection(face: LiveFace, pace: Pace) -> None:
    """Twelve moments wait at most, and all of them are told by four."""
    steps(face, *[1] * 40)
    pace.pause()
    for _ in range(DELAY):
        face.step()
    pace.allow()
    before = pace.num_drawn
    assert face.settle(PATIENCE_S)
    assert pace.num_drawn - before == 3  # where it was, the oldest, and of all others
    colours = expected(CHUNKED, 80)
    shown = {colour_in(step.picture) for step in steps(face, *[1] * 20)}
    assert shown <= set(colours)


def test_sound_and_events_go_with_the_pictures(face: LiveFace) -> None:
    steps(face, *[1] * 7)
    plain = Actor(25, "natural", 0)
    plain.step(7)
    sound = np.full(24_000, 1000, np.int16)
    for each in (face, plain):
        each.push_audio(sound, 48_000, "a")
        each.end_segment()
    came = steps(face, *[1] * 50)
    passages = [plain.step(1)[0] for _ in range(50)]
    late, early = (np.concatenate([each.sound for each in every]) for every in (came, passages))
    np.testing.assert_array_equal(late[DELAY * 1920 :], early[: -DELAY * 1920])
    assert not late[: DELAY * 1920].any()
    (started, finished) = [event for passage in passages for event in passage.events]
    assert isinstance(started, SpeechStarted)
    assert isinstance(finished, SpeechFinished)
    assert [(step.pts, event) for step in came for event in step.events] == [
        (each.pts + DELAY, replace(each, pts=each.pts + DELAY)) for each in (started, finished)
    ]


def test_who_is_too_slow_all_the_time_is_followed_by_the_sound(face: LiveFace, pace: Pace) -> None:
    """It draws every second moment, so what it holds back is of twice as long ago."""
    steps(face, *[1] * (DELAY + 4))
    pace.pause()
    came = [face.step(2 * CHUNK)]
    for number in range(150):
        came.append(face.step())
        if number % (2 * CHUNK) == CHUNK:
            assert pace.wait_until_stuck(PATIENCE_S)
            pace.allow(1)
            assert pace.wait_until_stuck(PATIENCE_S)
    latency = face.latency_frames
    assert 1.6 * DELAY < latency <= 2.4 * DELAY
    assert came[0].delay_frames == DELAY
    assert came[-1].delay_frames == latency
    colours = expected(CHUNKED, 180)
    for step in came[-40:]:
        at = step.pts - latency
        assert colour_in(step.picture) in colours[at - 2 : at + 1]
    face.push_audio(np.full(960, 1000, np.int16), 48_000, "a")
    events = [event for _ in range(100) for event in face.step().events]
    assert events == [SpeechStarted("a", DELAY + 3 * CHUNK + 150 + 3 + latency)]


def test_clear_is_silent_at_once_and_knows_how_much_was_heard(face: LiveFace) -> None:
    face.push_audio(np.full(48_000, 1000, np.int16), 48_000, "a")
    face.push_audio(np.full(48_000, 1000, np.int16), 48_000, "never heard")
    came = steps(face, *[1] * (DELAY + 10))
    heard = np.concatenate([step.sound for step in came])
    assert np.count_nonzero(heard) == 10 * 1920
    face.clear()
    after = steps(face, *[1] * 40)
    assert after[0].events == (
        SpeechFinished("a", DELAY + 9, 0.4, True),
        SpeechFinished("never heard", DELAY + 9, 0.0, True),
    )
    assert not any(step.sound.any() for step in after)
    face.push_audio(np.full(4_800, 1000, np.int16), 48_000, "b")
    events = [event for step in steps(face, *[1] * 40) for event in step.events]
    assert events == [SpeechStarted("b", DELAY + 50 + DELAY + 3)]


def test_speech_that_was_not_heard_when_it_is_cleared_never_began(face: LiveFace) -> None:
    face.push_audio(np.full(4_800, 1000, np.int16), 48_000, "a")
    face.end_segment()
    steps(face, *[1] * 10)
    face.clear()
    assert steps(face, 1)[0].events == (SpeechFinished("a", 9, 0.0, True),)


def test_another_portrait_fades_in_when_it_can_move(face: LiveFace, keeper: Keeper) -> None:
    steps(face, *[1] * 30)
    face.prepare(ASTRONAUT)
    face.set_portrait(ASTRONAUT, 0.2)
    came = steps(face, *[1] * 40)
    assert all(is_drawn(step.picture) for step in came)
    colours = expected(CHUNKED, 70)
    assert [colour_in(step.picture) for step in came] == colours[30 - DELAY : 70 - DELAY]
    face.set_portrait(ASTRONAUT, 0.0)
    steps(face, *[1] * 3)
    face.set_portrait(ASTRONAUT, 0.0)  # nobody has seen the one before
    assert [colour_in(step.picture) for step in steps(face, *[1] * 7)] == expected(CHUNKED, 60)[-7:]
    face.close()
    assert not any(engine.lent for engine in keeper.status.engines)
    assert not workshops()


def test_a_fault_of_the_engine_reaches_the_face_and_the_engine_is_not_used_again(
    keeper: Keeper, pace: Pace
) -> None:
    face = LiveFace(ASTRONAUT, CHUNKED, keeper)
    steps(face, *[1] * 20)
    num_kept = len(keeper.status.engines)
    pace.fault = ZeroDivisionError("a fault of the engine")
    with pytest.raises(ZeroDivisionError, match="a fault of the engine"):
        steps(face, *[1] * 8)
    face.close()
    assert not any(engine.lent for engine in keeper.status.engines)
    assert len(keeper.status.engines) == num_kept - 1
    pace.fault = EngineUnavailableError("chunked", "is out of memory")
    other = LiveFace(ASTRONAUT, CHUNKED, keeper)
    with pytest.raises(EngineUnavailableError):
        steps(other, *[1] * 24)
    other.close()
    assert not workshops()


def test_closing_does_not_wait_for_ever_for_an_engine_that_hangs(
    keeper: Keeper, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "_PATIENCE_S", 0.01)
    pace.pause()
    face = LiveFace(ASTRONAUT, CHUNKED, keeper)
    for _ in range(20):
        face.step()
    assert pace.wait_until_stuck(PATIENCE_S)
    face.close()
    face.close()
    (thread,) = workshops()
    assert any(engine.lent for engine in keeper.status.engines)
    pace.allow()
    thread.join(PATIENCE_S)
    assert not any(engine.lent for engine in keeper.status.engines)


def test_a_face_that_never_moved_gives_its_engine_back(keeper: Keeper) -> None:
    LiveFace(ASTRONAUT, CHUNKED, keeper).close()
    assert not any(engine.lent for engine in keeper.status.engines)
    assert not workshops()


def test_faces_side_by_side_show_what_each_shows_alone(keeper: Keeper) -> None:
    options = [replace(CHUNKED, seed=seed) for seed in (3, 4)]
    faces = [LiveFace(ASTRONAUT, each, keeper) for each in options]
    shown: list[list[Colour]] = [[], []]
    for _ in range(40):
        for face, colours in zip(faces, shown, strict=True):
            colours.append(colour_in(face.step().picture))
        assert all(face.settle(PATIENCE_S) for face in faces)
    for face in faces:
        face.close()
    assert [each[DELAY:] for each in shown] == [expected(each, 20) for each in options]
    assert len(keeper.status.engines) == 1  # which both had


def test_a_cut_out_person_stays_one(keeper: Keeper) -> None:
    face = LiveFace(ASTRONAUT, replace(CHUNKED, transparent=True), keeper)
    came = steps(face, *[1] * (DELAY + 1))
    face.close()
    assert {step.picture.shape for step in came} == {(64, 64, 4)}
    np.testing.assert_array_equal(came[0].picture[..., 3], came[-1].picture[..., 3])


def workshops() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "mien-workshop"]
