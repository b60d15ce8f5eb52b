"""The avatar service's outputs: fetched, and deleted."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from mien.service.outputs import Outputs
from mien.service.parts import TheService
from mien.service.problems import documented
from mien.service.rendering import MEDIA_TYPES
from mien.service.routes.avatar_metrics import Counted
from mien.service.routes.serving import serve_stored
from mien.service.security.guard import Caller

router = APIRouter(tags=["avatar"], route_class=Counted)


class Deleted(BaseModel):
    """An output that is no more."""

    model_config = ConfigDict(extra="forbid")

    deleted: bool = True
    filename: str = Field(examples=["5f1c9f0e6f3d4b2a8c7d6e5f40312233.png"])


@router.get(
    "/output/{filename}",
    operation_id="getOutput",
    summary="A picture that was rendered",
    response_class=Response,
    responses={
        200: {
            "description": "The picture.",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in MEDIA_TYPES.values()
            },
        },
        206: {"description": "The part of it that Range asks for."},
        304: {"description": "Not changed since."},
        **documented(404, 416),
    },
)
@router.head("/output/{filename}", include_in_schema=False)
async def output(request: Request, service: TheService, owner: Caller, filename: str) -> Response:
    """With ETag and Range. Somebody else's is not found."""
    stored, media_type = await Outputs(service.store).find(owner, filename)
    return await serve_stored(
        request, service.store, stored, media_type=media_type, filename=filename
    )


@router.delete(
    "/output/{filename}",
    operation_id="deleteOutput",
    summary="Delete a picture that was rendered",
    responses=documented(404, 507),
)
async def delete_output(service: TheService, owner: Caller, filename: str) -> Deleted:
    """At once and for good."""
    await Outputs(service.store).delete(owner, filename)
    return Deleted(filename=filename)
