"""aiortc as the other end of peers, in the same event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)

from fakes.live_show import Stage
from mien.service.errors import NotFoundError
from mien.service.rtc.offers import read_offer
from mien.service.rtc.peers import Limits, Peers
from mien.service.rtc.sending import Microphone, Sending
from mien.service.rtc.tuning import end_with_connection
from mien.service.rtc.watching import Watching

PATIENCE_S = 60


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run it, and see that nothing of it is left."""

    async def run() -> None:
        before = descriptors()
        await asyncio.wait_for(story(), PATIENCE_S)
        assert await all_gone() == []
        assert descriptors() - before <= 1  # one is the loop's own, of its first thread

    asyncio.run(run())
    assert [each.name for each in threading.enumerate() if "decoder" in each.name] == []


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0


async def all_gone() -> list[str]:
    """Tasks that are still there when all that had only to notice its end has."""
    for _ in range(100 * PATIENCE_S):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        left = [each for each in others if "wait_for" not in repr(each.get_coro())]
        if not left:
            return []
        await asyncio.sleep(0.01)
    return [repr(each) for each in left]


def peers(each: int = 4, all: int = 32, connects_within_s: float = PATIENCE_S) -> Peers:
    return Peers((), Limits(each, all), connects_within_s=connects_within_s)


async def offered(client: RTCPeerConnection) -> bytes:
    """Its offer. aiortc as a client has the same fault as in the service, see there."""
    await client.setLocalDescription(await client.createOffer())
    for transceiver in client.getTransceivers():
        end_with_connection(transceiver.receiver.transport.transport._connection)
    return client.localDescription.sdp.encode()


@asynccontextmanager
async def viewer(
    stage: Stage, peers: Peers, codec: str | None = None, *, stacked: bool = False
) -> AsyncIterator[RTCPeerConnection]:
    """Somebody who watches; the first track is the picture, the second the sound."""
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    video = client.addTransceiver("video", direction="recvonly")
    client.addTransceiver("audio", direction="recvonly")
    if codec is not None:
        known = RTCRtpReceiver.getCapabilities("video")
        assert known is not None
        video.setCodecPreferences([each for each in known.codecs if each.mimeType == codec])
    asked = read_offer(await offered(client), "recvonly")
    watching = Watching(stage.session, stacked=stacked)
    id, answer = await peers.open(stage.session.id, "whep", asked, watching)
    await client.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    try:
        yield client
    finally:
        with suppress(NotFoundError):  # it ended by itself
            await peers.end(stage.session.id, "whep", id)
        await client.close()


@asynccontextmanager
async def sender(
    stage: Stage, peers: Peers, *tracks: MediaStreamTrack, microphone: Microphone = "lips"
) -> AsyncIterator[RTCPeerConnection]:
    """Somebody whose camera and microphone are sent; whoever sends ends it."""
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for track in tracks:
        client.addTransceiver(track, direction="sendonly")
    asked = read_offer(await offered(client), "sendonly")
    _, answer = await peers.open(
        stage.session.id, "whip", asked, Sending(stage.session, microphone)
    )
    await client.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    try:
        yield client
    finally:
        await client.close()


def tracks(client: RTCPeerConnection) -> tuple[MediaStreamTrack, ...]:
    return tuple(each.track for each in client.getReceivers())


async def told(stage: Stage, kind: type[object], count: int) -> None:
    """Wait until the session was told this so often."""
    while sum(isinstance(each, kind) for each in stage.told) < count:
        stage.heard.clear()
        await stage.heard.wait()


async def ended(client: RTCPeerConnection) -> None:
    """Wait until the other end has hung up."""
    over = asyncio.Event()
    client.on("connectionstatechange", lambda: client.connectionState == "closed" and over.set())
    if client.connectionState != "closed":
        await over.wait()
