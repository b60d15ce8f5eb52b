"""The parts of a running service, put together once and handed to the routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from mien.engines.settings import EngineSettings
from mien.service.jobs.jobs import Jobs
from mien.service.live.sessions import LiveSessions
from mien.service.observing import Metrics
from mien.service.readiness import Readiness
from mien.service.rendering.renderer import Renderer
from mien.service.rtc.peers import Peers
from mien.service.security.keys import Keys
from mien.service.settings import ServiceSettings
from mien.service.store.results import ResultStore
from mien.service.streams.pushes import Pushes
from mien.service.streams.watching import Watchers
from mien.service.uploads.uploads import Uploads
from mien.service.workers.base import Executor


@dataclass(frozen=True, slots=True)
class Service:
    """Everything the routes work with. engine: the one where a request names none, with the
    folders that were chosen."""

    settings: ServiceSettings
    engine: EngineSettings
    executor: Executor
    uploads: Uploads
    store: ResultStore
    jobs: Jobs
    keys: Keys
    metrics: Metrics
    readiness: Readiness
    renderer: Renderer
    live: LiveSessions
    peers: Peers
    watchers: Watchers
    pushes: Pushes


async def service_of(request: Request) -> Service:
    """The service that a request came to. Not a plain function: FastAPI runs those in threads."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


TheService = Annotated[Service, Depends(service_of)]
