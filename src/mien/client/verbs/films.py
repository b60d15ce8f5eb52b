"""What takes a while, from files here to a file here: sent, submitted, followed, fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.client.answers import Job, Upload
from mien.client.exchange import Call, Flow, Send
from mien.client.retrying import Retries
from mien.client.sources import Source
from mien.client.verbs import jobs
from mien.client.verbs.uploads import DRIVERS, PORTRAITS, path_of, upload
from mien.errors import ApiConnectionError
from mien.media.staging import Staging
from mien.types import Progress, ProgressCallback

_IDLE = "idle:"
_FORMATS = {".jpeg": "jpg"}
"""Extensions that are not the name of their format."""


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of job. drivers: files beside the portrait, by the field that names them."""

    kind: str
    source: Source | Upload
    drivers: Mapping[str, Source | Upload | None]
    options: Mapping[str, Any]


def make(
    work: Work,
    output: str | Path,
    retries: Retries,
    *,
    progress: ProgressCallback | None,
    force: bool,
) -> Flow[Job]:
    """Whatever ends it here, also what ``progress`` raises, ends the job there."""
    Staging(Path(output), folder=False, force=force)  # before anything is sent
    body = yield from _sent(work, retries)
    if form := _format_of(Path(output)):
        body.setdefault("format", form)
    job = yield from jobs.submit(work.kind, body, None, retries)
    try:
        job = yield from jobs.watch(job.id, retries, _teller(progress))
    except GeneratorExit:
        raise
    except BaseException:
        yield from _give_up(job.id)
        raise
    jobs.check_success(job)
    yield from jobs.result(job.id, output, force, retries)
    return job


def _sent(work: Work, retries: Retries) -> Flow[dict[str, Any]]:
    """The options, with the ids of the files."""
    body = dict(work.options)
    if isinstance(work.source, Upload):
        body["source"] = work.source.id
    else:
        found = "box" not in body  # a face that is told need not be found
        portrait = yield from upload(PORTRAITS, work.source, retries, require_face=found)
        body["source"] = portrait.id
    for field, source in work.drivers.items():
        if isinstance(source, Upload):
            body[field] = source.id
        elif isinstance(source, str) and source.startswith(_IDLE):
            body[field] = source
        elif source is not None:
            body[field] = (yield from upload(DRIVERS, source, retries)).id
    return body


def _format_of(output: Path) -> str:
    extension = output.suffix.lower()
    return _FORMATS.get(extension, extension.removeprefix("."))


def _teller(progress: ProgressCallback | None) -> jobs.Seen:
    def tell(job: Job) -> None:
        if progress is not None and job.state == "running":
            progress(Progress(job.progress.done, job.progress.total))

    return tell


def _give_up(id: str) -> Flow[None]:
    try:
        yield Send(Call("DELETE", path_of(jobs.JOBS, id)))
    except ApiConnectionError:
        return  # what ended the work here is told, not this
