"""A far end of WHEP: aiortc, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx2
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import AnyRtcpPacket, RtcpSrPacket, RtpPacket
from av import AudioFrame, VideoFrame

from benchmarks.far_end.tape import Heard, Seen, Tape

_SDP = {"Content-Type": "application/sdp"}
_NTP_BEFORE_UNIX_S = 2_208_988_800
_REMEMBERED = 256


class Wire:
    """What of a track comes over the wire: when, and which time of the sender's clock its
    timestamps mean, by the sender's reports. Of that aiortc tells nobody."""

    def __init__(self, receiver: RTCRtpReceiver, rate: int) -> None:
        self._receiver: Any = receiver
        self.rate = rate
        self._known: tuple[float, int] | None = None
        self._came: deque[tuple[int, float]] = deque(maxlen=_REMEMBERED)
        self._hear = self._receiver._handle_rtcp_packet
        self._take = self._receiver._handle_rtp_packet
        setattr(receiver, "_handle_rtcp_packet", self._look)  # noqa: B010
        setattr(receiver, "_handle_rtp_packet", self._note)  # noqa: B010

    async def _note(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        self._came.append((packet.timestamp, time.time()))
        await self._take(packet, arrival_time_ms=arrival_time_ms)

    def came_s(self, pts: int) -> float:
        """When the last packet of a frame came. Decoders shift the times of frames a little."""
        stamp = self._origin + pts
        return min(reversed(self._came), key=lambda each: abs(_since(each[0], stamp)))[1]

    async def _look(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpSrPacket) and packet.sender_info.ntp_timestamp:
            told = packet.sender_info
            self._known = told.ntp_timestamp / 2**32 - _NTP_BEFORE_UNIX_S, told.rtp_timestamp
        await self._hear(packet)

    def time_s(self, pts: int) -> float:
        """Of a frame; not a number before the first report."""
        if self._known is None:
            return float("nan")
        sent_s, timestamp = self._known
        return sent_s + _since(self._origin + pts, timestamp) / self.rate

    @property
    def _origin(self) -> int:
        origin = self._receiver._RTCRtpReceiver__timestamp_mapper._origin
        assert isinstance(origin, int)
        return origin


def _since(timestamp: int, before: int) -> int:
    """Between two timestamps of 32 bits."""
    return (timestamp - before + 2**31) % 2**32 - 2**31


@contextmanager
def watching_whep(url: str, session: str, *, most: int | None = None) -> Generator[Tape]:
    """Of a session (a path), from the first picture and sound on. most: of the tape.

    Times are not numbers before the first reports come, up to two seconds later.
    """
    tape, over = Tape(most), threading.Event()
    failed: list[BaseException] = []

    def watch() -> None:
        try:
            asyncio.run(_watch(url, session, tape, over))
        except BaseException as error:
            failed.append(error)
            over.set()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        tape.wait(lambda: bool(failed or (tape.pictures and tape.sounds)))
        if failed:
            raise SystemExit(f"WHEP failed: {failed[0]}")
        yield tape
    finally:
        over.set()
        thread.join()


async def _watch(url: str, session: str, tape: Tape, over: threading.Event) -> None:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for kind in ("video", "audio"):
        peer.addTransceiver(kind, direction="recvonly")
    await peer.setLocalDescription(await peer.createOffer())
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
        offer = peer.localDescription.sdp
        answer = await http.post(f"{session}/whep", content=offer, headers=_SDP)
        await peer.setRemoteDescription(
            RTCSessionDescription(answer.raise_for_status().text, "answer")
        )
        tasks = [asyncio.create_task(_record(each, tape)) for each in peer.getReceivers()]
        tasks.append(asyncio.create_task(_until(over)))
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        over.set()
        await http.delete(answer.headers["location"])
        await peer.close()
        await asyncio.gather(*tasks)


async def _until(over: threading.Event) -> None:
    await asyncio.to_thread(over.wait)


async def _record(receiver: RTCRtpReceiver, tape: Tape) -> None:
    track: MediaStreamTrack = receiver.track
    wire = Wire(receiver, 90_000 if track.kind == "video" else 48_000)
    try:
        while True:
            frame = await track.recv()
            pts = frame.pts or 0
            now_s, pts_s, face_s = time.time(), wire.time_s(pts), pts / wire.rate
            if isinstance(frame, VideoFrame):
                grey = frame.to_ndarray(format="gray").astype(np.uint8)
                tape.add(Seen(wire.came_s(pts), pts_s, grey, face_s, now_s))
            elif isinstance(frame, AudioFrame):
                mono = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0]
                tape.add(Heard(wire.came_s(pts), pts_s, mono.astype(np.int16), now_s, face_s))
    except MediaStreamError:
        return
