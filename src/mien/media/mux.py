"""MP4 and WebM: video and sound in one file, through FFmpeg's encoders."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream

from mien.media.audio import SAMPLE_RATE
from mien.media.encoder import Format, SoundReader, channels_for
from mien.types import Image

_BT709 = 1  # code point of primaries, transfer and matrix alike (ITU-T H.273)
_LIMITED_RANGE = 1
_KEY_PICTURE_S = 2  # how often one can jump to
_AUDIO_BPS = 160_000
_AVX512 = 13  # AVX-512F to cv2.checkHardwareSupport, which gives it no name in Python
_UP_TO_AVX2 = "asm=MMX2,SSE2Fast,SSSE3,SSE4.2,LZCNT,AVX,FMA3,BMI1,BMI2,AVX2"


class _Muxer:
    """One video stream, and one of sound if there is some."""

    container: ClassVar[str]
    video_codec: ClassVar[str]
    audio_codec: ClassVar[str]
    audio_format: ClassVar[str]
    video_options: ClassVar[dict[str, str]]
    container_options: ClassVar[dict[str, str]] = {}

    @staticmethod
    def machine_options() -> dict[str, str]:
        """What the codec must be told because of the processor it runs on."""
        return {}

    def __init__(self, path: Path, form: Format) -> None:
        self._alpha = form.alpha
        self._rate = form.rate
        self._num_frames = 0
        self._num_samples = 0
        self._reformatter = VideoReformatter()
        self._sound = form.audio.reader() if form.audio is not None else None
        # The prefix keeps a name such as `a:b.mp4` from meaning a protocol.
        self._file = av.open(
            f"file:{path}", "w", format=self.container, container_options=self.container_options
        )
        try:
            self._video = self._add_video(form)
            self._audio = self._add_audio(self._sound) if self._sound is not None else None
            self._file.start_encoding()
        except BaseException:
            self.close()
            raise

    def write(self, pixels: Image) -> None:
        pixels = _even(channels_for(pixels, self._alpha))
        frame = self._reformatter.reformat(
            VideoFrame.from_ndarray(pixels, format="rgba" if self._alpha else "rgb24"),
            format=self._pixel_format,
            src_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts = self._num_frames
        frame.time_base = 1 / self._rate
        self._file.mux(self._video.encode(frame))
        self._num_frames += 1
        self._write_sound(last=False)

    def finish(self) -> None:
        self._write_sound(last=True)
        self._file.mux(self._video.encode(None))
        if self._audio is not None:
            self._file.mux(self._audio.encode(None))
        self._file.close()

    def close(self) -> None:
        if self._sound is not None:
            self._sound.close()
        self._file.close()

    @property
    def _pixel_format(self) -> str:
        return "yuva420p" if self._alpha else "yuv420p"

    def _add_video(self, form: Format) -> VideoStream:
        stream = self._file.add_stream(self.video_codec, rate=form.rate)
        assert isinstance(stream, VideoStream)
        width, height = form.size
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = self._pixel_format
        context = stream.codec_context
        key_interval = max(1, round(form.rate * _KEY_PICTURE_S))
        context.options = {**self.video_options, **self.machine_options(), "g": str(key_interval)}
        context.bit_rate = 0
        context.thread_count = encoder_threads()
        context.colorspace = _BT709
        context.color_primaries = _BT709
        context.color_trc = _BT709
        context.color_range = _LIMITED_RANGE
        return stream

    def _add_audio(self, sound: SoundReader) -> AudioStream:
        stream = self._file.add_stream(self.audio_codec, rate=SAMPLE_RATE)
        assert isinstance(stream, AudioStream)
        stream.codec_context.layout = sound.layout
        stream.codec_context.format = self.audio_format
        stream.codec_context.bit_rate = _AUDIO_BPS
        return stream

    def _write_sound(self, *, last: bool) -> None:
        """Sound up to the end of the last picture; in whole blocks until the last time."""
        if self._audio is None or self._sound is None:
            return
        due = round(self._num_frames / self._rate * SAMPLE_RATE)
        block = self._audio.codec_context.frame_size or 1024
        while (missing := due - self._num_samples) >= (1 if last else block):
            number = min(missing, block)
            self._file.mux(self._audio.encode(self._sound_frame(self._sound.read(number))))
            self._num_samples += number

    def _sound_frame(
        self, samples: np.ndarray[tuple[int, int], np.dtype[np.float32]]
    ) -> AudioFrame:
        assert self._sound is not None
        # the encoders work for ever on numbers far beyond -1..1
        samples = np.clip(np.nan_to_num(samples), -1.0, 1.0)
        packed = self.audio_format == "flt"
        data = np.ascontiguousarray(samples.T).reshape(1, -1) if packed else samples
        frame = AudioFrame.from_ndarray(data, self.audio_format, self._sound.layout)
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._num_samples
        frame.time_base = Fraction(1, SAMPLE_RATE)
        return frame


class Mp4Encoder(_Muxer):
    """H.264 4:2:0 in BT.709 and AAC, index in front: plays everywhere.

    Measured at 512 x 512 on one core: 5.5 ms a frame, 3 KB; crf 17 is hard to tell from the
    original. `superfast` takes 3.7 ms and nearly twice the bytes.
    """

    container = "mp4"
    video_codec = "libx264"
    audio_codec = "aac"
    audio_format = "fltp"
    container_options: ClassVar[dict[str, str]] = {"movflags": "+faststart"}
    video_options: ClassVar[dict[str, str]] = {"preset": "veryfast", "crf": "17", "profile": "high"}

    @staticmethod
    def machine_options() -> dict[str, str]:
        """Without AVX-512: with it, about one of 60 encodings of the same pictures came out
        different on a virtual machine under load; without it, none of 4400."""
        return {"x264-params": _UP_TO_AVX2} if cv2.checkHardwareSupport(_AVX512) else {}


class WebmEncoder(_Muxer):
    """VP9 4:2:0 in BT.709, with transparency if wanted, and Opus. 6 ms CPU a frame at 512."""

    container = "webm"
    video_codec = "libvpx-vp9"
    audio_codec = "libopus"
    audio_format = "flt"
    video_options: ClassVar[dict[str, str]] = {
        "deadline": "realtime",
        "cpu-used": "6",
        "crf": "20",
        "row-mt": "1",
        "auto-alt-ref": "0",  # FFmpeg refuses it together with transparency
    }


def encoder_threads() -> int:
    """Half the cores: the other half reads, tracks and renders."""
    return max(1, (os.cpu_count() or 2) // 2)


def _even(pixels: Image) -> Image:
    """4:2:0 needs even sides: repeat the last row or column where one is odd."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(pixels)
