"""Does one task, in whatever process or thread: the same for ``inline`` and ``process``."""

from __future__ import annotations

import pickle
import time
import traceback
from collections.abc import Callable

from mien.errors import MienError
from mien.pipeline.keeping import Keeper
from mien.service.errors import InternalError
from mien.service.workers.messages import Answer, Begun, Cancelled, Do, Progressed, Raised, Returned
from mien.types import Progress

_BETWEEN_REPORTS_S = 0.05
"""Frames may come by the hundred a second; nobody reads more than some twenty numbers."""


class Abandoned(BaseException):
    """Raised by ``progress`` in a task that nobody wants any more. Not an Exception: a task that
    tries something else after a failure must not try it now."""


def perform(
    order: Do, keeper: Keeper, answer: Callable[[Answer], None], abandoned: Callable[[], bool]
) -> None:
    """Answer when it begins, with progress, and in the end with what came of the task. Errors that
    nobody meant become an InternalError, with their traceback beside it."""
    reports = _Reports(order.number, answer, abandoned)
    answer(Begun(order.number))
    last: Answer
    try:
        reports.check()
        value = pickle.loads(order.task).run(keeper, reports)
        reports.flush()
        last = Returned(order.number, value)
    except Abandoned:
        last = Cancelled(order.number)
    except MienError as error:
        last = Raised(order.number, error)
    except Exception as error:
        last = fault(order.number, error)
    answer(last)


def fault(number: int, error: BaseException) -> Raised:
    """What is told of an error that nobody raised on purpose."""
    trace = "".join(traceback.format_exception(error))
    return Raised(number, InternalError(), trace)


class _Reports:
    """The ``progress`` of a task: not too often, the last one always."""

    def __init__(
        self, number: int, answer: Callable[[Answer], None], abandoned: Callable[[], bool]
    ) -> None:
        self._number, self._answer, self._abandoned = number, answer, abandoned
        self._held: Progress | None = None
        self._next_s = 0.0

    def __call__(self, progress: Progress) -> None:
        self.check()
        now_s = time.monotonic()
        self._held = progress
        if now_s >= self._next_s:
            self._next_s = now_s + _BETWEEN_REPORTS_S
            self.flush()

    def check(self) -> None:
        if self._abandoned():
            raise Abandoned

    def flush(self) -> None:
        if self._held is not None:
            self._answer(Progressed(self._number, self._held))
        self._held = None
