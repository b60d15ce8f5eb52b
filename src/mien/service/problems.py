"""Errors as answers: the one table from exceptions to statuses, as problem+json (RFC 9457)."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.routing import Match

from mien.errors import (
    DownloadError,
    EngineUnavailableError,
    InputError,
    MienError,
    OutputError,
    SynthesizerError,
)
from mien.media.staging import describe
from mien.service.errors import (
    BusyError,
    ConflictError,
    ForbiddenError,
    InternalError,
    NotAcceptableError,
    NotFoundError,
    SlowRequestError,
    TooLargeError,
    TooManyError,
    UnauthorizedError,
    UnsupportedKindError,
    WorkerLostError,
)
from mien.service.rtc.errors import MalformedOfferError
from mien.service.wording import public_words

MEDIA_TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[MienError], int], ...] = (
    (MalformedOfferError, 400),
    (UnauthorizedError, 401),
    (ForbiddenError, 403),
    (NotFoundError, 404),
    (NotAcceptableError, 406),
    (SlowRequestError, 408),
    (ConflictError, 409),
    (TooLargeError, 413),
    (UnsupportedKindError, 415),
    (TooManyError, 429),
    (BusyError, 503),
    (WorkerLostError, 500),
    (EngineUnavailableError, 503),
    (SynthesizerError, 503),
    (DownloadError, 502),
    (OutputError, 507),
    (InputError, 422),
    (MienError, 500),
)
"""The first that fits counts."""
_CLIENT_GONE = 499
"""As nginx calls it; there is no official status."""
_SOON_S = 5
_TITLES = {
    413: "Content Too Large",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
    431: "Request Header Fields Too Large",
}
"""Those of RFC 9110 where versions of Python have others."""
_KIND = re.compile(r"(function-\w+|literal)\[.*\]|constrained-\w+", re.DOTALL)
"""What pydantic calls a kind that is written down nowhere else."""
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_log = logging.getLogger(__name__)


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    field: str = Field(description="Path of the field, as `body.intensity`.")
    problem: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=["urn:mien:problem:no-face"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(description="One line: what is wrong and what to do.")
    code: str = Field(examples=["no-face"], description="For programs; never changes.")
    instance: str = Field(description="Path of the request.")
    request_id: str = Field(description="As in the header X-Request-ID and in the logs.")
    errors: list[FieldProblem] | None = None


def title_of(status: int) -> str:
    """What a status is called, by every version of Python the same."""
    return _TITLES.get(status) or HTTPStatus(status).phrase


def problem_of(error: MienError) -> tuple[int, str, str]:
    """Status, code and detail of an error. Paths of this machine are not in the detail."""
    status = next(number for kind, number in _STATUS if isinstance(error, kind))
    return status, error.code, public_words(error)


def add_problems(app: FastAPI) -> None:
    """Every error of this app becomes a problem."""

    @app.exception_handler(MienError)
    async def _ours(request: Request, error: MienError) -> JSONResponse:
        return answer_to(request, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        if _is_no_json(request, error):
            detail = "send JSON, with Content-Type: application/json"
            return _answer(request, 415, UnsupportedKindError.code, detail)
        faults = [
            {"field": _field(each["loc"]), "problem": _words(str(each["msg"]))}
            for each in error.errors()
        ]
        if any(each["type"] == "json_invalid" for each in error.errors()):
            detail = f"the body is no JSON: {faults[0]['problem']}"
            return _answer(request, 400, "bad-request", detail)
        detail = "; ".join(f"{each['field']}: {each['problem']}" for each in faults[:5])
        return _answer(request, 422, "invalid-request", detail, errors=faults)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error.__cause__, OSError):  # a form for whose files there is no room
            return answer_to(request, OutputError("the request", describe(error.__cause__)))
        code = title_of(error.status_code).lower().replace(" ", "-")
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (methods := _allowed(request)):
            headers["Allow"] = ", ".join(methods)
        return _answer(request, error.status_code, code, str(error.detail), headers=headers)

    @app.exception_handler(ClientDisconnect)
    async def _gone(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=_CLIENT_GONE)  # for the log: nobody reads it


def answer_to_fault(request: HTTPConnection) -> JSONResponse:
    """The problem that an error becomes which nobody meant."""
    detail = "a fault of Mien; the log says more under this request_id"
    return _answer(request, 500, InternalError.code, detail)


def _is_no_json(request: Request, error: RequestValidationError) -> bool:
    """Whether all of a body is wrong for its type, as of a form in the place of JSON."""
    whole = any(each["loc"] == ("body",) and each["type"] != "missing" for each in error.errors())
    return whole and "json" not in request.headers.get("content-type", "")


def _field(place: Sequence[str | int]) -> str:
    """A place as pydantic tells it, without what it calls the kinds of which a value may be one."""
    return ".".join(str(each) for each in place if not _KIND.fullmatch(str(each)))


def _words(problem: str) -> str:
    """pydantic's words, without those that speak of Python."""
    if problem.endswith("Expected UploadFile, received: <class 'str'>"):
        return "is text; send a file (with curl: @)"
    return problem.removeprefix("Value error, ")


def _allowed(request: Request) -> list[str]:
    """All methods of a path. Starlette names those of the first of its routes alone."""
    place = {name: request.scope[name] for name in ("type", "path", "root_path", "headers")}
    return [
        method
        for method in _METHODS
        if any(
            route.matches(place | {"method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


def answer_to(request: HTTPConnection, error: MienError) -> JSONResponse:
    """The problem that an error becomes, for middleware, which no handler stands behind."""
    status, code, detail = problem_of(error)
    return _answer(request, status, code, detail, headers=headers_of(error))


def answer_as(request: Request, status: int, code: str, detail: str) -> JSONResponse:
    """The problem that a job wrote down, for who waited for it."""
    passes = code in (BusyError.code, TooManyError.code)
    headers = {"Retry-After": str(_SOON_S)} if passes else None
    return _answer(request, status, code, detail, headers=headers)


def headers_of(error: MienError) -> dict[str, str]:
    """What goes with the answer."""
    if isinstance(error, BusyError):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, UnauthorizedError):
        return {"WWW-Authenticate": 'Bearer realm="mien"'}
    return {}


def _answer(
    request: HTTPConnection,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> JSONResponse:
    body: dict[str, Any] = {
        "type": f"urn:mien:problem:{code}",
        "title": title_of(status),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.url.path,
        "request_id": getattr(request.state, "request_id", ""),
    }
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status, dict(headers or {}), media_type=MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """``responses=`` of a route that may answer with these problems."""
    return {
        status: {
            "description": title_of(status),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
