"""WHEP and WHIP over HTTP, as their drafts have it: the app without a server around it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from fastapi import FastAPI

from fakes.asgi_call import Answer, ask, never
from fakes.live_show import Stage
from fakes.offers import offer
from fakes.one_session import showing
from mien.service.app import create_app
from mien.service.rtc.ice import ice_servers
from mien.service.rtc.peers import Limits, Peers
from mien.service.rtc.sdp import MOST_BYTES
from mien.service.settings import ServiceSettings

pytestmark = pytest.mark.unit

ID, OTHER = "5" * 32, "6" * 32
WHEP, WHIP = f"/v1/sessions/{ID}/whep", f"/v1/sessions/{ID}/whip"
HERE = {"Host": "127.0.0.1:8001"}
SDP = HERE | {"Content-Type": "application/sdp"}
KEY = "a key of sixteen letters"
PAGE = "https://page.example"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(ServiceSettings(data_dir=str(tmp_path_factory.mktemp("data"))))


def play(
    app: FastAPI, story: Callable[[Stage, Peers], Coroutine[Any, Any, None]], **options: Any
) -> None:
    """Run it with a session; at its end there must be no peer."""

    async def run() -> None:
        stage = Stage(**options)
        peers = Peers((), Limits(2, 4))
        with showing(app, stage, peers):
            try:
                await story(stage, peers)
                assert not peers
            finally:
                await peers.close()

    asyncio.run(run())


async def post(
    app: FastAPI, path: str, body: bytes, headers: dict[str, str] | None = None
) -> Answer:
    return await ask(app, path, method="POST", headers=headers or SDP, chunks=[body])


@pytest.mark.parametrize("path", [WHEP, WHIP])
def test_an_offer_is_answered_and_ended_where_location_says(app: FastAPI, path: str) -> None:
    async def story(stage: Stage, peers: Peers) -> None:
        way = "recvonly" if path == WHEP else "sendonly"
        client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        for kind in ("audio", "video"):
            client.addTransceiver(kind, direction=way)
        await client.setLocalDescription(await client.createOffer())
        answer = await post(app, path, client.localDescription.sdp.encode())
        assert answer.status == 201
        assert answer.headers["content-type"] == "application/sdp"
        text = answer.body.decode()
        assert "a=group:BUNDLE 0 1" in text
        assert text.count(f"a={'sendonly' if path == WHEP else 'recvonly'}\r\n") == 2
        assert text.count("a=end-of-candidates") == 2
        await client.setRemoteDescription(RTCSessionDescription(text, "answer"))
        place = answer.headers["location"]
        assert re.fullmatch(path + "/[0-9a-f]{32}", place)
        if path == WHEP:
            assert (await client.getReceivers()[1].track.recv()).pts == 0
        elsewhere = place.replace("whep", "x").replace("whip", "whep").replace("x", "whip")
        assert (await ask(app, elsewhere, method="DELETE", headers=HERE)).status == 404
        assert (await ask(app, place, method="DELETE", headers=HERE)).status == 200
        assert not peers
        assert (await ask(app, place, method="DELETE", headers=HERE)).status == 404
        await client.close()

    play(app, story)


def test_ice_servers_are_told_in_links(app: FastAPI) -> None:
    async def story(stage: Stage, peers: Peers) -> None:
        peers.servers = ice_servers(["turns:me:word@127.0.0.1:9?transport=udp"])  # not tried here
        answer = await post(app, WHEP, offer("video"))
        assert answer.headers["link"] == peers.servers[0].link
        await peers.close()

    play(app, story)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", SDP, 400, "malformed-offer"),
        (b"garbage", SDP, 400, "malformed-offer"),
        (offer("video", way="sendonly"), SDP, 422, "unusable-offer"),
        (offer("video", swap={"VP8": "VP9", "mode=1": "mode=0"}), SDP, 422, "unusable-offer"),
        (offer("video"), HERE | {"Content-Type": "application/json"}, 415, "unsupported-kind"),
        (offer("video"), HERE, 415, "unsupported-kind"),
        (offer("video"), SDP | {"Accept": "application/json"}, 406, "not-acceptable"),
        (offer("video") + b"a=x\r\n" * MOST_BYTES, SDP, 413, "too-large"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_and_leaves_nothing(
    app: FastAPI, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    async def story(stage: Stage, peers: Peers) -> None:
        answer = await post(app, WHEP, body, headers)
        assert (answer.status, answer.code) == (status, code), answer.body
        assert answer.headers["content-type"] == "application/problem+json"

    play(app, story)


def test_a_matte_is_there_only_where_there_is_transparency(app: FastAPI) -> None:
    async def story(stage: Stage, peers: Peers) -> None:
        answer = await ask(app, WHEP, method="POST", headers=SDP, chunks=[offer("video")],
                           query=b"alpha=stacked")  # fmt: skip
        assert (answer.status, answer.code) == (422, "bad-option")
        assert b"transparent" in answer.body

    play(app, story)


def test_other_methods_are_not_allowed(app: FastAPI) -> None:
    async def story(stage: Stage, peers: Peers) -> None:
        for path, allowed in ((WHEP, "POST"), (f"{WHIP}/{OTHER}", "DELETE")):
            for method in ("GET", "PUT", "PATCH"):
                answer = await ask(app, path, method=method, headers=SDP, chunks=[b"x"])
                assert (answer.status, answer.headers["allow"]) == (405, allowed)

    play(app, story)


def test_a_full_service_says_when_to_come_again(app: FastAPI) -> None:
    async def story(stage: Stage, peers: Peers) -> None:
        for status in (201, 201, 503):
            answer = await post(app, WHEP, offer("video", "audio"))
            assert answer.status == status
        assert int(answer.headers["retry-after"]) > 0
        await peers.close()

    play(app, story)


def test_sessions_that_are_not_there_cannot_be_joined(app: FastAPI) -> None:
    async def story(stage: Stage, peers: Peers) -> None:
        assert (await post(app, WHEP.replace(ID, OTHER), offer("video"))).status == 404
        stage.session.close("it was closed")
        answer = await post(app, WHEP, offer("video"))
        assert (answer.status, answer.code) == (409, "conflict")

    play(app, story)


def test_options_says_what_is_taken_without_a_key(tmp_path: Path) -> None:
    settings = ServiceSettings(data_dir=str(tmp_path), api_key=(KEY,), cors_origins=(PAGE,))
    app = create_app(settings)

    async def story(stage: Stage, peers: Peers) -> None:
        plain = await ask(app, WHEP, method="OPTIONS", headers=HERE)
        assert (plain.status, plain.headers["accept-post"]) == (204, "application/sdp")
        asks = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
        asks["Access-Control-Request-Headers"] = "authorization, content-type"
        preflight = await ask(app, WHIP, method="OPTIONS", headers=HERE | asks)
        assert preflight.status == 200
        assert preflight.headers["accept-post"] == "application/sdp"
        assert preflight.headers["access-control-allow-origin"] == PAGE
        gone = await ask(app, f"{WHIP}/{OTHER}", method="OPTIONS", headers=HERE)
        assert (gone.status, gone.headers["allow"]) == (204, "OPTIONS, DELETE")
        assert (await ask(app, "/v1/sessions", method="OPTIONS", headers=HERE)).status == 401

    play(app, story)


def test_whoever_shows_no_key_or_another_one_is_not_let_in(tmp_path: Path) -> None:
    other = "another key of many letters"
    app = create_app(ServiceSettings(data_dir=str(tmp_path), api_key=(KEY, other)))

    async def story(stage: Stage, peers: Peers) -> None:
        headers = [SDP | {"Authorization": f"Bearer {key}"} for key in (KEY, other)]
        mine = app.state.service.keys.owner_of(KEY)
        stage.session.owner = mine
        answer = await ask(app, WHEP, method="POST", headers=SDP, chunks=never())
        assert answer.status == 401
        assert "www-authenticate" in answer.headers
        assert (await post(app, WHEP, offer("video"), headers[1])).status == 404
        answer = await post(app, WHEP, offer("video"), headers[0])
        assert answer.status == 201
        place = answer.headers["location"]
        assert (await ask(app, place, method="DELETE", headers=SDP)).status == 401
        assert (await ask(app, place, method="DELETE", headers=headers[1])).status == 404
        assert len(peers) == 1
        assert (await ask(app, place, method="DELETE", headers=headers[0])).status == 200

    play(app, story)
