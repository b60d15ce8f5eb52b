"""Files that callers sent, kept by owner and content."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from mien.errors import TemplateError, UnreadableMediaError
from mien.service.errors import (
    NotFoundError,
    TooLargeError,
    UnsupportedKindError,
    WorkerLostError,
)
from mien.service.security.keys import Owner
from mien.service.shielding import finished
from mien.service.uploads.kinds import HEAD_BYTES, Form, form_of, is_heic
from mien.service.uploads.limits import UploadLimits
from mien.service.uploads.looking import LookTask, Sight
from mien.service.uploads.names import shown_name
from mien.service.uploads.shelf import Measured, Shelf, measure
from mien.service.uploads.upload import Facts, Upload, UploadKind
from mien.service.workers.base import Executor

_FAMILIES = {"film": "media", "sound": "media"}


class Uploads:
    """Kept in ``folder``/<owner>/<id>.<extension>; the content decides what a file is. The time of
    a file's last change is that of its last use."""

    def __init__(self, folder: Path, limits: UploadLimits, executor: Executor) -> None:
        """``executor``: where decoders look into what came."""
        self._limits, self._executor = limits, executor
        self._shelf = Shelf(folder)
        self._shelf.clear_up()
        self._moving = asyncio.Lock()

    async def receive(
        self, owner: Owner, file: BinaryIO, *, name: str, kinds: Sequence[UploadKind]
    ) -> Upload:
        """Keep a file; the same again is the same upload. Raises UnsupportedKindError,
        TooLargeError, UnreadableMediaError, TemplateError, OutputError.

        ``file``: seekable; left open, wherever it stands then.
        """
        most = max(self._limits.bytes_of(kind) for kind in kinds)
        measured = await finished(asyncio.to_thread(measure, file, most, HEAD_BYTES))
        upload = await asyncio.to_thread(self._shelf.use, owner, measured.id)
        if upload is not None:
            _check_kind(upload.kind, upload.facts, kinds)
            return upload
        form = _form(measured, kinds)
        if form.family == "picture" and measured.size > self._limits.picture_bytes:
            most_mb = self._limits.picture_bytes / 1e6
            raise TooLargeError(f"the picture has more than {most_mb:g} MB; make it smaller")
        part = self._shelf.part(owner)
        try:
            await finished(asyncio.to_thread(self._shelf.take, file, part))
            sight = await self._look(part, form, shown_name(name) or "the file")
            _check_kind(sight.kind, sight.facts, kinds)
            self._limits.check(sight.facts)
            return await self._keep(owner, part, measured, form, sight, shown_name(name))
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    async def find(self, owner: Owner, id: str) -> Upload:
        """Raises NotFoundError, also for what is somebody else's. Counts as used now."""
        upload = await asyncio.to_thread(self._shelf.use, owner, id)
        if upload is None:
            raise NotFoundError("there is no such upload; send the file again")
        return upload

    async def list(self, owner: Owner, kinds: Sequence[UploadKind]) -> Sequence[Upload]:
        """All of these kinds, the newest first."""
        found = await asyncio.to_thread(lambda: [*self._shelf.all(owner)])
        wanted = (upload for upload in found if upload.kind in kinds)
        return sorted(wanted, key=lambda upload: upload.created, reverse=True)

    async def delete(self, owner: Owner, id: str) -> None:
        """Whoever reads it now can go on. Raises NotFoundError."""
        async with self._moving:
            was_there = await finished(asyncio.to_thread(self._shelf.delete, owner, id))
        if not was_there:
            raise NotFoundError("there is no such upload")

    async def note(self, upload: Upload, suffix: str, data: bytes) -> None:
        """Keep what was found out about an upload as long as the upload itself; nothing for one
        that was deleted meanwhile. Raises OutputError."""
        async with self._moving:
            if await asyncio.to_thread(self._shelf.find, upload.owner, upload.id) is not None:
                await finished(asyncio.to_thread(self._shelf.note, upload, suffix, data))

    async def noted(self, upload: Upload, suffix: str) -> bytes | None:
        """What was kept so."""
        return await asyncio.to_thread(self._shelf.noted, upload, suffix)

    async def _look(self, part: Path, form: Form, name: str) -> Sight:
        """Its complaints call the file by its sender's name."""
        task = LookTask(part, form.family, self._limits.duration_s)
        try:
            return await self._executor.run(task, lane="quick")
        except WorkerLostError:
            raise UnreadableMediaError(name, "makes its decoder fail; save it anew") from None
        except (UnreadableMediaError, TemplateError) as error:
            problem = str(error).removeprefix(f"{part}: ")
            raise type(error)(name, problem) from None

    async def _keep(
        self, owner: Owner, part: Path, measured: Measured, form: Form, sight: Sight, name: str
    ) -> Upload:
        only_sound = sight.kind == "sound"
        extension = (form.sound_extension if only_sound else "") or form.extension
        upload = Upload(
            id=measured.id,
            owner=owner,
            kind=sight.kind,
            path=self._shelf.place(owner, measured.id, extension),
            size=measured.size,
            media_type=(form.sound_type if only_sound else "") or form.media_type,
            name=name,
            facts=sight.facts,
            created=time.time(),
            new=True,
        )
        async with self._moving:
            same = await asyncio.to_thread(self._shelf.find, owner, measured.id)
            if same is not None:  # it came twice at the same time
                return same
            await finished(asyncio.to_thread(self._shelf.put, part, upload))
        return upload


def _form(measured: Measured, kinds: Sequence[UploadKind]) -> Form:
    if measured.size == 0:
        raise UnreadableMediaError("the file", "is empty (0 bytes)")
    form = form_of(measured.head)
    if form is None:
        if is_heic(measured.head):
            raise UnsupportedKindError("HEIC pictures cannot be read; save it as JPEG or PNG")
        raise UnsupportedKindError(f"the file is none of what is taken here: {_listed(kinds)}")
    families = {_FAMILIES.get(kind, kind) for kind in kinds}
    if form.family not in families and not (form.extension == ".gif" and "film" in kinds):
        raise UnsupportedKindError(f"{form.media_type} is not taken here: {_listed(kinds)}")
    return form


def _check_kind(kind: UploadKind, facts: Facts, kinds: Sequence[UploadKind]) -> None:
    """A picture that moves serves as a film, too."""
    moves = facts.num_frames is not None
    if not (kind in kinds or (kind == "picture" and moves and "film" in kinds)):
        raise UnsupportedKindError(f"a {kind} is not taken here: {_listed(kinds)}")


def _listed(kinds: Sequence[UploadKind]) -> str:
    return "give a " + " or a ".join(kinds)
