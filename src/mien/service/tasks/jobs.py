"""Jobs as work: from a request as it was written down to a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.pipeline.keeping import Keeper
from mien.types import ProgressCallback


@dataclass(frozen=True, slots=True)
class JobRequest:
    """kind: ``animate``, ``express``, ``talk``, ``edit`` or ``predict``. options: what can be
    written as JSON, checked by the models of the API; uploads in it by their ids. files: the paths
    of these uploads, by id."""

    kind: str
    options: dict[str, Any]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """file: in the folder of the job. name: what a caller may save it as."""

    file: Path
    media_type: str
    name: str
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JobTask:
    """Runs a request in a folder of its own."""

    request: JobRequest
    folder: Path

    def run(self, keeper: Keeper, progress: ProgressCallback) -> JobOutcome:
        raise NotImplementedError
