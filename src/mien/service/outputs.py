"""Stills that are kept for their callers to fetch."""

from __future__ import annotations

import re
import secrets

from mien.service.errors import NotFoundError
from mien.service.rendering.frames import MEDIA_TYPES
from mien.service.security.keys import Owner
from mien.service.store.results import ResultStore, Stored
from mien.service.tasks.stills import StillFormat

_NAME = re.compile(rf"[0-9a-f]{{32}}\.({'|'.join(MEDIA_TYPES)})", re.ASCII)


class Outputs:
    """In the store as ``outputs/<owner>/<name>``, the names random, and for their owners only."""

    def __init__(self, store: ResultStore) -> None:
        self._store = store

    async def keep(self, owner: Owner, picture: bytes, form: StillFormat) -> str:
        """The new name of a picture. Raises OutputError when there is no room for it."""
        name = f"{secrets.token_hex(16)}.{form}"
        await self._store.put(_key(owner, name), picture)
        return name

    async def find(self, owner: Owner, name: str) -> tuple[Stored, str]:
        """Where it lies, and its media type. Raises NotFoundError, also for what is somebody
        else's and for names that this never gave."""
        known = _NAME.fullmatch(name)
        if known is None:
            raise NotFoundError("there is no such output")
        stored = await self._store.head(_key(owner, name))
        return stored, MEDIA_TYPES[known[1]]  # type: ignore[index]

    async def delete(self, owner: Owner, name: str) -> None:
        """Raises NotFoundError."""
        stored, _ = await self.find(owner, name)
        await self._store.delete(stored.key)


def _key(owner: Owner, name: str) -> str:
    return f"outputs/{owner}/{name}"
