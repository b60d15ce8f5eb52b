"""Peers that know nothing of this service: FFmpeg, which has its own WHIP, and a client written
from the standards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

from fakes import whip_peer
from fakes.clips import moving_face, write_clip
from fakes.ffmpeg_peer import ffmpeg, publisher, quit
from fakes.live_client import PCM, LiveClient, live_client
from fakes.live_show import Stage
from fakes.one_session import serving
from fakes.running_server import RunningServer, running_server
from fakes.schema_hooks import PORTRAIT
from fakes.turn_server import TurnServer, turn_server
from mien.service.live.messages import CameraFrame, EndSegment, PushAudio
from mien.service.rtc.peers import Limits, Peers

pytestmark = pytest.mark.e2e

KEY = "a key of more than sixteen letters"
WORD, PAGE = "a-word-of-turn", "https://page.example"
SIDE = 128
PATIENCE_S = 60


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A head that nods, and a tone."""
    ffmpeg()
    return write_clip(tmp_path_factory.mktemp("film") / "nodding.mp4", moving_face(50), sound_s=2.0)


@pytest.fixture(scope="module")
def turn() -> Iterator[tuple[TurnServer, str]]:
    with turn_server("relay", WORD) as server:
        yield server


@pytest.fixture(scope="module")
def server(
    turn: tuple[TurnServer, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("data")
    flags = ("-v", "--workers", "1", "--api-key", KEY, "--cors-origins", PAGE)
    relay = {"MIEN_ICE_SERVERS": f"turn:relay:{WORD}@{turn[1]}?transport=udp"}
    with running_server(folder, *flags, live=True, env=relay) as server:
        yield server


@pytest.fixture(scope="module")
def http(server: RunningServer) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=PATIENCE_S) as http:
        yield http


def test_a_film_moves_the_portrait_and_a_sound_its_lips(
    server: RunningServer, http: httpx2.Client, film: Path
) -> None:
    session = begin(http)
    place = f"{server.url}{session['whip']}"
    with live_client(server.url, session["websocket"], key=KEY) as client:
        client.say("start")
        alone = motion(client)
        with publisher(f"{place}?audio=none", film, key=KEY) as peer:
            await_motion(client, lambda now: now[0] > 2 * alone[0])
            said = quit(peer)
        sentence = as_file(files("mien.data").joinpath("hello.ogg"))
        with sentence as sound, publisher(place, sound, key=KEY) as peer:
            await_told(client, "started")
            await_motion(client, lambda now: now[1] > 2 * alone[1])
            client.until(lambda came: came.kind == PCM and bool(np.abs(came.sound).max() > 1000))
            quit(peer)
        await_told(client, "finished")
    assert "DELETE" in said  # it reads no answer to it but that of a server which hangs up without
    assert num_peers(http) == 0
    assert http.delete(f"/v1/sessions/{session['id']}").status_code == 200
    assert "Traceback" not in "".join(server.lines)


def begin(http: httpx2.Client) -> dict[str, Any]:
    portrait = http.post("/v1/portraits", files={"file": PORTRAIT}).json()["id"]
    answer = http.post("/v1/sessions", json={"portrait": portrait, "size": SIDE})
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    return session


def motion(client: LiveClient) -> tuple[float, float]:
    """How far pictures of a second lie apart: the whole face, and its mouth."""
    pictures = np.array([each.picture for each in client.pictures(25)], np.float32)
    mouth = pictures[:, 27 * SIDE // 100 : 37 * SIDE // 100, 35 * SIDE // 100 : 53 * SIDE // 100]
    return float(pictures.std(axis=0).mean()), float(mouth.std(axis=0).mean())


def await_told(client: LiveClient, event: str) -> None:
    """Of what the microphone says."""
    wanted = {"type": event, "segment": "microphone"}
    client.until(lambda came: wanted.items() <= came.words.items(), most=5000)


def await_motion(client: LiveClient, there: Callable[[tuple[float, float]], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not there(now := motion(client)):
        assert time.monotonic() < end, now


def num_peers(http: httpx2.Client) -> int:
    lines = http.get("/metrics").text.splitlines()
    return int(float(next(x for x in lines if x.startswith("mien_webrtc_peers ")).split()[1]))


def play(server: RunningServer, story: Callable[[httpx2.AsyncClient], Awaitable[None]]) -> None:
    async def run() -> None:
        headers = {"Authorization": f"Bearer {KEY}"}
        async with httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=60) as http:
            await story(http)

    asyncio.run(asyncio.wait_for(run(), PATIENCE_S))


@pytest.mark.parametrize("kind", ["whep", "whip"])
def test_an_endpoint_is_as_the_standards_say(
    server: RunningServer, http: httpx2.Client, kind: str
) -> None:
    session = begin(http)
    place = session[kind]
    what = ("audio", "video") if kind == "whep" else (AudioStreamTrack(), VideoStreamTrack())

    async def story(http: httpx2.AsyncClient) -> None:
        for codec in ("video/H264", "video/VP8"):
            async with whip_peer.meeting(http, place, *what, codec=codec) as exchange:
                assert f"{codec.partition('/')[2]}/90000" in exchange.answer
                assert "opus/48000/2" in exchange.answer
                assert [each.username for each in exchange.servers] == ["relay"]
                await whip_peer.check_other_methods(http, exchange)
                if kind == "whep":
                    for receiver in exchange.connection.getReceivers():
                        await receiver.track.recv()
            offer = exchange.connection.localDescription.sdp
        await whip_peer.check_refusals(http, place, offer)
        await whip_peer.check_keys(server.url, place, offer, (None, "x" * 40, KEY[:-1]))
        await whip_peer.check_preflight(server.url, place, PAGE)

    play(server, story)
    assert num_peers(http) == 0
    assert http.delete(f"/v1/sessions/{session['id']}").status_code == 200


def test_a_face_is_watched_over_a_relay_alone(
    server: RunningServer, http: httpx2.Client, turn: tuple[TurnServer, str]
) -> None:
    session = begin(http)

    async def story(http: httpx2.AsyncClient) -> None:
        async with whip_peer.meeting(http, session["whep"], "video") as exchange:
            servers = exchange.servers
        before = turn[0].relayed
        meeting = whip_peer.meeting(http, session["whep"], "video", "audio", relays=servers)
        async with meeting as exchange:
            for receiver in exchange.connection.getReceivers():
                await receiver.track.recv()
            offered = exchange.connection.localDescription.sdp
        assert "typ relay" in offered
        assert "typ host" not in offered
        assert turn[0].relayed > before + 10

    play(server, story)
    assert not turn[0].refused
    assert WORD not in "".join(server.lines)


def test_what_is_left_of_a_killed_one_is_cleared_away(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.5)

    async def story() -> None:
        stage, gone = Stage(), asyncio.Event()
        peers = Peers((), Limits(2, 2), lambda count: count or gone.set())
        async with serving(tmp_path, stage, peers) as url:
            with publisher(f"{url}/v1/sessions/{stage.session.id}/whip", film) as peer:
                await told(stage, PushAudio)
                await told(stage, CameraFrame)
                monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.02)
                peer.kill()
                await gone.wait()
        assert not peers
        assert isinstance(stage.told[-1], EndSegment | CameraFrame)
        assert any(isinstance(each, EndSegment) for each in stage.told)

    asyncio.run(asyncio.wait_for(story(), PATIENCE_S))


async def told(stage: Stage, kind: type[object]) -> None:
    """Wait until the session was told this."""
    while not any(isinstance(each, kind) for each in stage.told):
        stage.heard.clear()
        await stage.heard.wait()
