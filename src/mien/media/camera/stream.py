"""A camera in the network: RTSP, MJPEG or any other stream that FFmpeg reads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
from av.container import InputContainer
from av.video.frame import VideoFrame

from mien.errors import UnreadableMediaError
from mien.media.container import exact, first_video_stream
from mien.media.decoding import MAX_VIDEO_PIXELS
from mien.media.upright import Geometry, UprightConverter
from mien.types import Image

SCHEMES = ("rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "srt", "udp", "tcp", "rtp")
_TIMEOUT_S = 10.0
_OPTIONS = {
    # Whatever a server answers, a playlist say, leads to the network and to no file.
    "protocol_whitelist": "rtsp,rtsps,http,https,rtmp,rtmps,rtmpt,srt,udp,tcp,rtp,tls,crypto,"
    "httpproxy",
    "rtsp_transport": "tcp",
    "analyzeduration": "2000000",  # microseconds
}


@dataclass(frozen=True, slots=True)
class StreamSource:
    """url: ``rtsp://...`` and others of `SCHEMES`."""

    url: str

    @property
    def name(self) -> str:
        """Without what may be a password."""
        scheme, _, rest = self.url.partition("://")
        place, slash, path = rest.partition("/")
        return f"{scheme}://{place.rpartition('@')[2]}{slash}{path.partition('?')[0]}"

    @property
    def comes_back(self) -> bool:
        """Networks fail and recover."""
        return True

    def pictures(self, stop: threading.Event) -> Iterator[Image]:
        """A live stream's as they come, of a recording each at its time."""
        try:
            with av.open(
                self.url, options=dict(_OPTIONS), timeout=_TIMEOUT_S, metadata_errors="replace"
            ) as container:
                yield from self._upright(container, stop)
        except (av.FFmpegError, OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise UnreadableMediaError(self.name, f"cannot be read: {reason}") from None

    def _upright(self, container: InputContainer, stop: threading.Event) -> Iterator[Image]:
        stream = first_video_stream(container)
        if stream is None or stream.codec_context is None:
            raise UnreadableMediaError(self.name, "holds no moving pictures")
        stream.codec_context.options = {"max_pixels": str(MAX_VIDEO_PIXELS), "flags": "low_delay"}
        stream.codec_context.thread_type = "SLICE"  # threads for frames would each hold one back
        pace = _Pace(recorded=bool(container.duration), stop=stop)
        converter: UprightConverter | None = None
        for packet in container.demux(stream):
            if stop.is_set():
                return
            try:
                frames = packet.decode()
            except (av.FFmpegError, ValueError):
                continue  # a packet that was damaged on its way
            for frame in frames:
                if converter is None:
                    geometry = Geometry.of(frame, stream.sample_aspect_ratio)
                    converter = UprightConverter(geometry)
                pace.keep(frame)
                yield converter.rgb(frame)


class _Pace:
    """Recordings come as fast as the network is; they are played as they were recorded."""

    def __init__(self, *, recorded: bool, stop: threading.Event) -> None:
        self._recorded, self._stop = recorded, stop
        self._began: tuple[float, Fraction] | None = None

    def keep(self, frame: VideoFrame) -> None:
        """Wait until it is time for the frame."""
        base = exact(frame.time_base)
        if not self._recorded or frame.pts is None or base is None:
            return
        time_s = frame.pts * base
        if self._began is None:
            self._began = time.monotonic(), time_s
        began_s, first_s = self._began
        self._stop.wait(max(0.0, began_s + float(time_s - first_s) - time.monotonic()))
