"""Tests of what a caller may send and have under way."""

from __future__ import annotations

import asyncio
import errno
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, File, UploadFile
from starlette import formparsers
from starlette.types import Receive, Scope, Send

from fakes.asgi_call import ask, never
from mien.service.problems import add_problems
from mien.service.security.limits import BodyLimits, BoundedBodies, FewAtOnce
from mien.service.security.pace import Floor

pytestmark = pytest.mark.unit

LIMITS = BodyLimits(large=5000, form=1000, other=100)
CHUNKED = {"transfer-encoding": "chunked"}
FORM = {"content-type": "multipart/form-data; boundary=b", **CHUNKED}


async def count(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that answers with the number of bytes it got."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def never_asked(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("the app was asked")


@pytest.mark.parametrize(
    ("path", "content_type", "most"),
    [
        ("/v1/jobs", "application/json", 100),
        ("/v1/drivers", "application/json", 100),
        ("/v1/drivers", "multipart/form-data; boundary=x", 5000),
        ("/v1/portraits", "Multipart/Form-Data; boundary=x", 5000),
        ("/predict/", "multipart/form-data; boundary=x", 5000),
        ("/render", "multipart/form-data; boundary=x", 1000),
        ("/v1/jobs", "", 100),
    ],
)
def test_the_limit_depends_on_route_and_kind(path: str, content_type: str, most: int) -> None:
    assert LIMITS.of(path, content_type) == most


def test_a_body_within_the_limit_passes() -> None:
    app = BoundedBodies(count, LIMITS)
    answer = asyncio.run(ask(app, method="POST", headers=CHUNKED, chunks=[b"x" * 60, b"x" * 40]))
    assert (answer.status, answer.body) == (200, b"100")


@pytest.mark.parametrize("length", ["101", "9" * 30])
def test_a_body_that_says_it_is_too_large_is_refused_unread(length: str) -> None:
    app = BoundedBodies(never_asked, LIMITS)
    answer = asyncio.run(ask(app, method="POST", headers={"content-length": length}))
    assert (answer.status, answer.code, answer.ended) == (413, "too-large", True)
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_turns_out_to_be_too_large_is_refused() -> None:
    app = BoundedBodies(count, LIMITS)
    answer = asyncio.run(ask(app, method="POST", headers=CHUNKED, chunks=[b"x" * 60] * 3))
    assert (answer.status, answer.code) == (413, "too-large")


def test_what_a_framework_makes_of_a_refused_body_is_not_sent() -> None:
    inner = FastAPI()
    add_problems(inner)

    @inner.post("/")
    async def post(file: UploadFile = File()) -> None:  # noqa: B008
        raise AssertionError("the route was asked")

    app = BoundedBodies(inner, LIMITS)
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    answer = asyncio.run(ask(app, method="POST", headers=FORM, chunks=[part, b"x" * 2000]))
    assert (answer.status, answer.code) == (413, "too-large")


def test_a_form_for_whose_files_there_is_no_room_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full(SpooledTemporaryFile[bytes]):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    inner = FastAPI()
    add_problems(inner)

    @inner.post("/")
    async def post(file: UploadFile = File()) -> None:  # noqa: B008
        raise AssertionError("the route was asked")

    monkeypatch.setattr(formparsers, "SpooledTemporaryFile", Full)
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n--b--\r\n'
    answer = asyncio.run(ask(inner, method="POST", headers=FORM, chunks=[part]))
    assert (answer.status, answer.code) == (507, "unwritable-output")


@pytest.mark.parametrize(
    ("end", "status"), [(b"", 400), (b"--b\r\n", 400), (b"--b--", 200), (b"--b--\r\n", 200)]
)
def test_a_form_that_ends_before_its_last_boundary_is_refused(end: bytes, status: int) -> None:
    app = FastAPI()
    add_problems(app)

    @app.post("/render")
    async def render(file: Annotated[UploadFile | None, File()] = None) -> None:
        assert file is not None

    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhello\r\n'
    work = ask(
        BoundedBodies(app, LIMITS), "/render", method="POST", headers=FORM, chunks=[part, end]
    )
    assert asyncio.run(work).status == status


def test_a_body_that_does_not_come_is_given_up() -> None:
    app = BoundedBodies(count, LIMITS, Floor(silence_s=0.01))
    answer = asyncio.run(ask(app, method="POST", headers=CHUNKED, chunks=never()))
    assert (answer.status, answer.code) == (408, "slow-request")


def test_waiting_for_the_caller_to_leave_has_no_limit() -> None:
    async def linger(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(receive(), 0.05)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def go() -> int:
        said: list[Any] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Any:
            if said:
                return said.pop()
            return await asyncio.get_running_loop().create_future()

        async def send(message: Any) -> None:
            pass

        scope = {"type": "http", "method": "GET", "path": "/"}
        scope |= {"headers": [(b"content-length", b"1")]}
        await BoundedBodies(linger, LIMITS, Floor(silence_s=0.001))(scope, receive, send)
        return 0

    assert asyncio.run(go()) == 0


def test_an_apps_own_fault_is_not_hidden() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(ask(BoundedBodies(broken, LIMITS)))


class Gate:
    """An app that answers when it is opened."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.inside += 1
        await self.open.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def test_one_owner_has_so_many_requests_under_way_and_others_theirs() -> None:
    async def go() -> None:
        gate = Gate()
        app = FewAtOnce(gate, most=2)
        mine = [asyncio.create_task(ask(app, state={"owner": "me"})) for _ in range(2)]
        while gate.inside < 2:
            await asyncio.sleep(0)
        refused = await ask(app, state={"owner": "me"})
        assert (refused.status, refused.code) == (429, "too-many")
        assert refused.headers["retry-after"] == "1"
        others = [
            asyncio.create_task(ask(app, state={"owner": "you"})),
            asyncio.create_task(ask(app, "/v1/jobs/x/events", state={"owner": "me"})),
            asyncio.create_task(ask(app, "/healthz")),
        ]
        while gate.inside < 5:
            await asyncio.sleep(0)
        gate.open.set()
        assert {(await each).status for each in (*mine, *others)} == {200}
        assert (await ask(app, state={"owner": "me"})).status == 200

    asyncio.run(go())
