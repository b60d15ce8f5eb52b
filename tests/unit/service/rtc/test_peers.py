"""Peers of both kinds against aiortc as a client, in one event loop."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import numpy as np
import pytest
from aiortc import MediaStreamTrack
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from numpy.typing import NDArray

from fakes.live_show import SIDE, Stage, grey, tone
from fakes.offers import offer
from fakes.rtc_clients import ended, peers, play, sender, told, tracks, viewer
from mien.errors import MienError
from mien.service.errors import BusyError, NotFoundError
from mien.service.live.messages import CameraFrame, Clear, EndSegment, PushAudio
from mien.service.rtc.errors import UnusableOfferError
from mien.service.rtc.offers import read_offer
from mien.service.rtc.peers import Limits, Peers
from mien.service.rtc.sending import SEGMENT
from mien.service.rtc.watching import Watching

pytestmark = pytest.mark.unit


async def sound(track: MediaStreamTrack, pieces: int) -> NDArray[np.int16]:
    """Of one channel."""
    frames = [await track.recv() for _ in range(pieces)]
    return np.concatenate([each.to_ndarray().reshape(-1, 2)[:, 0] for each in frames])  # type: ignore[union-attr]


@pytest.mark.parametrize("codec", ["video/VP8", "video/H264"])
def test_a_viewer_sees_frames_at_their_times_and_hears_every_sample(codec: str) -> None:
    async def story() -> None:
        stage, all = Stage(), peers()
        async with viewer(stage, all, codec) as client:
            picture, voice = tracks(client)
            frames = [await picture.recv() for _ in range(15)]
            heard = await sound(voice, 25)
        numbers = [each.pts // 3600 for each in frames]  # a slow machine leaves some out
        assert [3600 * number for number in numbers] == [each.pts for each in frames]
        assert numbers == sorted(set(numbers))
        seen = [int(each.to_ndarray(format="gray").mean()) for each in frames]  # type: ignore[union-attr]
        first = min(range(6), key=lambda pts: abs(grey(pts) - seen[0]))
        assert np.abs(np.array(seen) - [grey(first + number) for number in numbers]).max() < 8
        sent = np.concatenate([tone(pts, 25) for pts in range(stage.shown + 1)])
        assert likeness(sent, heard[2000:14_000]) > 0.95

    play(story)


def likeness(whole: NDArray[np.int16], part: NDArray[np.int16]) -> float:
    """Highest correlation of the part with any place of the whole."""
    a, b = whole.astype(float), part.astype(float)
    size = 1 << (len(a) + len(b)).bit_length()
    across = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)))[: len(a) - len(b)]
    sums = np.cumsum(np.concatenate([[0.0], a**2]))
    energy = sums[len(b) :][: len(across)] - sums[: len(across)]
    return float((across / np.sqrt(energy * (b**2).sum() + 1)).max())


def test_the_matte_of_a_transparent_face_is_below_it() -> None:
    async def story() -> None:
        async with viewer(Stage(transparent=True), peers(), stacked=True) as client:
            frame = await tracks(client)[0].recv()
            seen = frame.to_ndarray(format="gray").reshape(4, SIDE // 2, SIDE)  # type: ignore[union-attr]
        colour, matte = seen[:2].mean(axis=(1, 2)), seen[2:].mean(axis=(1, 2))
        assert colour[0] < 10 <= colour[1]
        assert matte[0] < 10
        assert matte[1] > 240

    play(story)


def test_what_was_said_before_an_interruption_is_not_heard_after_it() -> None:
    async def story() -> None:
        stage = Stage()
        async with viewer(stage, peers()) as client:
            voice = tracks(client)[1]
            assert np.abs(await sound(voice, 10)).max() > 5000
            on_the_way_s = max(0.25, stage.shown / 25 - 10 * 0.02)
            stage.session.clear()
            assert isinstance(stage.told[-1], Clear)
            later = await sound(voice, 30)
            # what goes on coming from afar was made before, and has lost its sound; the rest of
            # the tone was in buffers on the way
            assert np.flatnonzero(np.abs(later) > 500).max(initial=0) < on_the_way_s * 48_000

    play(story)


def test_the_camera_moves_the_face_and_the_microphone_the_lips() -> None:
    async def story() -> None:
        stage, all = Stage(), peers()
        async with sender(stage, all, VideoStreamTrack(), AudioStreamTrack()):
            await told(stage, CameraFrame, 3)
            await told(stage, PushAudio, 10)
        await told(stage, EndSegment, 1)
        pictures = [each for each in stage.told if isinstance(each, CameraFrame)]
        assert {each.size for each in pictures} == {(640, 480)}
        assert len(pictures[0].picture) == 640 * 480 * 3
        said = [each for each in stage.told if isinstance(each, PushAudio)]
        assert {(each.rate, each.segment, len(each.pcm)) for each in said} == {
            (48_000, SEGMENT, 1920)
        }

    play(story)


def test_a_microphone_that_was_not_asked_for_is_not_heard() -> None:
    async def story() -> None:
        stage = Stage()
        camera, microphone = VideoStreamTrack(), AudioStreamTrack()
        async with sender(stage, peers(), camera, microphone, microphone="none"):
            await told(stage, CameraFrame, 5)
        assert {type(each) for each in stage.told} == {CameraFrame}

    play(story)


def test_a_new_camera_takes_the_place_of_the_one_before() -> None:
    async def story() -> None:
        stage, all = Stage(), peers(each=2)
        async with sender(stage, all, VideoStreamTrack()) as first:
            await told(stage, CameraFrame, 1)
            async with sender(stage, all, VideoStreamTrack()):
                assert len(all) == 1
                await ended(first)
        await all.close()

    play(story)


def test_with_its_session_all_peers_end() -> None:
    async def story() -> None:
        stage, all = Stage(), peers()
        async with (
            viewer(stage, all) as watching,
            sender(stage, all, VideoStreamTrack()) as sending,
        ):
            await tracks(watching)[0].recv()
            await told(stage, CameraFrame, 1)
            stage.session.close("it was closed")
            await asyncio.gather(ended(watching), ended(sending))
            assert not all

    play(story)


def test_thirty_that_come_and_go_leave_nothing() -> None:
    async def story() -> None:
        stage, all = Stage(), peers(each=10)

        async def visit(number: int) -> None:
            async with viewer(stage, all) as client:
                if number % 3:
                    await tracks(client)[0].recv()

        for _ in range(3):
            await asyncio.gather(*(visit(number) for number in range(10)))
        assert not all
        assert stage.session.num_watchers == 0

    play(story)


def test_one_that_never_connects_is_forgotten() -> None:
    async def story() -> None:
        gone = asyncio.Event()
        all = Peers((), Limits(4, 4), lambda count: count or gone.set(), connects_within_s=0.05)
        id, _ = await all.open("s", "whep", *asked(Stage()))
        assert len(all) == 1
        await gone.wait()
        with pytest.raises(NotFoundError, match="no such connection"):
            await all.end("s", "whep", id)

    play(story)


def asked(stage: Stage, **swap: str) -> tuple[Any, Watching]:
    return read_offer(offer("video", swap=swap), "recvonly"), Watching(stage.session, stacked=False)


def test_there_is_room_for_so_many_of_a_session_and_in_all() -> None:
    async def story() -> None:
        stage, all = Stage(), peers(each=1, all=2)
        await all.open("a", "whep", *asked(stage))
        with pytest.raises(BusyError, match="this session") as caught:
            await all.open("a", "whep", *asked(stage))
        assert caught.value.retry_after_s > 0
        await all.open("b", "whep", *asked(stage))
        with pytest.raises(BusyError, match="too many WebRTC connections"):
            await all.open("c", "whep", *asked(stage))
        await all.close()
        await all.open("a", "whep", *asked(stage))
        await all.close()

    play(story)


@pytest.mark.parametrize(
    "swap",
    [
        {"packetization-mode=1": "packetization-mode=0", "VP8": "VP9"},
        {"a=rtpmap:97 rtx/90000": "a=rtpmap:x rtx/90000"},
        {"a=fmtp:98 ": "a=fmtp:500 "},
        {"a=fmtp:97 apt=96": "a=fmtp:97 apt=x"},
        {"96 97 98": "96 97 300"},
        {"c=IN IP4 0.0.0.0": "c=nonsense"},
        {"c=IN IP4 0.0.0.0": "a=ssrc:x y:z"},
    ],
)
def test_what_only_aiortc_finds_wrong_is_refused_and_leaves_nothing(swap: dict[str, str]) -> None:
    async def story() -> None:
        all = peers()
        with pytest.raises(UnusableOfferError, match="the offer cannot be taken"):
            await all.open("a", "whep", *asked(Stage(), **swap))
        assert not all

    play(story)


def test_whoever_sends_more_than_can_be_looked_at_is_let_go(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.service.rtc.sending._LARGEST_SIDE", 320)
    caplog.set_level(logging.INFO, "mien.service.rtc.peer")

    async def story() -> None:
        stage, all = Stage(), peers()
        async with sender(stage, all, VideoStreamTrack()) as client:
            await ended(client)
        assert not stage.told

    play(story)
    assert "is let go: the camera sends more than 320 pixels a side" in caplog.text


def test_errors_of_a_session_end_its_peers_only() -> None:
    async def story() -> None:
        stage, all = Stage(), peers()
        stage.session.push_frame = failing  # type: ignore[method-assign]
        async with sender(stage, all, VideoStreamTrack()) as client:
            await ended(client)
        assert not all

    def failing(picture: object) -> None:
        raise MienError("it has ended")

    play(story)
