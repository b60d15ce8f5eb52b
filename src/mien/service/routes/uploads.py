"""What is sent once and used by its id: portraits, and what moves them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel

from mien.service.parts import Service, TheService
from mien.service.problems import documented
from mien.service.rendering import while_connected
from mien.service.routes.upload_answers import (
    DriverInfo,
    DriverList,
    PortraitInfo,
    PortraitList,
    driver_info,
    portrait_info,
)
from mien.service.security.guard import Caller
from mien.service.uploads.portraits import Portraits
from mien.service.uploads.upload import Upload, UploadKind

router = APIRouter(prefix="/v1")

DRIVER_KINDS: tuple[UploadKind, ...] = ("film", "sound", "template", "picture")
_SENT = documented(409, 415, 422, 503, 507)
_ASKED = documented(404)
_LOOKED_AT = documented(404, 409, 422, 503, 507)
"""Of what may have to be looked at first."""
Limit = Annotated[int, Query(ge=1, le=1000, description="Most of the list, the newest first.")]


def _sent(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Answers of an upload: 201, or 200 for what was here already."""
    place = {"Location": {"description": "Its path.", "schema": {"type": "string"}}}
    again = {"model": model, "description": "It was here already.", "headers": place}
    return {200: again, 201: {"description": "It is kept.", "headers": place}, **_SENT}


@router.post(
    "/portraits",
    operation_id="uploadPortrait",
    summary="Send a portrait",
    tags=["portraits"],
    status_code=201,
    responses=_sent(PortraitInfo),
)
async def upload_portrait(
    request: Request,
    response: Response,
    service: TheService,
    owner: Caller,
    file: Annotated[
        UploadFile,
        File(
            description="PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF; or a film that starts with a face."
        ),
    ],
    require_face: Annotated[
        bool,
        Form(description="false keeps a portrait without a face, for jobs that say where it is."),
    ] = True,
) -> PortraitInfo:
    """Faces are looked for at once; without any the answer is 422 `no-face` and nothing is kept.
    The same file again is the same portrait."""
    work = _portraits(service).add(
        owner, file.file, name=file.filename or "", require_face=require_face
    )
    portrait = await while_connected(request, work)
    _place(response, "portraits", portrait.upload)
    return portrait_info(portrait)


@router.get(
    "/portraits",
    operation_id="listPortraits",
    summary="The portraits you sent",
    tags=["portraits"],
    responses=documented(422),
)
async def list_portraits(service: TheService, owner: Caller, limit: Limit = 100) -> PortraitList:
    """The newest first."""
    portraits = await _portraits(service).all(owner, limit)
    return PortraitList(portraits=[portrait_info(each) for each in portraits])


@router.get(
    "/portraits/{id}",
    operation_id="getPortrait",
    summary="What is known of a portrait",
    tags=["portraits"],
    responses=_LOOKED_AT,
)
async def get_portrait(service: TheService, owner: Caller, id: str) -> PortraitInfo:
    """Asking for it counts as using it: what is not used is deleted in time."""
    return portrait_info(await _portraits(service).find(owner, id))


@router.get(
    "/portraits/{id}/preview",
    operation_id="getPortraitPreview",
    summary="A small JPEG of a portrait",
    tags=["portraits"],
    response_class=Response,
    responses={
        200: {
            "description": "At most 256 pixels a side.",
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        },
        **_LOOKED_AT,
    },
)
async def get_preview(service: TheService, owner: Caller, id: str) -> Response:
    """For lists and pickers."""
    data = await _portraits(service).preview(owner, id)
    caching = {"Cache-Control": "private, max-age=3600"}
    return Response(data, media_type="image/jpeg", headers=caching)


@router.delete(
    "/portraits/{id}",
    operation_id="deletePortrait",
    summary="Forget a portrait",
    tags=["portraits"],
    status_code=204,
    responses=_ASKED,
)
async def delete_portrait(service: TheService, owner: Caller, id: str) -> None:
    """Jobs that use it already go on. A picture is one upload: it is no driver any more, either."""
    await _portraits(service).delete(owner, id)


@router.post(
    "/drivers",
    operation_id="uploadDriver",
    summary="Send what moves a portrait",
    tags=["drivers"],
    status_code=201,
    responses=_sent(DriverInfo),
)
async def upload_driver(
    request: Request,
    response: Response,
    service: TheService,
    owner: Caller,
    file: Annotated[
        UploadFile,
        File(description="A film, a sound, a template of motion (.mien, .pkl) or a picture."),
    ],
) -> DriverInfo:
    """The content says what it is. Pickles are read without being run. The same file again is the
    same driver."""
    work = service.uploads.receive(owner, file.file, name=file.filename or "", kinds=DRIVER_KINDS)
    upload = await while_connected(request, work)
    _place(response, "drivers", upload)
    return driver_info(upload)


@router.get(
    "/drivers",
    operation_id="listDrivers",
    summary="The drivers you sent",
    tags=["drivers"],
    responses=documented(422),
)
async def list_drivers(service: TheService, owner: Caller, limit: Limit = 100) -> DriverList:
    """The newest first; pictures that were sent as portraits are among them."""
    uploads = await service.uploads.list(owner, DRIVER_KINDS)
    return DriverList(drivers=[driver_info(each) for each in uploads[:limit]])


@router.get(
    "/drivers/{id}",
    operation_id="getDriver",
    summary="What is known of a driver",
    tags=["drivers"],
    responses=_ASKED,
)
async def get_driver(service: TheService, owner: Caller, id: str) -> DriverInfo:
    """Asking for it counts as using it: what is not used is deleted in time."""
    return driver_info(await service.uploads.find(owner, id))


@router.delete(
    "/drivers/{id}",
    operation_id="deleteDriver",
    summary="Forget a driver",
    tags=["drivers"],
    status_code=204,
    responses=_ASKED,
)
async def delete_driver(service: TheService, owner: Caller, id: str) -> None:
    """Jobs that use it already go on. Of an upload that is a portrait, too, the portrait is deleted
    with it: they are one."""
    await service.uploads.delete(owner, id)


def _portraits(service: Service) -> Portraits:
    return Portraits(service.uploads, service.executor)


def _place(response: Response, collection: str, upload: Upload) -> None:
    response.headers["Location"] = f"/v1/{collection}/{upload.id}"
    if not upload.new:
        response.status_code = 200
