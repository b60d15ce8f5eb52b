"""The frame renderer's contract: a portrait with an expression, straight as a JPEG."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from mien.service.parts import TheService
from mien.service.problems import documented
from mien.service.rendering import MEDIA_TYPES, Recipe, while_connected
from mien.service.routes.forms import SIDE, ImageHash, Side, SourceImage, Strength
from mien.service.security.guard import Caller
from mien.service.tasks.stills import Look

router = APIRouter(tags=["frames"])


class IntensityRange(BaseModel):
    """How strongly an expression can be worn."""

    model_config = ConfigDict(extra="forbid")

    min: float = 0.0
    max: float = 1.0


class ExpressionNames(BaseModel):
    """What `POST /api/render` takes."""

    model_config = ConfigDict(extra="forbid")

    expressions: list[str] = Field(examples=[["neutral", "happy", "sad"]])
    intensities: IntensityRange = IntensityRange()


@router.get(
    "/expressions",
    operation_id="listExpressionNames",
    summary="Names of the expressions",
)
async def expressions(service: TheService) -> ExpressionNames:
    """What `expression` may be in `POST /api/render`, and `emotion` in `POST /render`."""
    return ExpressionNames(expressions=list(service.renderer.expressions))


@router.post(
    "/api/render",
    operation_id="renderFrame",
    summary="A portrait with an expression, as a JPEG",
    response_class=Response,
    responses={
        200: {
            "description": "The picture.",
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {
                "X-Image-Hash": {
                    "description": "`image_hash` of the portrait for the next calls.",
                    "schema": {"type": "string"},
                },
                "X-Cache": {
                    "description": "Whether this frame was rendered before.",
                    "schema": {"type": "string", "enum": ["hit", "miss"]},
                },
            },
        },
        **documented(404, 415, 422, 503, 507),
    },
)
async def render_frame(
    request: Request,
    service: TheService,
    owner: Caller,
    expression: Annotated[str, Form(max_length=100, examples=["happy"])],
    intensity: Strength = 1.0,
    source_image: SourceImage = None,
    image_hash: ImageHash = None,
    width: Side = SIDE,
    height: Side = SIDE,
) -> Response:
    """The portrait comes along, or was sent before and is named by its hash: then only the frame is
    rendered, or it is there already. The same frame that several ask for is rendered once."""
    renderer = service.renderer
    look = Look(renderer.expression(expression), intensity)
    coming = renderer.portrait(owner, file=source_image, image_hash=image_hash)
    portrait = await while_connected(request, coming)
    recipe = Recipe(service.engine, (width, height), format="jpg")
    (picture,) = await while_connected(request, renderer.stills(portrait, (look,), recipe))
    headers = {"X-Image-Hash": portrait.id, "X-Cache": "hit" if picture.cached else "miss"}
    return Response(picture.still.data, media_type=MEDIA_TYPES["jpg"], headers=headers)
