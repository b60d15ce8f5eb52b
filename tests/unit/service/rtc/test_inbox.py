"""What comes by UDP is filtered; the clock is in the test's hand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable

import pytest

from mien.service.rtc.inbox import Inbox

pytestmark = pytest.mark.unit

DTLS = b"\x16\xfe\xfd" + bytes(20)


def rtp(source: int, kind: int = 96) -> bytes:
    return bytes([128, kind, *bytes(6), *source.to_bytes(4, "big")]) + b"picture"


def passed(datagrams: Iterable[bytes], times: Iterable[float] = ()) -> list[bytes]:
    """What comes through until there is no more."""
    waiting, clock = iter(datagrams), iter(times)

    async def receive() -> bytes:
        for data in waiting:
            return data
        raise ConnectionError("no more")

    async def run() -> list[bytes]:
        inbox = Inbox(receive, lambda: next(clock, 0.0))
        seen: list[bytes] = []
        try:
            while True:
                seen.append(await inbox.recv())
        except ConnectionError as error:
            return [*seen, str(error).encode()]

    return asyncio.run(run())


def test_what_a_peer_sends_comes_through() -> None:
    sent = [DTLS, rtp(1), rtp(2, 111), rtp(1, 201), rtp(1)]
    assert passed(sent) == [*sent, b"no more"]


def test_what_is_shorter_than_any_header_is_dropped() -> None:
    assert passed([b"", b"\x80", bytes(11), DTLS]) == [DTLS, b"no more"]


def test_only_so_many_sources_are_heard() -> None:
    sent = [rtp(number) for number in range(1000)]
    assert passed([*sent, rtp(3)]) == [*sent[:16], rtp(3), b"no more"]


def test_reports_beyond_what_any_receiver_has_to_say_are_dropped() -> None:
    assert len(passed([rtp(1, 205)] * 1000)) == 200 + 1


def test_a_flood_ends_the_connection() -> None:
    assert passed([rtp(1)] * 5000)[-2:] == [rtp(1), b"flooded"]
    slowly = [number / 1000 for number in range(5001)]
    assert passed([rtp(1)] * 5000, slowly)[-1] == b"no more"


def test_noise_does_no_more_than_nothing() -> None:
    noise = [os.urandom(length) for length in range(1500)]
    assert passed(noise)[-1] == b"no more"
