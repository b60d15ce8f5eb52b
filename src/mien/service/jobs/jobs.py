"""Jobs: taken in, written down, run in turn, followed, cancelled, kept."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from typing import Any

from mien.errors import MienError, OutputError
from mien.service.clock import Clock
from mien.service.errors import BusyError, NotFoundError, ReusedKeyError
from mien.service.jobs import statements
from mien.service.jobs.foreman import Foreman
from mien.service.jobs.inputs import Inputs
from mien.service.jobs.ledger import Ledger
from mien.service.jobs.record import JobEvent, JobRecord
from mien.service.jobs.retention import Retention
from mien.service.jobs.statements import Once
from mien.service.security.keys import Owner
from mien.service.shielding import kept
from mien.service.tasks.jobs import JobRequest

KEYS_COUNT_S = 24 * 3600.0
"""How long an Idempotency-Key is remembered."""
_USE_COUNTS_S = 600.0
"""How much later another use of a result must be to be written down."""
_TIDY_EVERY_S = 600.0
_log = logging.getLogger(__name__)


class Jobs:
    """What the routes know of jobs. Used from one event loop."""

    def __init__(
        self,
        ledger: Ledger,
        foreman: Foreman,
        inputs: Inputs,
        retention: Retention,
        clock: Clock,
    ) -> None:
        self._ledger, self._foreman, self._inputs = ledger, foreman, inputs
        self._retention, self._clock = retention, clock
        self._door = asyncio.Lock()
        self._leaving = False
        self._tidying: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Take up what an earlier run left. Raises OutputError."""
        await self._foreman.take_up(await self._ledger.do(statements.take_up))

    async def start(self) -> None:
        """Begin to work."""
        self._foreman.start()
        self._tidying = asyncio.create_task(self._tidy())

    async def submit(
        self, owner: Owner, request: JobRequest, *, idempotency_key: str | None = None
    ) -> JobRecord:
        """Write a job down; it will be done. The same key with the same request within 24 hours
        gives the same job again. It keeps its uploads until it ends, even when they are deleted.
        Raises BusyError, TooManyError; ReusedKeyError for a key used for another request;
        NotFoundError for an upload that has just gone; OutputError when it cannot be written
        down."""
        return await kept(self._submit(owner, request, idempotency_key))

    async def asked_before(
        self, owner: Owner, kind: str, options: dict[str, Any], idempotency_key: str
    ) -> JobRecord | None:
        """The job that the same request with this key has made within 24 hours. Raises
        ReusedKeyError."""
        return await self._same(owner, self._once(idempotency_key, kind, options))

    async def find(self, owner: Owner, id: str) -> JobRecord:
        """Raises NotFoundError."""
        known = self._foreman.latest(id) or await self._ledger.do(statements.find, owner, id)
        if known is None or known.owner != owner:
            raise NotFoundError("there is no such job; it may have been deleted")
        return known

    async def list(self, owner: Owner, limit: int = 50) -> Sequence[JobRecord]:
        """The newest first; their requests may be left out."""
        written = await self._ledger.do(statements.newest, owner, limit)
        return [self._foreman.latest(record.id) or record for record in written]

    async def cancel(self, owner: Owner, id: str) -> JobRecord:
        """End it, and return how it ended, which can be with success if it was too late; or forget
        a job that has ended, with its result, and return what was known of it. Raises
        NotFoundError."""
        record = await self.find(owner, id)
        if live := self._foreman.live(id):
            return await self._foreman.cancel(live)
        await kept(self._retention.discard(record))
        self._foreman.forget(id)
        return record

    async def events(self, owner: Owner, id: str, after: int = 0) -> AsyncGenerator[JobEvent]:
        """What has happened to a job since event ``after``, as far as it is kept, and what happens
        from now on, until it has ended or the service ends. Raises NotFoundError."""
        record = await self.find(owner, id)
        bulletin = self._foreman.bulletin(id)
        if bulletin is None:
            yield JobEvent(after + 1, "state", record)
            return
        async for event in bulletin.follow(after):
            yield event

    def all_told(self, record: JobRecord, after: int) -> bool:
        """Whether it has ended, and event ``after`` said so."""
        bulletin = self._foreman.bulletin(record.id)
        return record.has_ended and bulletin is not None and after == bulletin.number

    async def wait(self, owner: Owner, id: str) -> JobRecord:
        """Until it has ended, however. Raises NotFoundError, BusyError when the service ends
        first."""
        record = await self.find(owner, id)
        if live := self._foreman.live(id):
            await live.over.wait()
            record = live.record
        if not record.has_ended:
            raise BusyError("the service is being stopped; the job goes on when it is back", 10)
        return record

    async def note_use(self, record: JobRecord) -> None:
        """The result is asked for, so it is kept longer, if that can be written down."""
        now = self._clock.now()
        if now - (record.used or record.ended or now) >= _USE_COUNTS_S:
            with suppress(OutputError):
                await self._ledger.do(statements.note_use, record.id, now)

    @property
    def num_waiting(self) -> int:
        return len(self._foreman.queue)

    async def drain(self, seconds: float) -> None:
        """Take nothing more; let what runs go on for so long; what is left is run after a
        restart."""
        self._leaving = True
        await self._foreman.drain(seconds)

    async def close(self) -> None:
        """End what runs, to be run again after a restart."""
        self._leaving = True
        if self._tidying is not None:
            self._tidying.cancel()
            await asyncio.wait([self._tidying])
        await self._foreman.interrupt()
        await self._ledger.close()

    async def _submit(self, owner: Owner, request: JobRequest, key: str | None) -> JobRecord:
        once = None if key is None else self._once(key, request.kind, request.options)
        async with self._door:
            if once is not None and (same := await self._same(owner, once)):
                return same
            if self._leaving:
                raise BusyError("the service is being stopped; try again when it is back", 10)
            self._foreman.queue.check_room(owner)
            id = secrets.token_hex(16)
            record = JobRecord(
                id=id,
                owner=owner,
                kind=request.kind,
                request=request.options,
                state="queued",
                created=self._clock.now(),
                files=await asyncio.to_thread(self._inputs.keep, id, request.files),
            )
            try:
                await self._ledger.do(statements.add, record, once)
            except BaseException:
                await asyncio.to_thread(self._inputs.drop, id)
                raise
            self._foreman.enlist(record)
            return record

    async def _same(self, owner: Owner, once: Once) -> JobRecord | None:
        found = await self._ledger.do(statements.same, owner, once)
        if found is None:
            return None
        record, fingerprint = found
        if fingerprint != once.fingerprint:
            problem = "this Idempotency-Key was used for another request; take a new one"
            raise ReusedKeyError(problem)
        return self._foreman.latest(record.id) or record

    def _once(self, key: str, kind: str, options: dict[str, Any]) -> Once:
        return Once(key, _fingerprint(kind, options), self._clock.now() - KEYS_COUNT_S)

    async def _tidy(self) -> None:
        """Now and then, delete what is old or too much."""
        while True:
            try:
                await self._retention.clean_up(self._foreman.unfinished)
            except MienError as error:
                _log.error("what is old could not be deleted: %s", error)
            except Exception:
                _log.exception("what is old could not be deleted")
            await asyncio.sleep(_TIDY_EVERY_S)


def _fingerprint(kind: str, options: dict[str, Any]) -> str:
    said = json.dumps([kind, options], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
