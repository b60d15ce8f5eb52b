"""Carries the verbs over the network, waiting for each answer or letting others work meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, closing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx2

from mien import __version__
from mien.checks import check_number, shown
from mien.client.exchange import (
    Answer,
    Call,
    Effect,
    Emit,
    Event,
    Flow,
    NextEvent,
    Open,
    Pause,
    Read,
    Send,
)
from mien.errors import ApiConnectionError, OptionError, UnreadableMediaError

T = TypeVar("T")
_CONNECT_S = 10.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service is and how it is spoken to. timeout_s: for each piece of an answer.
    Raises OptionError."""

    base_url: str
    api_key: str | None = None
    timeout_s: float = 60.0

    def __post_init__(self) -> None:
        url = self.base_url
        if not (isinstance(url, str) and url.startswith(("http://", "https://"))):
            raise OptionError("base_url", f"{shown(url)} is no address like http://127.0.0.1:8001")
        check_number("timeout", self.timeout_s, 0.001, 86_400)

    def options(self) -> dict[str, Any]:
        """Of an httpx2 client."""
        headers = {"User-Agent": f"mien-python/{__version__}"}
        if self.api_key is not None:
            headers["Authorization"] = f"Bearer {self.api_key}"
        return {
            "base_url": self.base_url.rstrip("/") + "/",
            "headers": headers,
            "timeout": httpx2.Timeout(self.timeout_s, connect=min(_CONNECT_S, self.timeout_s)),
        }


def _request(call: Call, files: ExitStack) -> dict[str, Any]:
    """The arguments of httpx2 for it; opened files are closed with ``files``."""
    asked: dict[str, Any] = {
        "method": call.method,
        "url": call.path.lstrip("/"),
        "headers": dict(call.headers),
    }
    if call.params:
        asked["params"] = dict(call.params)
    if call.json is not None:
        asked["json"] = call.json
    if call.form or call.files:
        asked["data"] = dict(call.form)
        asked["files"] = [
            (part.field, (part.name, _opened(part.content, files))) for part in call.files
        ]
    if call.timeout_s is not None:
        asked["timeout"] = httpx2.Timeout(call.timeout_s, connect=_CONNECT_S)
    return asked


def _opened(content: Any, files: ExitStack) -> Any:
    if isinstance(content, bytes):
        return content
    try:
        return files.enter_context(content.open("rb"))
    except OSError as error:
        raise UnreadableMediaError(content, error.strerror or "cannot be read") from None


def _answer(response: httpx2.Response, content: bytes = b"") -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, content)


def _event(event: httpx2.ServerSentEvent | None) -> Event | None:
    return None if event is None else Event(event.event, event.data, event.id)


def _told(error: BaseException, base_url: httpx2.URL) -> BaseException:
    """Failures of the network in our words; anything else as it is. The address may hold a
    password, which is not repeated."""
    if not isinstance(error, httpx2.TransportError | httpx2.InvalidURL | httpx2.DecodingError):
        return error
    where = f"{base_url.scheme}://{base_url.host}" + (f":{base_url.port}" if base_url.port else "")
    if isinstance(error, httpx2.TimeoutException):
        unsent = isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout)
        return ApiConnectionError(f"{where}: no answer in time", unsent=unsent)
    return ApiConnectionError(
        f"{where}: {str(error).strip() or type(error).__name__}",
        unsent=isinstance(error, httpx2.ConnectError),
    )


class _Steps(Generic[T]):
    """A flow under way. What came of an effect is handed over with the next step."""

    def __init__(self, flow: Flow[T]) -> None:
        self._flow = flow
        self._outcome: Any = None
        self._failure: BaseException | None = None
        self.result: T

    def next(self) -> Effect | None:
        """What is to be done; None when ``result`` is there. Raises what the flow raises."""
        outcome, failure = self._outcome, self._failure
        self._outcome = self._failure = None
        try:
            return self._flow.send(outcome) if failure is None else self._flow.throw(failure)
        except StopIteration as ended:
            self.result = ended.value
            return None

    def came(self, outcome: Any) -> None:
        self._outcome = outcome

    def failed(self, error: BaseException, base_url: httpx2.URL) -> None:
        self._failure = _told(error, base_url)


class Courier:
    """Carries out flows and waits for all they ask for. Threads may share it."""

    def __init__(self, address: Address) -> None:
        self._client = httpx2.Client(**address.options())

    def run(self, flow: Flow[T]) -> T:
        """What the flow returns. Raises what it raises."""
        steps = _Steps(flow)
        with closing(flow), _Exchange(self._client) as exchange:
            while (effect := steps.next()) is not None:
                self._step(steps, exchange, effect)
        return steps.result

    def iterate(self, flow: Flow[Any]) -> Iterator[Any]:
        """What the flow emits, as it does."""
        steps = _Steps(flow)
        with closing(flow), _Exchange(self._client) as exchange:
            while (effect := steps.next()) is not None:
                if isinstance(effect, Emit):
                    yield effect.value
                else:
                    self._step(steps, exchange, effect)

    def close(self) -> None:
        self._client.close()

    def _step(self, steps: _Steps[T], exchange: _Exchange, effect: Effect) -> None:
        try:
            steps.came(exchange.do(effect))
        except BaseException as error:
            steps.failed(error, self._client.base_url)


class _Exchange:
    """The effects of one flow, with at most one answer open."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self._open = ExitStack()
        self._chunks: Iterator[bytes] = iter(())
        self._events: Iterator[httpx2.ServerSentEvent] = iter(())

    def __enter__(self) -> _Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def do(self, effect: Effect) -> Any:
        match effect:
            case Send(call):
                with ExitStack() as files:
                    response = self._client.request(**_request(call, files))
                return _answer(response, response.content)
            case Open(call):
                return self._opened(call)
            case Read():
                return next(self._chunks, None)
            case NextEvent():
                return _event(next(self._events, None))
            case Pause(seconds):
                time.sleep(seconds)

    def _opened(self, call: Call) -> Answer:
        self._open.close()
        response = self._open.enter_context(self._client.stream(**_request(call, self._open)))
        if response.status_code >= 400:
            return _answer(response, response.read())
        self._chunks, self._events = response.iter_raw(), iter(httpx2.EventSource(response))
        return _answer(response)


class AsyncCourier:
    """Carries out flows; other tasks of the loop go on while it waits."""

    def __init__(self, address: Address) -> None:
        self._client = httpx2.AsyncClient(**address.options())

    async def run(self, flow: Flow[T]) -> T:
        """What the flow returns. Raises what it raises."""
        steps = _Steps(flow)
        with closing(flow):
            async with _AsyncExchange(self._client) as exchange:
                while (effect := steps.next()) is not None:
                    await self._step(steps, exchange, effect)
        return steps.result

    async def iterate(self, flow: Flow[Any]) -> AsyncGenerator[Any]:
        """What the flow emits, as it does."""
        steps = _Steps(flow)
        with closing(flow):
            async with _AsyncExchange(self._client) as exchange:
                while (effect := steps.next()) is not None:
                    if isinstance(effect, Emit):
                        yield effect.value
                    else:
                        await self._step(steps, exchange, effect)

    async def close(self) -> None:
        await self._client.aclose()

    async def _step(self, steps: _Steps[T], exchange: _AsyncExchange, effect: Effect) -> None:
        try:
            steps.came(await exchange.do(effect))
        except BaseException as error:
            steps.failed(error, self._client.base_url)


class _AsyncExchange:
    """The same, awaited."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self._open = AsyncExitStack()
        self._chunks: AsyncIterator[bytes]
        self._events: AsyncIterator[httpx2.ServerSentEvent]

    async def __aenter__(self) -> _AsyncExchange:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def do(self, effect: Effect) -> Any:
        match effect:
            case Send(call):
                with ExitStack() as files:
                    response = await self._client.request(**_request(call, files))
                return _answer(response, response.content)
            case Open(call):
                return await self._opened(call)
            case Read():
                return await anext(self._chunks, None)
            case NextEvent():
                return _event(await anext(self._events, None))
            case Pause(seconds):
                await asyncio.sleep(seconds)

    async def _opened(self, call: Call) -> Answer:
        await self._open.aclose()
        files = self._open.enter_context(ExitStack())
        stream = self._client.stream(**_request(call, files))
        response = await self._open.enter_async_context(stream)
        if response.status_code >= 400:
            return _answer(response, await response.aread())
        self._chunks, self._events = response.aiter_raw(), aiter(httpx2.EventSource(response))
        return _answer(response)
