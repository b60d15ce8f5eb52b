"""A process that works for the server: the far end of a :mod:`process`.

It is told tasks one after the other and answers each of them. It ends when the server does, even
in the middle of native code.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from queue import SimpleQueue
from typing import NoReturn

from mien.pipeline.keeping import Keeper
from mien.service.workers.base import KeeperLimits
from mien.service.workers.messages import Answer, Cancel, Do, Order, packed, received
from mien.service.workers.performing import fault, perform


def serve(connection: int, lifeline: int, engine_memory_mb: int, portrait_memory_mb: int) -> None:
    """Work for the process at the other end of a socket until it hangs up. ``lifeline``: reading
    end of a pipe that it keeps open. Both are inherited file descriptors."""
    far_end = attach(connection, lifeline)
    limits = KeeperLimits(engine_memory_mb, portrait_memory_mb)
    try:
        _Worker(far_end).work(limits)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        status = 1
    os._exit(status)  # threads that a task left behind do not keep the process


def attach(connection: int, lifeline: int) -> socket.socket:
    """The socket to the server, on whose life that of this process hangs from now on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the server decides when there is enough
    for descriptor in (connection, lifeline):
        os.set_inheritable(descriptor, False)
    _end_with(lifeline)
    return socket.socket(fileno=connection)


def _end_with(lifeline: int) -> None:
    """Let the kernel end this process when the pipe does. The thread that listens would do it too,
    but not while native code holds the interpreter's lock."""
    if sys.platform != "linux":
        return
    import fcntl

    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


class _Worker:
    """A thread listens, the main one works: libraries expect no other."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._orders: SimpleQueue[Do] = SimpleQueue()
        self._abandoned = -1
        self._answering = threading.Lock()

    def work(self, limits: KeeperLimits) -> NoReturn:
        threading.Thread(target=self._listen, daemon=True).start()
        keeper = limits.keeper()
        self._do(self._orders.get(), keeper)
        gc.freeze()  # the engine stays: it need not be looked through again and again
        while True:
            self._do(self._orders.get(), keeper)

    def _do(self, order: Do, keeper: Keeper) -> None:
        perform(order, keeper, self._answer, lambda: self._abandoned == order.number)

    def _listen(self) -> None:
        try:
            with self._connection.makefile("rb") as incoming, suppress(EOFError, OSError):
                while True:
                    self._hear(received(incoming))
        finally:
            os._exit(0)  # there is nobody left to work for, whatever the other thread does

    def _hear(self, order: Order) -> None:
        if isinstance(order, Cancel):
            self._abandoned = order.number
        else:
            self._orders.put(order)

    def _answer(self, answer: Answer) -> None:
        try:
            message = packed(answer)
        except Exception as error:  # the result, or an error's facts, cannot be pickled
            message = packed(fault(answer.number, error))
        try:
            with self._answering:
                self._connection.sendall(message)
        except OSError:
            os._exit(0)
