"""The app: its middleware, its routes, and what starts and stops with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from fastapi import APIRouter, Depends, FastAPI

from mien import __version__
from mien.errors import MienError
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.verbs.expression_file import known_expressions
from mien.service.documentation import add_docs
from mien.service.heads import heads_of
from mien.service.jobs.opening import open_jobs
from mien.service.live.opening import open_live
from mien.service.observing import Metrics, Observed
from mien.service.openapi import add_document
from mien.service.parts import Service
from mien.service.problems import add_problems
from mien.service.readiness import Readiness
from mien.service.rendering.renderer import Renderer
from mien.service.routes import (
    avatar,
    catalog,
    frames,
    health,
    jobs,
    outputs,
    predict,
    pushes,
    session_socket,
    sessions,
    speech,
    stills,
    streams,
    studio,
    uploads,
    whep,
    whip,
)
from mien.service.rtc.opening import open_peers
from mien.service.security.guard import caller, check_exposure
from mien.service.security.keys import Keys
from mien.service.security.layers import add_layers
from mien.service.security.limits import MOST_FIELD_BYTES, MOST_FIELDS, MOST_FILES
from mien.service.security.pages import check_origins
from mien.service.settings import ServiceSettings
from mien.service.store.results import ResultStore
from mien.service.streams.opening import open_pushes, open_watchers
from mien.service.tasks.verbs import engine_of
from mien.service.tasks.warming import WarmTask
from mien.service.tracing import add_tracing
from mien.service.uploads.limits import upload_limits
from mien.service.uploads.uploads import Uploads
from mien.service.workers.choice import open_executor

_log = logging.getLogger(__name__)

_ROUTES: tuple[APIRouter, ...] = (
    uploads.router,
    avatar.router,
    outputs.router,
    frames.router,
    predict.router,
    speech.router,
    jobs.router,
    sessions.router,
    whep.router,
    whip.router,
    pushes.router,
    stills.router,
    catalog.router,
)
"""Routers that ask who calls, in the order of the documentation."""


def create_app(settings: ServiceSettings) -> FastAPI:
    """The service as an ASGI app; it works from its lifespan's start to its end.

    Raises OptionError and EngineUnavailableError for settings that cannot be honoured.
    """
    service = _assemble(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        service.metrics.watch(asyncio.get_running_loop())
        await service.jobs.open()
        starting = asyncio.create_task(_start(service))
        try:
            yield
        finally:
            starting.cancel()
            with suppress(asyncio.CancelledError):
                await starting
            await service.peers.close()
            await service.watchers.close()
            await service.pushes.close()
            await service.live.stop()
            await service.jobs.close()
            await service.executor.close()

    app = FastAPI(
        title="Mien",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # its redirects would go to whatever Host says
        form_limits={
            "max_fields": MOST_FIELDS,
            "max_files": MOST_FILES,
            "max_part_size": MOST_FIELD_BYTES,
        },
    )
    app.state.service = service
    add_problems(app)
    add_document(app)
    add_docs(app)
    app.include_router(health.router)
    app.include_router(heads_of(health.router))
    app.include_router(studio.router)
    app.include_router(session_socket.router)
    app.include_router(streams.router)
    for router in _ROUTES:
        app.include_router(router, dependencies=[Depends(caller)])
        app.include_router(heads_of(router), dependencies=[Depends(caller)])
    add_layers(app, settings, service.keys)
    app.add_middleware(Observed, metrics=service.metrics)
    if settings.tracing:
        add_tracing(app)
    return app


def _assemble(settings: ServiceSettings) -> Service:
    base = settings.default_engine
    # the folder is for all engines that have weights, this one or others that requests name
    engine = chosen_engine(replace(base, models_dir=engine_of({}, base).models_dir))
    keys = Keys(settings.folder, settings.api_key)
    check_exposure(settings, keys)
    check_origins(settings.cors_origins)
    metrics = Metrics()
    executor = open_executor(settings, metrics.worker_restarts.inc)
    store = ResultStore.open(settings.store or str(settings.folder / "store"))
    uploads = Uploads(settings.folder / "uploads", upload_limits(settings), executor)
    readiness = Readiness()
    renderer = Renderer(
        executor,
        uploads,
        metrics,
        readiness,
        expressions=known_expressions(),
        cache_mb=settings.frame_cache_mb,
    )
    return Service(
        settings=settings,
        engine=engine,
        executor=executor,
        uploads=uploads,
        store=store,
        jobs=open_jobs(settings, executor, store, uploads, metrics),
        keys=keys,
        metrics=metrics,
        readiness=readiness,
        renderer=renderer,
        live=open_live(settings, engine, uploads, renderer, metrics),
        peers=open_peers(settings, metrics),
        watchers=open_watchers(settings, metrics),
        pushes=open_pushes(settings, metrics),
    )


async def _start(service: Service) -> None:
    """Warm the workers, then let jobs run."""
    try:
        service.readiness.machine = await service.executor.start(WarmTask(service.engine))
        await service.jobs.start()
    except MienError as error:
        service.readiness.become("failed", str(error))
        _log.error("the service did not start: %s", error)
    except Exception:
        service.readiness.become("failed", "a fault of Mien; the log says more")
        _log.exception("the service did not start")
    else:
        service.readiness.become("ready")
        service.live.start()
