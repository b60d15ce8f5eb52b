"""Pictures of a session as frames of a film for viewers, and frames of a camera as pictures."""

from __future__ import annotations

import numpy as np
from av import VideoFrame

from mien.service.live.packets import LivePacket
from mien.types import Image

CAMERA_SIDE = 640
"""A camera's pictures are made no larger than this: enough for the face in them."""


def video_frame(packet: LivePacket, *, stacked: bool) -> VideoFrame:
    """One frame of what viewers see. Without transparency, what is transparent is black; stacked:
    the picture, and below it its matte as grey."""
    shape = packet.height, packet.width, packet.channels
    picture = np.frombuffer(packet.picture, np.uint8).reshape(shape)
    picture = picture[: packet.height & ~1, : packet.width & ~1]  # as 4:2:0 needs it
    if packet.channels == 4:
        picture = _stacked(picture) if stacked else _over_black(picture)
    return VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")


def camera_picture(frame: VideoFrame) -> tuple[bytes, int, int]:
    """RGB, and its width and height."""
    shrink = min(1.0, CAMERA_SIDE / max(frame.width, frame.height))
    width, height = (max(1, round(side * shrink)) for side in (frame.width, frame.height))
    small = frame.reformat(width=width, height=height, format="rgb24")
    return small.to_ndarray().tobytes(), width, height


def _over_black(picture: Image) -> Image:
    """The colours, multiplied by their alpha."""
    alpha = picture[..., 3:].astype(np.uint16) + 1  # 256 leaves a colour as it is
    return ((picture[..., :3] * alpha) >> 8).astype(np.uint8)


def _stacked(picture: Image) -> Image:
    matte = np.repeat(picture[..., 3:], 3, axis=2)
    return np.concatenate([_over_black(picture), matte])
