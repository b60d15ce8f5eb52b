"""When to try again, and how long to wait before that."""

from __future__ import annotations

import random
from dataclasses import dataclass

from mien.checks import check_number, check_whole
from mien.client.exchange import Answer, Call, Flow, Open, Pause, Send
from mien.client.failures import failure_of, wait_asked_for
from mien.errors import ApiConnectionError, ApiError

_REFUSED = (429, 503)
"""Statuses of what was surely not done."""
_LONGEST_ASKED_S = 60.0
"""Services that want more patience than this are told of as errors."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is sent again that met a service out of reach or too busy, each time
    after twice as long, up to ``longest_s``.

    Raises OptionError.
    """

    most: int = 4
    first_s: float = 0.25
    longest_s: float = 8.0

    def __post_init__(self) -> None:
        check_whole("retries", self.most, least=0, most=100)
        check_number("first_s", self.first_s, 0, 3600)
        check_number("longest_s", self.longest_s, 0, 3600)

    def wait_s(self, attempt: int, asked_s: float | None = None) -> float:
        """Before the attempt after this one, counted from 0: what the service asked for, else
        ever longer, and not the same for all clients."""
        if asked_s is not None:
            return asked_s
        grown = min(self.longest_s, self.first_s * 2.0 ** min(attempt, 60))
        return grown * random.uniform(0.5, 1.0)


def patiently(call: Call, retries: Retries, effect: type[Send | Open] = Send) -> Flow[Answer]:
    """The answer, if it is a good one. Raises ApiError, ApiConnectionError."""
    attempt = 0
    while True:
        asked_s: float | None = None
        try:
            answer: Answer = yield effect(call)
            if answer.status < 400:
                return answer
            failure: ApiError | ApiConnectionError = failure_of(answer)
            asked_s = wait_asked_for(answer)
            undone = answer.status in _REFUSED
        except ApiConnectionError as error:
            failure, undone = error, error.unsent
        if not (call.repeatable or undone):
            raise failure
        if not failure.retryable or attempt >= retries.most or (asked_s or 0) > _LONGEST_ASKED_S:
            raise failure
        yield Pause(retries.wait_s(attempt, asked_s))
        attempt += 1
