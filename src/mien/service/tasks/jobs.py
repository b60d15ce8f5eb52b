"""Jobs as work: from a request as it was written down to a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from mien.engines.settings import DEFAULT_SETTINGS, EngineSettings
from mien.errors import NoFaceError, TemplateError, UnreadableMediaError
from mien.pipeline.keeping import Keeper
from mien.service.errors import TooLargeError
from mien.types import Progress, ProgressCallback

KINDS: Mapping[str, str] = {
    "animate": "mien.service.tasks.verbs:animate",
    "express": "mien.service.tasks.verbs:express",
    "talk": "mien.service.tasks.verbs:talk",
    "lipsync": "mien.service.tasks.verbs:lipsync",
    "edit": "mien.service.tasks.verbs:edit",
    "predict": "mien.service.tasks.predict:predict",
}
"""Kind of job -> module and name of its Doer, which is imported where the work is done."""
WAITED_FOR = frozenset({"predict"})
"""Kinds whose callers stay on the line: done for nobody after a restart."""


@dataclass(frozen=True, slots=True)
class JobRequest:
    """kind: of :data:`KINDS`. options: what can be written as JSON, checked by the models of the
    API; uploads in it by their ids. files: the paths of these uploads, by id."""

    kind: str
    options: dict[str, Any]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class JobLimits:
    """Frames that a result may have."""

    max_frames: int = 36_000


FileError: TypeAlias = UnreadableMediaError | NoFaceError | TemplateError


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """file: in the folder of the job. name: what a caller may save it as."""

    file: Path
    media_type: str
    name: str
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JobTask:
    """Runs a request in a folder of its own. engine: where the request names none, and on which
    device and with whose weights another one runs."""

    request: JobRequest
    folder: Path
    engine: EngineSettings = DEFAULT_SETTINGS
    limits: JobLimits = JobLimits()

    def run(self, keeper: Keeper, progress: ProgressCallback) -> JobOutcome:
        """Raises what the verb raises, and TooLargeError for more frames than a result may have:
        before the first one where the length is known."""

        def bounded(step: Progress) -> None:
            if max(step.done, step.total or 0) > self.limits.max_frames:
                raise TooLargeError(
                    f"the result would have more than {self.limits.max_frames} frames"
                )
            progress(step)

        module, _, name = KINDS[self.request.kind].partition(":")
        do: Doer = getattr(import_module(module), name)
        try:
            return do(self, keeper, bounded)
        except (UnreadableMediaError, NoFaceError, TemplateError) as error:
            raise self._in_the_callers_words(error) from None

    def _in_the_callers_words(self, error: FileError) -> FileError:
        """The field that names a file in the place of our name for it, which says nothing to the
        caller."""
        for field, id in self.request.options.items():
            if isinstance(id, str) and self.request.files.get(id) == error.path:
                return type(error)(field, str(error).removeprefix(f"{error.path}: "))
        return error


Doer: TypeAlias = Callable[[JobTask, Keeper, ProgressCallback], JobOutcome]
"""Does a task of one kind: reads ``task.request``, writes below ``task.folder``."""
