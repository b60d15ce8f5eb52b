"""From an upload, or the hash of one, to encoded stills."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fastapi import UploadFile

from mien.engines.settings import EngineSettings
from mien.errors import InputError, NoFaceError, OptionError, UnreadableMediaError
from mien.motion.expressions import Expression, find_expression
from mien.service.errors import BusyError, NotFoundError
from mien.service.observing import Metrics
from mien.service.readiness import Readiness
from mien.service.rendering.frames import FrameKey, Frames, Picture, Recipe
from mien.service.security.keys import Owner
from mien.service.tasks.stills import Look, Still, StillsTask
from mien.service.uploads.upload import Upload
from mien.service.uploads.uploads import Uploads
from mien.service.workers.base import Executor

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SOON_S = 2


class Renderer:
    """Stills through the executor and the cache of frames. expressions: all there are, read when
    the service starts."""

    def __init__(
        self,
        executor: Executor,
        uploads: Uploads,
        metrics: Metrics,
        readiness: Readiness,
        *,
        expressions: Mapping[str, Expression],
        cache_mb: int,
    ) -> None:
        self.expressions = expressions
        self._executor, self._uploads = executor, uploads
        self._metrics, self._readiness = metrics, readiness
        self._frames = Frames(cache_mb * 1_000_000, metrics)

    async def portrait(
        self,
        owner: Owner,
        *,
        file: UploadFile | None,
        image_hash: str | None,
        field: str = "source_image",
    ) -> Upload:
        """The picture that came along as ``field`` or was sent before.

        Raises BusyError unless the service is ready; OptionError unless exactly one is given;
        NotFoundError for a hash that is not known to be the caller's; what
        :meth:`Uploads.receive` raises.
        """
        self.check_ready()
        if (file is None) == (image_hash is None):
            problem = "give it, or image_hash of one sent before; just one of the two"
            raise OptionError(field, problem)
        if file is not None:
            name = file.filename or field
            return await self._uploads.receive(owner, file.file, name=name, kinds=("picture",))
        return await self._sent_before(owner, str(image_hash).lower(), field)

    def expression(self, name: str) -> str:
        """The name of a known expression, however it is capitalised. Raises ExpressionError, which
        names all there are."""
        return find_expression(self.expressions, name.strip().lower()).name

    async def stills(
        self, portrait: Upload, looks: Sequence[Look], recipe: Recipe
    ) -> tuple[Picture, ...]:
        """A picture of each look, in order. What was rendered before is taken from the cache; what
        somebody else is waiting for is waited for. Cancelling ends what nobody else waits for.

        Raises InputError for a picture without a face; what :meth:`Executor.run` raises.
        """
        told = repr(recipe)
        keys = [FrameKey(portrait.owner, portrait.id, f"{look!r} {told}", look) for look in looks]

        async def make(keys: Sequence[FrameKey]) -> Sequence[Still]:
            return await self._render(portrait, [key.look for key in keys], recipe)

        return await self._frames.get(keys, make)

    async def _render(
        self, portrait: Upload, looks: Sequence[Look], recipe: Recipe
    ) -> Sequence[Still]:
        task = StillsTask(
            portrait.path, portrait.id, tuple(looks), recipe.engine, recipe.size, recipe.face,
            recipe.format, recipe.quality,
        )  # fmt: skip
        try:
            stills = await self._executor.run(task, lane="quick", owner=portrait.owner)
        except (UnreadableMediaError, NoFaceError) as error:
            raise _about_the_picture(error, portrait) from None
        self._count(stills, recipe.engine)
        return stills

    def _count(self, stills: Sequence[Still], engine: EngineSettings) -> None:
        self._metrics.frames.labels(engine.name).inc(len(stills))
        seconds = self._metrics.frame_seconds.labels(engine.name)
        for still in stills:
            seconds.observe(still.ms / 1000)

    async def _sent_before(self, owner: Owner, image_hash: str, field: str) -> Upload:
        if _HASH.fullmatch(image_hash):
            try:
                upload = await self._uploads.find(owner, image_hash)
            except NotFoundError:
                pass
            else:
                if upload.kind == "picture":
                    return upload
        problem = f"no such picture was sent, or it was deleted; send it again as {field}"
        raise NotFoundError(f"image_hash: {problem}")

    def check_ready(self) -> None:
        """Raises BusyError unless the service is ready."""
        if self._readiness.state != "ready":
            problem = f"the service is {self._readiness.state}: {self._readiness.reason}"
            raise BusyError(problem, retry_after_s=_SOON_S)


def _about_the_picture(error: UnreadableMediaError | NoFaceError, portrait: Upload) -> InputError:
    """The same, in the caller's name for the file; ours says nothing to it."""
    if error.path != str(portrait.path):
        return error
    return type(error)(portrait.name, str(error).removeprefix(f"{error.path}: "))
