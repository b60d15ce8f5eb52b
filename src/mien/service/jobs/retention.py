"""What is deleted when: by age, and the longest unused first where there is too much."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
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
    """Something that can be deleted. name: its key in the store or, if it is an upload of
    ``owner``, its id. age_s: since its last use, negative if a clock went back. job: whose result
    it is."""

    name: str
    size: int
    age_s: float
    owner: Owner | None = None
    job: str | None = None


def too_old_or_too_much(
    things: Iterable[Kept], *, max_age_s: float, max_bytes: int
) -> Sequence[Kept]:
    """What is to go: all that is older and, if the rest is larger, of that the oldest."""
    goes, total = [], 0
    for thing in sorted(things, key=lambda each: each.age_s):
        total += thing.size
        if thing.age_s > max_age_s or total > max_bytes:
            goes.append(thing)
            total -= thing.size
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
        """Delete what is due. ``unfinished``: jobs whose uploads must stay. Raises OutputError."""
        await self._store.remove_leftovers(_UNFINISHED_S)
        in_use = {(record.owner, id) for record in unfinished for id in record.files}
        at_work = {record.id for record in unfinished}
        things = [thing async for thing in self._stored(at_work)]
        things += await asyncio.to_thread(self._sent, in_use)
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
                    yield Kept(stored.key, stored.size, self._clock.age(used), job=job)

    def _sent(self, in_use: Collection[tuple[Owner, str]]) -> list[Kept]:
        folders = [path for path in _entries(self._uploads_folder) if path.is_dir()]
        return [
            thing
            for folder in folders
            for thing in self._sent_by(Owner(folder.name), folder)
            if (thing.owner, thing.name) not in in_use
        ]

    def _sent_by(self, owner: Owner, folder: Path) -> Iterator[Kept]:
        """An upload is all files that are called after its id."""
        sizes: dict[str, int] = defaultdict(int)
        times: dict[str, float] = defaultdict(float)
        for path in _entries(folder):
            id = path.name.partition(".")[0]
            if id:
                try:
                    facts = path.stat()
                except OSError:
                    continue  # it has gone
                sizes[id] += facts.st_size
                times[id] = max(times[id], facts.st_mtime)
        for id, size in sizes.items():
            yield Kept(id, size, self._clock.age(times[id]), owner)

    def _is_untouched(self, owner: Owner, thing: Kept) -> bool:
        """Whether an upload was not used since it was looked at, by a new job for one."""
        sent = self._sent_by(owner, self._uploads_folder / owner)
        return any(each.name == thing.name and each.age_s >= thing.age_s for each in sent)

    async def _delete(self, thing: Kept) -> None:
        try:
            if thing.owner is not None:
                if await asyncio.to_thread(self._is_untouched, thing.owner, thing):
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
