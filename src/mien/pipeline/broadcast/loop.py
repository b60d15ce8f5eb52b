"""The loop that shows a live face: what is seen and heard goes in, a picture comes out, in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mien.motion.expressions import load_expressions
from mien.pipeline.broadcast.ear import Ear
from mien.pipeline.broadcast.eye import Eye
from mien.pipeline.broadcast.shot import Outlet, Shot
from mien.pipeline.broadcast.tally import Tally
from mien.pipeline.broadcast.window import CLOSED
from mien.pipeline.live import LiveFace
from mien.pipeline.live.pacing import Pacer

_SLICE_S = 0.01
"""How soon a key is heeded, at least."""
_QUIT = frozenset({"q", "Q", "Escape", CLOSED})


class Clock(Protocol):
    """Seconds that only go on."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class WallClock:
    """The machine's."""

    def now(self) -> float:
        """Of the monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Be idle."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Direction:
    """Who says what happens. pressed: names of keys, since it was last called. stop: whether
    it is time to end. shown: called after every picture."""

    pressed: Callable[[], list[str]] = list
    stop: Callable[[], bool] = lambda: False
    shown: Callable[[Tally], None] = lambda tally: None


class Broadcast:
    """One face, shown in all outlets at once. When the machine is too slow there are fewer
    pictures, not later ones."""

    def __init__(
        self,
        face: LiveFace,
        fps: int,
        outlets: Sequence[Outlet],
        *,
        eye: Eye | None = None,
        ear: Ear | None = None,
        direction: Direction = Direction(),
        clock: Clock | None = None,
    ) -> None:
        """outlets: open."""
        self._face, self._fps, self._outlets = face, fps, outlets
        self._eye, self._ear, self._direction = eye, ear, direction
        self._clock = clock or WallClock()
        self._emotions = list(load_expressions())
        self._ended = False
        self._delay_frames = self._num_after = 0
        """How late the face is, and how many frames there were since nothing moves it."""
        self.tally = Tally()

    def run(self, num_frames: int | None = None) -> Tally:
        """Show so many frames, or for ever: until it is told to stop, or all that moves the face is
        over. Raises what an outlet raises."""
        pacer, took_s = Pacer(self._fps), 0.0
        done = 0
        while done != num_frames and not self._is_over():
            beat = pacer.next(self._clock.now(), took_s)
            self._wait(beat.due_s)
            if self._ended:
                break
            began_s = self._clock.now()
            frames = beat.frames if num_frames is None else min(beat.frames, num_frames - done)
            self._step(frames)
            done += frames
            took_s = self._clock.now() - began_s
        if self._eye is not None:
            self._eye.tell(0.0)  # what ended it, maybe
        return self.tally

    def _step(self, frames: int) -> None:
        self._num_after += frames if self._is_unmoved() else 0
        taken_s = None if self._eye is None else self._eye.look()
        if self._ear is not None:
            self._ear.listen()
        step = self._face.step(frames)
        self._delay_frames = step.delay_frames
        shot = Shot.of(step, self._fps, frames)
        for outlet in self._outlets:
            outlet.show(shot)
        now_s = self._clock.now()
        self.tally.shown(frames)
        if taken_s is not None:
            self.tally.followed(now_s - taken_s + step.delay_frames / self._fps)
        if self._ear is not None:
            self.tally.spoke(self._ear.said(step, now_s))
        if self._eye is not None:
            self._eye.tell(frames / self._fps)
        self._direction.shown(self.tally)

    def _is_over(self) -> bool:
        """Whether all was shown that moves the face."""
        return self._is_unmoved() and self._num_after >= self._delay_frames

    def _is_unmoved(self) -> bool:
        inputs = [each for each in (self._eye, self._ear) if each is not None]
        return bool(inputs) and all(each.is_over for each in inputs)

    def _wait(self, due_s: float) -> None:
        """Until then, or until told to end."""
        while True:
            for key in self._direction.pressed():
                self._press(key)
            self._ended = self._ended or self._direction.stop()
            left_s = due_s - self._clock.now()
            if self._ended or left_s <= 0.0:
                return
            self._clock.sleep(min(left_s, _SLICE_S))

    def _press(self, key: str) -> None:
        digit = key.removeprefix("KP_")
        if key in _QUIT:
            self._ended = True
        elif key in ("r", "R"):
            self._face.recalibrate()
        elif key == "space" and self._eye is not None:
            self._eye.is_shut = not self._eye.is_shut
        elif digit.isdecimal() and int(digit) < len(self._emotions):
            self._face.set_emotion(self._emotions[int(digit)])
