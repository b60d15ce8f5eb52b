"""Work on one core alone, so that its figures mean the same on every machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import cv2


@contextmanager
def one_core() -> Iterator[None]:
    everywhere, threads = os.sched_getaffinity(0), cv2.getNumThreads()
    os.sched_setaffinity(0, {min(everywhere)})
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        os.sched_setaffinity(0, everywhere)
        cv2.setNumThreads(threads)
