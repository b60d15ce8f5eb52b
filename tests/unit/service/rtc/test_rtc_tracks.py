from __future__ import annotations

import asyncio
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.live_show import SIDE, tone
from mien.service.live.packets import LivePacket
from mien.service.rtc.pacing import Pace
from mien.service.rtc.pictures import video_frame
from mien.service.rtc.tracks import PictureTrack, SoundTrack

pytestmark = pytest.mark.unit


def packet(pts: int, fps: int = 25, sound: NDArray[np.int16] | None = None) -> LivePacket:
    said = (tone(pts, fps) if sound is None else sound).tobytes()
    picture = np.full((SIDE, SIDE, 3), pts % 256, np.uint8).tobytes()
    return LivePacket(pts, fps, picture, SIDE, SIDE, 3, said, ())


async def said(track: SoundTrack, pieces: int) -> tuple[list[int], NDArray[np.int16]]:
    """When pieces begin, and all their samples."""
    frames = [await track.recv() for _ in range(pieces)]
    assert {frame.time_base for frame in frames} == {Fraction(1, 48_000)}
    times = [frame.pts for frame in frames]
    assert None not in times
    return times, np.concatenate([frame.to_ndarray()[0] for frame in frames])  # type: ignore[return-value]


def test_pictures_keep_the_time_of_the_face_and_the_newest_counts() -> None:
    async def run() -> None:
        track = PictureTrack(partial(video_frame, stacked=False), Pace())
        for pts in (90, 91, 92):
            track.show(packet(pts, fps=30))
        frame = await track.recv()
        assert (frame.pts, frame.time_base) == (92 * 3000, Fraction(1, 90_000))
        assert (frame.to_ndarray() == 92).all()
        track.show(packet(1_000_001, fps=7))
        assert (await track.recv()).pts == 1_000_001 * 90_000 // 7

    asyncio.run(run())


@pytest.mark.parametrize("fps", [25, 30, 7])
def test_sound_goes_out_without_a_sample_missing(fps: int) -> None:
    async def run() -> None:
        track = SoundTrack(Pace(clock=lambda: 0.0))
        first, count = 50, fps // 5 + 1
        for pts in range(first, first + count):
            track.say(packet(pts, fps))
        whole = np.concatenate([tone(pts, fps) for pts in range(first, first + count)])
        pieces = len(whole) // 960
        times, samples = await said(track, pieces)
        begin = first * 48_000 // fps
        assert np.abs(np.array(times) - begin - 960 * np.arange(pieces)).max() <= 1
        assert (samples == whole[: len(samples)]).all()

    asyncio.run(run())


def test_sound_that_was_missed_leaves_a_gap_as_long_as_it_was() -> None:
    async def run() -> None:
        track = SoundTrack(Pace(clock=lambda: 0.0))
        track.say(packet(0))
        track.say(packet(5))
        _, samples = await said(track, 12)
        assert (samples[: 1920] == tone(0, 25)).all()  # fmt: skip
        assert not samples[1920 : 5 * 1920].any()
        assert (samples[5 * 1920 :] == tone(5, 25)).all()
        track.say(packet(500))
        times, samples = await said(track, 2)
        assert times == [500 * 1920, 500 * 1920 + 960]
        assert (samples == tone(500, 25)).all()

    asyncio.run(run())


def test_of_more_than_a_second_the_newest_is_kept() -> None:
    async def run() -> None:
        track = SoundTrack(Pace(clock=lambda: 0.0))
        for pts in range(60):
            track.say(packet(pts))
        times, _ = await said(track, 50)
        assert times[0] == 35 * 1920
        assert times[-1] == 60 * 1920 - 960

    asyncio.run(run())


def test_after_an_interruption_only_silence_is_left_and_time_goes_on() -> None:
    async def run() -> None:
        track = SoundTrack(Pace(clock=lambda: 0.0))
        for pts in range(3):
            track.say(packet(pts))
        await said(track, 1)
        track.hush()
        track.say(packet(3))
        times, samples = await said(track, 7)
        assert not samples[: 5 * 960].any()
        assert (samples[5 * 960 :] == tone(3, 25)).all()
        assert times == [960 * number for number in range(1, 8)]

    asyncio.run(run())
