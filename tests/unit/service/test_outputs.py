from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mien.service.errors import NotFoundError
from mien.service.outputs import Outputs
from mien.service.security.keys import LOCAL, Owner
from mien.service.store.results import ResultStore

pytestmark = pytest.mark.unit
OTHER = Owner("somebody")


def test_a_kept_picture_is_found_by_its_owner_alone(tmp_path: Path) -> None:
    async def scene() -> None:
        outputs = Outputs(ResultStore.open(str(tmp_path)))
        name = await outputs.keep(LOCAL, b"picture", "jpg")
        stored, media_type = await outputs.find(LOCAL, name)
        assert (stored.size, media_type) == (7, "image/jpeg")
        for attempt in (outputs.find(OTHER, name), outputs.delete(OTHER, name)):
            with pytest.raises(NotFoundError):
                await attempt

    asyncio.run(scene())


def test_a_deleted_picture_is_gone_and_cannot_be_deleted_again(tmp_path: Path) -> None:
    async def scene() -> None:
        outputs = Outputs(ResultStore.open(str(tmp_path)))
        name = await outputs.keep(LOCAL, b"picture", "png")
        await outputs.delete(LOCAL, name)
        with pytest.raises(NotFoundError):
            await outputs.delete(LOCAL, name)
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]

    asyncio.run(scene())


def test_names_tell_nothing_and_never_come_twice(tmp_path: Path) -> None:
    async def scene() -> None:
        outputs = Outputs(ResultStore.open(str(tmp_path)))
        names = {await outputs.keep(LOCAL, b"same", "webp") for _ in range(20)}
        assert len(names) == 20

    asyncio.run(scene())


@pytest.mark.parametrize(
    "name",
    ["", "..", "../keys.json", "a.png", "0" * 32, "0" * 32 + ".exe", "0" * 32 + ".png/../x", "0\n"],
)
def test_names_that_were_never_given_are_not_found(tmp_path: Path, name: str) -> None:
    outputs = Outputs(ResultStore.open(str(tmp_path)))
    with pytest.raises(NotFoundError):
        asyncio.run(outputs.find(LOCAL, name))
