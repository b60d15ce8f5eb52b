from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fakes.live_face import FakeFace
from fakes.virtual_time import VirtualTime
from mien.media.camera import CameraPicture
from mien.media.microphone import SoundBlock
from mien.pipeline.broadcast import Broadcast, Shot
from mien.pipeline.broadcast.ear import Ear
from mien.pipeline.broadcast.eye import Eye
from mien.pipeline.broadcast.loop import Direction
from mien.pipeline.live import LiveStep

pytestmark = pytest.mark.unit

FPS = 25
FRAME_S = 1 / FPS


class Screen:
    """Remembers what was shown, and when."""

    def __init__(self, time: VirtualTime) -> None:
        self.shots: list[Shot] = []
        self.times: list[float] = []
        self._time = time

    def show(self, shot: Shot) -> None:
        self.shots.append(shot)
        self.times.append(self._time.now())


class Lens:
    """A camera of 30 pictures a second, in virtual time; ``number`` of them."""

    name = "lens"
    problem = None

    def __init__(self, time: VirtualTime, number: int = 10**9) -> None:
        self._time, self._began_s, self._given = time, time.now(), -1
        self._number = number

    @property
    def is_over(self) -> bool:
        return self._given == self._number - 1

    def newest(self) -> CameraPicture | None:
        newest = min(int((self._time.now() - self._began_s) * 30), self._number - 1)
        if newest == self._given:
            return None
        self._given = newest
        taken_s = self._began_s + newest / 30
        return CameraPicture(np.full((16, 16, 3), newest % 256, np.uint8), taken_s)


class Mouth:
    """A microphone that hears a second of noise and is over."""

    rate = 48_000

    def __init__(self, time: VirtualTime) -> None:
        self._time, self._began_s, self._given = time, time.now(), 0
        self._noise = np.random.default_rng(0).normal(0, 4000, 48_000).astype(np.int16)

    @property
    def is_over(self) -> bool:
        return self._given == 50

    def take(self) -> list[SoundBlock]:
        due = min(int((self._time.now() - self._began_s) * 50), 50)
        blocks = [
            SoundBlock(self._noise[n * 960 : (n + 1) * 960], self._began_s + n * 0.02)
            for n in range(self._given, due)
        ]
        self._given = due
        return blocks


class Set:
    """All that a broadcast needs, in virtual time."""

    def __init__(self, costs_s: float = 0.01) -> None:
        self.time = VirtualTime()
        self.face: Any = FakeFace(FPS, self.time, costs_s)
        self.screen = Screen(self.time)

    def broadcast(self, **more: Any) -> Broadcast:
        outlets: Any = [self.screen]
        return Broadcast(self.face, FPS, outlets, clock=self.time, **more)


def test_frames_are_shown_in_time() -> None:
    scene = Set()
    tally = scene.broadcast().run(50)
    assert [shot.pts for shot in scene.screen.shots] == list(range(50))
    assert np.diff(scene.screen.times) == pytest.approx(np.full(49, FRAME_S))
    assert (tally.num_shown, tally.num_dropped) == (50, 0)
    assert (tally.picture_delay_ms, tally.sound_delay_ms) == (None, None)


def test_a_slow_machine_shows_fewer_pictures_and_no_later_ones() -> None:
    scene = Set(costs_s=0.07)
    eye = Eye(Lens(scene.time), scene.face, mirror=False)  # type: ignore[arg-type]
    tally = scene.broadcast(eye=eye).run(500)
    assert (tally.num_shown + tally.num_dropped, sum(s.frames for s in scene.screen.shots)) == (
        500,
        500,
    )
    assert tally.num_dropped > 200
    lateness = [
        at - 100.0 - shot.time_s
        for shot, at in zip(scene.screen.shots, scene.screen.times, strict=True)
    ]
    assert max(lateness) < 0.07 + 2 * FRAME_S
    assert tally.picture_delay_p95_ms is not None
    assert tally.picture_delay_p95_ms <= 70 + 34
    sound = np.concatenate([shot.sound for shot in scene.screen.shots])
    assert len(sound) == 500 * 1920


def test_the_newest_picture_of_the_camera_is_followed_until_it_is_over() -> None:
    scene = Set()
    eye = Eye(Lens(scene.time, 60), scene.face, mirror=False)  # type: ignore[arg-type]
    tally = scene.broadcast(eye=eye).run()
    numbers = [int(picture[0, 0, 0]) for picture in scene.face.seen]
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (0, 59)
    assert 49 <= tally.num_shown <= 51
    assert tally.picture_delay_ms is not None
    assert 10 <= tally.picture_delay_ms <= 10 + 34


def test_what_a_microphone_hears_is_said_and_measured() -> None:
    scene = Set()
    ear = Ear(Mouth(scene.time), scene.face, FPS)
    tally = scene.broadcast(ear=ear).run()
    sound = np.concatenate([shot.sound for shot in scene.screen.shots])
    said = np.flatnonzero(sound)
    assert len(said) == pytest.approx(48_000, abs=100)
    assert said[-1] - said[0] == pytest.approx(48_000, abs=100)
    assert tally.sound_delay_ms is not None
    assert 150 <= tally.sound_delay_ms <= 220
    assert ear.is_over


def test_what_a_late_face_does_is_shown_to_its_end_and_measured() -> None:
    class LateFace(FakeFace):
        def step(self, frames: int = 1) -> LiveStep:
            return replace(super().step(frames), delay_frames=20)

    scene = Set()
    scene.face = LateFace(FPS, scene.time, 0.01)
    eye = Eye(Lens(scene.time, 60), scene.face, mirror=False)  # type: ignore[arg-type]
    tally = scene.broadcast(eye=eye).run()
    assert int(scene.face.seen[-1][0, 0, 0]) == 59
    assert tally.num_shown == 50 + 20 + 1
    assert tally.picture_delay_ms is not None
    assert 810 <= tally.picture_delay_ms <= 810 + 34


def test_keys_and_stop_are_heeded() -> None:
    scene = Set()
    eye = Eye(Lens(scene.time), scene.face, mirror=False)  # type: ignore[arg-type]
    pressed = [["r"], [], ["1", "KP_2", "0"], ["x", "F1"], ["space"], ["Escape"]]
    direction = Direction(lambda: pressed.pop(0))
    tally = scene.broadcast(eye=eye, direction=direction).run()
    assert scene.face.told == ["recalibrate", "happy", "sad", "neutral"]
    assert eye.is_shut
    assert tally.num_shown < 6
    scene = Set()
    stops = iter([False] * 20 + [True])
    tally = scene.broadcast(direction=Direction(stop=lambda: next(stops))).run()
    assert 3 <= tally.num_shown <= 20


def test_every_picture_is_told() -> None:
    scene = Set()
    told: list[int] = []
    direction = Direction(shown=lambda tally: told.append(tally.num_shown))
    scene.broadcast(direction=direction).run(3)
    assert told == [1, 2, 3]
