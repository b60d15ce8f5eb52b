"""What is deleted when: by age and, where there is too much, the longest unused of who has most."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mien.errors import MienError
from mien.service.clock import Clock
from mien.service.errors import NotFoundError
from mien.service.jobs import statements
from mien.service.jobs.ledger import Ledger
from mien.service.jobs.record import JobRecord
from mien.service.security.keys import Owner
from mien.service.store.results import ResultStore
from mien.service.uploads.uploads import Uploads

_UNFINISHED_S = 3600.0
"""What nobody has written to for so long will not be finished."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that can be deleted. name: its key in the store or, if it is an upload, its id.
    age_s: since its last use, negative if a clock went back. job: whose result it is. paths: the
    files of an upload."""

    name: str
    owner: Owner
    size: int
    age_s: float
    job: str | None = None
    paths: tuple[Path, ...] = ()


def too_old_or_too_much(
    things: Iterable[Kept], *, max_age_s: float, max_bytes: int
) -> Sequence[Kept]:
    """What is to go: all that is older and, while the rest is larger, the oldest of the owner who
    has most of it."""
    goes: list[Kept] = []
    stays: dict[Owner, list[Kept]] = defaultdict(list)
    for thing in sorted(things, key=lambda each: each.age_s):
        (goes if thing.age_s > max_age_s else stays[thing.owner]).append(thing)
    held = {owner: sum(each.size for each in own) for owner, own in stays.items()}
    while sum(held.values()) > max_bytes:
        owner = max(held, key=held.__getitem__)
        goes.append(stays[owner].pop())
        held[owner] -= goes[-1].size
    return goes


class Retention:
    """Results of jobs and their records, outputs, and uploads."""

    def __init__(
        self,
        ledger: Ledger,
        store: ResultStore,
        uploads: Uploads,
        uploads_folder: Path,
        clock: Clock,
        *,
        max_age_s: float,
        max_bytes: int,
    ) -> None:
        self._ledger, self._store, self._clock = ledger, store, clock
        self._uploads, self._uploads_folder = uploads, uploads_folder
        self._max_age_s, self._max_bytes = max_age_s, max_bytes

    async def clean_up(self, unfinished: Sequence[JobRecord]) -> None:
        """Delete what is due. ``unfinished``: jobs whose results may just be put. Raises
        OutputError."""
        await self._store.remove_leftovers(self._clock.earliest() - _UNFINISHED_S)
        at_work = {record.id for record in unfinished}
        things = [thing async for thing in self._stored(at_work)]
        things += await asyncio.to_thread(self._sent)
        due = too_old_or_too_much(things, max_age_s=self._max_age_s, max_bytes=self._max_bytes)
        for thing in due:
            await self._delete(thing)
        before = self._clock.earliest() - self._max_age_s
        await self._ledger.do(statements.forget_old, before)
        if due:
            _log.info("deleted %d things that were old or too much", len(due))

    async def discard(self, record: JobRecord) -> None:
        """Delete the result of a job that has ended, and what is known of it."""
        if record.result_key is not None:
            await self._store.delete(record.result_key)
        await self._ledger.do(statements.forget, [record.id])

    async def _stored(self, at_work: Collection[str]) -> AsyncIterator[Kept]:
        uses = await self._ledger.do(statements.last_uses)
        for place in ("results", "outputs"):
            async for stored in self._store.list(place):
                job, used = uses.get(stored.key, (None, stored.modified))
                if Path(stored.key).stem not in at_work:
                    owner = Owner(Path(stored.key).parent.name)
                    yield Kept(stored.key, owner, stored.size, self._clock.age(used), job)

    def _sent(self) -> list[Kept]:
        folders = [path for path in _entries(self._uploads_folder) if path.is_dir()]
        return [thing for folder in folders for thing in self._sent_by(Owner(folder.name), folder)]

    def _sent_by(self, owner: Owner, folder: Path) -> Iterator[Kept]:
        """An upload is all files that are called after its id."""
        paths: dict[str, list[Path]] = defaultdict(list)
        for path in _entries(folder):
            id = path.name.partition(".")[0]
            if id:
                paths[id].append(path)
        for id, own in paths.items():
            size, age_s = self._measured(own)
            yield Kept(id, owner, size, age_s, paths=tuple(own))

    def _measured(self, paths: Iterable[Path]) -> tuple[int, float]:
        """Bytes of the files that are there, and seconds since the last of them was used."""
        size, used = 0, 0.0
        for path in paths:
            with suppress(OSError):
                facts = path.stat()
                size += facts.st_size
                used = max(used, facts.st_mtime)
        return size, self._clock.age(used)

    async def _delete(self, thing: Kept) -> None:
        try:
            if thing.paths:
                _, age_s = await asyncio.to_thread(self._measured, thing.paths)
                if age_s >= thing.age_s:  # not used meanwhile, by a new job for one
                    await self._uploads.delete(thing.owner, thing.name)
                return
            await self._store.delete(thing.name)
            if thing.job is not None:
                await self._ledger.do(statements.forget, [thing.job])
        except NotFoundError:
            return
        except MienError as error:
            _log.error("%s could not be deleted: %s", thing.name, error)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
