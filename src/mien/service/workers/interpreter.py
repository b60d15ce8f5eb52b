"""Another interpreter that works for this one.

`multiprocessing` would start the caller's own script again, and a fork would take its threads'
locks with it, so it is a plain interpreter that is told by its arguments what to import.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from mien.service.workers.base import KeeperLimits

_START = "import sys; sys.path[:] = sys.argv[6:]; from importlib import import_module; \
import_module(sys.argv[1]).serve(*map(int, sys.argv[2:6]))"
_WORKER = "mien.service.workers.worker"
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
}
"""There is a process for every core: threads would only wait for one."""
_SECRET = ("MIEN_API_KEY", "MIEN_ICE_SERVERS", "MIEN_TURN_SECRET")
"""Of no use to who works, and a danger in memory that hostile files come to."""
_DYING_S = 2.0
"""How long a process that has hung up may take to end."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A process and what holds it: ``connection`` to talk over, ``lifeline`` for it to see that
    this process has ended."""

    process: subprocess.Popen[bytes]
    connection: socket.socket
    lifeline: int

    def kill(self) -> None:
        self.process.kill()

    def ended(self) -> str:
        """How it ended, in words. Blocks; it must have hung up, and is killed if it lingers."""
        try:
            return _words(self.process.wait(_DYING_S))
        except subprocess.TimeoutExpired:
            return "hung up and did not end"

    def close(self) -> None:
        """End it; nothing of it is left. Blocks until it has ended."""
        self.connection.close()
        os.close(self.lifeline)
        self.process.kill()
        self.process.wait()


def can_start_interpreters() -> bool:
    """Whether there is one, on a system where it can be handed a socket."""
    return os.name == "posix" and bool(sys.executable) and not getattr(sys, "frozen", False)


def start_interpreter(
    limits: KeeperLimits, variables: Mapping[str, str], module: str = _WORKER
) -> Interpreter:
    """It imports from where this one does. variables: of its environment, beside ours. module:
    whose ``serve`` it runs. Raises OSError when the system has no room for it."""
    ours, theirs = socket.socketpair()
    reading, lifeline = os.pipe()
    passed = (theirs.fileno(), reading)
    numbers = (*passed, limits.engine_memory_mb, limits.portrait_memory_mb)
    environment = {name: os.environ[name] for name in os.environ if name not in _SECRET}
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, module, *map(str, numbers), *sys.path],
            env={**environment, **_ONE_THREAD, **variables},
            stdin=subprocess.DEVNULL,
            stdout=sys.__stderr__,
            pass_fds=passed,
            start_new_session=True,  # Ctrl-C is for the server
        )
    except OSError:
        ours.close()
        os.close(lifeline)
        raise
    finally:
        theirs.close()
        os.close(reading)
    ours.setblocking(False)
    return Interpreter(process, ours, lifeline)


def _words(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    hint = "; is memory short?" if -status == signal.SIGKILL else ""
    return f"was ended by {name}{hint}"
