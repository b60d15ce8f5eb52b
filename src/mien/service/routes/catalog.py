"""What there is to choose from: engines, expressions, and the version."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mien import __version__
from mien.motion.expressions import DEFAULT_INTENSITY, load_expressions
from mien.service.parts import TheService
from mien.service.problems import documented
from mien.service.tasks.catalog import EnginesTask, EngineState

router = APIRouter(prefix="/v1", tags=["catalog"])

_ENGINE: dict[str, Any] = {
    "name": "mesh",
    "default": True,
    "available": True,
    "problem": None,
    "devices": ["cpu"],
    "precisions": [],
    "tiers": [],
    "species": ["humans"],
    "memory_mb": 200,
    "licence": "Apache-2.0",
}


class EngineDescribed(BaseModel):
    """An engine and what can be chosen about it; empty lists leave nothing to choose."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ENGINE]})

    name: str
    default: bool = Field(description="Renders where a request names none.")
    available: bool
    problem: str | None = Field(description="What keeps it from running here.")
    devices: list[str]
    precisions: list[str]
    tiers: list[str] = Field(description="How much exactness is given for speed on a CPU.")
    species: list[str]
    memory_mb: int | None = Field(description="What it needs on its device.")
    licence: str | None = Field(description="Of its code and weights.")


class Engines(BaseModel):
    """All engines."""

    engines: list[EngineDescribed]


class ExpressionDescribed(BaseModel):
    """An expression that a face can wear."""

    name: str = Field(examples=["happy"])
    description: str = Field(examples=["A hearty smile that reaches the eyes."])
    action_units: list[str] = Field(
        examples=[["AU6", "AU12", "AU25", "AU26"]],
        description="Of the Facial Action Coding System.",
    )
    valence: float = Field(
        examples=[0.85], description="-1 to 1, from unpleasant to pleasant (Russell's circumplex)."
    )
    arousal: float = Field(examples=[0.5], description="-1 to 1, from calm to excited.")


class Intensity(BaseModel):
    """How strongly an expression can be worn."""

    min: float = Field(examples=[0.0])
    max: float = Field(examples=[1.0])
    default: float = Field(examples=[DEFAULT_INTENSITY])


class Expressions(BaseModel):
    """All expressions, in the order of their table."""

    expressions: list[ExpressionDescribed]
    intensity: Intensity


class Version(BaseModel):
    """Of the program and of this API."""

    name: Literal["mien"] = "mien"
    version: Annotated[str, Field(examples=["0.1.0"])]
    api: Literal["v1"] = "v1"


@router.get(
    "/engines",
    operation_id="listEngines",
    summary="The engines, and which of them run here",
    responses=documented(503),
)
async def engines(service: TheService) -> Engines:
    """One that cannot run says what is missing. The first call may take a few seconds: a worker
    imports what the engines need."""
    states = await service.executor.run(EnginesTask(service.engine), lane="quick")
    return Engines(engines=[_described(each, service.engine.name) for each in states])


@router.get(
    "/expressions",
    operation_id="listExpressions",
    summary="The expressions by name",
)
async def expressions() -> Expressions:
    """What `emotion` may be in other requests."""
    table = await asyncio.to_thread(load_expressions)
    return Expressions(
        expressions=[
            ExpressionDescribed(
                name=each.name,
                description=each.description,
                action_units=list(each.action_units),
                valence=each.valence,
                arousal=each.arousal,
            )
            for each in table.values()
        ],
        intensity=Intensity(min=0.0, max=1.0, default=DEFAULT_INTENSITY),
    )


@router.get(
    "/version",
    operation_id="getVersion",
    summary="Which Mien this is",
)
async def version() -> Version:
    """The version of the program, and of the API that these paths belong to."""
    return Version(version=__version__)


def _described(state: EngineState, default: str) -> EngineDescribed:
    info = state.info
    return EngineDescribed(
        name=state.name,
        default=state.name == default,
        available=state.problem is None,
        problem=state.problem,
        devices=list(info.devices) if info else [],
        precisions=list(info.precisions) if info else [],
        tiers=list(info.tiers) if info else [],
        species=list(info.species) if info else [],
        memory_mb=info.memory_mb if info else None,
        licence=info.licence if info else None,
    )
