"""What only a service can raise. Its place in answers is the table of :mod:`mien.service.problems`.

MienError
├── NotFoundError          what there is not, or is somebody else's
├── UnauthorizedError      no key, or a wrong one
├── ForbiddenError         a web page of somebody else, or a place nobody may push to
├── SlowRequestError       a body that does not come
├── TooLargeError          a body, picture or film beyond the limits
├── NotAcceptableError     an answer of a kind that there is not
├── UnsupportedKindError   a file that is none of what is taken here
├── ConflictError          what cannot be done in this state
├── ReusedKeyError         (an InputError) one Idempotency-Key for two different requests
├── BusyError              no room now; later there will be
│   └── TooManyError       one caller asks for too much at once
├── WorkerLostError        the process that worked on it has ended
└── InternalError          a fault of Mien
"""

from __future__ import annotations

from mien.errors import InputError, MienError


class NotFoundError(MienError):
    """What there is not, or what belongs to somebody else, which is told in the same words."""

    code = "not-found"


class UnauthorizedError(MienError):
    """No key, or one that is not known."""

    code = "unauthorized"


class ForbiddenError(MienError):
    """What no key can allow: a request that a foreign web page made a browser send, a push to a
    host that whoever runs the service has not named."""

    code = "forbidden"


class SlowRequestError(MienError):
    """A body that comes too slowly, or not at all."""

    code = "slow-request"


class TooLargeError(MienError):
    """More bytes, pixels, seconds or frames than this service takes."""

    code = "too-large"


class NotAcceptableError(MienError):
    """Only an answer of another kind would be accepted."""

    code = "not-acceptable"


class UnsupportedKindError(MienError):
    """A file of a kind that is not taken here."""

    code = "unsupported-kind"


class ConflictError(MienError):
    """What cannot be done in this state."""

    code = "conflict"


class ReusedKeyError(InputError):
    """An Idempotency-Key that came with another request before."""

    code = "idempotency-key-reused"


class BusyError(MienError):
    """There is no room now. ``retry_after_s``: when to ask again."""

    code = "busy"

    def __init__(self, message: str, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooManyError(BusyError):
    """One caller asks for more at once than it may."""

    code = "too-many"


class WorkerLostError(MienError):
    """The process that worked on it has ended."""

    code = "worker-lost"


class InternalError(MienError):
    """A fault of Mien. What it was is said in the server's log and nowhere else."""

    code = "internal"

    def __init__(self) -> None:
        super().__init__("a fault of Mien; the server's log says more")
