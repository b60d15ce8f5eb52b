"""What is told of a job."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from mien.service.jobs.record import JobRecord, JobState


class ProgressTold(BaseModel):
    """How far it is."""

    done: int = Field(description="Frames.", examples=[48])
    total: int | None = Field(description="Frames; null while it is not known.", examples=[125])
    frames_per_second: float | None = Field(description="Over the last seconds.", examples=[31.5])
    eta_s: float | None = Field(description="Seconds that are left.", examples=[2.4])


class JobProblem(BaseModel):
    """Why it failed; as a problem's members of the same names."""

    status: int = Field(examples=[422])
    code: str = Field(examples=["no-face"])
    detail: str


class ResultTold(BaseModel):
    """What was made."""

    url: str = Field(description="Relative to the service.", examples=["/v1/jobs/3f.../result"])
    media_type: str = Field(examples=["video/mp4"])
    name: str = Field(description="To save it as.", examples=["animate.mp4"])


class JobTold(BaseModel):
    """A job."""

    id: str = Field(examples=["3f0c8e5d9a1b4c7e8f6a2b3c4d5e6f70"])
    kind: str = Field(examples=["animate"])
    state: JobState
    created: datetime
    started: datetime | None
    ended: datetime | None
    progress: ProgressTold
    problem: JobProblem | None = Field(description="Of a failed one.")
    result: ResultTold | None = Field(description="Of one that succeeded.")
    report: dict[str, Any] | None = Field(description="Of one that succeeded: facts of the run.")

    @classmethod
    def of(cls, record: JobRecord) -> JobTold:
        """What its owner may know."""
        return cls(**_facts(record))


class JobWhole(JobTold):
    """A job with what was asked, which may be long: events and lists go without."""

    request: dict[str, Any] = Field(
        description="As it came, without `kind`; empty of a job that was cancelled."
    )

    @classmethod
    def of(cls, record: JobRecord) -> JobWhole:
        """What its owner may know."""
        return cls(**_facts(record), request=record.request)


class JobsTold(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobTold]


def _facts(record: JobRecord) -> dict[str, Any]:
    result = None
    if record.result_key is not None:
        result = ResultTold(
            url=f"/v1/jobs/{record.id}/result",
            media_type=record.result_type or "application/octet-stream",
            name=record.result_name or "result",
        )
    return {
        "id": record.id,
        "kind": record.kind,
        "state": record.state,
        "created": datetime.fromtimestamp(record.created, UTC),
        "started": _time(record.started),
        "ended": _time(record.ended),
        "progress": ProgressTold(**asdict(record.progress)),
        "problem": None if record.problem is None else JobProblem(**record.problem),
        "result": result,
        "report": record.report,
    }


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
