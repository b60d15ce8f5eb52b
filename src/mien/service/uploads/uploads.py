"""Files that callers sent, kept by owner and content."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeAlias, TypeVar

from mien.errors import OutputError, TemplateError, UnreadableMediaError
from mien.service.errors import NotFoundError, TooLargeError, UnsupportedKindError
from mien.service.security.keys import Owner
from mien.service.shielding import finished
from mien.service.uploads.kinds import HEAD_BYTES, Form, form_of, is_heic
from mien.service.uploads.limits import UploadLimits
from mien.service.uploads.looking import LookTask, Sight
from mien.service.uploads.names import shown_name
from mien.service.uploads.patience import look
from mien.service.uploads.shelf import Measured, Shelf, measure
from mien.service.uploads.upload import Facts, Upload, UploadKind
from mien.service.workers.base import Executor

_THREADS = 4
_FAMILIES = {"film": "media", "sound": "media"}
P = ParamSpec("P")
R = TypeVar("R")
_Place: TypeAlias = tuple[Owner, str, float]
"""Owner, id and time: what is sent again after it was deleted is another file."""


class Uploads:
    """Kept in ``folder``/<owner>/<id>.<extension>; the content decides what a file is. The time of
    a file's last change is that of its last use."""

    def __init__(self, folder: Path, limits: UploadLimits, executor: Executor) -> None:
        """``executor``: where decoders look into what came."""
        self._limits, self._executor = limits, executor
        self._shelf = Shelf(folder)
        self._shelf.clear_up()
        self._moving = asyncio.Lock()
        self._on_trial: dict[_Place, int] = {}
        """How many try what was new with one of them."""
        self._threads = ThreadPoolExecutor(_THREADS, "mien-uploads")
        """For large files, which must not take the threads that everything else needs."""

    async def receive(
        self,
        owner: Owner,
        file: BinaryIO,
        *,
        name: str,
        kinds: Sequence[UploadKind],
        on_trial: bool = False,
    ) -> Upload:
        """Keep a file; the same again is the same upload. Raises UnsupportedKindError,
        TooLargeError, UnreadableMediaError, TemplateError, OutputError.

        ``file``: seekable; left open, wherever it stands then. ``on_trial``: to be followed by
        :meth:`accept` or :meth:`take_back`.
        """
        most = max(self._limits.bytes_of(kind) for kind in kinds)
        measured = await finished(self._in_thread(measure, file, most, HEAD_BYTES))
        async with self._moving:
            upload = await asyncio.to_thread(self._shelf.use, owner, measured.id)
            if upload is not None:
                _check_kind(upload.kind, upload.facts, kinds)
                return self._claimed(upload, on_trial)
        form = _form(measured, kinds)
        if form.family == "picture" and measured.size > self._limits.picture_bytes:
            most_mb = self._limits.picture_bytes / 1e6
            raise TooLargeError(f"the picture has more than {most_mb:g} MB; make it smaller")
        part = self._shelf.part(owner)
        try:
            await finished(self._in_thread(self._shelf.take, file, part))
            sight = await self._look(owner, part, form, shown_name(name) or "the file")
            _check_kind(sight.kind, sight.facts, kinds)
            self._limits.check(sight.facts)
            upload = _upload(self._shelf, owner, measured, form, sight, shown_name(name))
            return await self._keep(part, upload, on_trial)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    async def find(self, owner: Owner, id: str) -> Upload:
        """Raises NotFoundError, also for what is somebody else's. Counts as used now."""
        upload = await asyncio.to_thread(self._shelf.use, owner, id)
        if upload is None:
            raise NotFoundError("there is no such upload; send the file again")
        self.accept(upload)
        return upload

    async def holds(self, upload: Upload) -> bool:
        """Whether this very file is still here; one that was deleted and sent again is another."""
        same = await asyncio.to_thread(self._shelf.find, upload.owner, upload.id)
        return same is not None and _place(same) == _place(upload)

    def accept(self, upload: Upload) -> None:
        """It stays, whoever takes it back."""
        self._on_trial.pop(_place(upload), None)

    async def take_back(self, upload: Upload) -> None:
        """Delete what was received on trial, unless it was here before, was accepted, or somebody
        else who sent it still tries it. Raises OutputError."""
        async with self._moving:
            place = _place(upload)
            if place not in self._on_trial:
                return
            self._on_trial[place] -= 1
            if not self._on_trial[place]:
                del self._on_trial[place]
                if await self.holds(upload):
                    await finished(asyncio.to_thread(self._shelf.delete, upload.owner, upload.id))

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

    async def _look(self, owner: Owner, part: Path, form: Form, name: str) -> Sight:
        """Its complaints call the file by its sender's name."""
        task = LookTask(part, form.family, self._limits.duration_s, self._limits.pixels)
        kind: UploadKind = "film" if form.family == "media" else form.family
        try:
            return await look(self._executor, task, kind=kind, owner=owner, name=name)
        except (UnreadableMediaError, TemplateError) as error:
            problem = str(error).removeprefix(f"{part}: ")
            raise type(error)(name, problem) from None

    async def _keep(self, part: Path, upload: Upload, on_trial: bool) -> Upload:
        async with self._moving:
            same = await asyncio.to_thread(self._shelf.find, upload.owner, upload.id)
            if same is None:  # else it came twice at the same time
                await self._put(part, upload)
                if on_trial:
                    self._on_trial[_place(upload)] = 0
            return self._claimed(same or upload, on_trial)

    async def _put(self, part: Path, upload: Upload) -> None:
        """All of it or, cancelled, nothing."""
        try:
            await finished(asyncio.to_thread(self._shelf.put, part, upload))
        except BaseException:
            with suppress(OutputError):
                await finished(asyncio.to_thread(self._shelf.delete, upload.owner, upload.id))
            raise

    def _claimed(self, upload: Upload, on_trial: bool) -> Upload:
        """Noted whether one more tries it, or it stays."""
        place = _place(upload)
        if not on_trial:
            self.accept(upload)
        elif place in self._on_trial:
            self._on_trial[place] += 1
        return upload

    async def _in_thread(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        work = partial(call, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _place(upload: Upload) -> _Place:
    return upload.owner, upload.id, upload.created


def _upload(
    shelf: Shelf, owner: Owner, measured: Measured, form: Form, sight: Sight, name: str
) -> Upload:
    only_sound = sight.kind == "sound"
    extension = (form.sound_extension if only_sound else "") or form.extension
    return Upload(
        id=measured.id,
        owner=owner,
        kind=sight.kind,
        path=shelf.place(owner, measured.id, extension),
        size=measured.size,
        media_type=(form.sound_type if only_sound else "") or form.media_type,
        name=name,
        facts=sight.facts,
        created=time.time(),
        new=True,
    )


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
