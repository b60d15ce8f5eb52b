"""Long work: asked for, followed, cancelled, fetched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response, status
from fastapi.responses import StreamingResponse

from mien.service.errors import ConflictError
from mien.service.jobs.jobs import Jobs
from mien.service.jobs.record import JobEvent, JobRecord
from mien.service.parts import TheService
from mien.service.problems import documented
from mien.service.routes.job_answers import JobsTold, JobTold, JobWhole
from mien.service.routes.job_checks import checked_request
from mien.service.routes.job_requests import EXAMPLES, JobAsked
from mien.service.routes.serving import serve_stored
from mien.service.security.guard import Caller
from mien.service.security.keys import Owner
from mien.service.tasks.verbs import MEDIA_TYPES

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

_HEARTBEAT_S = 15.0
"""Proxies close what is silent for a minute."""
JobId = Annotated[
    str,
    Path(max_length=1000, examples=["3f0c8e5d9a1b4c7e8f6a2b3c4d5e6f70"]),
]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_EVENT = {
    "type": "object",
    "description": "One event.",
    "properties": {
        "id": {"type": "string", "description": "Its number, for `Last-Event-ID`."},
        "event": {"type": "string", "enum": ["state", "progress"]},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/JobTold"},
        },
    },
}
_EVENT_EXAMPLE = 'id: 7\nevent: progress\ndata: {"id": "3f0c...", "state": "running", ...}\n\n'


@router.post(
    "",
    operation_id="createJob",
    summary="Begin a job",
    status_code=status.HTTP_202_ACCEPTED,
    response_description="It is written down, and will be done.",
    responses={
        202: {
            "headers": {
                "Location": {"description": "Of the job.", "schema": {"type": "string"}},
            }
        },
        **documented(404, 415, 422, 503, 507),
    },
)
async def create(
    asked: Annotated[JobAsked, Body(openapi_examples=dict(EXAMPLES))],
    response: Response,
    service: TheService,
    owner: Caller,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            pattern=r"^[\x20-\x7e]+$",
            description="Of your choice, new for each job: the same key with the same request gives"
            " the same job for 24 hours, so that asking again does no harm.",
        ),
    ] = None,
) -> JobWhole:
    """Jobs wait their turn, first come first served for each key, and survive a restart of the
    service. A finished one is kept as long as the service keeps results, of each key the last
    1000."""
    if idempotency_key is not None:
        same = await service.jobs.asked_before(owner, asked.kind, asked.options(), idempotency_key)
        if same is not None:  # even when its uploads are gone by now
            return _taken(response, same)
    request = await checked_request(service, owner, asked.kind, asked.options())
    record = await service.jobs.submit(owner, request, idempotency_key=idempotency_key)
    return _taken(response, record)


def _taken(response: Response, record: JobRecord) -> JobWhole:
    response.headers["Location"] = f"/v1/jobs/{record.id}"
    return JobWhole.of(record)


@router.get(
    "",
    operation_id="listJobs",
    summary="Your jobs, the newest first",
    responses=documented(422, 507),
)
async def jobs(
    service: TheService, owner: Caller, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> JobsTold:
    records = await service.jobs.list(owner, limit)
    return JobsTold(jobs=[JobTold.of(record) for record in records])


@router.get(
    "/{id}",
    operation_id="getJob",
    summary="How far a job is",
    responses=documented(404, 422, 507),
)
async def job(id: JobId, service: TheService, owner: Caller) -> JobWhole:
    return JobWhole.of(await service.jobs.find(owner, id))


@router.delete(
    "/{id}",
    operation_id="deleteJob",
    summary="Cancel a job, or delete a finished one",
    responses=documented(404, 422, 507),
)
async def delete(id: JobId, service: TheService, owner: Caller) -> JobTold:
    """One that waits or runs ends within a frame and is `cancelled`, unless it has ended otherwise
    just before. One that had ended is deleted with its result; what it was is answered."""
    return JobTold.of(await service.jobs.cancel(owner, id))


@router.get(
    "/{id}/events",
    operation_id="followJob",
    summary="Follow a job as it goes on",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events `state` and `progress`, each with the job as data,"
            " until it has ended or the service ends.",
            "content": {"text/event-stream": {"schema": _EVENT, "example": _EVENT_EXAMPLE}},
        },
        204: {"description": "`Last-Event-ID` was the last one; nothing more will come."},
        **documented(404, 422, 507),
    },
)
async def events(
    id: JobId,
    service: TheService,
    owner: Caller,
    last_event_id: Annotated[
        str | None,
        Header(max_length=20, description="Number of the last event you have; 0 for all."),
    ] = None,
) -> Response:
    """The first event says how it stands, also of a job that has ended."""
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() else 0
    record = await service.jobs.find(owner, id)
    if service.jobs.all_told(record, after):
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    return StreamingResponse(
        _stream(service.jobs, owner, id, after),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


_RESULT: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The whole result.",
            "content": dict.fromkeys((*MEDIA_TYPES.values(), "application/zip"), _BINARY),
            "headers": {"ETag": {"description": "Of the result.", "schema": {"type": "string"}}},
        },
        206: {"description": "The part that `Range` asks for."},
        304: {"description": "`If-None-Match` names it already."},
        **documented(404, 409, 416, 422, 507),
    },
    "response_class": Response,
}


@router.get("/{id}/result", operation_id="getJobResult", summary="What a job has made", **_RESULT)
@router.head("/{id}/result", include_in_schema=False)
async def result(id: JobId, request: Request, service: TheService, owner: Caller) -> Response:
    """409 while the job has not ended, and if it did not succeed. A result that was deleted, for
    its age or to make room, is gone with its job: 404."""
    record = await service.jobs.find(owner, id)
    if record.result_key is None:
        raise ConflictError(_why_not(record.state, record.problem))
    await service.jobs.note_use(record)
    return await serve_stored(
        request,
        service.store,
        record.result_key,
        media_type=record.result_type or "application/octet-stream",
        filename=record.result_name or "result",
    )


def _why_not(state: str, problem: dict[str, Any] | None) -> str:
    if problem is not None:
        return f"the job failed: {problem['detail']}"
    if state == "cancelled":
        return "the job was cancelled"
    return f"the job is {state}; wait until it has succeeded"


async def _stream(jobs: Jobs, owner: Owner, id: str, after: int) -> AsyncGenerator[str]:
    """Events as text, and a comment now and then while nothing happens."""
    async with aclosing(jobs.events(owner, id, after)) as events:
        while True:
            coming = asyncio.ensure_future(anext(events, None))
            try:
                while not (await asyncio.wait([coming], timeout=_HEARTBEAT_S))[0]:
                    yield ": still here\n\n"
            finally:
                if not coming.done():
                    coming.cancel()
                    await asyncio.wait([coming])
            event = coming.result()
            if event is None:
                return
            yield _as_text(event)


def _as_text(event: JobEvent) -> str:
    data = JobTold.of(event.record).model_dump_json()
    return f"id: {event.number}\nevent: {event.name}\ndata: {data}\n\n"
