"""What is known of a job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from mien.service.security.keys import Owner

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
JOB_STATES: tuple[JobState, ...] = get_args(JobState)
ENDED: frozenset[JobState] = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class JobProgress:
    """frames done of total (None when unknown), how many a second, seconds that are left."""

    done: int = 0
    total: int | None = None
    frames_per_second: float | None = None
    eta_s: float | None = None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as it is written down. Times are Unix seconds. request: as it came, checked; empty in
    lists and events. files: where its uploads are, by their ids; below the service's folder if
    relative. deaths: how many workers ended over it. crashes: how often the whole service did.
    problem: status, code and detail of why it failed. result: key in the store, its kind, and what
    a caller may save it as. report: of the verb. used: when the result was last asked for."""

    id: str
    owner: Owner
    kind: str
    request: dict[str, Any]
    state: JobState
    created: float
    started: float | None = None
    ended: float | None = None
    deaths: int = 0
    crashes: int = 0
    problem: dict[str, Any] | None = None
    result_key: str | None = None
    result_type: str | None = None
    result_name: str | None = None
    report: dict[str, Any] | None = None
    progress: JobProgress = field(default_factory=JobProgress)
    files: dict[str, str] = field(default_factory=dict)
    used: float | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class JobEvent:
    """number: grows by one from 1. name: ``state`` or ``progress``."""

    number: int
    name: Literal["state", "progress"]
    record: JobRecord
