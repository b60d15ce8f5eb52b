"""FasterLivePortrait's contract: one request, and a ZIP of films when they are done."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any
from zipfile import ZipFile

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mien.engines.base import engine_info
from mien.errors import NoFaceError, OptionError
from mien.service.errors import ConflictError, NotFoundError
from mien.service.jobs.jobs import Jobs
from mien.service.jobs.record import JobRecord
from mien.service.parts import Service, TheService
from mien.service.problems import answer_as, documented
from mien.service.rendering import while_connected
from mien.service.routes.predict_form import EXAMPLES, PredictForm
from mien.service.security.guard import Caller
from mien.service.security.keys import Owner
from mien.service.shielding import finished
from mien.service.tasks.jobs import JobRequest
from mien.service.tasks.predict import ZIP_NAME, ZIP_TYPE, PredictJob
from mien.service.uploads.upload import Upload, UploadKind

router = APIRouter(tags=["predict"])

_SOURCES: tuple[UploadKind, ...] = ("picture", "film")
_DRIVERS: tuple[UploadKind, ...] = ("film", "picture")
_TEMPLATES: tuple[UploadKind, ...] = ("template",)
_HEADERS = {"Content-Disposition": f"attachment; filename={ZIP_NAME}"}


@router.post("/predict", include_in_schema=False)
async def predict_without_slash() -> Response:
    """As the original redirects; to a place that no header can change."""
    return Response(status_code=307, headers={"Location": "predict/"})


@router.post(
    "/predict/",
    operation_id="predict",
    summary="A portrait follows a driver",
    response_class=Response,
    responses={
        200: {
            "description": "The films, and the driver's motion as a template.",
            "content": {ZIP_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
        **documented(404, 409, 415, 422, 502, 503, 507),
    },
)
async def predict(
    request: Request,
    service: TheService,
    owner: Caller,
    form: Annotated[PredictForm, Form(media_type="multipart/form-data", openapi_examples=EXAMPLES)],
) -> Response:
    """As FasterLivePortrait's: answers when everything is made. S and D being the names of the
    source's and the driver's files, the ZIP holds `S-D-crop.mp4` (the driver's face beside the
    moved one, 1024 x 512; with a template the moved one alone, 512 x 512), `S-D-org.mp4` (the whole
    picture), with a driver that has sound `S-D-crop-audio.mp4` and `S-D-org-audio.mp4`, and with a
    film as the driver its motion, `D.pkl`. Hanging up cancels the work. Films that nobody
    wants to wait for are better asked of `POST /v1/jobs`."""
    _check_species(service, form)
    try:
        source, driver = form.source, form.driver
    except OptionError:
        if service.settings.compat_empty_zip:
            return _empty_zip()
        raise
    of_source = await while_connected(request, _kept(service, owner, source, _SOURCES))
    kinds = _TEMPLATES if form.flag_pickle else _DRIVERS
    of_driver = await while_connected(request, _kept(service, owner, driver, kinds))
    job = PredictJob.of(
        of_source.id, of_driver.id, source.filename or "", driver.filename or "", form.flags
    )
    paths = {each.id: str(each.path) for each in (of_source, of_driver)}
    work = until_done(service.jobs, owner, JobRequest(PredictJob.KIND, asdict(job), paths))
    record = await while_connected(request, work)
    if record.problem is not None:
        await _forgotten(service.jobs, owner, record.id)
        names = {"source": "source_image", "driver": form.driver_field}
        return _failed(request, service, record.problem, names)
    return await _zip(service, record)


def _check_species(service: Service, form: PredictForm) -> None:
    if not form.flag_is_animal:
        return
    name = service.engine.name
    problem = f"engine {name} moves people only"
    if "animals" in engine_info(name).species:
        problem = "an animal's face must be marked by a box, for which there is no field here"
    raise OptionError("flag_is_animal", f"{problem}; send false, or leave it out")


async def _kept(
    service: Service, owner: Owner, file: UploadFile, kinds: Sequence[UploadKind]
) -> Upload:
    return await service.uploads.receive(owner, file.file, name=file.filename or "", kinds=kinds)


async def until_done(jobs: Jobs, owner: Owner, request: JobRequest) -> JobRecord:
    """Have a job done. Cancelled, also while it is being taken in, it ends the job. Raises what
    taking it in raises, and ConflictError if somebody else cancels it."""
    record = await jobs.submit(owner, request)
    try:
        this = asyncio.current_task()
        if this is not None and this.cancelling():  # taking it in does not let itself be cancelled
            raise asyncio.CancelledError
        record = await jobs.wait(owner, record.id)
    except asyncio.CancelledError:
        await finished(_forgotten(jobs, owner, record.id))
        raise
    if record.state == "cancelled":
        raise ConflictError("it was cancelled")
    return record


async def _forgotten(jobs: Jobs, owner: Owner, id: str) -> None:
    """End it, if need be, and delete what there is of it: nobody else knows its id."""
    with suppress(NotFoundError):
        await jobs.cancel(owner, id)
        await jobs.cancel(owner, id)


def _failed(
    request: Request, service: Service, problem: Mapping[str, Any], names: Mapping[str, str]
) -> Response:
    """names: of the files in the job, and of the fields they came in."""
    if problem["code"] == NoFaceError.code and service.settings.compat_empty_zip:
        return _empty_zip()
    detail = str(problem["detail"])
    for ours, field in names.items():
        if detail.startswith(f"{ours}: "):
            detail = field + detail.removeprefix(ours)
    return answer_as(request, problem["status"], problem["code"], detail)


class _Delivery(StreamingResponse):
    """The ZIP, after which nothing is left of the job, whether the caller stayed or not."""

    def __init__(self, jobs: Jobs, record: JobRecord, chunks: AsyncIterator[bytes], size: int):
        headers = {"Content-Length": str(size), **_HEADERS}
        super().__init__(chunks, headers=headers, media_type=ZIP_TYPE)
        self._jobs, self._record = jobs, record

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await finished(_forgotten(self._jobs, self._record.owner, self._record.id))


async def _zip(service: Service, record: JobRecord) -> Response:
    assert record.result_key is not None, "it succeeded"
    stored = await service.store.head(record.result_key)
    return _Delivery(service.jobs, record, service.store.read(stored.key), stored.size)


def _empty_zip() -> Response:
    """What FasterLivePortrait answers when something is missing, or shows no face."""
    packed = io.BytesIO()
    ZipFile(packed, "w").close()
    return Response(packed.getvalue(), headers=_HEADERS, media_type=ZIP_TYPE)
