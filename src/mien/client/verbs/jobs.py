"""Jobs: submitted, looked at, followed, cancelled, fetched."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from mien.client.answers import Job, body_of, job_of, list_in, unexpected
from mien.client.exchange import Answer, Call, Emit, Event, Flow, NextEvent, Open, Pause
from mien.client.retrying import Retries, patiently
from mien.client.saving import save
from mien.client.verbs.uploads import path_of
from mien.errors import ApiConnectionError, ApiError

JOBS = "/v1/jobs"
_RESTART_RETRIES = 9
"""About half a minute by default: jobs go on after a restart of the service, so who follows one
waits for that."""
Seen: TypeAlias = Callable[[Job], Emit | None]
"""Is told of a job, and may say what is to be emitted."""


def _unseen(job: Job) -> None:
    return None


def submit(
    kind: str, options: Mapping[str, Any], idempotency_key: str | None, retries: Retries
) -> Flow[Job]:
    """Always with a key, so that a request whose answer was lost makes no second job."""
    headers = {"Idempotency-Key": idempotency_key or secrets.token_hex(16)}
    call = Call("POST", JOBS, json={"kind": kind} | dict(options), headers=headers)
    answer = yield from patiently(call, retries)
    return job_of(body_of(answer))


def get(id: str, retries: Retries) -> Flow[Job]:
    answer = yield from patiently(Call("GET", path_of(JOBS, id)), retries)
    return job_of(body_of(answer))


def newest(limit: int, retries: Retries) -> Flow[list[Job]]:
    answer = yield from patiently(Call("GET", JOBS, params={"limit": str(limit)}), retries)
    return [job_of(each) for each in list_in(answer, "jobs")]


def cancel(id: str, retries: Retries) -> Flow[None]:
    """Never repeated after an answer that was lost: the first time it ends a job, the second time
    it forgets it."""
    yield from patiently(Call("DELETE", path_of(JOBS, id), repeatable=False), retries)


def result(id: str, path: str | Path, force: bool, retries: Retries) -> Flow[Path]:
    return (yield from save(f"{path_of(JOBS, id)}/result", path, retries, force=force))


def follow(id: str, retries: Retries) -> Flow[None]:
    """Emits the job each time something happens to it, until it has ended."""
    yield from watch(id, retries, Emit)


def watch(id: str, retries: Retries, seen: Seen = _unseen) -> Flow[Job]:
    """The job when it has ended. ``seen`` is told each time something happens to it. A connection
    that breaks is taken up again."""
    last, broken = "", 0
    if retries.most:
        retries = replace(retries, most=max(retries.most, _RESTART_RETRIES))
    while True:
        yield from _open_events(id, last, retries)
        try:
            while (event := (yield NextEvent())) is not None:
                last, broken = event.id, 0
                job = _job_in(event)
                yield from _tell(seen, job)
                if job.has_ended:
                    return job
        except ApiConnectionError:
            pass  # silence is no failure while the service still answers
        yield Pause(retries.wait_s(broken))
        broken += 1
        job = yield from get(id, retries)
        if job.has_ended:
            yield from _tell(seen, job)
            return job


def check_success(job: Job) -> Job:
    """The job, if it has succeeded; else ApiError that says why not."""
    if job.state == "succeeded":
        return job
    if job.state == "cancelled":
        raise ApiError(409, "cancelled", f"job {job.id} was cancelled")
    if job.problem is None:
        raise ApiError(500, "failed", f"job {job.id} failed, and it is not told why")
    raise ApiError(job.problem.status, job.problem.code, job.problem.detail)


def _open_events(id: str, last: str, retries: Retries) -> Flow[Answer]:
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    call = Call("GET", f"{path_of(JOBS, id)}/events", headers=headers)
    return (yield from patiently(call, retries, Open))


def _job_in(event: Event) -> Job:
    try:
        return job_of(json.loads(event.data))
    except ValueError:
        raise unexpected("an event without JSON") from None


def _tell(seen: Seen, job: Job) -> Flow[None]:
    if (emit := seen(job)) is not None:
        yield emit
