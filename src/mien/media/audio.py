"""A window of a file's sound, read as samples that start exactly where the window starts."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from mien.errors import UnreadableMediaError
from mien.media.container import exact, open_container
from mien.media.sniff import require_file

SAMPLE_RATE = 48_000
"""Samples per second of everything read here; Opus knows no other."""
_MAX_DRIFT_S = Fraction(1, 20)  # timestamps that differ less from the count are rounding
_RUN_UP_S = Fraction(1, 4)

_WANTED = "a sound file or a video"

LONGEST_S = 12 * 3600
"""Sound that is read as a whole, for its length or for what is said, may last this many seconds."""

Samples = NDArray[np.float32]
"""(channels, n), -1..1."""


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """Sound to put under a result.

    start: seconds on the file's own clock, see `Video.audio`. duration: seconds of sound,
    None = to the end. After it comes silence, or with ``loop`` the same sound again, every
    ``duration`` seconds: what a repeated driver needs to stay in step.
    """

    path: Path
    start: Fraction = Fraction(0)
    duration: Fraction | None = None
    loop: bool = False

    def reader(self) -> AudioReader:
        """Reads it from its start. Raises UnreadableMediaError if there is no usable sound."""
        return AudioReader(self)


def open_sound(path: str | Path) -> AudioTrack:
    """The whole sound of a sound file, or of a video, from its own beginning.

    Raises UnreadableMediaError when there is none that can be decoded.
    """
    file = require_file(path)
    with open_container(file, _WANTED) as container:
        stream = _sound_of(container, file)
        base = exact(stream.time_base)
        start = Fraction(0) if base is None else (stream.start_time or 0) * base
    track = AudioTrack(file, start)
    reader = AudioReader(track)
    try:
        reader.read(1)
    finally:
        reader.close()
    return track


def sound_length(track: AudioTrack) -> Fraction:
    """Seconds from the start of a track to the end of what can be decoded of it: counted, because
    headers lie. Raises UnreadableMediaError beyond ``LONGEST_S``."""
    length = 0
    with closing(AudioReader(track).blocks()) as blocks:
        for block in blocks:
            length += block.shape[1]
            check_length(track.path, length, SAMPLE_RATE)
    return Fraction(length, SAMPLE_RATE)


def check_length(path: str | Path, num_samples: int, rate: int) -> None:
    """UnreadableMediaError about ``path`` if so many samples, ``rate`` per second, are more than
    ``LONGEST_S``."""
    if num_samples > LONGEST_S * rate:
        raise UnreadableMediaError(path, f"plays for more than {LONGEST_S // 3600} hours")


class AudioReader:
    """Reads a track bit by bit, as much as asked for; silence where it has no more.

    Damaged packets become silence. ``rate``: samples per second. ``mono``: one channel, else as
    many as the file has, at most two. Raises UnreadableMediaError if there is no usable sound.
    """

    def __init__(self, track: AudioTrack, *, rate: int = SAMPLE_RATE, mono: bool = False) -> None:
        self._track = track
        self._rate = rate
        with open_container(track.path, _WANTED) as container:
            channels = _sound_of(container, track.path).codec_context.channels
        self.layout = "mono" if mono or channels == 1 else "stereo"
        self._blocks = self._endless()
        self._rest = self._silence(0)

    def read(self, number: int) -> Samples:
        """The next ``number`` samples, (channels, number) float32, contiguous."""
        parts = [self._rest]
        missing = number - self._rest.shape[1]
        while missing > 0:
            parts.append(next(self._blocks))
            missing -= parts[-1].shape[1]
        joined = np.concatenate(parts, axis=1)
        self._rest = joined[:, number:]
        return np.ascontiguousarray(joined[:, :number])

    def blocks(self) -> Generator[Samples]:
        """The sound from the track's start to its own end, (channels, n) float32 each. Holds the
        file open until it is exhausted or closed."""
        return self._placed()

    def close(self) -> None:
        """Close the file that ``read`` opened. May be called twice."""
        self._blocks.close()

    def _endless(self) -> Generator[Samples]:
        duration = self._track.duration
        if duration is None:
            yield from self._placed()
        else:
            for turn in count() if self._track.loop else range(1):
                # From the ends of exact turns: no drift, however many there are.
                ends = [round(k * duration * self._rate) for k in (turn, turn + 1)]
                yield from self._exactly(ends[1] - ends[0])
        while True:
            yield self._silence(self._rate)

    def _exactly(self, length: int) -> Iterator[Samples]:
        """The window's sound, cut or filled up with silence to ``length`` samples."""
        for block in self._placed():
            if block.shape[1] >= length:
                yield block[:, :length]
                return
            yield block
            length -= block.shape[1]
        yield from self._gap(length)

    def _placed(self) -> Generator[Samples]:
        """The sound from the window's start on: early samples cut, gaps filled with silence."""
        cursor = 0
        with open_container(self._track.path, _WANTED) as container:
            stream = _sound_of(container, self._track.path)
            for position, block in self._positioned(container, stream):
                if position > cursor:
                    yield from self._gap(position - cursor)
                    cursor = position
                late = block[:, cursor - position :]
                cursor += late.shape[1]
                yield late

    def _positioned(
        self, container: InputContainer, stream: AudioStream
    ) -> Iterator[tuple[int, Samples]]:
        """Blocks with the number of their first sample, counted from the window's start."""
        resampler, kind = self._resampler(), None
        position = 0
        expected: Fraction | None = None
        for frame in _decoded(container, stream, self._track.start):
            time = _time_of(frame)
            time = expected if time is None else time
            time = self._track.start if time is None else time
            new_kind = (frame.sample_rate, frame.layout.name, frame.format.name)
            if expected is None or abs(time - expected) > _MAX_DRIFT_S or new_kind != kind:
                if kind is not None:
                    yield from self._numbered(resampler, None, position)
                resampler, kind = self._resampler(), new_kind
                position = round((time - self._track.start) * self._rate)
                expected = time
            for number, block in self._numbered(resampler, frame, position):
                yield number, block
                position = number + block.shape[1]
            expected += Fraction(frame.samples, frame.sample_rate)
        if kind is not None:
            yield from self._numbered(resampler, None, position)

    def _numbered(
        self, resampler: AudioResampler, frame: AudioFrame | None, position: int
    ) -> Iterator[tuple[int, Samples]]:
        try:
            blocks = resampler.resample(frame)
        except (av.FFmpegError, ValueError):
            raise UnreadableMediaError(
                self._track.path,
                "its channels or its rate cannot be converted; give stereo at 48 kHz",
            ) from None
        for resampled in blocks:
            block = resampled.to_ndarray().astype(np.float32, copy=False)
            if self.layout == "mono":
                block = block.reshape(-1, resampled.layout.nb_channels).mean(axis=1)[None]
            yield position, block
            position += block.shape[1]

    def _resampler(self) -> AudioResampler:
        if self.layout == "mono":
            # The mean of the channels is taken afterwards: FFmpeg's mix of many is too loud.
            # Interleaved, because PyAV crashes over eight planes.
            return AudioResampler(format="flt", layout=None, rate=self._rate)
        return AudioResampler(format="fltp", layout=self.layout, rate=self._rate)

    def _gap(self, length: int) -> Iterator[Samples]:
        for start in range(0, length, self._rate):
            yield self._silence(min(self._rate, length - start))

    def _silence(self, length: int) -> Samples:
        return np.zeros((1 if self.layout == "mono" else 2, length), np.float32)


def _sound_of(container: InputContainer, path: Path) -> AudioStream:
    for stream in container.streams.audio:
        if stream.codec_context is not None:
            return stream
    raise UnreadableMediaError(path, "holds no sound that can be decoded")


def _time_of(frame: AudioFrame) -> Fraction | None:
    base = exact(frame.time_base)
    return None if frame.pts is None or base is None else frame.pts * base


def _decoded(
    container: InputContainer, stream: AudioStream, start: Fraction
) -> Iterator[AudioFrame]:
    """Sound from a little before ``start`` on: codecs need a run-up."""
    base = exact(stream.time_base)
    target = 0 if base is None else math.floor((start - _RUN_UP_S) / base)
    try:
        if target > (stream.start_time or 0):
            container.seek(target, stream=stream)
        for packet in container.demux(stream):
            with suppress(av.FFmpegError, ValueError):
                yield from packet.decode()
    except (av.FFmpegError, OSError):
        return  # the rest of a damaged file is silence
