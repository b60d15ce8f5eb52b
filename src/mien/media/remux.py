"""The same pictures in another file, not encoded again."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from mien.errors import OutputError, UnreadableMediaError
from mien.media.container import first_video_stream, open_container
from mien.media.staging import Staging, describe


def without_sound(path: Path, target: Path) -> None:
    """Write the moving pictures of an mp4 into another one, packet by packet, and no sound.

    Raises UnreadableMediaError for what has no pictures; OutputError, also where ``target``
    exists.
    """
    with open_container(path) as read, Staging(target, folder=False, force=False).writing() as part:
        video = first_video_stream(read)
        if video is None:
            raise UnreadableMediaError(path, "has no moving pictures")
        try:
            _copy(read, video, part)
        except av.FFmpegError as error:
            raise OutputError(target, describe(error)) from None


def _copy(read: InputContainer, video: VideoStream, part: Path) -> None:
    options = {"movflags": "+faststart"}
    with av.open(f"file:{part}", "w", format="mp4", container_options=options) as written:
        copied = written.add_stream_from_template(video)
        for packet in read.demux(video):
            if packet.dts is not None:  # the last one is empty
                packet.stream = copied
                written.mux(packet)
