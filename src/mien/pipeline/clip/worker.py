"""A process that renders some of the frames of clips: the far end of a :mod:`crew`.

It is told the engine, then clip after clip a :class:`Scene`, the frames of its motion one by one,
and None. It answers None when the engine is loaded and whenever a picture lies in the shared
memory, or with the exception that ended its work. It ends when nobody is left to talk to.

The pickles come from the process that started this one, over a socket that has no name.
"""

from __future__ import annotations

import gc
import math
import mmap
import pickle
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing.connection import Connection
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.engines import Engine, load_engine
from mien.pipeline.clip.rendering import Stage
from mien.types import Motion, MotionFrame


@dataclass(frozen=True, slots=True)
class Room:
    """Shared memory for pictures (height, width, 3): ``num_cells`` for each of ``num_workers``,
    which are filled in turn."""

    num_workers: int
    num_cells: int
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """Workers, cells, height, width, channels."""
        return self.num_workers, self.num_cells, self.height, self.width, 3

    def open(self, memory: int) -> NDArray[np.uint8]:
        """The cells in the file ``memory``, which is as large as they are."""
        shared = mmap.mmap(memory, math.prod(self.shape))
        return np.frombuffer(shared, np.uint8).reshape(self.shape)


@dataclass(frozen=True, slots=True)
class Scene:
    """One worker's part of a clip. reference, rate: of the motion whose frames follow."""

    stage: Stage
    reference: MotionFrame
    rate: Fraction
    room: Room
    worker: int


def serve(connection: int, memory: int) -> None:
    """Work for the process at the other end of a socket until it hangs up. Both are inherited
    file descriptors."""
    cv2.setNumThreads(1)  # there is a process for every core already
    employer = Connection(connection)
    try:
        engine = load_engine(_told(employer))
        gc.freeze()  # what stays need not be looked through again and again
        _answer(employer, None)
        while True:
            _play(engine, employer, _told(employer), memory)
    except Exception as error:
        _answer(employer, _portable(error))


def _play(engine: Engine[Any], employer: Connection, scene: Scene, memory: int) -> None:
    cells = scene.room.open(memory)[scene.worker]

    def asked_for() -> Iterator[MotionFrame]:
        while (frame := _told(employer)) is not None:
            yield frame

    motion = Motion(scene.reference, asked_for(), scene.rate)
    for number, picture in enumerate(scene.stage.pictures(engine, motion)):
        cells[number % len(cells)] = picture
        _answer(employer, None)


def _told(employer: Connection) -> Any:
    try:
        return employer.recv()
    except (EOFError, ConnectionError):
        sys.exit()  # there is nobody left to work for


def _answer(employer: Connection, answer: Exception | None) -> None:
    try:
        employer.send(answer)
    except ConnectionError:
        sys.exit()


def _portable(error: Exception) -> Exception:
    """The error, or one that says the same if it does not survive the way; with the traceback of
    this process."""
    told: Exception = RuntimeError(f"{type(error).__name__}: {error}")
    with suppress(Exception):
        if type(pickle.loads(pickle.dumps(error))) is type(error):
            told = error
    told.add_note("".join(traceback.format_exception(error)))
    return told
