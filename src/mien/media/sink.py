"""Where frames go: one door to every kind of output, chosen by the name's extension."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av

from mien.errors import MienError, OutputError
from mien.media.encoder import Encoder, Format, Sound
from mien.media.gif import GifEncoder
from mien.media.mux import Mp4Encoder, WebmEncoder
from mien.media.pngs import PngEncoder
from mien.media.staging import Staging, describe
from mien.media.webp import WebpEncoder
from mien.types import Frame

_ENCODERS: dict[str, Callable[[Path, Format], Encoder]] = {
    ".mp4": Mp4Encoder,
    ".webm": WebmEncoder,
    ".gif": GifEncoder,
    ".webp": WebpEncoder,
}
_KEEPS_ALPHA = frozenset({".webm", ".gif", ".webp", ""})
_MAX_SIDE = {".mp4": 16384, ".webm": 16384, ".gif": 65535, ".webp": 16383, "": 65535}
_FULL_DISK_BYTES = 64 * 1024


class Sink:
    """An output being written; use it in a `with` block.

    Leaving the block normally completes the output and puts it in its place; leaving it with
    any exception, KeyboardInterrupt included, leaves nothing behind.
    """

    def __init__(
        self, staging: Staging, make: Callable[[Path, Format], Encoder], form: Format
    ) -> None:
        self.path = staging.target
        self.num_written = 0
        self._staging = staging
        self._make = make
        self._format = form
        self._encoder: Encoder | None = None

    @property
    def alpha(self) -> bool:
        """Whether transparency reaches the output; else RGBA frames are laid over black."""
        return self._format.alpha

    def __enter__(self) -> Sink:
        try:
            self._staging.create()
            self._encoder = self._make(self._staging.path, self._format)
        except BaseException as error:
            self._staging.discard()
            raise self._explained(error) from None
        return self

    def write(self, frame: Frame) -> None:
        """Append the frame; its ``pts`` must follow the last one's. Raises OutputError."""
        assert self._encoder is not None, "a sink is used in a with block"
        height, width = frame.pixels.shape[:2]
        if (width, height) != self._format.size:
            raise ValueError(f"frame of {width} x {height} for a sink of {self._format.size}")
        try:
            self._encoder.write(frame.pixels)
        except (av.FFmpegError, OSError) as error:
            raise self._explained(error) from None
        self.num_written += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._encoder is not None
        try:
            if kind is None:
                if self.num_written == 0:
                    raise OutputError(self.path, "no frame was made, so nothing is written")
                self._encoder.finish()
                self._staging.commit()
        except BaseException as failure:
            raise self._explained(failure) from None
        finally:
            with suppress(av.FFmpegError, OSError):  # what went wrong has been said above
                self._encoder.close()
            self._staging.discard()

    def _explained(self, error: BaseException) -> BaseException:
        """As OutputError if writing failed; anything else as it is."""
        if isinstance(error, MienError) or not isinstance(error, (av.FFmpegError, OSError)):
            return error
        if shutil.disk_usage(self.path.parent).free < _FULL_DISK_BYTES:
            return OutputError(self.path, "no space left on the disk")
        return OutputError(self.path, describe(error))


def open_sink(
    path: str | Path,
    *,
    size: tuple[int, int],
    rate: Fraction,
    alpha: bool = False,
    audio: Sound | None = None,
    force: bool = False,
) -> Sink:
    """An output for frames of ``size`` (width, height) at ``rate`` per second.

    The extension says which: .mp4 (H.264, AAC), .webm (VP9, Opus), .gif, .webp, or none for a
    folder of 000000.png and so on. ``alpha`` asks for transparency: webm, webp, gif (on or
    off) and PNG keep it. ``audio`` goes into mp4 and webm; the others have no sound.
    An existing output is replaced only with ``force``, and only when all frames are written.

    Raises OutputError when the output cannot be written there.
    """
    if not Path(path).name:
        raise OutputError(str(path) or "''", "names no file; give a file, or a folder to make")
    try:
        extension = _extension(path)
    except OSError as error:  # a name the file system cannot hold
        raise OutputError(path, describe(error)) from None
    staging = Staging(Path(path), folder=extension == "", force=force)
    if max(size) > _MAX_SIDE[extension] or min(size) < 1:
        problem = f"cannot hold {size[0]} x {size[1]} pixels; make it smaller with --size"
        raise OutputError(path, problem)
    form = Format(size, rate, alpha and extension in _KEEPS_ALPHA, audio)
    return Sink(staging, _ENCODERS.get(extension, PngEncoder), form)


def _extension(path: str | Path) -> str:
    target = Path(path)
    if str(path).endswith(("/", "\\")) or target.is_dir():
        return ""
    extension = target.suffix.lower()
    if extension and extension not in _ENCODERS:
        known = ", ".join(_ENCODERS)
        raise OutputError(
            path, f"unknown kind {extension}; give one of {known}, or a folder for PNG frames"
        )
    return extension
