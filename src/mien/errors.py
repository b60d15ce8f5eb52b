"""Everything Mien raises on purpose.

MienError                      code, and the facts as attributes
├── InputError                 the caller's mistake: ``mien`` exits with 2
│   ├── UnreadableMediaError   a file that is missing, damaged, too large or of an unknown kind
│   ├── NoFaceError            no usable face where one is needed
│   ├── OptionError            an option or argument that cannot be honoured
│   ├── ExpressionError        an expression that does not exist or is not well made
│   ├── TimelineError          a sequence of expressions that makes no sense
│   ├── TemplateError          a motion template that cannot be used
│   ├── VisemeError            phonemes or visemes that cannot be right
│   ├── WeightsError           a file of weights that is damaged or belongs to something else
│   └── OutputError            the result cannot be written where it was asked for
├── DownloadError              what could not be fetched
├── ApiError                   what a service answered to a client
├── ApiConnectionError         a service that a client cannot reach
├── SynthesizerError           nothing on this machine can say words, or it does not work
└── EngineUnavailableError     an engine that cannot run here; names what is missing
    ├── MissingWeightsError    its weights are not on this machine
    └── OutOfMemoryError       its device has too little memory for what was asked

MienWarning is the category of its warnings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


class MienError(Exception):
    """Root of all errors raised on purpose. The message is one line fit for a person."""

    code = "error"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled with its message and facts: errors cross processes."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[MienError], args: tuple[Any, ...], facts: dict[str, Any]) -> MienError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


class InputError(MienError, ValueError):
    """What was given cannot be used; the message names it, says what is wrong and what to do."""

    code = "bad-input"


class UnreadableMediaError(InputError):
    """A picture, video or audio file that cannot be read."""

    code = "unreadable-media"

    def __init__(self, path: str | Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = str(path)


class NoFaceError(InputError):
    """No face was found, or not the one that was asked for."""

    code = "no-face"

    def __init__(self, path: str | Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = str(path)


class OptionError(InputError):
    """An option whose value cannot be honoured."""

    code = "bad-option"

    def __init__(self, option: str, problem: str) -> None:
        super().__init__(f"{option}: {problem}")
        self.option = option


class ExpressionError(InputError):
    """An expression that there is not, or whose definition is wrong."""

    code = "bad-expression"

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"expression {name}: {problem}")
        self.name = name


class TimelineError(InputError):
    """A sequence of expressions that cannot be played."""

    code = "bad-timeline"

    def __init__(self, timeline: str, problem: str) -> None:
        super().__init__(f"{timeline}: {problem}")
        self.timeline = timeline


class TemplateError(InputError):
    """A motion template that is damaged, empty, hostile or of an unknown kind."""

    code = "bad-template"

    def __init__(self, path: str | Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = str(path)


class VisemeError(InputError):
    """A phoneme or viseme there is not, segments out of order, or an array that is no viseme
    sequence. ``frame``: the first one that is wrong. ``shape``: of the array."""

    code = "bad-visemes"

    def __init__(
        self,
        subject: str,
        problem: str,
        *,
        frame: int | None = None,
        shape: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(f"{subject}: {problem}")
        self.subject = subject
        self.frame = frame
        self.shape = shape


class WeightsError(InputError):
    """A file of weights that is damaged, hostile, or made for another network."""

    code = "bad-weights"

    def __init__(self, path: str | Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = str(path)


class OutputError(InputError):
    """The result cannot be written."""

    code = "unwritable-output"

    def __init__(self, path: str | Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = str(path)


class DownloadError(MienError):
    """A file that could not be fetched: no network, offline mode, no access, no such file."""

    code = "download"

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"{file}: {problem}")
        self.file = file


class ApiError(MienError):
    """What a service answered that is no success, or why a job of its failed.

    status: of HTTP. code: for programs, as in docs/http-api.md. detail: one line. request_id: as
    in the log of the service. retryable: whether the same may succeed later.
    """

    code = "api"

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        request_id: str | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(f"{detail} ({status} {code})")
        self.status = status
        self.code = code
        self.detail = detail
        self.request_id = request_id
        self.retryable = retryable


class ApiConnectionError(MienError):
    """A service that cannot be reached, or that stopped in the middle of an answer.

    unsent: nothing was asked of it, for there was no connection.
    """

    code = "no-connection"
    retryable = True

    def __init__(self, message: str, *, unsent: bool = False) -> None:
        super().__init__(message)
        self.unsent = unsent


class SynthesizerError(MienError):
    """No synthesizer of speech is installed here, or it does not do what it should."""

    code = "no-synthesizer"


class MienWarning(UserWarning):
    """Something that was asked for is done otherwise; the message says what and why."""


class EngineUnavailableError(MienError):
    """An engine that cannot run on this machine; the message names what is missing."""

    code = "engine-unavailable"

    def __init__(self, engine: str, problem: str) -> None:
        super().__init__(f"engine {engine}: {problem}")
        self.engine = engine


class OutOfMemoryError(EngineUnavailableError):
    """An engine whose device has too little memory; the message says for what."""

    code = "out-of-memory"


class MissingWeightsError(EngineUnavailableError):
    """An engine whose weights are not on this machine; the message names how to get them.

    ``bundle``: what `mien models download` calls them. ``models_dir``: the folder of models that
    was chosen, if any. ``names_folders``: whether the message tells where they were looked for.
    """

    code = "missing-weights"

    def __init__(
        self,
        engine: str,
        problem: str,
        bundle: str,
        models_dir: Path | None = None,
        *,
        names_folders: bool = True,
    ) -> None:
        super().__init__(engine, problem)
        self.bundle = bundle
        self.models_dir = models_dir
        self.names_folders = names_folders
