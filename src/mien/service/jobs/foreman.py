"""Has jobs done, each in its turn, and writes down what becomes of them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field, replace
from typing import Any

from mien.errors import MienError, OutputError
from mien.service.clock import Clock
from mien.service.errors import InternalError, WorkerLostError
from mien.service.jobs import statements
from mien.service.jobs.bulletin import Bulletin
from mien.service.jobs.fair_queue import FairQueue
from mien.service.jobs.inputs import Inputs
from mien.service.jobs.ledger import Ledger
from mien.service.jobs.record import JobProgress, JobRecord
from mien.service.jobs.speed import Speed
from mien.service.jobs.workshop import Made, Workshop
from mien.service.problems import problem_of
from mien.service.shielding import finished, kept
from mien.service.tasks.jobs import WAITED_FOR
from mien.types import Progress

_DEATHS = 2
"""Workers that may end over one job."""
_CRASHES = 3
"""Times that the whole service may end over one job without a word."""
_BETWEEN_EVENTS_S = 0.2
_RECENT = 128
"""Ended jobs whose events are still known."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class LiveJob:
    """A job that waits or runs. working: what runs it; begun: which has come to run. unwanted:
    somebody has cancelled it. told_s: when its progress was last told. over: it has ended and that
    is written down, or the service ends."""

    record: JobRecord
    bulletin: Bulletin = field(default_factory=Bulletin)
    speed: Speed = field(default_factory=Speed)
    working: asyncio.Task[None] | None = None
    begun: bool = False
    unwanted: bool = False
    told_s: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Foreman:
    """Knows the jobs that have not ended. Used from one event loop."""

    def __init__(
        self,
        ledger: Ledger,
        workshop: Workshop,
        inputs: Inputs,
        queue: FairQueue,
        *,
        clock: Clock,
        slots: Callable[[], int],
        on_end: Callable[[JobRecord], None],
    ) -> None:
        """``slots``: how many may run at once. ``on_end``: told of every job that has ended."""
        self._ledger, self._workshop, self._inputs = ledger, workshop, inputs
        self.queue = queue
        self._clock, self._slots, self._on_end = clock, slots, on_end
        self._live: dict[str, LiveJob] = {}
        self._recent: OrderedDict[str, Bulletin] = OrderedDict()
        self._unwritten: dict[str, JobRecord] = {}
        self._working = False
        self._stopping = False

    @property
    def unfinished(self) -> Sequence[JobRecord]:
        """What waits or runs, of all owners."""
        return [live.record for live in self._live.values()]

    def live(self, id: str) -> LiveJob | None:
        """One of these."""
        return self._live.get(id)

    def latest(self, id: str) -> JobRecord | None:
        """What is known of a job beyond what is written down."""
        live = self._live.get(id)
        return live.record if live else self._unwritten.get(id)

    def bulletin(self, id: str) -> Bulletin | None:
        """Of a job that has not ended, or not long ago."""
        live = self._live.get(id)
        return live.bulletin if live else self._recent.get(id)

    async def take_up(self, left: Sequence[JobRecord]) -> None:
        """Go on with what an earlier run left, except for what nobody waits for any more, and what
        has ended the service too often."""
        await asyncio.to_thread(self._workshop.clear)
        await asyncio.to_thread(self._inputs.drop_all_but, {record.id for record in left})
        for record in left:
            if record.kind in WAITED_FOR:
                await self._end(self._known(record), state="cancelled")
            elif record.crashes >= _CRASHES:
                problem = f"the service ended {record.crashes} times while it worked on this job"
                failure = WorkerLostError(f"{problem}, so it is not tried again")
                await self._end(self._known(record), **_failed(failure))
            else:
                self.enlist(record)

    def enlist(self, record: JobRecord) -> None:
        """It waits its turn from now on."""
        self._known(record)
        self.queue.put(record.owner, record.id)
        self._pump()

    def forget(self, id: str) -> None:
        """Of a job that has ended."""
        self._unwritten.pop(id, None)
        self._recent.pop(id, None)

    def start(self) -> None:
        """Let jobs run."""
        self._working = True
        self._pump()

    async def cancel(self, live: LiveJob) -> JobRecord:
        """How it ended, which may be otherwise if it was too late."""
        if not live.unwanted:
            live.unwanted = True
            if live.working is None:  # it waits, or was interrupted
                self.queue.remove(live.record.owner, live.record.id)
                await kept(self._end(live, state="cancelled"))
            else:
                _stop(live)
        await live.over.wait()
        return live.record

    async def drain(self, seconds: float) -> None:
        """Begin nothing more, and let what runs go on for so long."""
        self._working = False
        for live in self._live.values():
            if live.working is None:
                live.bulletin.close()
        running = self._running()
        if running:
            await asyncio.wait(running, timeout=seconds)
        await self.interrupt()

    async def interrupt(self) -> None:
        """End what runs, to be run again after a restart."""
        self._working, self._stopping = False, True
        running = self._running()
        for live in self._live.values():
            _stop(live)
        if running:
            await asyncio.wait(running)
        for live in self._live.values():
            live.bulletin.close()
            live.over.set()

    def _running(self) -> list[asyncio.Task[None]]:
        return [live.working for live in self._live.values() if live.working is not None]

    def _pump(self) -> None:
        """Begin what can begin."""
        while self._working and len(self._running()) < self._slots():
            id = self.queue.take()
            if id is None:
                return
            live = self._live[id]
            work = self._work(live)
            # A context of its own: the request, or the other job, that this is begun by ends.
            live.working = asyncio.create_task(work, name=f"job {id}", context=Context())

    async def _work(self, live: LiveJob) -> None:
        live.begun = True
        try:
            await kept(self._end(live, **await self._outcome(live)))
        except asyncio.CancelledError:
            again = {"state": "queued", "started": None, "progress": JobProgress()}
            await kept(self._become(live, **again))
            if live.unwanted:
                await kept(self._end(live, state="cancelled"))
        except Exception:
            _log.exception("job %s", live.record.id)
        finally:
            live.working, live.begun = None, False
            self.queue.ended(live.record.owner)
            self._pump()

    async def _outcome(self, live: LiveJob) -> dict[str, Any]:
        """What it ended with. Raises CancelledError if it has not, and is to be run again."""
        try:
            if live.unwanted or self._stopping:
                raise asyncio.CancelledError
            await self._become(live, state="running", started=self._clock.now())
            return _succeeded(await self._make(live), live.record.progress)
        except asyncio.CancelledError:
            if live.unwanted:
                return {"state": "cancelled"}
            raise
        except MienError as error:
            return _failed(error)
        except Exception:
            _log.exception("job %s", live.record.id)
            return _failed(InternalError())

    async def _make(self, live: LiveJob) -> Made:
        """The result, by a second worker if the first one ends over it."""
        while True:
            try:
                return await self._workshop.make(live.record, lambda step: self._tell(live, step))
            except WorkerLostError as error:
                deaths = live.record.deaths + 1
                _log.warning("job %s: %s", live.record.id, error)
                await finished(self._become(live, deaths=deaths, progress=JobProgress()))
                if deaths >= _DEATHS:
                    problem = f"{error}; that happened {deaths} times, so it is not tried again"
                    raise WorkerLostError(problem) from None

    def _tell(self, live: LiveJob, step: Progress) -> None:
        now = time.monotonic()
        live.record = replace(live.record, progress=live.speed.at(now, step))
        if now - live.told_s >= _BETWEEN_EVENTS_S or step.done == step.total:
            live.told_s = now
            live.bulletin.publish("progress", live.record)

    async def _end(self, live: LiveJob, **changes: Any) -> None:
        """However its end can be written down, it is over."""
        ended = self._clock.now()
        if changes["state"] == "cancelled":
            changes["request"] = {}  # who cancels often shall not fill the disk
        try:
            await self._become(live, ended=ended, **changes)
        except Exception:
            _log.exception("job %s", live.record.id)
            await self._become(live, ended=ended, **_failed(InternalError()))
        finally:
            self._dismiss(live)
        await asyncio.to_thread(self._inputs.drop, live.record.id)
        self._on_end(live.record)

    def _dismiss(self, live: LiveJob) -> None:
        del self._live[live.record.id]
        self._recent[live.record.id] = live.bulletin
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        live.bulletin.close()
        live.over.set()

    def _known(self, record: JobRecord) -> LiveJob:
        live = self._live[record.id] = LiveJob(record)
        live.bulletin.publish("state", record)
        return live

    async def _become(self, live: LiveJob, **changes: Any) -> None:
        """Write it down, then tell. What cannot be written holds as long as the service runs."""
        record = replace(live.record, **changes)
        self._unwritten.pop(record.id, None)  # first: it must not be written after this
        try:
            await self._ledger.do(statements.change, record)
        except OutputError as error:
            _log.error("job %s is %s, which was not written: %s", record.id, record.state, error)
            self._unwritten[record.id] = record
        else:
            await self._catch_up()
        live.record = record
        if "state" in changes:
            live.bulletin.publish("state", record)

    async def _catch_up(self) -> None:
        """Write down what could not be written before, of each job what is known of it by then."""
        for id in [*self._unwritten]:
            record = self._unwritten.get(id)
            if record is None:
                continue
            try:
                await self._ledger.do(statements.change, record)
            except OutputError:
                return
            if self._unwritten.get(id) is record:
                del self._unwritten[id]


def _stop(live: LiveJob) -> None:
    """A task that has not begun would end without a word; it looks for itself when it begins."""
    if live.working is not None and live.begun:
        live.working.cancel()


def _succeeded(made: Made, last: JobProgress) -> dict[str, Any]:
    done = JobProgress(last.done, last.done, last.frames_per_second, 0.0)
    return {
        "state": "succeeded",
        "result_key": made.key,
        "result_type": made.media_type,
        "result_name": made.name,
        "report": made.report,
        "progress": done,
    }


def _failed(error: MienError) -> dict[str, Any]:
    status, code, detail = problem_of(error)
    return {"state": "failed", "problem": {"status": status, "code": code, "detail": detail}}
