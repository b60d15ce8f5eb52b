"""Decoded pictures of one video stream from a given moment on, with their exact times."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mien.errors import UnreadableMediaError
from mien.media.container import exact, first_video_stream, open_container
from mien.media.timing import MAX_GAP_S, Timed, nominal_rate
from mien.media.truncation import missing_bytes

MAX_VIDEO_SIDE = 8192
MAX_VIDEO_PIXELS = 8192 * 4320
"""Largest picture of a video: 8K, 100 MB as RGB. Checked before anything is decoded."""

# One thread decodes 512 x 512 in .9 ms, and a second one costs more than it gains on the two
# cores that tracking and rendering need; above full HD one thread falls behind.
_ONE_THREAD_PIXELS = 1920 * 1088


class Decoder:
    """One opened video stream. Not thread-safe; close it after use."""

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self._container = open_container(path)
        try:
            self.stream = self._find_stream()
            self._check()
            self._configure()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file. May be called twice."""
        self._container.close()

    def __enter__(self) -> Decoder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def container(self) -> InputContainer:
        """The opened file; another one after a demuxer failed to seek."""
        return self._container

    @property
    def rate(self) -> Fraction:
        """Frames per second that stand for the stream, exact."""
        guessed = exact(self.stream.guessed_rate) or exact(self.stream.base_rate)
        return nominal_rate(exact(self.stream.average_rate), guessed)

    @property
    def duration_s(self) -> Fraction | None:
        """What the container says; None when it says nothing."""
        base = exact(self.stream.time_base)
        if self.stream.duration and base:
            return self.stream.duration * base
        if self._container.duration:
            return Fraction(self._container.duration, av.time_base)
        return None

    def pictures(self, since: Fraction | None = None) -> Iterator[Timed[VideoFrame]]:
        """Pictures in order of time: all, or from the last one not after ``since`` on.

        Damaged packets are left out, as players do. Raises UnreadableMediaError.
        """
        if since is None:
            yield from self._decode()
            return
        back = Fraction(0)
        while True:
            # Some demuxers seek past the moment; step back until they do not.
            restarted = self._seek(since - back)
            pictures = self._decode()
            first = next(pictures, None)
            if restarted or (first is not None and first.time <= since):
                break
            back = max(2 * back, Fraction(1))
        if first is not None:
            yield first
        yield from pictures

    def last_picture(self) -> Timed[VideoFrame] | None:
        """The picture shown last. Decodes only what lies behind the last key picture."""
        base = exact(self.stream.time_base)
        stamps = (packet.pts for packet in self._packets() if packet.pts is not None)
        latest = max(stamps, default=None)
        around = Fraction(0) if latest is None or base is None else latest * base
        last = None
        for last in self.pictures(around):  # noqa: B007
            pass
        return last

    def _find_stream(self) -> VideoStream:
        stream = first_video_stream(self._container)
        if stream is None:
            what = "only sound" if self._container.streams.audio else "no video stream"
            raise UnreadableMediaError(self.path, f"holds {what}; give a video")
        return stream

    def _check(self) -> None:
        missing = missing_bytes(Path(self.path))
        if missing:
            raise UnreadableMediaError(
                self.path, f"is incomplete: its last {missing} bytes are missing; fetch it again"
            )
        if self.stream.codec_context is None:
            raise UnreadableMediaError(self.path, "is coded in a way that cannot be decoded")
        self._check_size(self.stream.codec_context.width, self.stream.codec_context.height)

    def _check_size(self, width: int, height: int) -> None:
        if max(width, height) > MAX_VIDEO_SIDE or width * height > MAX_VIDEO_PIXELS:
            limit = f"{MAX_VIDEO_SIDE} pixels a side and 8K in all"
            raise UnreadableMediaError(
                self.path, f"has frames of {width} x {height} pixels, more than {limit}"
            )

    def _configure(self) -> None:
        context = self.stream.codec_context
        large = context.width * context.height > _ONE_THREAD_PIXELS
        context.thread_count = 2 if large else 1
        # Frames may grow after the header: the decoder itself must refuse them.
        context.options = {"max_pixels": str(MAX_VIDEO_PIXELS)}

    def _seek(self, moment: Fraction) -> bool:
        """Go to a key picture at or before; True if it went to the very beginning."""
        base = exact(self.stream.time_base)
        start = self.stream.start_time or 0
        target = math.floor(moment / base) if base else 0
        try:
            if target > start:
                self._container.seek(target, stream=self.stream)
                return False
            self._container.seek(start, stream=self.stream)
        except (av.FFmpegError, OSError):
            self._reopen()
        return True

    def _reopen(self) -> None:
        self._container.close()
        self._container = open_container(self.path)
        self.stream = self._find_stream()
        self._configure()

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        try:
            yield from self._container.demux(self.stream)
        except (av.FFmpegError, OSError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UnreadableMediaError(self.path, f"is damaged ({reason})") from None

    def _frames(self) -> Iterator[VideoFrame]:
        for packet in self._packets():
            try:
                frames = packet.decode()
            except (av.FFmpegError, ValueError):
                continue
            for frame in frames:
                if isinstance(frame, VideoFrame):
                    yield frame

    def _decode(self) -> Iterator[Timed[VideoFrame]]:
        period = 1 / self.rate
        base = exact(self.stream.time_base) or period
        now = None
        for frame in self._frames():
            self._check_size(frame.width, frame.height)
            following = Fraction(0) if now is None else now + period
            stamp = following if frame.pts is None else frame.pts * base
            now = stamp if now is None else max(now, stamp)
            lasts = (frame.duration or 0) * base
            # Muxers that do not know how long the last picture lasts write next to nothing.
            end = now + (max(lasts, period) if lasts <= MAX_GAP_S else period)
            yield Timed(now, end, frame)
