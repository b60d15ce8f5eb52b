"""The avatar service's contract: stills of emotions, kept to be fetched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field

from mien import __version__
from mien.engines.base import engine_info
from mien.errors import MienError
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.service.errors import TooLargeError
from mien.service.outputs import Outputs
from mien.service.parts import Service, TheService
from mien.service.problems import documented
from mien.service.rendering import Recipe, while_connected
from mien.service.routes.avatar_metrics import Counted
from mien.service.routes.emotion_lists import listed
from mien.service.routes.forms import SIDE, ImageHash, Side, SourceImage, Strength
from mien.service.security.guard import Caller
from mien.service.security.keys import Owner
from mien.service.shielding import finished
from mien.service.tasks.stills import Look, Still, StillFormat
from mien.service.uploads.upload import Upload

router = APIRouter(tags=["avatar"], route_class=Counted)
_PROBLEMS = documented(404, 415, 422, 503, 507)
_MAX_BATCH_PIXELS = 64_000_000
"""All pictures of a batch are in memory at the same time."""

Format = Annotated[StillFormat, Form(description="What the picture is encoded as.")]


class Rendered(BaseModel):
    """A still that waits at `output_path`."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    output_path: str = Field(
        examples=["/output/5f1c9f0e6f3d4b2a8c7d6e5f40312233.png"],
        description="Path on this server, for GET and DELETE.",
    )
    filename: str = Field(examples=["5f1c9f0e6f3d4b2a8c7d6e5f40312233.png"])
    emotion: str = Field(examples=["happy"])
    intensity: float = Field(examples=[0.7])
    latency_ms: float = Field(
        examples=[38.2], description="From the request to the kept picture; its share in a batch."
    )
    gpu_used: bool = Field(examples=[False])
    model_version: str = Field(examples=["mesh-0.1.0"], description="Engine and version of Mien.")
    width: int = Field(examples=[512])
    height: int = Field(examples=[512])
    image_hash: str = Field(
        examples=["2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"],
        description="Of the portrait, for the next calls.",
    )


@router.post(
    "/render",
    operation_id="renderEmotion",
    summary="A portrait with an emotion",
    responses=_PROBLEMS,
)
async def render(
    request: Request,
    service: TheService,
    owner: Caller,
    emotion: Annotated[str, Form(max_length=100, examples=["happy"])] = "neutral",
    source_image: SourceImage = None,
    image_hash: ImageHash = None,
    intensity: Strength = DEFAULT_INTENSITY,
    output_format: Format = "png",
    width: Side = SIDE,
    height: Side = SIDE,
) -> Rendered:
    """The picture is kept under a random name until it is deleted or the time of retention is
    over."""
    began = time.perf_counter()
    looks = [Look(service.renderer.expression(emotion), intensity)]
    coming = service.renderer.portrait(owner, file=source_image, image_hash=image_hash)
    portrait = await while_connected(request, coming)
    recipe = Recipe(service.engine, (width, height), format=output_format)
    work = _kept(service, owner, portrait, looks, recipe, began)
    return (await while_connected(request, work))[0]


@router.post(
    "/render/batch",
    operation_id="renderEmotions",
    summary="A portrait with several emotions",
    responses=_PROBLEMS,
)
async def render_batch(
    request: Request,
    service: TheService,
    owner: Caller,
    emotions: Annotated[
        list[str],
        Form(
            description="The field again and again, a JSON array, or names with commas between.",
            examples=[["happy,sad,surprised"]],
        ),
    ],
    source_image: SourceImage = None,
    image_hash: ImageHash = None,
    intensity: Strength = DEFAULT_INTENSITY,
    output_format: Format = "png",
    width: Side = SIDE,
    height: Side = SIDE,
) -> list[Rendered]:
    """One picture of each, in their order; the portrait is prepared once."""
    began = time.perf_counter()
    names = listed(emotions)
    if len(names) * width * height > _MAX_BATCH_PIXELS:
        limit = _MAX_BATCH_PIXELS // 1_000_000
        raise TooLargeError(f"emotions: more than {limit} megapixels; ask for fewer or smaller")
    looks = [Look(service.renderer.expression(name), intensity) for name in names]
    coming = service.renderer.portrait(owner, file=source_image, image_hash=image_hash)
    portrait = await while_connected(request, coming)
    recipe = Recipe(service.engine, (width, height), format=output_format)
    work = _kept(service, owner, portrait, looks, recipe, began)
    return await while_connected(request, work)


async def _kept(
    service: Service,
    owner: Owner,
    portrait: Upload,
    looks: Sequence[Look],
    recipe: Recipe,
    began: float,
) -> list[Rendered]:
    """Render, and keep what was rendered."""
    pictures = await service.renderer.stills(portrait, looks, recipe)
    stills = [picture.still for picture in pictures]
    names = await _keep_all(Outputs(service.store), owner, stills, recipe.format)
    share_ms = 1000 * (time.perf_counter() - began) / len(stills)
    return [
        Rendered(
            output_path=f"/output/{name}",
            filename=name,
            emotion=str(look.expression),
            intensity=look.intensity,
            latency_ms=round(share_ms, 1),
            gpu_used=_on_gpu(service),
            model_version=f"{recipe.engine.name}-{__version__}",
            width=still.width,
            height=still.height,
            image_hash=portrait.id,
        )
        for name, look, still in zip(names, looks, stills, strict=True)
    ]


async def _keep_all(
    outputs: Outputs, owner: Owner, stills: Sequence[Still], form: StillFormat
) -> list[str]:
    """All of them or none."""
    keeping = [asyncio.ensure_future(outputs.keep(owner, each.data, form)) for each in stills]
    try:
        await asyncio.wait(keeping)  # which does not cancel them: a write cannot be called back
        return [each.result() for each in keeping]
    except BaseException:
        await finished(_forget(outputs, owner, keeping))
        raise


async def _forget(outputs: Outputs, owner: Owner, keeping: Sequence[asyncio.Future[str]]) -> None:
    for name in await asyncio.gather(*keeping, return_exceptions=True):
        if isinstance(name, str):
            with suppress(MienError):
                await outputs.delete(owner, name)


def _on_gpu(service: Service) -> bool:
    engine = service.engine
    can = "cuda" in engine_info(engine.name).devices and engine.device != "cpu"
    return can and service.readiness.machine.gpu_available
