"""Pictures and sound as they come, as a stream that can be watched at once: H.264 and AAC."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, Protocol, TypeAlias

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from mien.media.mux import Mp4Encoder
from mien.types import Image

LiveForm: TypeAlias = Literal["flv", "mpegts", "mp4"]
"""``flv``: what RTMP carries. ``mpegts``: for players and receivers. ``mp4``: in fragments, for
browsers."""
SOUND_RATE = 48_000
LONGEST_GAP = SOUND_RATE
"""Samples: shorter gaps in the sound are filled with silence, longer ones are left out."""

_CLOCK = 90_000
_KEY_PICTURE_S = 1.0
"""How often a receiver can begin to show what comes."""
_MOST_BPS = 4_000_000
_AUDIO_BPS = 128_000
_BLOCK = 1024
"""Samples of one packet of AAC."""
_SLACK = 64
"""Samples by which times may differ by rounding."""
_BT709 = 1
_LIMITED_RANGE = 1
_VIDEO_OPTIONS = {
    "preset": "veryfast",
    "tune": "zerolatency",  # no B-frames, no look-ahead: a picture in, a picture out
    "profile": "high",
    "crf": "21",
    "maxrate": str(_MOST_BPS),
    "bufsize": str(_MOST_BPS),
}
_CONTAINER_OPTIONS: dict[LiveForm, dict[str, str]] = {
    # no duration and no size at the end: nobody can go back and write them
    "flv": {"flvflags": "no_duration_filesize+no_sequence_end"},
    # tables often enough for who tunes in late, and time stamps from the first picture on
    "mpegts": {"mpegts_flags": "resend_headers", "muxdelay": "0", "muxpreload": "0"},
    "mp4": {"movflags": "frag_keyframe+empty_moov+default_base_moof+skip_trailer"},
}
_FRAGMENT_US = 80_000
"""Longest piece of MP4: what a browser waits for."""


class ByteSink(Protocol):
    """Where the bytes go, in order."""

    def write(self, data: bytes, /) -> object: ...


class LiveEncoder:
    """One stream. Used from one thread; whatever ``write`` of the sink raises comes through."""

    def __init__(
        self, sink: ByteSink, form: LiveForm, *, size: tuple[int, int], rate: Fraction, sound: bool
    ) -> None:
        """size: width and height in pixels; an odd last row or column is left out. rate: pictures
        per second, at most. sound: there will be some."""
        self._size = size[0] & ~1, size[1] & ~1
        self._reformatter = VideoReformatter()
        self._zero: Fraction | None = None
        self._last_pts = -1
        self._unsaid = np.zeros(0, np.int16)
        self._position = 0
        options = {**_CONTAINER_OPTIONS[form], "flush_packets": "1"}
        if form == "mp4":
            options["frag_duration"] = str(_FRAGMENT_US)
        self._out = _WriteOnly(sink)
        self._file = av.open(self._out, "w", format=form, container_options=options)
        self._video = self._add_video(rate)
        self._audio = self._add_audio() if sound else None
        self._file.start_encoding()

    def picture(self, pixels: Image, pts_s: float) -> None:
        """The next picture, RGB, or RGBA, whose transparency becomes black. pts_s: seconds; one
        that is not after the last is left out."""
        pts = round(self._since_zero(pts_s) * _CLOCK)
        if pts <= self._last_pts:
            return
        self._last_pts = pts
        width, height = self._size
        pixels = np.ascontiguousarray(_over_black(pixels[:height, :width]))
        frame = self._reformatter.reformat(
            VideoFrame.from_ndarray(pixels, format="rgb24"),
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = pts, Fraction(1, _CLOCK)
        self._file.mux(self._video.encode(frame))

    def sound(self, samples: NDArray[np.int16], pts_s: float) -> None:
        """The next sound, mono, 48000 samples a second. pts_s: seconds, when the first of them is
        heard; what overlaps with sound that was given before is left out."""
        if self._audio is None:
            return
        start = round(self._since_zero(pts_s) * SOUND_RATE)
        ahead = start - self._position - len(self._unsaid)
        if ahead > LONGEST_GAP:
            self._unsaid, self._position = np.zeros(0, np.int16), start
        elif ahead > _SLACK:
            samples = np.concatenate([np.zeros(ahead, np.int16), samples])
        elif ahead < -_SLACK:
            samples = samples[-ahead:]
        self._unsaid = np.concatenate([self._unsaid, samples])
        while len(self._unsaid) >= _BLOCK:
            self._say(self._unsaid[:_BLOCK])
            self._unsaid = self._unsaid[_BLOCK:]

    def finish(self) -> None:
        """What the codecs still hold, and the end."""
        if self._audio is not None:
            if len(self._unsaid):
                self._say(self._unsaid)
            self._file.mux(self._audio.encode(None))
        self._file.mux(self._video.encode(None))
        self._file.close()

    def abandon(self) -> None:
        """Write nothing any more, not even the end."""
        self._out.closed = True

    def _say(self, block: NDArray[np.int16]) -> None:
        assert self._audio is not None
        sound = (block.astype(np.float32) / 32768).reshape(1, -1)
        frame = AudioFrame.from_ndarray(sound, "fltp", "mono")
        frame.sample_rate, frame.time_base = SOUND_RATE, Fraction(1, SOUND_RATE)
        frame.pts = self._position
        self._position += len(block)
        self._file.mux(self._audio.encode(frame))

    def _since_zero(self, pts_s: float) -> Fraction:
        """Whatever comes first is at 0. A microsecond is exact enough, and no sum of floats."""
        pts = Fraction(round(pts_s * 1_000_000), 1_000_000)
        if self._zero is None:
            self._zero = pts
        return pts - self._zero

    def _add_video(self, rate: Fraction) -> VideoStream:
        stream = self._file.add_stream("libx264", rate=rate)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, _CLOCK)
        context = stream.codec_context
        context.time_base = Fraction(1, _CLOCK)
        key_interval = max(1, round(rate * Fraction(_KEY_PICTURE_S)))
        context.options = {
            **_VIDEO_OPTIONS,
            **Mp4Encoder.machine_options(),
            "g": str(key_interval),
        }
        context.bit_rate = 0
        context.thread_count = 1
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED_RANGE
        return stream

    def _add_audio(self) -> AudioStream:
        stream = self._file.add_stream("aac", rate=SOUND_RATE)
        assert isinstance(stream, AudioStream)
        stream.codec_context.layout = "mono"
        stream.codec_context.format = "fltp"
        stream.codec_context.bit_rate = _AUDIO_BPS
        return stream


def _over_black(pixels: Image) -> Image:
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3:].astype(np.uint16) + 1  # 256 leaves a colour as it is
    return ((pixels[..., :3] * alpha) >> 8).astype(np.uint8)


class _WriteOnly:
    """A file that PyAV cannot go back in, and does not end once it is closed."""

    name = "live"

    def __init__(self, sink: ByteSink) -> None:
        self._sink = sink
        self.closed = False

    def write(self, data: bytes) -> int:
        try:
            self._sink.write(data)
        except BaseException:
            self.closed = True
            raise
        return len(data)
