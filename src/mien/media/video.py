"""Video files as streams of upright RGB frames at a constant rate."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame

from mien.errors import OptionError, UnreadableMediaError
from mien.media.audio import AudioTrack
from mien.media.decoding import Decoder
from mien.media.timing import MAX_RATE, TimestampError, num_slots, resample, slots_until
from mien.media.upright import Geometry, UprightConverter
from mien.types import Frame

_REVERSE_BYTES = 24_000_000  # of decoded pictures held at once while going backwards
_MIN_REVERSE_PICTURES = 4


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """Size as shown (upright, square pixels) and exact rate of the frames that will come.

    ``num_frames`` is what the container promises for the window, None when it is silent.
    """

    width: int
    height: int
    rate: Fraction
    num_frames: int | None
    has_audio: bool


@dataclass(frozen=True, slots=True)
class _Window:
    origin: Fraction  # of the first picture, seconds on the file's own clock
    start: Fraction  # on the same clock
    count: int | None  # frames at most; None = to the end


class Video:
    """A window of a video file. Iterate it as often as needed: each time reads the file anew.

    An iterator holds the file open until it is exhausted or closed, and reads within a few
    pictures of memory however long the video is. Leaving the `with` block closes those left.
    """

    def __init__(
        self, path: Path, info: VideoInfo, geometry: Geometry, window: _Window, reverse: bool
    ) -> None:
        self.path = path
        self.info = info
        self._geometry = geometry
        self._window = window
        self._reverse = reverse
        self._readers: list[Generator[Frame]] = []

    def __enter__(self) -> Video:
        return self

    def __exit__(self, *_: object) -> None:
        for reader in self._readers:
            with suppress(ValueError):  # one that runs in another thread ends there
                reader.close()
        self._readers.clear()

    def __iter__(self) -> Iterator[Frame]:
        """Frames with ``pts`` 0, 1, 2... in units of ``1 / info.rate``.

        Raises UnreadableMediaError when the file turns out to be damaged.
        """
        reader = self._read()
        self._readers.append(reader)
        return reader

    def audio(self, *, loop: bool = False) -> AudioTrack | None:
        """The sound under the window, in step with its frames; None if there is none.

        ``loop``: repeat it with the frames; needs ``info.num_frames``.
        """
        if not self.info.has_audio:
            return None
        number = self.info.num_frames if loop else self._window.count
        duration = None if number is None else number / self.info.rate
        return AudioTrack(self.path, self._window.start, duration, loop and number is not None)

    def _read(self) -> Generator[Frame]:
        converter = UprightConverter(self._geometry)
        with _naming(self.path), Decoder(self.path) as decoder:
            pictures = self._backwards(decoder) if self._reverse else self._forwards(decoder)
            for pts, picture in enumerate(pictures):
                yield Frame(converter.rgb(picture), pts, 1 / self.info.rate)

    def _forwards(self, decoder: Decoder) -> Iterator[VideoFrame]:
        window = self._window
        pictures = decoder.pictures(None if window.start == window.origin else window.start)
        return resample(pictures, self.info.rate, window.start, window.count)

    def _backwards(self, decoder: Decoder) -> Iterator[VideoFrame]:
        """Chunk by chunk from the end: seek, decode forwards, hand out backwards."""
        last = decoder.last_picture()
        total = 0 if last is None else num_slots(last, self._window.start, self.info.rate)
        if self._window.count is not None:
            total = min(total, self._window.count)
        size = self._chunk_size()
        for stop in range(total, 0, -size):
            first = max(0, stop - size)
            moment = self._window.start + first / self.info.rate
            pictures = decoder.pictures(moment)
            chunk = list(resample(pictures, self.info.rate, moment, stop - first))
            while chunk:
                yield chunk.pop()

    def _chunk_size(self) -> int:
        picture_bytes = self._geometry.width * self._geometry.height * 3 // 2
        return max(_MIN_REVERSE_PICTURES, _REVERSE_BYTES // picture_bytes)


def open_video(
    path: str | Path,
    *,
    start_s: float = 0.0,
    duration_s: float | None = None,
    max_frames: int | None = None,
    fps: Fraction | None = None,
    reverse: bool = False,
) -> Video:
    """Open a video and look at its first picture.

    start_s, duration_s: the window, seconds from the first picture, to the nearest frame.
    max_frames: frames at most, of ``fps`` (the video's own rate when None; a variable rate
    becomes a constant one). reverse: the same frames, last one first.

    Raises UnreadableMediaError for what is not a readable video, OptionError for a window
    that lies outside of it.
    """
    if fps is not None and not 0 < fps <= MAX_RATE:
        raise OptionError("--fps", f"{float(fps):g} is not between 0 and {MAX_RATE}")
    with _naming(path), Decoder(path) as decoder:
        first = next(decoder.pictures(), None)
        if first is None:
            raise UnreadableMediaError(path, "holds no picture that can be decoded")
        geometry = Geometry.of(first.picture, decoder.stream.sample_aspect_ratio)
        rate = fps or decoder.rate
        has_audio = bool(decoder.container.streams.audio)
        length = decoder.duration_s
    window = _window(first.time, rate, start_s, duration_s, max_frames)
    num_frames = window.count
    if length:
        left = slots_until(first.time + length, window.start, rate)
        if left == 0 and start_s > 0:
            problem = f"{start_s:g} s is beyond the end of {path} ({float(length):.2f} s)"
            raise OptionError("--start", problem)
        num_frames = left if num_frames is None else min(left, num_frames)
    width, height = geometry.shown_size
    info = VideoInfo(width, height, rate, num_frames, has_audio)
    return Video(Path(path), info, geometry, window, reverse)


def _window(
    origin: Fraction,
    rate: Fraction,
    start_s: float,
    duration_s: float | None,
    max_frames: int | None,
) -> _Window:
    if not (math.isfinite(start_s) and start_s >= 0):
        raise OptionError("--start", f"{start_s:g} is not a time from the beginning in seconds")
    if duration_s is not None and not (math.isfinite(duration_s) and duration_s > 0):
        raise OptionError("--duration", f"{duration_s:g} is not a length in seconds")
    if max_frames is not None and max_frames < 1:
        raise OptionError("--max-frames", f"{max_frames} frames cannot be made; give 1 or more")
    # On a frame's own time: half way between two, jitter of the timestamps would choose.
    first = round(Fraction(start_s) * rate)
    limits = [] if max_frames is None else [max_frames]
    if duration_s is not None:
        limits.append(max(1, round(Fraction(duration_s) * rate)))
    return _Window(origin, origin + first / rate, min(limits, default=None))


@contextmanager
def _naming(path: str | Path) -> Iterator[None]:
    try:
        yield
    except TimestampError as error:
        raise UnreadableMediaError(path, f"is damaged: {error}") from None
