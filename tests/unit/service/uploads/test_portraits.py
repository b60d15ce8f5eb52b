"""Tests of uploads as portraits."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Coroutine
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PIL import Image as PillowImage

from fakes.clips import moving_face, still_life, write_clip
from fakes.executing_here import ExecutingHere
from mien.errors import NoFaceError, UnreadableMediaError
from mien.service.errors import BusyError, ConflictError, NotFoundError, UnsupportedKindError
from mien.service.security.keys import LOCAL
from mien.service.tasks.stills import InspectTask
from mien.service.uploads.limits import UploadLimits
from mien.service.uploads.portraits import Portrait, Portraits
from mien.service.uploads.uploads import Uploads

pytestmark = pytest.mark.unit

LIMITS = UploadLimits(2_000_000, 4_000_000, 1_000_000, 10.0, 100)
R = TypeVar("R")


@pytest.fixture
def executor() -> ExecutingHere:
    return ExecutingHere()


@pytest.fixture
def uploads(tmp_path: Path, executor: ExecutingHere) -> Uploads:
    return Uploads(tmp_path / "uploads", LIMITS, executor)


@pytest.fixture
def portraits(uploads: Uploads, executor: ExecutingHere) -> Portraits:
    return Portraits(uploads, executor)


def run(work: Coroutine[Any, Any, R]) -> R:
    return asyncio.run(work)


def face() -> bytes:
    return files("mien").joinpath("data", "astronaut.png").read_bytes()


def grey() -> bytes:
    data = io.BytesIO()
    PillowImage.new("RGB", (64, 64), "grey").save(data, "PNG")
    return data.getvalue()


def add(portraits: Portraits, data: bytes, **how: Any) -> Portrait:
    return run(portraits.add(LOCAL, io.BytesIO(data), name="me.png", **how))


def kept(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_faces_are_found_once_and_noted(portraits: Portraits, executor: ExecutingHere) -> None:
    first = add(portraits, face())
    ((x, y, width, height),) = first.faces
    assert 150 < x < 200
    assert 50 < y < 90
    assert 80 < width < height < 140
    looked = len(executor.done)
    again = add(portraits, face())
    assert (again.faces, again.width) == (first.faces, 512)
    assert run(portraits.find(LOCAL, first.upload.id)).faces == first.faces
    assert [each.upload.id for each in run(portraits.all(LOCAL, 9))] == [first.upload.id]
    assert len(executor.done) == looked


def test_the_preview_is_a_small_jpeg(portraits: Portraits) -> None:
    id = add(portraits, face()).upload.id
    with PillowImage.open(io.BytesIO(run(portraits.preview(LOCAL, id)))) as picture:
        assert (picture.format, max(picture.size)) == ("JPEG", 256)


def test_what_came_another_way_is_looked_at_when_it_is_asked_for(
    portraits: Portraits, uploads: Uploads
) -> None:
    sent = uploads.receive(LOCAL, io.BytesIO(face()), name="", kinds=("picture",))
    upload = run(sent)
    assert run(portraits.all(LOCAL, 9)) == []
    assert run(portraits.preview(LOCAL, upload.id))[:2] == b"\xff\xd8"
    assert len(run(portraits.find(LOCAL, upload.id)).faces) == 1


def test_a_portrait_without_a_face_is_refused_and_not_kept(
    portraits: Portraits, tmp_path: Path
) -> None:
    with pytest.raises(NoFaceError, match=r"me\.png: no face was found"):
        add(portraits, grey())
    assert kept(tmp_path) == 0


def test_a_portrait_without_a_face_is_kept_when_that_is_wanted(portraits: Portraits) -> None:
    portrait = add(portraits, grey(), require_face=False)
    assert portrait.faces == ()
    with pytest.raises(NoFaceError):
        add(portraits, grey())
    assert run(portraits.find(LOCAL, portrait.upload.id)).faces == ()


def test_a_film_is_a_portrait_by_its_first_picture_with_a_face(
    portraits: Portraits, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "a.mp4", [*still_life(2), *moving_face(4)])
    portrait = add(portraits, clip.read_bytes())
    assert (portrait.kind, portrait.width, len(portrait.faces)) == ("film", 256, 1)


def test_a_film_without_a_face_is_refused(portraits: Portraits, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", still_life(3, 64)).read_bytes()
    with pytest.raises(NoFaceError):
        add(portraits, clip)
    assert add(portraits, clip, require_face=False).faces == ()


def test_a_picture_cut_short_is_told_and_not_kept(portraits: Portraits, tmp_path: Path) -> None:
    with pytest.raises(UnreadableMediaError, match=r"me\.png"):
        add(portraits, face()[:50_000])
    assert kept(tmp_path) == 0


def test_sounds_are_no_portraits(portraits: Portraits, uploads: Uploads) -> None:
    sound = files("mien").joinpath("data", "hello.ogg").read_bytes()
    with pytest.raises(UnsupportedKindError):
        add(portraits, sound)
    upload = run(uploads.receive(LOCAL, io.BytesIO(sound), name="", kinds=("sound",)))
    for asked in (portraits.find, portraits.preview, portraits.delete):
        with pytest.raises(NotFoundError):
            run(asked(LOCAL, upload.id))  # type: ignore[arg-type]


def test_one_that_could_not_be_looked_at_is_not_kept(
    portraits: Portraits, executor: ExecutingHere, tmp_path: Path
) -> None:
    executor.busy_at = InspectTask
    with pytest.raises(BusyError):
        add(portraits, grey())
    assert kept(tmp_path) == 0


def test_what_somebody_else_who_sent_it_wants_is_not_taken_back(
    uploads: Uploads, tmp_path: Path
) -> None:
    async def go(wanted: bool) -> None:
        sent = [
            await uploads.receive(
                LOCAL, io.BytesIO(grey()), name="", kinds=("picture",), on_trial=True
            )
            for _ in range(4)
        ]
        await uploads.take_back(sent[0])
        assert kept(tmp_path) == 2
        if wanted:
            uploads.accept(sent[1])
        for each in sent[1:]:
            await uploads.take_back(each)

    for wanted, files_left in ((False, 0), (True, 2)):
        run(go(wanted))
        assert kept(tmp_path) == files_left


class SentAgainMeanwhile(ExecutingHere):
    """Deletes what it is to look at, and sends it again before it says that it was not there."""

    def __init__(self) -> None:
        super().__init__()
        self.uploads: Uploads | None = None

    async def run(self, task: Any, **how: Any) -> Any:
        if self.uploads is not None and isinstance(task, InspectTask):
            uploads, self.uploads = self.uploads, None
            await uploads.delete(LOCAL, task.key)
            try:
                return await super().run(task, **how)
            finally:
                again = io.BytesIO(face())
                await uploads.receive(LOCAL, again, name="", kinds=("picture",), on_trial=True)
        return await super().run(task, **how)


def test_one_deleted_and_sent_again_while_it_is_looked_at_is_a_conflict(tmp_path: Path) -> None:
    executor = SentAgainMeanwhile()
    uploads = executor.uploads = Uploads(tmp_path / "uploads", LIMITS, executor)
    with pytest.raises(ConflictError, match="deleted meanwhile"):
        add(Portraits(uploads, executor), face())
    assert kept(tmp_path) == 2  # the second sender still tries it
