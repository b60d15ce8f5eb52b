from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakes.still_engine import StillEngine, StillSource
from mien.errors import OutputError, UnreadableMediaError
from mien.media import prefetch
from mien.pipeline.composition import PastedBack, Unchanged
from mien.pipeline.portraits.scene import PreparedFace, StillScene
from mien.pipeline.run import Copy, Take, pictures, record
from mien.pipeline.stopwatch import Stopwatch
from mien.types import Frame, Motion, MotionFrame, MotionOptions, Portrait, Progress, Rendered

pytestmark = pytest.mark.unit

RATE = Fraction(25)
PORTRAIT = Portrait(np.zeros((40, 80, 3), np.uint8))


class LateEngine(StillEngine):
    """Holds two frames back, as engines that work in chunks do."""

    def animate(
        self, source: StillSource, motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        waiting: deque[Rendered] = deque()
        for rendered in super().animate(source, motion, options):
            waiting.append(rendered)
            if len(waiting) > 2:
                yield waiting.popleft()
        yield from waiting


def moment(pts: int) -> MotionFrame:
    return MotionFrame(
        pts=pts,
        time_base=1 / RATE,
        rotation=np.eye(3, dtype=np.float32),
        translation=np.zeros(2, np.float32),
        scale=1.0,
        blendshapes=np.zeros(52, np.float32),
        presence=0.5 if pts == 3 else 1.0,
    )


def take(*faces: PreparedFace, frames: Iterator[MotionFrame]) -> Take:
    motion = Motion(moment(0), frames, RATE, 10)
    return Take(StillScene(PORTRAIT, faces), motion, MotionOptions(), PastedBack())


def prepared(engine: StillEngine, x: int) -> PreparedFace:
    return PreparedFace(engine, StillSource(np.full((10, 10, 3), 50, np.uint8), None, (x, 0)))


def test_all_faces_show_the_same_moment_however_late_their_engines_are(tmp_path: Path) -> None:
    faces = prepared(StillEngine(), 0), prepared(LateEngine(), 40)
    both = take(*faces, frames=(moment(pts) for pts in range(10)))
    outcome = record(both, tmp_path / "out", force=False, watch=Stopwatch())
    assert (outcome.frames, outcome.faces_lost, outcome.size) == (10, 1, (80, 40))
    for pts in range(10):
        picture = cv2.imread(str(tmp_path / "out" / f"{pts:06d}.png"))
        assert picture[5, 5, 0] == picture[5, 45, 0] == 50 + 2 * pts


def test_a_copy_shows_the_same_frames_otherwise(tmp_path: Path) -> None:
    one = take(prepared(StillEngine(), 0), frames=(moment(pts) for pts in range(3)))
    copies = [Copy(tmp_path / "copy", Unchanged())]
    record(one, tmp_path / "out", force=False, watch=Stopwatch(), copies=copies)
    for pts in range(3):
        moved, unmoved = (
            cv2.imread(str(tmp_path / name / f"{pts:06d}.png")) for name in ("out", "copy")
        )
        assert moved[5, 5, 0] == 50 + 2 * pts
        assert not unmoved.any()


def brightened(frames: Iterator[Frame]) -> Iterator[Frame]:
    """By 100 levels, three frames held back."""
    waiting: deque[Frame] = deque()
    for frame in frames:
        waiting.append(Frame(frame.pixels + np.uint8(100), frame.pts, frame.time_base))
        if len(waiting) > 3:
            yield waiting.popleft()
    yield from waiting


def test_frames_are_retouched_before_they_are_written_and_copies_are_not(tmp_path: Path) -> None:
    plain = take(prepared(StillEngine(), 0), frames=(moment(pts) for pts in range(10)))
    watch = Stopwatch()
    outcome = record(
        replace(plain, retouch=brightened),
        tmp_path / "out",
        force=False,
        watch=watch,
        copies=[Copy(tmp_path / "copy", PastedBack())],
    )
    assert (outcome.frames, outcome.faces_lost) == (10, 1)
    assert "retouch" in watch.seconds
    for pts in range(10):
        painted, copied = (
            cv2.imread(str(tmp_path / name / f"{pts:06d}.png")) for name in ("out", "copy")
        )
        assert painted[5, 5, 0] == 150 + 2 * pts
        assert copied[5, 5, 0] == 50 + 2 * pts


def test_a_retouch_may_ask_for_frames_in_another_thread(tmp_path: Path) -> None:
    plain = take(prepared(StillEngine(), 0), frames=(moment(pts) for pts in range(50)))
    threaded = replace(plain, retouch=lambda frames: brightened(prefetch(frames, 5)))
    outcome = record(threaded, tmp_path / "out", force=False, watch=Stopwatch())
    assert (outcome.frames, outcome.faces_lost) == (50, 1)
    for pts in range(50):
        assert cv2.imread(str(tmp_path / "out" / f"{pts:06d}.png"))[5, 5, 0] == 150 + 2 * pts


def test_frames_that_are_pulled_are_retouched_too() -> None:
    plain = take(prepared(StillEngine(), 0), frames=(moment(pts) for pts in range(5)))
    shown = list(pictures(replace(plain, retouch=brightened), Stopwatch()))
    assert [frame.pixels[5, 5, 0] for frame in shown] == [150, 152, 154, 156, 158]


def test_a_retouch_that_fails_ends_the_run_and_leaves_nothing(tmp_path: Path) -> None:
    def failing(frames: Iterator[Frame]) -> Iterator[Frame]:
        yield next(frames)
        raise ZeroDivisionError

    closed = []

    def endless() -> Iterator[MotionFrame]:
        try:
            for pts in count():
                yield moment(pts)
        finally:
            closed.append(True)

    one = replace(take(prepared(StillEngine(), 0), frames=endless()), retouch=failing)
    with pytest.raises(ZeroDivisionError):
        record(one, tmp_path / "out", force=False, watch=Stopwatch())
    assert closed == [True]
    assert list(tmp_path.iterdir()) == []


def test_a_retouch_that_waits_for_many_frames_does_not_keep_who_stops(tmp_path: Path) -> None:
    stopped, made_since = threading.Event(), []

    def moments() -> Iterator[MotionFrame]:
        yield from map(moment, range(20))
        assert stopped.wait(60)
        for pts in range(20, 500):
            made_since.append(pts)
            yield moment(pts)

    def greedy(frames: Iterator[Frame]) -> Iterator[Frame]:
        yield next(frames)
        yield from list(prefetch(frames))

    def stop(_: Progress) -> None:
        stopped.set()
        raise KeyboardInterrupt

    one = replace(take(prepared(StillEngine(), 0), frames=moments()), retouch=greedy)
    with pytest.raises(KeyboardInterrupt):
        record(one, tmp_path / "out", force=False, watch=Stopwatch(), progress=stop)
    assert len(made_since) < 100  # what lay in queues, rather than all 500
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    one = take(prepared(StillEngine(), 0), frames=(moment(pts) for pts in range(3)))
    copies = [Copy(tmp_path / "nowhere" / "copy.mp4", Unchanged())]
    with pytest.raises(OutputError, match="nowhere"):
        record(one, tmp_path / "out.mp4", force=False, watch=Stopwatch(), copies=copies)
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_every_frame(tmp_path: Path) -> None:
    steps: list[Progress] = []
    one = take(prepared(StillEngine(), 0), frames=(moment(pts) for pts in range(3)))
    record(one, tmp_path / "out", force=False, watch=Stopwatch(), progress=steps.append)
    assert steps == [Progress(number, 10) for number in (1, 2, 3)]


def test_a_driver_that_fails_leaves_nothing_and_is_closed(tmp_path: Path) -> None:
    closed = []

    def failing() -> Iterator[MotionFrame]:
        try:
            yield moment(0)
            raise ZeroDivisionError
        finally:
            closed.append(True)

    one = take(prepared(StillEngine(), 0), frames=failing())
    with pytest.raises(ZeroDivisionError):
        record(one, tmp_path / "out", force=False, watch=Stopwatch())
    assert closed == [True]
    assert list(tmp_path.iterdir()) == []


def test_stopping_early_stops_the_driver(tmp_path: Path) -> None:
    closed = []

    def endless() -> Iterator[MotionFrame]:
        try:
            pts = 0
            while True:
                yield moment(pts)
                pts += 1
        finally:
            closed.append(pts)

    def enough(step: Progress) -> None:
        if step.done == 5:
            raise KeyboardInterrupt

    one = take(prepared(StillEngine(), 0), frames=endless())
    with pytest.raises(KeyboardInterrupt):
        record(one, tmp_path / "out", force=False, watch=Stopwatch(), progress=enough)
    assert len(closed) == 1
    assert closed[0] < 50
    assert list(tmp_path.iterdir()) == []


def test_a_driver_without_frames_is_refused(tmp_path: Path) -> None:
    nothing = take(prepared(StillEngine(), 0), frames=iter(()))
    with pytest.raises(UnreadableMediaError, match="no frames"):
        record(nothing, tmp_path / "out", force=False, watch=Stopwatch())
    assert list(tmp_path.iterdir()) == []
