"""Stills at once: a portrait that was uploaded, with an expression, a feeling or edits."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.motion.arkit import BLENDSHAPES
from mien.motion.edits import RANGES, Edits
from mien.motion.expressions import DEFAULT_INTENSITY
from mien.pipeline.engine_choice import chosen_engine
from mien.pipeline.options import MAX_SIDE, MIN_SIDE, Size
from mien.service.parts import Service, TheService
from mien.service.problems import documented
from mien.service.rendering import MEDIA_TYPES, Recipe, Renderer, while_connected
from mien.service.routes.numbers import Whole
from mien.service.routes.pairs import check_feeling, check_size, is_feeling
from mien.service.security.guard import Caller
from mien.service.tasks.stills import Look, StillFormat
from mien.service.tasks.verbs import engine_of

router = APIRouter(prefix="/v1", tags=["stills"])

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
_PORTRAIT = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

Side = Annotated[Whole, Field(ge=MIN_SIDE, le=MAX_SIDE)]
Unit = Annotated[float, Field(ge=0, le=1)]
Both = Annotated[float, Field(ge=-1, le=1)]

_sliders: dict[str, Any] = {
    name: (Annotated[float, Field(ge=low, le=high)] | None, None)
    for name, (low, high) in RANGES.items()
}
EditsAsked: type[BaseModel] = create_model(
    "Edits",
    __config__=_STRICT,
    __doc__="Sliders; what is left out changes nothing. docs/editing.md explains each.",
    **_sliders,
    shapes=(
        dict[Literal[BLENDSHAPES], Unit],  # type: ignore[valid-type]
        Field(default={}, description="ARKit blendshapes by name, in place of the sliders'."),
    ),
)


class StillAsked(BaseModel):
    """A still of a portrait: with `emotion`, or `valence` and `arousal`, or `edits`; with none of
    them the portrait as it is."""

    model_config = _STRICT

    portrait: str = Field(
        pattern="^[0-9a-f]{64}$",
        description="Id, as POST /v1/portraits gave it.",
        examples=[_PORTRAIT],
    )
    emotion: str | None = Field(
        None, max_length=100, description="As GET /v1/expressions names it.", examples=["happy"]
    )
    intensity: Unit = Field(DEFAULT_INTENSITY, description="Of the emotion or the feeling.")
    valence: Both | None = Field(None, description="From unpleasant to pleasant; with `arousal`.")
    arousal: Both | None = Field(None, description="From calm to excited; with `valence`.")
    edits: EditsAsked | None = None  # type: ignore[valid-type]
    size: Side | None = Field(None, description="The longest side; the portrait's own if left out.")
    width: Side | None = Field(None, description="With `height`, instead of `size`.")
    height: Side | None = Field(None, description="With `width`, instead of `size`.")
    format: StillFormat = "png"
    quality: Whole = Field(90, ge=1, le=100, description="Of jpg and webp.")
    face: Annotated[Whole, Field(ge=1, le=100)] | Literal["all"] = Field(
        1, description="Which face, the largest is 1."
    )
    engine: str | None = Field(
        None, max_length=100, description="As GET /v1/engines names it.", examples=["mesh"]
    )

    def look(self, renderer: Renderer) -> Look:
        """What is put on the face. Raises OptionError for contradictions, ExpressionError."""
        feeling = self._said("valence", "arousal")
        felt = is_feeling(feeling)
        said = {"emotion": self.emotion is not None, "valence": felt, "edits": self.edits}
        several = [name for name, given in said.items() if given]
        if len(several) > 1:
            raise OptionError(several[1], f"cannot be combined with {several[0]}")
        check_feeling(feeling)
        name = None if self.emotion is None else renderer.expression(self.emotion)
        return Look(name, self.intensity, self.valence, self.arousal, self._edits())

    def _edits(self) -> Edits | None:
        nothing_said = self.emotion is None and self.valence is None
        if self.edits is None:
            return Edits() if nothing_said else None
        return Edits(**self.edits.model_dump(exclude_none=True))

    def pixels(self) -> Size | None:
        """The size, as the pipeline takes it. Raises OptionError for contradictions."""
        check_size(self._said("size", "width", "height"))
        if self.width is None or self.height is None:
            return self.size
        return self.width, self.height

    def _said(self, *names: str) -> dict[str, Any]:
        """Those of these fields that were given."""
        return self.model_dump(include=set(names), exclude_none=True)


_EXAMPLES: dict[str, Any] = {
    "emotion": {
        "summary": "An expression by name",
        "value": {"portrait": _PORTRAIT, "emotion": "happy", "intensity": 0.8, "format": "jpg"},
    },
    "feeling": {
        "summary": "A feeling between the expressions",
        "value": {"portrait": _PORTRAIT, "valence": 0.4, "arousal": -0.2, "size": 512},
    },
    "edits": {
        "summary": "Sliders",
        "value": {"portrait": _PORTRAIT, "edits": {"smile": 0.6, "yaw": 12}},
    },
}
_PICTURE = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/stills",
    operation_id="renderStill",
    summary="A still of an uploaded portrait",
    response_class=Response,
    responses={
        200: {
            "description": "The picture.",
            "content": dict.fromkeys(MEDIA_TYPES.values(), _PICTURE),
            "headers": {
                "ETag": {"description": "Of the picture.", "schema": {"type": "string"}},
                "X-Cache": {
                    "description": "Whether it was rendered before.",
                    "schema": {"type": "string", "enum": ["hit", "miss"]},
                },
            },
        },
        **documented(404, 415, 422, 503),
    },
)
async def still(
    request: Request,
    asked: Annotated[StillAsked, Body(openapi_examples=_EXAMPLES)],
    service: TheService,
    owner: Caller,
) -> Response:
    """Answered when it is rendered: some ten milliseconds for a portrait that was used lately.
    The same request gives the same bytes and the same `ETag`."""
    service.renderer.check_ready()
    look, size = asked.look(service.renderer), asked.pixels()
    engine = await asyncio.to_thread(engine_for, service, asked.engine)
    portrait = await service.uploads.find(owner, asked.portrait)
    if portrait.kind != "picture":
        raise OptionError("portrait", f"is a {portrait.kind}; send a picture to /v1/portraits")
    recipe = Recipe(engine, size, asked.face, asked.format, asked.quality)
    work = service.renderer.stills(portrait, [look], recipe)
    (picture,) = await while_connected(request, work)
    data = picture.still.data
    digest = await asyncio.to_thread(hashlib.sha256, data)
    headers = {
        "ETag": f'"{digest.hexdigest()[:32]}"',
        "X-Cache": "hit" if picture.cached else "miss",
    }
    return Response(data, media_type=MEDIA_TYPES[asked.format], headers=headers)


def engine_for(service: Service, name: str | None) -> EngineSettings:
    """The engine of that name with this service's device and folders; its own if None.

    Raises OptionError, EngineUnavailableError.
    """
    if name is None or name == service.engine.name:
        return service.engine
    return chosen_engine(engine_of({"engine": name}, service.settings.default_engine))
