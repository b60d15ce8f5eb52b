"""What is wrong with what peers send; in answers as ``mien.service.problems`` has it."""

from __future__ import annotations

from mien.errors import InputError


class MalformedOfferError(InputError):
    """What is no session description at all."""

    code = "malformed-offer"

    def __init__(self, problem: str) -> None:
        super().__init__(f"the body is no SDP offer: {problem}")


class UnusableOfferError(InputError):
    """A session description whose connection would be none of those that are made here."""

    code = "unusable-offer"

    def __init__(self, problem: str) -> None:
        super().__init__(f"the offer cannot be taken: {problem}")


class FloodError(InputError):
    """More pictures or sound than can be looked at: their connection is ended."""

    code = "flood"
