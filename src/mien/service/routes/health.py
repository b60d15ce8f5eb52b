"""Whether it lives, whether it works, and what it has done: for operators, without a key."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from mien import __version__
from mien.service.parts import Service, TheService

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> PlainTextResponse:
    """The process lives. Nothing else is asked."""
    return PlainTextResponse("ok")


@router.get("/readyz")
async def readyz(service: TheService) -> JSONResponse:
    """200 once the engine is warm; 503 before, and while it drains."""
    readiness = service.readiness
    status = 200 if readiness.state == "ready" else 503
    return JSONResponse({"status": readiness.state, "reason": readiness.reason}, status)


@router.get("/health")
async def health(service: TheService) -> JSONResponse:
    """As the avatar service says it or, with ``--api frames``, as the frame renderer does."""
    ready = service.readiness.state == "ready"
    words = _frames_words if service.settings.api == "frames" else _avatar_words
    return JSONResponse(words(service), 200 if ready else 503)


def _frames_words(service: Service) -> dict[str, Any]:
    state = service.readiness.state
    return {"status": "ok" if state == "ready" else state}


def _avatar_words(service: Service) -> dict[str, Any]:
    readiness, machine = service.readiness, service.readiness.machine
    executor = service.executor.status
    return {
        "status": "healthy" if readiness.state == "ready" else readiness.state,
        "gpu_available": machine.gpu_available,
        "gpu_name": machine.gpu_name,
        "cuda_version": machine.cuda_version,
        "model_loaded": readiness.state in ("ready", "draining"),
        "version": __version__,
        "engine": service.engine.name,
        "queue": {"waiting": service.jobs.num_waiting, "running": executor.busy},
    }


@router.get("/metrics")
async def metrics(service: TheService) -> Response:
    """For Prometheus."""
    told, executor = service.metrics, service.executor.status
    told.queue_depth.set(service.jobs.num_waiting)
    told.workers_busy.set(executor.busy)
    return Response(generate_latest(told.registry), media_type=CONTENT_TYPE_LATEST)
