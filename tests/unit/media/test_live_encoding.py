"""Tests of live streams as bytes: what decodes of them, and when."""

from __future__ import annotations

import io
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from av import AudioFrame, VideoFrame
from av.error import FFmpegError

from mien.media.live_encoding import SOUND_RATE, LiveEncoder, LiveForm

pytestmark = pytest.mark.unit

FORMS: tuple[LiveForm, ...] = ("flv", "mpegts", "mp4")
FPS = 25
FLASH = 30
SIDE = 64


def stream(form: LiveForm, num_frames: int = 50, *, side: int = SIDE, rate: int = FPS) -> bytes:
    """Grey, with one white picture and a beep while it is seen; by a clock that has run before."""
    out = io.BytesIO()
    encoder = LiveEncoder(out, form, size=(side, side), rate=Fraction(rate), sound=True)
    for number in range(num_frames):
        level = 250 if number == FLASH else 40
        encoder.sound(beep() if number == FLASH else np.zeros(1920, np.int16), 500 + number / FPS)
        encoder.picture(np.full((side, side, 3), level, np.uint8), 500 + number / FPS)
    encoder.finish()
    return out.getvalue()


def beep() -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    times = np.arange(1920) / SOUND_RATE
    return np.asarray(20_000 * np.sin(2 * np.pi * 1000 * times), np.int16)


def decoded(data: bytes, form: LiveForm) -> tuple[list[tuple[float, float]], list[AudioFrame]]:
    """Times and levels of pictures, and the sound, until the bytes end or break off."""
    pictures, sound = [], []
    try:
        with av.open(io.BytesIO(data), format=form) as file:
            for frame in file.decode():
                if isinstance(frame, VideoFrame):
                    assert frame.pts is not None
                    grey = frame.to_ndarray(format="gray")
                    pictures.append((float(frame.pts * frame.time_base), float(grey.mean())))
                elif isinstance(frame, AudioFrame):
                    sound.append(frame)
    except FFmpegError:
        pass
    return pictures, sound


@pytest.mark.parametrize("form", FORMS)
def test_a_flash_and_a_beep_stay_together(form: LiveForm) -> None:
    pictures, sound = decoded(stream(form), form)
    assert len(pictures) == 50
    assert all(one < following for (one, _), (following, _) in pairwise(pictures))
    seen = next(time for time, level in pictures if level > 200)
    heard = next(
        float(frame.pts * frame.time_base) + loud[0] / SOUND_RATE
        for frame in sound
        if len(loud := np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.1))
    )
    assert abs(seen - heard) <= 0.04
    assert pictures[0][0] < 0.1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("share", [0.5, 0.71, 0.93])
def test_a_stream_that_is_cut_anywhere_decodes_until_there(form: LiveForm, share: float) -> None:
    data = stream(form)
    pictures, _ = decoded(data[: int(share * len(data))], form)
    assert len(pictures) >= 50 * share - 8
    assert all(one < following for (one, _), (following, _) in pairwise(pictures))


@pytest.mark.parametrize("form", FORMS)
def test_bytes_come_while_pictures_do(form: LiveForm) -> None:
    out = io.BytesIO()
    encoder = LiveEncoder(out, form, size=(SIDE, SIDE), rate=Fraction(FPS), sound=True)
    sizes = []
    for number in range(10):
        encoder.sound(np.zeros(1920, np.int16), number / FPS)
        encoder.picture(np.full((SIDE, SIDE, 3), 20 * number, np.uint8), number / FPS)
        sizes.append(len(out.getvalue()))
    encoder.abandon()
    assert all(later > one for one, later in zip(sizes, sizes[4:], strict=False))


def test_a_picture_with_odd_sides_loses_its_last_row_and_column() -> None:
    pictures, _ = decoded(stream("mp4", 3, side=65), "mp4")
    assert len(pictures) == 3
    with av.open(io.BytesIO(stream("mp4", 3, side=65))) as file:
        assert (file.streams.video[0].width, file.streams.video[0].height) == (64, 64)


def test_what_is_transparent_is_black() -> None:
    out = io.BytesIO()
    encoder = LiveEncoder(out, "mp4", size=(SIDE, SIDE), rate=Fraction(FPS), sound=False)
    encoder.picture(np.full((SIDE, SIDE, 4), (255, 255, 255, 0), np.uint8), 0)
    encoder.picture(np.full((SIDE, SIDE, 4), 255, np.uint8), 0.04)
    encoder.finish()
    (_, black), (_, white) = decoded(out.getvalue(), "mp4")[0]
    assert black < 20
    assert white > 220


@pytest.mark.parametrize(("gap_s", "longest_s"), [(0.5, 0.05), (30.0, 31.0)])
def test_sound_after_a_gap_is_at_its_time(gap_s: float, longest_s: float) -> None:
    """Short gaps are silence, long ones are left out."""
    out = io.BytesIO()
    encoder = LiveEncoder(out, "mpegts", size=(SIDE, SIDE), rate=Fraction(FPS), sound=True)
    for start_s in (0.0, 1 + gap_s):
        for number in range(25):
            now_s = start_s + number / FPS
            loud = start_s > 0 and number == 0
            encoder.sound(beep() if loud else np.zeros(1920, np.int16), now_s)
            level = 250 if loud else 40
            encoder.picture(np.full((SIDE, SIDE, 3), level, np.uint8), now_s)
    encoder.finish()
    pictures, sound = decoded(out.getvalue(), "mpegts")
    seen = next(time for time, level in pictures if level > 200)
    heard = next(each for each in sound if np.abs(each.to_ndarray()).max() > 0.1)
    assert abs(float(heard.pts * heard.time_base) - seen) <= 0.04
    times = [float(each.pts * each.time_base) for each in sound]
    assert max(later - one for one, later in pairwise(times)) <= longest_s


def test_sound_that_came_before_is_not_heard_twice_and_pictures_never_go_back() -> None:
    out = io.BytesIO()
    encoder = LiveEncoder(out, "mp4", size=(SIDE, SIDE), rate=Fraction(FPS), sound=True)
    for now_s in (0.0, 0.04, 0.04, 0.0, 0.08):
        encoder.sound(np.zeros(1920, np.int16), now_s)
        encoder.picture(np.zeros((SIDE, SIDE, 3), np.uint8), now_s)
    encoder.finish()
    pictures, sound = decoded(out.getvalue(), "mp4")
    assert len(pictures) == 3
    assert sum(each.samples for each in sound) <= 3 * 1920 + 2 * 1024
