"""How the service is, what it has to choose from, and stills of uploaded portraits."""

from __future__ import annotations

import time

from mien.client.answers import (
    EngineState,
    ExpressionState,
    Health,
    Picture,
    Upload,
    Version,
    body_of,
    id_of,
    list_in,
    picture_of,
    read,
    unexpected,
)
from mien.client.exchange import Answer, Call, Flow, Pause, Send
from mien.client.failures import failure_of
from mien.client.options import StillOptions
from mien.client.retrying import Retries, patiently
from mien.errors import ApiConnectionError

_POLL_S = 0.25


def health() -> Flow[Health]:
    """Never tried again: that it is not well is an answer, too."""
    answer: Answer = yield Send(Call("GET", "/health"))
    if answer.status not in (200, 503) or "problem" in answer.headers.get("content-type", ""):
        raise failure_of(answer)
    facts = body_of(answer)
    if not isinstance(facts, dict) or "status" not in facts:
        raise unexpected("no health")
    return Health(str(facts["status"]), answer.status == 200, facts)


def wait_until_ready(timeout_s: float) -> Flow[Health]:
    """Ask until it takes work. Raises ApiConnectionError, which says what came last."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            state = yield from health()
            if state.ready:
                return state
            problem = f"it says {state.status}"
            if state.status == "failed":
                break
        except ApiConnectionError as error:
            problem = str(error)
        if time.monotonic() >= deadline:
            break
        yield Pause(_POLL_S)
    raise ApiConnectionError(f"the service did not become ready: {problem}")


def engines(retries: Retries) -> Flow[list[EngineState]]:
    answer = yield from patiently(Call("GET", "/v1/engines"), retries)
    return [read(EngineState, each) for each in list_in(answer, "engines")]


def expressions(retries: Retries) -> Flow[list[ExpressionState]]:
    answer = yield from patiently(Call("GET", "/v1/expressions"), retries)
    return [read(ExpressionState, each) for each in list_in(answer, "expressions")]


def version(retries: Retries) -> Flow[Version]:
    answer = yield from patiently(Call("GET", "/v1/version"), retries)
    return read(Version, body_of(answer))


def still(portrait: str | Upload, options: StillOptions, retries: Retries) -> Flow[Picture]:
    body = {"portrait": id_of(portrait), **options}
    answer = yield from patiently(Call("POST", "/v1/stills", json=body), retries)
    return picture_of(answer)
