"""Uploads as portraits: the faces in them, and a small picture to show."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Literal, TypeAlias

from mien.errors import NoFaceError, OutputError, UnreadableMediaError
from mien.service.errors import ConflictError, NotFoundError
from mien.service.security.keys import Owner
from mien.service.shielding import finished
from mien.service.tasks.stills import Inspected, InspectTask
from mien.service.uploads.first_sight import FilmSightTask
from mien.service.uploads.patience import look
from mien.service.uploads.upload import Upload, UploadKind
from mien.service.uploads.uploads import Uploads
from mien.service.workers.base import Executor

PORTRAIT_KINDS: tuple[UploadKind, ...] = ("picture", "film")
_FACES, _PREVIEW = ".faces.json", ".preview.jpg"
Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Portrait:
    """kind: of the upload. faces: left, top, width, height in its pixels, the largest first; of a
    film those in its first picture that shows any."""

    upload: Upload
    kind: Literal["picture", "film"]
    width: int
    height: int
    faces: tuple[Box, ...]


class Portraits:
    """Faces are looked for once, in a worker, and noted beside the file."""

    def __init__(self, uploads: Uploads, executor: Executor) -> None:
        self._uploads, self._executor = uploads, executor

    async def add(
        self, owner: Owner, file: BinaryIO, *, name: str, require_face: bool = True
    ) -> Portrait:
        """Keep a portrait; one that cannot be used is not kept. Raises NoFaceError and what
        :meth:`Uploads.receive` raises."""
        upload = await self._uploads.receive(
            owner, file, name=name, kinds=PORTRAIT_KINDS, on_trial=True
        )
        try:
            portrait = await self._seen(upload)
            if require_face and not portrait.faces:
                problem = (
                    "no face was found; send a picture of a face seen from the front, or "
                    "require_face=false if jobs will say where it is"
                )
                raise NoFaceError(upload.name or "the file", problem)
        except BaseException:  # also when it is cancelled, or there is no room to look at it now
            with suppress(OutputError):
                await finished(self._uploads.take_back(upload))
            raise
        self._uploads.accept(upload)
        return portrait

    async def find(self, owner: Owner, id: str) -> Portrait:
        """Raises NotFoundError."""
        return await self._seen(await self._upload(owner, id))

    async def preview(self, owner: Owner, id: str) -> bytes:
        """A small JPEG. Raises NotFoundError."""
        upload = await self._upload(owner, id)
        kept = await self._uploads.noted(upload, _PREVIEW)
        return kept or (await self._inspect(upload)).preview

    async def all(self, owner: Owner, most: int) -> list[Portrait]:
        """The newest first, without those that nobody has looked at yet."""
        portraits: list[Portrait] = []
        for upload in await self._uploads.list(owner, PORTRAIT_KINDS):
            if len(portraits) == most:
                break
            if (known := await self._known(upload)) is not None:
                portraits.append(known)
        return portraits

    async def delete(self, owner: Owner, id: str) -> None:
        """Raises NotFoundError."""
        await self._uploads.delete(owner, (await self._upload(owner, id)).id)

    async def _upload(self, owner: Owner, id: str) -> Upload:
        upload = await self._uploads.find(owner, id)
        if upload.kind not in PORTRAIT_KINDS:
            raise NotFoundError("there is no such portrait; send the file again")
        return upload

    async def _seen(self, upload: Upload) -> Portrait:
        known = await self._known(upload)
        if known is not None:
            return known
        seen = await self._inspect(upload)
        return Portrait(upload, _kind(upload), seen.width, seen.height, seen.faces)

    async def _known(self, upload: Upload) -> Portrait | None:
        noted = await self._uploads.noted(upload, _FACES)
        if noted is None:
            return None
        said = json.loads(noted)
        faces = tuple((x, y, width, height) for x, y, width, height in said["faces"])
        return Portrait(upload, _kind(upload), said["width"], said["height"], faces)

    async def _inspect(self, upload: Upload) -> Inspected:
        """Its complaints call the file by its sender's name."""
        kind, name = upload.kind, upload.name or "the file"
        task = (FilmSightTask if kind == "film" else InspectTask)(upload.path, upload.id)
        try:
            seen = await look(self._executor, task, kind=kind, owner=upload.owner, name=name)
        except UnreadableMediaError as error:
            if not await self._uploads.holds(upload):
                raise ConflictError("it was deleted meanwhile; send the file again") from None
            problem = str(error).removeprefix(f"{error.path}: ")
            raise UnreadableMediaError(name, problem) from None
        said = {"width": seen.width, "height": seen.height, "faces": seen.faces}
        await self._uploads.note(upload, _PREVIEW, seen.preview)
        await self._uploads.note(upload, _FACES, json.dumps(said).encode())
        return seen


def _kind(upload: Upload) -> Literal["picture", "film"]:
    return "film" if upload.kind == "film" else "picture"
