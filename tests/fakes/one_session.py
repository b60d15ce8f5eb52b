"""The app with one session whose far end is in the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from fakes.live_show import Stage
from mien.service.app import create_app
from mien.service.errors import NotFoundError
from mien.service.live.session import LiveSession
from mien.service.rtc.peers import Peers
from mien.service.security.keys import Owner
from mien.service.settings import ServiceSettings


class OneSession:
    """All sessions that there are, as routes ask for them."""

    def __init__(self, session: LiveSession) -> None:
        self._session = session

    def find(self, owner: Owner, id: str) -> LiveSession:
        if id != self._session.id or owner != self._session.owner:
            raise NotFoundError("there is no such session")
        return self._session


@contextmanager
def showing(app: FastAPI, stage: Stage, peers: Peers) -> Iterator[None]:
    """The app has this session and these peers while the block runs."""
    whole = app.state.service
    live: Any = OneSession(stage.session)
    app.state.service = replace(whole, live=live, peers=peers)
    try:
        yield
    finally:
        app.state.service = whole


@asynccontextmanager
async def serving(folder: Path, stage: Stage, peers: Peers) -> AsyncIterator[str]:
    """The address of a service in this event loop that has this session, and no workers."""
    app = create_app(ServiceSettings(data_dir=str(folder), workers=1))
    config = uvicorn.Config(app, log_config=None, ws="none", lifespan="off")
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: H11Protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    try:
        with showing(app, stage, peers):
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        await peers.close()
        server.close()
        for connection in [*state.connections]:
            connection.transport.abort()
        await server.wait_closed()
