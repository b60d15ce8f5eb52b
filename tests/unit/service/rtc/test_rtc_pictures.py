from __future__ import annotations

import numpy as np
import pytest
from av import VideoFrame

from mien.service.live.packets import LivePacket
from mien.service.rtc.pictures import camera_picture, video_frame

pytestmark = pytest.mark.unit


def packet(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> LivePacket:
    height, width, channels = picture.shape
    return LivePacket(0, 25, picture.tobytes(), width, height, channels, b"", ())


def test_pictures_lose_the_row_that_codecs_cannot_have() -> None:
    picture = np.arange(9 * 7 * 3, dtype=np.uint8).reshape(9, 7, 3)
    frame = video_frame(packet(picture), stacked=False)
    assert (frame.to_ndarray() == picture[:8, :6]).all()


def test_what_is_transparent_is_black() -> None:
    picture = np.full((4, 4, 4), 200, np.uint8)
    picture[0, :, 3], picture[1, :, 3], picture[2:, :, 3] = 0, 127, 255
    seen = video_frame(packet(picture), stacked=False).to_ndarray()
    assert seen.shape == (4, 4, 3)
    assert (seen[:, 0, 0] == (0, 100, 200, 200)).all()


def test_a_stacked_picture_has_its_matte_below() -> None:
    picture = np.full((4, 4, 4), 200, np.uint8)
    picture[:2, :, 3], picture[2:, :, 3] = 0, 255
    seen = video_frame(packet(picture), stacked=True).to_ndarray()
    assert seen.shape == (8, 4, 3)
    assert (seen[:, 0, 1] == (0, 0, 200, 200, 0, 0, 255, 255)).all()


@pytest.mark.parametrize(
    ("size", "smaller"), [((1920, 1080), (640, 360)), ((480, 640), (480, 640)), ((2, 2), (2, 2))]
)
def test_a_cameras_pictures_are_no_larger_than_needed(
    size: tuple[int, int], smaller: tuple[int, int]
) -> None:
    width, height = size
    frame = VideoFrame.from_ndarray(np.full((height, width, 3), 77, np.uint8), format="rgb24")
    pixels, *made = camera_picture(frame)
    assert tuple(made) == smaller
    assert np.abs(np.frombuffer(pixels, np.uint8).astype(int) - 77).max() <= 2
    assert len(pixels) == 3 * smaller[0] * smaller[1]
