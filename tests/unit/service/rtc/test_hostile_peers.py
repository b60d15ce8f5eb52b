"""Peers that vanish, flood and lie: each ends alone, and nothing of it is left."""

from __future__ import annotations

import asyncio
import math
import os
import socket
import time
from contextlib import suppress
from typing import Any

import pytest
from aiortc import RTCPeerConnection
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from aiortc.rtp import RTCP_RTPFB_NACK, RtcpRtpfbPacket, RtpPacket

from fakes.live_show import Stage
from fakes.offers import offer
from fakes.rtc_clients import peers, play, sender, told, tracks, viewer
from mien.service.errors import BusyError, NotFoundError
from mien.service.live.messages import CameraFrame, PushAudio
from mien.service.rtc.offers import read_offer
from mien.service.rtc.peers import Limits, Peers
from mien.service.rtc.watching import Watching

pytestmark = pytest.mark.unit


def ice(client: RTCPeerConnection) -> Any:
    return client.getTransceivers()[0].receiver.transport.transport._connection


def targets(client: RTCPeerConnection) -> list[tuple[str, int]]:
    """Where the service receives."""
    return [(each.host, each.port) for each in ice(client).remote_candidates]


def throw(client: RTCPeerConnection, datagrams: list[bytes]) -> None:
    """At the service, from an address that it never heard of."""
    for place in targets(client):
        family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as thrower:
            for data in datagrams:
                with suppress(OSError):
                    thrower.sendto(data, place)


async def gone(peers: Peers) -> None:
    while len(peers):
        await asyncio.sleep(0.01)


def test_one_that_vanishes_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        stage, all = Stage(), peers()
        async with (
            viewer(stage, all) as watching,
            sender(stage, all, VideoStreamTrack()) as sending,
        ):
            await tracks(watching)[0].recv()
            await told(stage, CameraFrame, 1)
            monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.02)
            for client in (watching, sending):
                for protocol in ice(client)._protocols:
                    protocol.transport.abort()
            await gone(all)
            assert stage.session.num_watchers == 0

    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.5)
    play(story)


def test_candidates_that_answer_nothing_are_given_up() -> None:
    async def story() -> None:
        over = asyncio.Event()
        all = Peers((), Limits(9, 9), lambda count: count or over.set(), connects_within_s=0.3)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("", 0))
            lines = [
                f"a=candidate:{number} 1 udp 1 192.0.2.{number} {deaf.getsockname()[1]} typ host"
                for number in range(1, 40)
            ]
            body = offer("video") + "".join(f"{each}\r\n" for each in lines).encode()
            for _ in range(4):
                watching = Watching(Stage().session, stacked=False)
                await all.open("s", "whep", read_offer(body, "recvonly"), watching)
            await over.wait()

    play(story)


def test_what_strangers_throw_at_a_peer_does_not_reach_it() -> None:
    async def story() -> None:
        stage, all = Stage(), peers()
        garbage = [b"", b"\x80", os.urandom(40), b"\x16\xfe\xfd" + os.urandom(60), b"\x80\x60" * 9]
        async with sender(stage, all, VideoStreamTrack(), AudioStreamTrack()) as client:
            throw(client, garbage)  # while the handshake goes on
            await told(stage, CameraFrame, 1)
            throw(client, garbage * 20)
            seen = sum(isinstance(each, CameraFrame) for each in stage.told)
            await told(stage, CameraFrame, seen + 3)
            assert len(all) == 1
        await gone(all)

    play(story)


def test_what_comes_before_anybody_looks_is_not_piled_up() -> None:
    async def story() -> None:
        all = peers()
        watching = Watching(Stage().session, stacked=False)
        await all.open("s", "whep", read_offer(offer("video"), "recvonly"), watching)
        peer = next(iter(all._peers.values()))
        waiting = ice(peer._connection)
        for _ in range(10_000):
            waiting.data_received(bytes(1200), 1)
        assert waiting._queue.qsize() <= 2048
        await all.close()

    play(story)


def test_sources_without_end_leave_the_peer_as_it_is() -> None:
    async def story() -> None:
        stage, all = Stage(), peers()
        async with sender(stage, all, AudioStreamTrack()) as client:
            await told(stage, PushAudio, 1)
            rtp = client.getSenders()[0]
            kind = rtp._RTCRtpSender__rtp_header_extensions_map
            for number in range(400):
                packet = RtpPacket(payload_type=96, sequence_number=number, timestamp=number)
                packet.ssrc, packet.payload = number, b"x"
                await rtp.transport._send_rtp(packet.serialize(kind))
            seen = sum(isinstance(each, PushAudio) for each in stage.told)
            await told(stage, PushAudio, seen + 120)  # for longer than from one report to the next
        await gone(all)

    play(story)


def test_what_was_lost_is_sent_again_so_often_and_no_oftener() -> None:
    async def story() -> None:
        stage, all = Stage(), peers()
        async with viewer(stage, all, "video/VP8") as client:
            picture = tracks(client)[0]
            await picture.recv()
            receiver = client.getReceivers()[0]
            source = receiver.getSynchronizationSources()[0].source
            peer = next(iter(all._peers.values()))._connection.getSenders()[0]
            resent = 0
            serialize = RtpPacket.serialize

            def counted(self: RtpPacket, *rest: Any) -> bytes:
                nonlocal resent
                resent += 1
                return serialize(self, *rest)

            storm = RtcpRtpfbPacket(RTCP_RTPFB_NACK, ssrc=1, media_ssrc=source)
            storm.lost = [
                next(iter(peer._RTCRtpSender__rtp_history.values())).sequence_number
            ] * 100
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(RtpPacket, "serialize", counted)
                began = time.monotonic()
                for _ in range(200):
                    await peer._handle_rtcp_packet(storm)
                seconds = math.ceil(time.monotonic() - began)
            # those of pictures go on meanwhile
            assert 0 < resent <= 600 * (seconds + 1)
            await picture.recv()

    play(story)


def test_ends_that_meet_end_once() -> None:
    async def story() -> None:
        stage, all = Stage(), peers(each=20)
        asked = read_offer(offer("video"), "recvonly")

        async def come_and_go(number: int) -> None:
            watching = Watching(stage.session, stacked=False)
            id, _ = await all.open("s", "whep", asked, watching)
            if number == 7:
                stage.session.close("it was closed")
            ends = (all.end("s", "whep", id) for _ in range(3))
            for result in await asyncio.gather(*ends, return_exceptions=True):
                assert result is None or isinstance(result, NotFoundError)

        await asyncio.gather(*(come_and_go(number) for number in range(15)))
        assert not all

    play(story)


def test_a_thousand_offers_at_once_find_room_for_a_few() -> None:
    async def story() -> None:
        stage, all = Stage(), peers(each=3, all=5)
        asked = read_offer(offer("video", "audio"), "recvonly")

        async def come(number: int) -> bool:
            watching = Watching(stage.session, stacked=False)
            try:
                await all.open(str(number % 2), "whep", asked, watching)
            except BusyError:
                return False
            return True

        found = await asyncio.gather(*(come(number) for number in range(1000)))
        assert sum(found) == len(all) == 5
        await all.close()

    play(story)


def test_whoever_comes_to_a_session_that_ends_is_not_waited_for() -> None:
    async def story() -> None:
        stage, all = Stage(), peers()
        asked = read_offer(offer("video"), "recvonly")
        coming = [
            asyncio.create_task(
                all.open("s", "whep", asked, Watching(stage.session, stacked=False))
            )
            for _ in range(3)
        ]
        await coming[0]
        assert len(all) == 3
        stage.session.close("it was closed")
        await asyncio.gather(*coming)
        await gone(all)

    play(story)
