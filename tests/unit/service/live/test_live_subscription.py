from __future__ import annotations

import asyncio

import pytest

from mien.pipeline.live.types import AUDIO_RATE, SpeechStarted
from mien.service.live.packets import MOST_SOUND_BYTES, LivePacket
from mien.service.live.subscription import Subscription

pytestmark = pytest.mark.unit


def packet(pts: int, sound: bytes | None = None) -> LivePacket:
    heard = bytes([pts % 256]) * 8 if sound is None else sound
    return LivePacket(
        pts, 25, b"picture %d" % pts, 4, 4, 3, heard, (SpeechStarted(f"s{pts}", pts),)
    )


def watching() -> Subscription:
    return Subscription("jpeg", lambda subscription: None)


def test_who_is_late_gets_the_newest_pictures_and_all_sound_and_events() -> None:
    subscription = watching()
    for pts in range(5):
        subscription.offer(packet(pts))
    first, second = subscription.take(), subscription.take()
    assert first is not None
    assert second is not None
    assert subscription.take() is None
    assert (first.pts, second.pts) == (3, 4)
    assert first.sound == b"".join(packet(pts).sound for pts in range(4))
    assert second.sound == packet(4).sound
    events = [event.segment for each in (first, second) for event in each.events]
    assert events == ["s0", "s1", "s2", "s3", "s4"]
    assert subscription.dropped == 3


def test_sound_that_waits_is_a_second_at_most() -> None:
    subscription = watching()
    frame = AUDIO_RATE // 25 * 2
    for pts in range(100):
        subscription.offer(packet(pts, bytes([pts]) * frame))
    taken = subscription.take()
    assert taken is not None
    assert len(taken.sound) == MOST_SOUND_BYTES
    assert taken.sound[-1] == 98


def test_sound_ends_with_its_frame() -> None:
    assert packet(49, bytes(MOST_SOUND_BYTES)).sound_us == 1_000_000
    assert packet(49).pts_us == 1_960_000


def test_a_clear_leaves_nothing_but_the_events() -> None:
    subscription = watching()
    subscription.offer(packet(0))
    subscription.offer(packet(1))
    subscription.clear()
    assert subscription.take() is None
    assert subscription.clears == 1
    subscription.offer(packet(2))
    taken = subscription.take()
    assert taken is not None
    assert taken.sound == packet(2).sound
    assert [event.segment for event in taken.events] == ["s0", "s1", "s2"]


def test_an_iteration_waits_for_packets_and_ends_with_the_session() -> None:
    async def run() -> list[int]:
        left: list[Subscription] = []
        subscription = Subscription("jpeg", left.append)

        async def watch() -> list[int]:
            return [each.pts async for each in subscription]

        task = asyncio.create_task(watch())
        for pts in range(3):
            subscription.offer(packet(pts))
            await asyncio.sleep(0)
        subscription.end()
        seen = await task
        subscription.close()
        assert not left
        return seen

    assert asyncio.run(run()) == [0, 1, 2]


def test_who_closes_has_left_once() -> None:
    left: list[Subscription] = []
    subscription = Subscription("jpeg", left.append)
    subscription.close()
    subscription.close()
    assert left == [subscription]
    subscription.offer(packet(0))
    assert subscription.take() is None
