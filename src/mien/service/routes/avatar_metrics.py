"""The avatar service's own metrics: calls, how long they took, and errors by their type."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from mien.errors import MienError
from mien.service.observing import Metrics
from mien.service.parts import Service
from mien.service.problems import problem_of

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Counted(APIRoute):
    """A route whose calls are counted, those as well that never reach its function."""

    def get_route_handler(self) -> _Handler:
        handle, endpoint = super().get_route_handler(), self.path

        async def counted(request: Request) -> Response:
            service = request.app.state.service
            assert isinstance(service, Service)
            began = time.perf_counter()
            try:
                response = await handle(request)
            except Exception as error:
                _count(service.metrics, endpoint, began, *_status_and_type(error))
                raise
            _count(service.metrics, endpoint, began, response.status_code, None)
            return response

        return counted


def _count(
    metrics: Metrics, endpoint: str, began: float, status: int, error_type: str | None
) -> None:
    metrics.avatar_requests.labels(endpoint, str(status)).inc()
    metrics.avatar_seconds.labels(endpoint).observe(time.perf_counter() - began)
    if error_type is not None:
        metrics.avatar_errors.labels(endpoint, error_type).inc()


def _status_and_type(error: Exception) -> tuple[int, str]:
    if isinstance(error, MienError):
        return problem_of(error)[:2]
    if isinstance(error, RequestValidationError):
        return 422, "invalid-request"
    if isinstance(error, ClientDisconnect):
        return 499, "client-gone"
    if isinstance(error, HTTPException):
        return error.status_code, "bad-request"
    return 500, "internal"
