from __future__ import annotations

import asyncio
import io
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fakes.live_host import ThreadHost, thread_host
from mien.errors import OptionError
from mien.pipeline.live import AUDIO_RATE
from mien.service.errors import ConflictError, TooManyError
from mien.service.live.packets import Form, LivePacket
from mien.service.live.session import MOST_CLIENTS, LiveSession
from mien.service.security.keys import Owner
from mien.service.uploads.upload import Upload

pytestmark = pytest.mark.unit

FRAME = AUDIO_RATE // 60
Told = Callable[[ThreadHost], Coroutine[None, None, None]]


def hosted(tell: Told) -> None:
    async def run() -> None:
        async with asyncio.timeout(60), thread_host() as host:
            await tell(host)

    asyncio.run(run())


def tone(value: int, frames: int = 30) -> bytes:
    return np.full(frames * FRAME, value, np.int16).tobytes()


def levels(packet: LivePacket) -> set[int]:
    return set(np.frombuffer(packet.sound, np.int16).tolist()) - {0}


def colours(packet: LivePacket, form: Form) -> set[int]:
    if form == "png":
        with Image.open(io.BytesIO(packet.picture)) as picture:
            return set(np.asarray(picture).ravel().tolist())
    return set(packet.picture)


def test_states_follow_each_other_as_documented() -> None:
    async def tell(host: ThreadHost) -> None:
        session = await host.open("a", 7)
        assert session.state == "ready"
        watcher = session.subscribe("raw")
        assert session.state == "running"
        packet = await anext(watcher)
        assert packet.pts == 0
        assert (packet.width, packet.height, packet.channels) == (8, 8, 3)
        watcher.close()
        assert session.state == "paused"
        session.close("enough")
        assert session.state == "closed"
        assert session.fate is not None
        assert session.fate.reason == "enough"
        for control in (session.clear, session.end_segment, lambda: session.subscribe("raw")):
            with pytest.raises(ConflictError, match="enough"):
                control()

    hosted(tell)


def test_nothing_is_rendered_while_nobody_watches() -> None:
    async def tell(host: ThreadHost) -> None:
        session = await host.open("a", 7)
        watcher = session.subscribe("raw")
        await anext(watcher)
        watcher.close()
        session.push_audio(tone(9), AUDIO_RATE, "s")
        again = session.subscribe("raw")
        shown = session.stats.frames
        packet = await anext(again)
        assert packet.pts <= shown + 2
        assert session.stats.dropped == 0

    hosted(tell)


def test_a_portrait_that_cannot_be_prepared_fails_its_session() -> None:
    async def tell(host: ThreadHost) -> None:
        with pytest.raises(OptionError, match="no face"):
            await host.open("a", "nobody")

    hosted(tell)


def test_a_control_that_cannot_be_honoured_is_told_to_who_watches() -> None:
    async def tell(host: ThreadHost) -> None:
        session = await host.open("a", 7)
        watcher = session.subscribe("raw")
        session.set_emotion("sly")
        nobody = Upload("0" * 64, Owner("me"), "picture", Path("nobody"), 1, "image/png", "x")
        session.set_portrait(nobody)
        told: list[str] = []
        async for _ in watcher:
            while (error := watcher.complaint()) is not None:
                told.append(str(error))
            if len(told) == 2:
                break
        assert any("sly" in each for each in told)
        assert any("no face" in each for each in told)
        assert session.state == "running"

    hosted(tell)


def test_another_portrait_is_shown_when_it_is_prepared() -> None:
    async def tell(host: ThreadHost) -> None:
        session = await host.open("a", 7)
        watcher = session.subscribe("raw")
        session.set_portrait(
            Upload("0" * 64, Owner("me"), "picture", Path("8"), 1, "image/png", "x")
        )
        async for packet in watcher:
            if colours(packet, "raw") == {8}:
                break

    hosted(tell)


def test_a_fault_fails_one_session_and_no_other(capfd: pytest.CaptureFixture[str]) -> None:
    async def tell(host: ThreadHost) -> None:
        bad, good = await host.open("a", 7), await host.open("b", 8)
        watcher = good.subscribe("raw")
        bad.push_frame((bytes(12), 2, 2))
        await bad.ended.wait()
        assert bad.state == "failed"
        assert bad.fate is not None
        assert "log says more" in bad.fate.reason
        assert colours(await anext(watcher), "raw") == {8}

    hosted(tell)


def test_what_makes_no_sense_is_refused_at_once() -> None:
    async def tell(host: ThreadHost) -> None:
        session = await host.open("a", 7)
        for control in (
            lambda: session.push_audio(b"odd", AUDIO_RATE),
            lambda: session.push_audio(b"even", 100),
            lambda: session.push_audio(b"even", AUDIO_RATE, "x" * 101),
            lambda: session.set_emotion("happy", 1.5),
            lambda: session.look_at(2.0, None),
            lambda: session.push_frame((b"short", 2, 2)),
        ):
            with pytest.raises(OptionError):
                control()

    hosted(tell)


def test_so_many_may_watch_and_no_more() -> None:
    async def tell(host: ThreadHost) -> None:
        session = await host.open("a", 7)
        for _ in range(MOST_CLIENTS):
            session.subscribe("raw")
        with pytest.raises(TooManyError):
            session.subscribe("raw")

    hosted(tell)


@dataclass
class Watched:
    """A session with its own colour, and what its watchers found that is not its own."""

    session: LiveSession
    number: int
    clears: int = 0
    heard: set[int] = field(default_factory=set)
    packets: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def level(self) -> int:
        """Of what is said now: the session's, and how often it was cleared."""
        return 1000 * self.number + self.clears + 1

    async def watch(self, form: Form) -> None:
        async for packet in (watcher := self.session.subscribe(form)):
            self.packets += 1
            if colours(packet, form) != {self.number}:
                self.wrong.append(f"colours {colours(packet, form)}")
            if not levels(packet) <= {self.level}:
                self.wrong.append(f"{levels(packet)} instead of {self.level}")
            if any(event.segment != str(self.number) for event in packet.events):
                self.wrong.append(f"events {packet.events}")
            self.heard |= levels(packet)
            if watcher.ended:
                return

    def clear(self) -> None:
        self.session.clear()
        self.clears += 1


@pytest.mark.parametrize("seed", range(2))
def test_no_frame_and_no_sample_is_ever_anothers_nor_from_before_a_clear(seed: int) -> None:
    chance = random.Random(seed)

    async def tell(host: ThreadHost) -> None:
        watched = [Watched(await host.open(f"s{n}", n), n) for n in range(1, 9)]
        forms: tuple[Form, ...] = ("raw", "png")
        watching = [asyncio.create_task(each.watch(form)) for each in watched for form in forms]
        for _ in range(60):
            one = chance.choice(watched)
            if one.session.over:
                continue
            deed = chance.random()
            if deed < 0.45:
                one.session.push_audio(tone(one.level, 5), AUDIO_RATE, str(one.number))
            elif deed < 0.8:
                one.clear()
            elif deed < 0.83 and one.number != 1:
                one.session.close("at random")
            seen = one.packets
            while not one.session.over and one.packets <= seen:
                await asyncio.sleep(0)
        for one in watched:
            one.session.close("done")
        await asyncio.gather(*watching)
        for one in watched:
            assert not one.wrong, one.wrong[:3]
            assert one.packets
        assert any(one.heard for one in watched)

    hosted(tell)
