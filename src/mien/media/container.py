"""Opening media containers: the one place that lets FFmpeg near a file it did not choose."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from mien.errors import UnreadableMediaError
from mien.media.sniff import require_file, sniff

# Demuxers that read one file and nothing else: no playlists (hls, dash, concat), no
# number patterns (image2), no devices.
_DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,apng,mpegts,mpeg,flv,ogg,asf,ivf,"
    "mp3,wav,flac,aac,aiff,au,caf,w64,wv,tta,ape,ac3,eac3,amr"
)
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _DEMUXERS}


def open_container(path: str | Path, wanted: str = "a video") -> InputContainer:
    """Open a media file for reading; only the file itself is ever read.

    ``wanted``: what to ask for in complaints. Raises UnreadableMediaError.
    """
    file = require_file(path)
    try:
        # The prefix keeps names such as `http:x` or `a:b.mp4` from meaning a protocol.
        return av.open(f"file:{file}", options=dict(_OPTIONS), metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise UnreadableMediaError(path, _why(file, error, wanted)) from None


def first_video_stream(container: InputContainer) -> VideoStream | None:
    """The first stream of moving pictures; cover art does not count."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def exact(rate: object) -> Fraction | None:
    """A rate or time base as a Fraction; None when absent or zero.

    PyAV up to 18 gives Fraction or None, from 19 its own rational, whose "none" is 0/1.
    """
    if not rate:
        return None
    numerator = int(rate.numerator)  # type: ignore[attr-defined]
    denominator = int(rate.denominator)  # type: ignore[attr-defined]
    return Fraction(numerator, denominator) if numerator > 0 and denominator > 0 else None


def _why(file: Path, error: Exception, wanted: str) -> str:
    if sniff(file) == "video":
        return "is damaged or incomplete: its index cannot be read"
    if sniff(file) == "still":
        return f"is a picture; give {wanted}"
    return f"is not {wanted} that can be read ({_reason(error)})"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
