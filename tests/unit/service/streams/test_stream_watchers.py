"""Tests of streams over HTTP: what a reader gets, and what is left of one that has gone."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Coroutine
from typing import Any

import av
import numpy as np
import pytest

from fakes.live_outputs import no_output_left
from fakes.live_show import Stage
from mien.errors import OutputError
from mien.service.errors import BusyError, ConflictError
from mien.service.streams.pipe import MOST_BYTES, BytePipe
from mien.service.streams.room import Room
from mien.service.streams.watching import Watchers

pytestmark = pytest.mark.unit


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(60):
            await story()

    asyncio.run(in_time())


def watchers(counts: list[int] | None = None) -> Watchers:
    on_count = (lambda count: None) if counts is None else counts.append
    return Watchers(Room(each=2, all=3, on_count=on_count))


def nothing_left(stage: Stage) -> None:
    assert stage.session.num_watchers == 0
    no_output_left()


@pytest.mark.parametrize("form", ["mp4", "mpegts"])
def test_a_reader_gets_pictures_and_sound_until_the_session_ends(form: Any) -> None:
    async def story() -> None:
        stage, data = Stage(), bytearray()
        async with watchers().watching(stage.session, form) as pipe:
            while stage.shown < 20:
                data += await pipe.read()
            stage.session.close("it was closed")
            while more := await pipe.read():
                data += more
        nothing_left(stage)
        with av.open(io.BytesIO(bytes(data)), format=form) as file:
            pictures = [each.to_ndarray(format="gray") for each in file.decode(video=0)]
        assert len(pictures) >= 2
        assert np.ptp([each.mean() for each in pictures]) > 20
        with av.open(io.BytesIO(bytes(data)), format=form) as file:
            assert max(np.abs(each.to_ndarray()).max() for each in file.decode(audio=0)) > 0.1

    run(story)


def test_who_reads_late_gets_what_came_before_the_session_ended() -> None:
    async def story() -> None:
        stage, there = Stage(), watchers()
        async with there.watching(stage.session, "mpegts") as pipe:
            while not pipe._num_bytes:
                await asyncio.sleep(0)
            stage.session.close("it was closed")
            await asyncio.wait(there._feeding)
            assert await pipe.read()
            assert await pipe.read() == b""

    run(story)


def test_nothing_is_left_of_a_reader_that_has_gone_or_never_read() -> None:
    async def story() -> None:
        stage, counts = Stage(), [0]
        there = watchers(counts)
        for num_reads in (0, 1, 3):
            async with there.watching(stage.session, "mp4") as pipe:
                assert stage.session.num_watchers == 1
                for _ in range(num_reads):
                    assert await pipe.read()
            nothing_left(stage)
        assert counts == [0, 1, 0, 1, 0, 1, 0]
        stage.session.close("the test is over")

    run(story)


def test_a_reader_whose_task_is_cancelled_leaves_nothing_either() -> None:
    async def story() -> None:
        stage, reads = Stage(), asyncio.Event()

        async def read() -> None:
            async with watchers().watching(stage.session, "mpegts") as pipe:
                while await pipe.read():
                    reads.set()

        reading = asyncio.create_task(read())
        await reads.wait()
        reading.cancel()
        await asyncio.wait({reading})
        nothing_left(stage)
        stage.session.close("the test is over")

    run(story)


def test_all_readers_see_the_end_when_the_service_stops() -> None:
    async def story() -> None:
        stage, there = Stage(), watchers()
        async with there.watching(stage.session, "mp4") as pipe:
            assert await pipe.read()
            await there.close()
            while await pipe.read():
                pass
        nothing_left(stage)
        stage.session.close("the test is over")

    run(story)


def test_there_is_room_for_so_many() -> None:
    async def story() -> None:
        stage, there = Stage(), watchers()
        session = stage.session
        async with there.watching(session, "mp4"), there.watching(session, "mpegts"):
            with pytest.raises(BusyError):
                async with there.watching(session, "mp4"):
                    pass
        async with there.watching(session, "mp4"):
            pass
        session.close("it was closed")
        with pytest.raises(ConflictError):
            async with there.watching(session, "mp4"):
                pass

    run(story)


def test_a_full_pipe_holds_its_writer_until_somebody_reads() -> None:
    async def story() -> None:
        pipe = BytePipe()
        pipe.write(bytes(MOST_BYTES))
        writing = asyncio.create_task(asyncio.to_thread(pipe.write, b"more"))
        done, _ = await asyncio.wait({writing}, timeout=0.05)
        assert not done
        assert await pipe.read() == bytes(MOST_BYTES)
        await writing
        assert await pipe.read() == b"more"
        pipe.close()
        assert await pipe.read() == b""

    run(story)


def test_who_waits_to_write_is_told_that_nobody_reads_any_more() -> None:
    async def story() -> None:
        pipe = BytePipe()
        pipe.write(bytes(MOST_BYTES))
        writing = asyncio.create_task(asyncio.to_thread(pipe.write, b"more"))
        pipe.abort()
        with pytest.raises(OutputError):
            await writing
        assert await pipe.read() == b""

    run(story)
