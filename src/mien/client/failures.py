"""Answers that are errors."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from mien.client.exchange import Answer
from mien.errors import ApiError

_PASSING = (408, 429, 502, 503, 504)
_LONGEST_DETAIL = 500


def failure_of(answer: Answer) -> ApiError:
    """What the service said of it, or what can be said if it was no problem of ours, as of a proxy
    before it."""
    problem = _problem_in(answer)
    passing = answer.status in _PASSING
    if problem is None:
        phrase = _phrase(answer.status)
        detail = answer.content[:_LONGEST_DETAIL].decode("utf-8", "replace").strip() or phrase
        return ApiError(
            answer.status, f"http-{answer.status}", detail.splitlines()[0], retryable=passing
        )
    return ApiError(
        answer.status,
        str(problem.get("code", "error")),
        str(problem.get("detail", "")) or _phrase(answer.status),
        request_id=str(problem.get("request_id", "")) or None,
        # What does not pass by itself, as an engine without its weights, says no time.
        retryable=passing and "retry-after" in answer.headers,
    )


def wait_asked_for(answer: Answer) -> float | None:
    """Seconds, of ``Retry-After``; None if there are none, or a date."""
    said = answer.headers.get("retry-after", "").strip()
    return float(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _problem_in(answer: Answer) -> dict[str, Any] | None:
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return None
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no error that HTTP knows"
