"""What a file holds: found by its decoders, which hostile files can end, so in a worker."""

from __future__ import annotations

import warnings
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from mien.errors import UnreadableMediaError
from mien.media import open_sound, open_video, sniff
from mien.media.audio import SAMPLE_RATE, AudioReader
from mien.media.container import first_video_stream, open_container
from mien.media.stills import MAX_STILL_PIXELS, MAX_STILL_SIDE, STILL_FORMATS
from mien.pipeline.keeping import Keeper
from mien.pipeline.portraits.casting import check_sides
from mien.service.errors import TooLargeError
from mien.service.uploads.kinds import Family
from mien.service.uploads.upload import Facts
from mien.templates import read_template
from mien.types import Progress, ProgressCallback

Found = Literal["picture", "film", "sound", "template"]


@dataclass(frozen=True, slots=True)
class Sight:
    """kind: what the file turned out to be."""

    kind: Found
    facts: Facts


@dataclass(frozen=True, slots=True)
class LookTask:
    """Look into a file: its size, its length, whether it can be read at all. Decodes the
    first picture of a film alone, and of a sound no more than ``most_s`` seconds."""

    path: Path
    family: Family
    most_s: float
    most_pixels: int = MAX_STILL_PIXELS

    def run(self, keeper: Keeper, progress: ProgressCallback) -> Sight:
        """Raises UnreadableMediaError, TemplateError, TooLargeError."""
        progress(Progress(0, None))
        if self.family == "template":
            return Sight("template", _template(self.path))
        if self.family == "picture":
            return Sight("picture", _picture(self.path, self.most_pixels))
        return _media(self.path, self.most_s)


def _picture(path: Path, most_pixels: int) -> Facts:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata, and of sizes, which are checked
        try:
            with PillowImage.open(path, formats=STILL_FORMATS) as picture:
                width, height = picture.size
                if width * height <= most_pixels and max(width, height) <= MAX_STILL_SIDE:
                    picture.load()  # what is larger is refused by its size
        except PillowImage.DecompressionBombError:
            raise TooLargeError("the picture has far too many pixels; make it smaller") from None
        except UnidentifiedImageError:
            raise UnreadableMediaError(path, "is no picture that can be read") from None
        except Exception as error:  # damaged files make the parsers raise nearly anything
            raise UnreadableMediaError(path, f"is damaged or incomplete ({error})") from None
    check_sides(path, width, height)
    if sniff(path) == "animation":
        with open_video(path) as video:
            info = video.info
        if info.num_frames is None:
            return Facts(width, height)
        return Facts(width, height, _seconds(info.num_frames / info.rate), info.num_frames)
    return Facts(width, height)


def _media(path: Path, most_s: float) -> Sight:
    with open_container(path, "a film or a sound") as container:
        moves = first_video_stream(container) is not None
    return Sight("film", _film(path, most_s)) if moves else Sight("sound", _sound(path, most_s))


def _film(path: Path, most_s: float) -> Facts:
    """Counted, because headers lie; just beyond the limit counting ends."""
    with open_video(path) as video:
        info = video.info
    check_sides(path, info.width, info.height)
    number, length = 0, Fraction(0)
    with open_container(path) as container:
        stream = first_video_stream(container)
        first = None
        for packet in container.demux(stream):
            number += packet.size > 0
            if packet.pts is not None and packet.time_base is not None:
                time = packet.pts * packet.time_base
                first = time if first is None else min(first, time)
                length = max(length, time - first)
            length = max(length, number / info.rate)
            if length > most_s + 1:
                break
    if number == 0:
        raise UnreadableMediaError(path, "holds no picture that can be decoded")
    return Facts(info.width, info.height, _seconds(length), number)


def _sound(path: Path, most_s: float) -> Facts:
    """Counted, because headers lie; just beyond the limit counting ends."""
    length, most = 0, (most_s + 1) * SAMPLE_RATE
    with closing(AudioReader(open_sound(path)).blocks()) as blocks:
        for block in blocks:
            if not np.isfinite(block).all():
                raise UnreadableMediaError(path, "holds samples that are not numbers")
            length += block.shape[1]
            if length > most:
                break
    if length == 0:
        raise UnreadableMediaError(path, "holds no sound that can be decoded")
    return Facts(duration_s=_seconds(Fraction(length, SAMPLE_RATE)))


def _template(path: Path) -> Facts:
    template = read_template(path)
    number = template.num_frames
    return Facts(duration_s=_seconds(number / template.rate), num_frames=number)


def _seconds(exact: Fraction) -> float:
    return round(float(exact), 3)
