"""Whether it lives, whether it works, and what it has done: for operators, without a key."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from mien import __version__
from mien.service.parts import Service, TheService
from mien.service.readiness import State

router = APIRouter(tags=["health"])


class ReadinessTold(BaseModel):
    """Whether it takes work."""

    status: State
    reason: str = Field(description="Why it is not ready.", examples=[""])


class Queue(BaseModel):
    """Jobs."""

    waiting: int = Field(examples=[0])
    running: int = Field(description="Workers at work.", examples=[1])


class AvatarHealth(BaseModel):
    """As the avatar service says it."""

    status: Literal["healthy", "starting", "draining", "failed"]
    gpu_available: bool = Field(examples=[False])
    gpu_name: str | None = Field(None, description="null where there is none.")
    cuda_version: str | None = Field(None, description="null where there is none.")
    model_loaded: bool
    version: str = Field(examples=["0.1.0"])
    engine: str = Field(examples=["mesh"])
    queue: Queue


class FramesHealth(BaseModel):
    """As the frame renderer says it."""

    status: Literal["ok", "starting", "draining", "failed"]


_STATUS: dict[State, int] = {"starting": 503, "ready": 200, "draining": 503, "failed": 503}
_NOT_READY = "Not yet, not any more, or it failed to start."


@router.get(
    "/healthz",
    operation_id="isAlive",
    summary="Whether the process lives",
    response_class=PlainTextResponse,
)
async def healthz() -> PlainTextResponse:
    """Nothing else is asked."""
    return PlainTextResponse("ok")


@router.get(
    "/readyz",
    operation_id="isReady",
    summary="Whether it takes work",
    responses={
        200: {"model": ReadinessTold},
        503: {"model": ReadinessTold, "description": _NOT_READY},
    },
)
async def readyz(service: TheService) -> JSONResponse:
    """200 once the engine is warm; 503 before, and while it drains."""
    state, reason = _state(service)
    return JSONResponse({"status": state, "reason": reason}, _STATUS[state])


@router.get(
    "/health",
    operation_id="getHealth",
    summary="How it is",
    responses={
        200: {"model": AvatarHealth | FramesHealth},
        503: {"model": AvatarHealth | FramesHealth, "description": _NOT_READY},
    },
)
async def health(service: TheService) -> JSONResponse:
    """As the avatar service says it or, with `--api frames`, as the frame renderer does."""
    state, _ = _state(service)
    words = _frames_words if service.settings.api == "frames" else _avatar_words
    return JSONResponse(words(service, state), _STATUS[state])


def _state(service: Service) -> tuple[State, str]:
    """As it was said, unless no worker is left that could work."""
    readiness = service.readiness
    if readiness.state == "ready" and not service.executor.status.ready:
        return "starting", "the workers have ended and are being replaced"
    return readiness.state, readiness.reason


def _frames_words(service: Service, state: State) -> dict[str, Any]:
    return {"status": "ok" if state == "ready" else state}


def _avatar_words(service: Service, state: State) -> dict[str, Any]:
    machine, executor = service.readiness.machine, service.executor.status
    return {
        "status": "healthy" if state == "ready" else state,
        "gpu_available": machine.gpu_available,
        "gpu_name": machine.gpu_name,
        "cuda_version": machine.cuda_version,
        "model_loaded": state in ("ready", "draining"),
        "version": __version__,
        "engine": service.engine.name,
        "queue": {"waiting": service.jobs.num_waiting, "running": executor.busy},
    }


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Figures for Prometheus",
    response_class=PlainTextResponse,
)
async def metrics(service: TheService) -> Response:
    """`mien_...`, and `liveportrait_...` as the avatar service counts."""
    told, executor = service.metrics, service.executor.status
    told.queue_depth.set(service.jobs.num_waiting)
    told.workers_busy.set(executor.busy)
    return Response(generate_latest(told.registry), media_type=CONTENT_TYPE_LATEST)
