"""A process in which live faces are rendered: the far end of :mod:`hosting`. Each session is a
thread; all share one :class:`Keeper`, so that engines and prepared portraits are there once."""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import closing, suppress

from mien.errors import MienError
from mien.pipeline.keeping import Keeper
from mien.service.live.messages import (
    Answer,
    Close,
    Complained,
    Ended,
    Open,
    Order,
    Show,
    Tell,
    Warm,
    Warmed,
)
from mien.service.live.outbox import Outbox
from mien.service.live.performer import Performer
from mien.service.tasks.warming import WarmTask
from mien.service.workers.base import KeeperLimits
from mien.service.workers.messages import packed, received
from mien.service.workers.worker import attach

_SWITCH_S = 0.001
"""Threads take turns more often than by default: each has a frame to deliver in time."""


def serve(connection: int, lifeline: int, engine_memory_mb: int, portrait_memory_mb: int) -> None:
    """Host sessions for the process at the other end of a socket until it hangs up; as of
    :func:`mien.service.workers.worker.serve`."""
    far_end = attach(connection, lifeline)
    sys.setswitchinterval(_SWITCH_S)
    try:
        Host(far_end, KeeperLimits(engine_memory_mb, portrait_memory_mb).keeper()).work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


class Host:
    """The main thread listens, sessions answer for themselves, and a thread carries the answers."""

    def __init__(
        self,
        connection: socket.socket,
        keeper: Keeper,
        *,
        perform: Callable[..., Performer] = Performer,
        deserted: Callable[[], None] = lambda: os._exit(0),
    ) -> None:
        """deserted: called when there is nobody left to answer."""
        self._connection, self._keeper = connection, keeper
        self._perform = perform
        self._performers: dict[str, Performer] = {}
        self._outbox = Outbox(connection, deserted)

    def work(self) -> None:
        """Until the server hangs up."""
        with (
            closing(self._outbox),
            self._connection.makefile("rb") as incoming,
            suppress(EOFError, OSError),
        ):
            while True:
                self._hear(received(incoming))

    def _hear(self, order: Order) -> None:
        match order:
            case Warm(engine):
                self._warm(WarmTask(engine))
            case Open(session):
                performer = self._perform(order, self._keeper, self._answer)
                self._performers[session] = performer
                name = f"session-{session[:8]}"
                threading.Thread(target=performer.run, name=name, daemon=True).start()
            case Show(session, forms):
                if session in self._performers:
                    self._performers[session].show(forms)
            case Tell(session, control):
                if session in self._performers:
                    self._performers[session].hear(control)
            case Close(session):
                if session in self._performers:
                    self._performers[session].close()

    def _warm(self, task: WarmTask) -> None:
        with suppress(MienError):  # the first session is told why
            task.run(self._keeper, lambda progress: None)
        gc.freeze()  # what is there now stays: it need not be looked through again and again
        self._answer(Warmed())

    def _answer(self, answer: Answer) -> None:
        if isinstance(answer, Ended):
            self._performers.pop(answer.session, None)
        try:
            message = packed(answer)
        except Exception as error:  # an error's facts cannot be pickled
            assert isinstance(answer, Ended | Complained)
            traceback.print_exception(error)
            message = packed(Ended(answer.session, MienError(str(answer.error))))
        self._outbox.put(message)
