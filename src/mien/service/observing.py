"""What is seen of every request from outside: its id, its line in the log, its place in metrics."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from collections.abc import MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mien import __version__
from mien.service.logs import REQUEST_ID

_log = logging.getLogger("mien.requests")
_SOUND_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"})
_PROBES = frozenset({"/health", "/healthz", "/readyz", "/metrics"})
"""Asked for every few seconds: not worth a line each."""
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)


class Metrics:
    """What operators see at ``/metrics``; one registry for each app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.registry}
        self.requests = Counter(
            "mien_http_requests", "Requests.", ["method", "route", "status"], **own
        )
        self.request_seconds = Histogram(
            "mien_http_request_duration_seconds", "Until the answer has begun.", ["route"],
            buckets=_SECONDS, **own,
        )  # fmt: skip
        self.frames = Counter("mien_frames_rendered", "Frames.", ["engine"], **own)
        self.frame_seconds = Histogram(
            "mien_frame_render_seconds", "Of one still.", ["engine"], buckets=_SECONDS, **own
        )
        self.cache_hits = Counter("mien_cache_hits", "Found in a cache.", ["cache"], **own)
        self.cache_misses = Counter("mien_cache_misses", "Not found.", ["cache"], **own)
        self.jobs = Counter("mien_jobs_finished", "Jobs by how they ended.", ["state"], **own)
        self.queue_depth = Gauge("mien_queue_depth", "Jobs that wait.", **own)
        self.peers = Gauge("mien_webrtc_peers", "WebRTC connections.", **own)
        self.streams = Gauge("mien_streams", "Live faces over HTTP and by RTMP.", ["kind"], **own)
        self.workers_busy = Gauge("mien_workers_busy", "Workers at work.", **own)
        self.worker_restarts = Counter("mien_worker_restarts", "Workers replaced.", **own)
        self.frames_dropped = Counter(
            "mien_frames_dropped", "Of live faces, not rendered for want of time.", **own
        )
        self.sessions = Gauge("mien_sessions_active", "Live faces.", **own)
        self.avatar_requests = Counter(
            "liveportrait_requests", "Calls of the avatar service.", ["endpoint", "status"], **own
        )
        self.avatar_seconds = Histogram(
            "liveportrait_request_duration_seconds", "Of a call of it.", ["endpoint"],
            buckets=_SECONDS, **own,
        )  # fmt: skip
        self.avatar_errors = Counter(
            "liveportrait_errors", "Failed calls of it.", ["endpoint", "error_type"], **own
        )
        self._tasks = Gauge("mien_event_loop_tasks", "Tasks of the event loop.", **own)
        build = Gauge("mien_build_info", "Always 1.", ["version"], **own)
        build.labels(__version__).set(1)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Count the tasks of this loop whenever somebody asks."""
        self._tasks.set_function(lambda: len(asyncio.all_tasks(loop)))


class Observed:
    """Middleware: an id for each request, sent back; one line when it ends; metrics."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _given_id(scope) or uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        REQUEST_ID.set(request_id)
        began, status = time.perf_counter(), 500
        answered = began

        async def send_with_id(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], time.perf_counter()
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._note(scope, status, answered - began, request_id)

    def _note(
        self, scope: MutableMapping[str, Any], status: int, seconds: float, request_id: str
    ) -> None:
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.request_seconds.labels(route).observe(seconds)
        _log.log(
            logging.DEBUG if route in _PROBES else logging.INFO,
            "request",
            extra={
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round(1000 * seconds, 1),
                "request_id": request_id,
            },
        )


def _given_id(scope: Scope) -> str | None:
    """The caller's own id, if it is short and plain."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SOUND_ID.fullmatch(value):
            return str(value.decode())
    return None
