"""Runs the service until a signal ends it: no more work is taken, what runs may end."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
from contextlib import closing
from types import FrameType

import uvicorn

from mien.errors import OptionError
from mien.service.app import create_app
from mien.service.jobs.folder_lock import folder_locked
from mien.service.live.wire import MOST_MESSAGE_BYTES
from mien.service.logs import set_up_logs
from mien.service.parts import Service
from mien.service.settings import ServiceSettings
from mien.service.slow_clients import PatientProtocol
from mien.service.tasks.weights import check_weights

_log = logging.getLogger(__name__)
_LAST_WORDS_S = 5
"""How long answers may still take after the work has ended."""
_MOST_UNSENT_BYTES = 131_072
"""Of a connection that may wait in the kernel, which would else take minutes of a live face for a
reader that does not read."""


def serve(settings: ServiceSettings) -> None:
    """Serve until SIGINT or SIGTERM. Raises OptionError and EngineUnavailableError before it
    listens."""
    set_up_logs(settings.log_format)
    listener = _listen(settings)  # before anything is made that would be left
    with closing(listener), folder_locked(settings.folder):
        app = create_app(settings)
        check_weights(app.state.service.engine)
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_LAST_WORDS_S,
            ws="websockets-sansio",
            ws_max_size=MOST_MESSAGE_BYTES,
            ws_per_message_deflate=False,
        )
        _Server(config, app.state.service).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Drains first."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service
        self._draining: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for each in sockets or ():
            host, port = each.getsockname()[:2]
            where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            _log.info("listening on http://%s", where)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM lets jobs go on for a while, SIGINT does not; a second signal stops at once, a
        third waits for no answer."""
        if self.should_exit:
            self.force_exit = True
        elif self._draining is not None:
            self.should_exit = True
        else:
            seconds = 0.0 if sig == signal.SIGINT else self._service.settings.drain_s
            self._draining = asyncio.get_running_loop().create_task(self._drain(seconds))

    async def _drain(self, seconds: float) -> None:
        self._service.readiness.become("draining", "the service is being stopped")
        await self._service.jobs.drain(seconds)
        await self._service.watchers.close()  # they would last as long as they are waited for
        self.should_exit = True


def _listen(settings: ServiceSettings) -> socket.socket:
    host, port = settings.host, settings.bound_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # each connection inherits it
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _MOST_UNSENT_BYTES)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        unknown = isinstance(error, socket.gaierror) or (
            isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL
        )
        option = "--host" if unknown else "--port"
        raise OptionError(option, f"cannot listen on {host}:{port} ({reason})") from None
    return listener
