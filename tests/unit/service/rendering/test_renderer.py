from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from fastapi import UploadFile

from fakes.painted_stills import PaintedStills
from mien.engines.settings import DEFAULT_SETTINGS
from mien.errors import ExpressionError, NoFaceError, OptionError
from mien.motion.expressions import load_expressions
from mien.service.errors import BusyError, NotFoundError
from mien.service.observing import Metrics
from mien.service.readiness import Readiness
from mien.service.rendering import Recipe, Renderer
from mien.service.security.keys import LOCAL, Owner
from mien.service.settings import ServiceSettings
from mien.service.tasks.stills import Look
from mien.service.uploads.limits import upload_limits
from mien.service.uploads.upload import Upload
from mien.service.uploads.uploads import Uploads

pytestmark = pytest.mark.unit

RECIPE = Recipe(DEFAULT_SETTINGS, (64, 64), format="jpg")
PICTURE = files("mien").joinpath("data/astronaut.png").read_bytes()
OTHER = Owner("somebody")


@dataclass
class Room:
    """A renderer and what it works with."""

    executor: PaintedStills
    uploads: Uploads
    metrics: Metrics
    readiness: Readiness
    renderer: Renderer

    async def portrait(self) -> Upload:
        return await self.renderer.portrait(LOCAL, file=sent(), image_hash=None)


def sent(name: str = "../me.png") -> UploadFile:
    return UploadFile(io.BytesIO(PICTURE), filename=name)


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Room], Coroutine[Any, Any, None]]], None]:
    """Plays a scene in a room that is ready."""

    async def scene(act: Callable[[Room], Coroutine[Any, Any, None]]) -> None:
        executor, metrics, readiness = PaintedStills(), Metrics(), Readiness()
        uploads = Uploads(tmp_path, upload_limits(ServiceSettings()), executor)
        renderer = Renderer(
            executor, uploads, metrics, readiness, expressions=load_expressions(), cache_mb=1
        )
        readiness.become("ready")
        await act(Room(executor, uploads, metrics, readiness, renderer))

    return lambda act: asyncio.run(scene(act))


Play = Callable[[Callable[[Room], Coroutine[Any, Any, None]]], None]


def test_a_picture_sent_once_is_known_by_its_hash(play: Play) -> None:
    async def act(room: Room) -> None:
        first = await room.portrait()
        again = await room.renderer.portrait(LOCAL, file=None, image_hash=first.id.upper())
        assert again.path == first.path

    play(act)


@pytest.mark.parametrize("image_hash", ["0" * 64, "", "../../etc/passwd", "happy", "é" * 64])
def test_an_unknown_hash_says_to_send_the_picture(play: Play, image_hash: str) -> None:
    async def act(room: Room) -> None:
        with pytest.raises(NotFoundError, match="send it again as source_image"):
            await room.renderer.portrait(LOCAL, file=None, image_hash=image_hash)

    play(act)


def test_the_hash_of_somebody_elses_picture_is_unknown(play: Play) -> None:
    async def act(room: Room) -> None:
        portrait = await room.portrait()
        with pytest.raises(NotFoundError):
            await room.renderer.portrait(OTHER, file=None, image_hash=portrait.id)

    play(act)


def test_a_deleted_picture_is_unknown_although_its_frames_are_cached(play: Play) -> None:
    async def act(room: Room) -> None:
        portrait = await room.portrait()
        await room.renderer.stills(portrait, [Look("sad")], RECIPE)
        await room.uploads.delete(LOCAL, portrait.id)
        with pytest.raises(NotFoundError):
            await room.renderer.portrait(LOCAL, file=None, image_hash=portrait.id)

    play(act)


@pytest.mark.parametrize("both", [True, False])
def test_just_one_of_picture_and_hash_must_be_given(play: Play, both: bool) -> None:
    async def act(room: Room) -> None:
        with pytest.raises(OptionError, match="just one of the two"):
            await room.renderer.portrait(
                LOCAL, file=sent() if both else None, image_hash="0" * 64 if both else None
            )

    play(act)


def test_what_was_rendered_before_is_not_rendered_again(play: Play) -> None:
    async def act(room: Room) -> None:
        portrait = await room.portrait()
        looks = [Look("sad"), Look("happy", 0.5)]
        first = await room.renderer.stills(portrait, looks, RECIPE)
        again = await room.renderer.stills(portrait, looks[::-1], RECIPE)
        assert [each.still for each in again] == [each.still for each in first[::-1]]
        assert [task.looks for task in room.executor.tasks] == [tuple(looks)]
        rendered = {"engine": "mesh"}
        registry = room.metrics.registry
        assert registry.get_sample_value("mien_frames_rendered_total", rendered) == 2

    play(act)


def test_a_still_of_another_size_or_format_is_another_still(play: Play) -> None:
    async def act(room: Room) -> None:
        portrait = await room.portrait()
        await room.renderer.stills(portrait, [Look("sad")], RECIPE)
        for order in (replace(RECIPE, size=(64, 65)), replace(RECIPE, format="png")):
            (picture,) = await room.renderer.stills(portrait, [Look("sad")], order)
            assert not picture.cached

    play(act)


def test_a_picture_without_a_face_is_told_by_its_senders_name(play: Play) -> None:
    async def act(room: Room) -> None:
        portrait = await room.portrait()
        room.executor.fault = lambda path: NoFaceError(path, "no face was found")
        with pytest.raises(NoFaceError, match=r"^me\.png: no face was found$"):
            await room.renderer.stills(portrait, [Look("sad")], RECIPE)

    play(act)


def test_names_of_expressions_may_be_capitalised(play: Play) -> None:
    async def act(room: Room) -> None:
        assert room.renderer.expression(" Happy") == "happy"
        with pytest.raises(ExpressionError, match="there are neutral, happy"):
            room.renderer.expression("hungry")

    play(act)


@pytest.mark.parametrize("state", ["starting", "draining", "failed"])
def test_a_service_that_is_not_ready_says_when_to_come_again(play: Play, state: Any) -> None:
    async def act(room: Room) -> None:
        room.readiness.become(state, "so it is")
        with pytest.raises(BusyError, match=state) as busy:
            await room.portrait()
        assert busy.value.retry_after_s > 0

    play(act)
