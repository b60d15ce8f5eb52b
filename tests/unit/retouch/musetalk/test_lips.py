from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import pytest

from fakes.clips import astronaut, moving_face
from fakes.lip_painter import (
    FakePainter,
    ScriptedFaces,
    as_it_was,
    mean_face,
    mouth,
    number_of_frame,
)
from mien.errors import OptionError
from mien.retouch.musetalk.lips import Lips
from mien.retouch.musetalk.live import LiveLips
from mien.retouch.musetalk.options import LipsOptions
from mien.types import Face, Frame, Image

pytestmark = pytest.mark.unit

RATE = Fraction(25)
RATES = [Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(50)]
SILENCE = np.zeros(16_000, np.float32)
PICTURE = np.random.default_rng(0).integers(0, 256, (120, 120, 3), np.uint8)
FACE = mean_face(60, 60, 60)
PLACE = round(float(FACE.landmarks[14, 1])), round(float(FACE.landmarks[14, 0]))
"""Row and column of its mouth."""


def changing(number: int, rate: Fraction = RATE, first: int = 0) -> Iterator[Frame]:
    """Frames that are all different."""
    for pts in range(first, first + number):
        picture = PICTURE.copy()
        picture[0, :4] = np.array([pts >> shift & 255 for shift in (0, 8, 16, 24)])[:, None]
        yield Frame(picture, pts, 1 / rate)


def standing(number: int, picture: Image = PICTURE) -> list[Frame]:
    return [Frame(picture, pts, 1 / RATE) for pts in range(number)]


def lips(
    painter: FakePainter, *, faces: Sequence[Sequence[Face]] = ((FACE,),), **options: object
) -> Lips:
    finder = ScriptedFaces([list(each) for each in faces])
    return Lips(painter, LipsOptions(**options), finder=finder)  # type: ignore[arg-type]


def number_in(frame: Frame) -> int:
    """Which frame's sound was heard, modulo 1000, as `number_of_frame` painted it."""
    levels = frame.pixels[PLACE].astype(float)
    return sum(round((level - 60) / 12) * 10**digit for digit, level in enumerate(levels))


@pytest.fixture
def untinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours stay as they are painted: they hold numbers here."""
    monkeypatch.setattr("mien.retouch.musetalk.blending.MOST_SHIFT", 0.0)


@pytest.mark.usefixtures("untinted")
@pytest.mark.parametrize("rate", RATES, ids=str)
def test_frame_i_gets_window_i_over_ten_minutes(rate: Fraction) -> None:
    heard = []

    def note(crop: Image, window: object) -> Image:
        heard.append(round(float(window[0])))  # type: ignore[index]
        return number_of_frame(crop, window)  # type: ignore[arg-type]

    last = int(600 * rate)
    painter = FakePainter(note, side=32)
    stretches = [(0, 130), (last // 3, 60), (last // 2, 60), (last - 61, 61)]
    frames = [each for first, count in stretches for each in changing(count, rate, first)]
    shown = list(lips(painter).retouch(iter(frames), SILENCE, rate))
    assert [frame.pts for frame in shown] == [frame.pts for frame in frames] == heard
    assert [number_in(frame) for frame in shown] == [frame.pts % 1000 for frame in frames]


@pytest.mark.usefixtures("untinted")
def test_frames_without_a_face_keep_their_pixels_and_their_place() -> None:
    gone = range(13, 22)
    script = [[] if i in gone else [FACE] for i in range(40)]
    frames = list(changing(40))
    shown = list(lips(FakePainter(number_of_frame), faces=script).speak(frames, SILENCE, RATE))
    assert [each.num_faces for each in shown] == [int(i not in gone) for i in range(40)]
    for i in gone:
        assert shown[i].frame is frames[i]
    fading = {*range(10, 13), *range(22, 25)}
    for i in set(range(40)) - fading - set(gone):
        assert number_in(shown[i].frame) == i


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 17])
def test_no_frame_is_lost_however_many_there_are(count: int) -> None:
    painter = FakePainter(as_it_was, side=32)
    shown = list(lips(painter, batch=8).retouch(changing(count), SILENCE, RATE))
    assert [frame.pts for frame in shown] == list(range(count))
    assert sum(painter.painted) == count
    assert max(painter.painted) <= 8


def test_nothing_becomes_nothing() -> None:
    assert list(lips(FakePainter()).retouch(iter(()), SILENCE, RATE)) == []


def test_pixels_outside_the_lower_face_are_untouched_bit_for_bit() -> None:
    frames = list(changing(5))
    painter = FakePainter(lambda crop, heard: np.zeros_like(crop))
    for before, after in zip(frames, lips(painter).retouch(frames, SILENCE, RATE), strict=True):
        changed = np.argwhere((before.pixels != after.pixels).any(axis=2))
        assert len(changed) > 100
        low, high = changed.min(axis=0), changed.max(axis=0)
        points = FACE.landmarks
        assert low[0] > points[195, 1] - 5
        assert high[0] < points[152, 1] + 10
        assert low[1] > points[127, 0] - 1
        assert high[1] < points[356, 0] + 1


def test_a_still_picture_is_encoded_and_looked_at_once() -> None:
    painter, finder = FakePainter(side=32), ScriptedFaces([[FACE]])
    once = Lips(painter, LipsOptions(batch=4), finder=finder)
    assert len(list(once.retouch(standing(50), SILENCE, RATE))) == 50
    assert (sum(painter.encoded), sum(painter.painted), finder.tracked) == (1, 50, 1)
    assert len(list(once.retouch(standing(10), SILENCE, RATE))) == 10
    assert sum(painter.encoded) == 1


def test_a_film_back_and_forth_is_encoded_once() -> None:
    pictures = list(moving_face(12, 128))
    order = [*range(12), *range(10, -1, -1), *range(1, 12)]
    frames = [Frame(pictures[i].copy(), pts, 1 / RATE) for pts, i in enumerate(order)]
    painter = FakePainter()
    assert len(list(Lips(painter).retouch(frames, SILENCE, RATE))) == len(order)
    assert sum(painter.encoded) == 12


def test_work_is_done_as_frames_come_not_all_at_once() -> None:
    pulled = []

    def endless() -> Iterator[Frame]:
        for frame in changing(10_000):
            pulled.append(frame.pts)
            yield frame

    painted = lips(FakePainter(side=32), batch=8).retouch(endless(), SILENCE, RATE)
    for number in range(200):
        assert next(painted).pts == number
        assert len(pulled) <= number + 2 * 8 + 8


def test_frames_before_any_face_pass_at_once() -> None:
    pulled = []

    def endless() -> Iterator[Frame]:
        for frame in changing(1000):
            pulled.append(frame.pts)
            yield frame

    painted = lips(FakePainter(), faces=[[]]).retouch(endless(), SILENCE, RATE)
    for number in range(50):
        assert next(painted).pts == number
        assert len(pulled) <= number + 8 + 8


def test_of_several_faces_one_or_all_speak() -> None:
    left, right = mean_face(60, 60, 60), mean_face(180, 60, 50)
    picture = np.random.default_rng(0).integers(0, 256, (120, 240, 3), np.uint8)
    for face, moves in ((1, (True, False)), (2, (False, True)), ("all", (True, True))):
        painter = FakePainter(lambda crop, heard: np.zeros_like(crop))
        made = lips(painter, faces=[[left, right]], face=face, batch=3)
        shown = list(made.speak(standing(5, picture), SILENCE, RATE))
        changed = (shown[2].frame.pixels != picture).any(axis=2)
        assert (changed[:, :120].any(), changed[:, 120:].any()) == moves
        assert [each.num_faces for each in shown] == [sum(moves)] * 5
        assert max(painter.painted) <= 3


def test_what_is_painted_as_it_was_is_not_seen_on_a_portrait() -> None:
    picture = astronaut()
    (shown,) = Lips(FakePainter()).retouch(standing(1, picture), SILENCE, RATE)
    assert np.abs(shown.pixels.astype(int) - picture).max() <= 3


def test_loud_sound_opens_the_mouth_of_its_own_frame() -> None:
    samples = np.zeros(32_000, np.float32)
    samples[16_000:20_000] = 0.5  # from 1 s to 1.25 s
    picture = astronaut()
    shown = list(Lips(FakePainter(mouth)).retouch(standing(50, picture), samples, RATE))
    still = shown[0].pixels.astype(int)
    change = [int(np.abs(frame.pixels - still).max()) for frame in shown]
    assert max(change[:22]) == 0
    assert min(change[23:33]) > 40
    assert max(change[34:]) == 0


def test_transparent_frames_are_painted_and_stay_transparent() -> None:
    alpha = np.full((120, 120, 1), 77, np.uint8)
    frames = [Frame(np.dstack([PICTURE, alpha]), pts, 1 / RATE) for pts in range(3)]
    painter = FakePainter(lambda crop, heard: np.zeros_like(crop))
    for frame in lips(painter).retouch(frames, SILENCE, RATE):
        assert (frame.pixels[..., 3] == 77).all()
        assert (frame.pixels[..., :3] != PICTURE).any()


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"face": 0}, "--face"),
        ({"face": "some"}, "--face"),
        ({"mask": "beard"}, "--mask"),
        ({"margin_px": -1}, "--extra-margin"),
        ({"margin_px": 500}, "--extra-margin"),
        ({"shift_px": 101}, "--bbox-shift"),
        ({"shift_px": 1.5}, "--bbox-shift"),
        ({"batch": 0}, "--batch"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, object], option: str) -> None:
    with pytest.raises(OptionError, match=option):
        LipsOptions(**options)  # type: ignore[arg-type]


@pytest.mark.usefixtures("untinted")
def test_a_live_face_speaks_frame_by_frame_with_what_has_come() -> None:
    pulled = FakePainter(number_of_frame)
    live = LiveLips(lips(pulled), 25)
    ahead, step = np.zeros(16_000 // 5, np.float32), np.zeros(640, np.float32)
    for frame in changing(120):
        shown = live.step(frame, ahead if frame.pts == 0 else step)
        assert (shown.pts, number_in(shown)) == (frame.pts, frame.pts)
    assert max(pulled.painted) == 1
    live.close()


def test_a_live_face_hears_what_a_film_would() -> None:
    samples = np.random.default_rng(3).normal(0, 0.2, 3 * 16_000).astype(np.float32)
    samples *= np.sin(np.arange(len(samples)) / 3000) > 0
    picture = astronaut()
    film = list(Lips(FakePainter(mouth)).retouch(standing(60, picture), samples, RATE))
    live = LiveLips(Lips(FakePainter(mouth)), 25)
    for frame, expected in zip(standing(60, picture), film, strict=True):
        start = 0 if frame.pts == 0 else 3200 + (frame.pts - 1) * 640
        shown = live.step(frame, samples[start : 3200 + frame.pts * 640])
        np.testing.assert_array_equal(shown.pixels, expected.pixels)


@pytest.mark.parametrize("fps", [0, 61, 12.5, True])
def test_a_live_rate_is_whole_and_no_more_than_60(fps: int) -> None:
    with pytest.raises(OptionError, match="fps"):
        LiveLips(lips(FakePainter()), fps)
