"""One run: a portrait's faces follow a motion, frame after frame, into a file.

Three threads, each waiting for the one before: the motion is made (decoded, tracked), the faces
are rendered, and the caller's own thread pastes and encodes. Where frames are retouched, a fourth
one pastes and retouches. Between them lie short queues, so memory does not grow with length.
Whatever ends the run early, Ctrl-C or an exception raised by the progress callback included, stops
the threads and leaves no file behind.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from mien.errors import UnreadableMediaError
from mien.media import AudioTrack, Sink, open_sink, prefetch
from mien.pipeline.composition import Composition
from mien.pipeline.portraits.scene import Scene, Shot
from mien.pipeline.stopwatch import WAIT, Stopwatch
from mien.retouch.base import Retouch
from mien.types import (
    Frame,
    Motion,
    MotionFrame,
    MotionOptions,
    Progress,
    ProgressCallback,
)


@dataclass(frozen=True, slots=True)
class Take:
    """What is to be made: what moves, how, and how it is shown. retouch: what paints over the
    frames, but not over copies: as many come out, in order."""

    scene: Scene
    motion: Motion
    options: MotionOptions
    composition: Composition
    audio: AudioTrack | None = None
    retouch: Retouch | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """Another file of the same frames, with the take's sound, shown by a composition of its own."""

    path: str | Path
    composition: Composition


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made: frames, of them those in which the driver's face or that of a film was not
    seen, width and height."""

    frames: int
    faces_lost: int
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Picture:
    """One frame as the take shows it, and as each of its copies does."""

    frame: Frame
    face_lost: bool
    copies: tuple[Frame, ...] = ()


def record(
    take: Take,
    path: str | Path,
    *,
    force: bool,
    watch: Stopwatch,
    progress: ProgressCallback | None = None,
    on_frame: Callable[[Frame], None] | None = None,
    copies: Sequence[Copy] = (),
) -> Outcome:
    """Play the take into a file, and into its copies; ``on_frame`` sees every frame that was
    written. The copies are put in their places before the file itself."""
    with (
        closing(prefetch(watch.around("drive", take.motion.frames))) as motion,
        closing(prefetch(_shots(take, watch.around(WAIT, motion), watch))) as queue,
        closing(_pasted(take, watch.around(WAIT, queue), watch, copies)) as pictures,
    ):
        first = next(pictures, None)  # before the file is opened: a bad driver shows here
        if first is None:
            raise UnreadableMediaError("the driver", "has no frames; give another one")
        height, width = first.frame.pixels.shape[:2]
        with ExitStack() as files:
            sink = files.enter_context(_sink(take, path, first.frame, force=force))
            others = [
                files.enter_context(_sink(take, copy.path, frame, force=force))
                for copy, frame in zip(copies, first.copies, strict=True)
            ]
            frames = faces_lost = 0
            for picture in chain([first], pictures):
                with watch.stage("encode"):
                    sink.write(picture.frame)
                    for other, frame in zip(others, picture.copies, strict=True):
                        other.write(frame)
                frames, faces_lost = frames + 1, faces_lost + picture.face_lost
                if on_frame is not None:
                    on_frame(picture.frame)
                if progress is not None:
                    progress(Progress(frames, take.motion.num_frames))
    return Outcome(frames, faces_lost, (width, height))


def pictures(take: Take, watch: Stopwatch) -> Iterator[Frame]:
    """The take's frames, made as they are asked for in the caller's own thread."""
    moments = watch.around("drive", take.motion.frames)
    made = _pictures(take, _shots(take, moments, watch), watch, ())
    return (picture.frame for picture in _retouched(take, made, watch))


def _sink(take: Take, path: str | Path, first: Frame, *, force: bool) -> Sink:
    height, width, channels = first.pixels.shape
    return open_sink(
        path,
        size=(width, height),
        rate=take.motion.rate,
        alpha=channels == 4,
        audio=take.audio,
        force=force,
    )


def _shots(take: Take, moments: Iterator[MotionFrame], watch: Stopwatch) -> Iterator[Shot]:
    return take.scene.shots(replace(take.motion, frames=moments), take.options, watch)


def _pasted(
    take: Take, shots: Iterator[Shot], watch: Stopwatch, copies: Sequence[Copy]
) -> Generator[_Picture]:
    """The pictures as they are written; retouched in a thread of its own, if at all."""
    made = _pictures(take, shots, watch, copies)
    if take.retouch is None:
        return made
    stop = threading.Event()
    painted = _retouched(take, _until(stop, made), watch)
    return watch.around(WAIT, prefetch(painted, stop=stop))


def _until(stop: threading.Event, made: Iterator[_Picture]) -> Generator[_Picture]:
    """The same pictures. A retouch that waits for many of them, which may take minutes, is ended
    once nobody wants any."""
    for picture in made:
        if stop.is_set():
            raise _StoppedError
        yield picture


class _StoppedError(Exception):
    """Seen by nobody: it ends a thread that nobody listens to."""


def _retouched(take: Take, made: Iterator[_Picture], watch: Stopwatch) -> Iterator[_Picture]:
    if take.retouch is None:
        return made
    waiting: deque[_Picture] = deque()

    def shown() -> Generator[Frame]:  # perhaps to another thread
        for picture in made:
            waiting.append(picture)
            yield picture.frame

    painted = watch.around("retouch", take.retouch(shown()))
    return (replace(waiting.popleft(), frame=frame) for frame in painted)


def _pictures(
    take: Take, shots: Iterator[Shot], watch: Stopwatch, copies: Sequence[Copy]
) -> Generator[_Picture]:
    for shot in shots:
        with watch.stage("paste"):
            frame = _frame(take.composition, shot)
            others = tuple(_frame(copy.composition, shot) for copy in copies)
        yield _Picture(frame, shot.face_lost, others)


def _frame(composition: Composition, shot: Shot) -> Frame:
    return Frame(composition(shot), shot.moment.pts, shot.moment.time_base)
