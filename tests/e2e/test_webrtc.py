"""A real session over WebRTC, against a server as users start it: aiortc watches and sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any

import httpx2
import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import VideoStreamTrack
from av import AudioFrame, VideoFrame
from numpy.typing import NDArray

from fakes.clips import astronaut
from fakes.running_server import RunningServer, running_server
from fakes.schema_hooks import PORTRAIT

pytestmark = pytest.mark.e2e

SDP = {"Content-Type": "application/sdp"}
SIDE = 128
HZ = 600


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("data")
    with running_server(folder, "--workers", "1", "--webrtc-kbps", "1500", live=True) as server:
        yield server


class Camera(VideoStreamTrack):
    """Always the same face."""

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame.from_ndarray(astronaut()[:240, 100:420].copy(), format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Microphone(MediaStreamTrack):
    """Always the same tone."""

    kind = "audio"
    _position = 0

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(0.02)
        times = np.arange(self._position, self._position + 960) / 48_000
        samples = (9000 * np.sin(2 * np.pi * HZ * times)).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
        frame.pts = self._position
        self._position += 960
        return frame


def test_a_face_is_watched_driven_and_heard_until_its_session_ends(server: RunningServer) -> None:
    async def story() -> None:
        async with httpx2.AsyncClient(base_url=server.url, timeout=60) as http:
            session = await begin(http)
            async with peer(http, f"{session}/whep?alpha=stacked", "video", "audio") as viewer:
                picture, voice = (each.track for each in viewer.getReceivers())
                frames = [await picture.recv() for _ in range(12)]
                check_pictures(frames)
                async with peer(http, f"{session}/whip?audio=lips", Camera(), Microphone()):
                    await hear_tone(voice)
                told = (await http.get(session)).json()
                assert told["state"] == "running"
                assert (await http.get("/health")).status_code == 200
                assert (await http.delete(session)).status_code == 200
                await ended(viewer)
            metrics = (await http.get("/metrics")).text
            assert "mien_webrtc_peers 0.0" in metrics

    asyncio.run(asyncio.wait_for(story(), 60))
    assert "Traceback" not in "".join(server.lines)


async def begin(http: httpx2.AsyncClient) -> str:
    """Path of a new session."""
    sent = await http.post("/v1/portraits", files={"file": PORTRAIT})
    asked = {"portrait": sent.json()["id"], "size": SIDE, "fps": 25, "transparent": True}
    answer = await http.post("/v1/sessions", json=asked)
    assert answer.status_code == 201, answer.text
    return f"/v1/sessions/{answer.json()['id']}"


@asynccontextmanager
async def peer(
    http: httpx2.AsyncClient, path: str, *what: str | MediaStreamTrack
) -> AsyncIterator[RTCPeerConnection]:
    """Receives these kinds, or sends these tracks."""
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for each in what:
        client.addTransceiver(each, direction="recvonly" if isinstance(each, str) else "sendonly")
    await client.setLocalDescription(await client.createOffer())
    answer = await http.post(path, content=client.localDescription.sdp, headers=SDP)
    assert answer.status_code == 201, answer.text
    await client.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    try:
        yield client
    finally:
        ended = await http.delete(answer.headers["location"])
        assert ended.status_code in (200, 404)
        await client.close()


def check_pictures(frames: list[Any]) -> None:
    """In order, on time, with a matte below that has a person in it."""
    assert {(each.width, each.height) for each in frames} == {(SIDE, 2 * SIDE)}
    steps = np.diff([each.pts for each in frames])
    assert (steps > 0).all()
    assert (steps % 3600 == 0).all()
    matte = frames[-1].to_ndarray(format="gray")[SIDE:]
    assert matte[:8].mean() < 60
    assert matte[SIDE // 2 :, SIDE // 3 : SIDE // 2].mean() > 200


async def hear_tone(voice: MediaStreamTrack) -> None:
    """Wait until most of what is heard is the microphone's tone."""
    while True:
        pieces = [await voice.recv() for _ in range(10)]
        heard = np.concatenate([each.to_ndarray().reshape(-1, 2)[:, 0] for each in pieces])  # type: ignore[union-attr]
        if is_tone(heard):
            return


def is_tone(heard: NDArray[np.int16]) -> bool:
    power = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    near = np.abs(np.fft.rfftfreq(len(heard), 1 / 48_000) - HZ) < 30
    return bool(np.abs(heard).max() > 2000 and power[near].sum() > 0.8 * power.sum())


async def ended(client: RTCPeerConnection) -> None:
    """Wait until the other end has hung up."""
    over = asyncio.Event()
    client.on("connectionstatechange", lambda: client.connectionState == "closed" and over.set())
    if client.connectionState != "closed":
        await over.wait()
