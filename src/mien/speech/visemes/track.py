"""Mouth shapes frame by frame, from phonemes in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mien.errors import OptionError
from mien.motion.arkit import BLENDSHAPES
from mien.motion.fields import smoothstep
from mien.speech.visemes.rates import LONGEST_S, Rate, exact_rate, frame_at, frame_count
from mien.speech.visemes.segments import SegmentLike, VisemeSegment, read_segments
from mien.speech.visemes.shapes import NEUTRAL_WIDTH, VisemeName
from mien.speech.visemes.smoothing import smoothed
from mien.speech.visemes.table import phoneme_to_viseme, viseme_blendshapes
from mien.speech.visemes.validation import Closure, Sequence3
from mien.types import Floats

_GLIDE = (0.25, 0.90)  # of a diphthong's length: where it leaves the first vowel, reaches the other


@dataclass(frozen=True, slots=True, eq=False)
class VisemeTrack:
    """What a mouth does while something is said. Frame n stands for (n + 0.5) / fps seconds.
    Where NumPy wants an array it is its ``sequence``.

    sequence: (T, 3) float32, 0..1: jaw_open, lip_width (0.5 at rest), lip_rounding.
    closure: (T,) float32: 1 where the lips touch each other (p, b, m), 0.5 where the lower lip
        touches the upper teeth (f, v), else 0. Every such sound has one frame at least.
    visemes: T names of Oculus' visemes.
    segments: the phonemes behind them. fps: frames per second, exact. duration_s: of the sound.
    backend: what recognised them; ``segments`` where they were given.
    warnings: what the recogniser has to say, one line each.
    """

    sequence: Sequence3
    closure: Closure
    visemes: tuple[VisemeName, ...]
    segments: tuple[VisemeSegment, ...]
    fps: Fraction
    duration_s: float
    backend: str
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.sequence)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.sequence, dtype, copy=copy)

    @property
    def blendshapes(self) -> Floats:
        """(T, 52) float32, 0..1: ARKit's weights of the visemes, smoothed as the sequence is."""
        weights = np.array([viseme_blendshapes(name) for name in self.visemes], np.float32)
        return smoothed(weights.reshape(-1, len(BLENDSHAPES)), self.closure > 0)


def visemes_from_segments(
    segments: Iterable[SegmentLike],
    fps: Rate = 24,
    duration_s: float | None = None,
    *,
    smooth: bool = True,
    backend: str = "segments",
    warnings: tuple[str, ...] = (),
) -> VisemeTrack:
    """The mouth shapes of phonemes whose times are known.

    ``segments``: in the order of time, as (start, end, phoneme), seconds and ARPAbet; see
    `SegmentLike` for other forms. Gaps are silence. ``fps``: 1 to 1000. ``duration_s``: of the
    sound; without it, to the end of the last segment. There are round(duration_s * fps) frames, a
    half rounded down, and one at least.

    A frame shows the phoneme at its centre. Diphthongs glide. A closure (p, b, m, f, v) that lies
    between two centres gets the frame it is nearest to. ``smooth``: by [1 2 1] / 4, closures held.

    Raises VisemeError for segments that make no sense, OptionError for ``fps`` and ``duration_s``.
    """
    spoken = read_segments(segments)
    rate = exact_rate(fps)
    length = _length(spoken, duration_s)
    frames = _Frames(frame_count(length, rate))
    for segment in spoken:
        frames.show(segment, rate)
    for segment in sorted(spoken, key=_closure_of):  # lips that touch win over lip and teeth
        frames.close(segment, rate)
    held = frames.closure > 0
    return VisemeTrack(
        sequence=smoothed(frames.mouths, held) if smooth else frames.mouths,
        closure=frames.closure,
        visemes=tuple(frames.names),
        segments=tuple(spoken),
        fps=rate,
        duration_s=length,
        backend=backend,
        warnings=warnings,
    )


class _Frames:
    """The frames of a track while they are filled."""

    def __init__(self, count: int) -> None:
        rest = np.array([0, NEUTRAL_WIDTH, 0], np.float32)
        self.mouths: NDArray[np.float32] = np.tile(rest, (count, 1))
        self.closure: NDArray[np.float32] = np.zeros(count, np.float32)
        self.names: list[VisemeName] = ["sil"] * count

    def show(self, segment: VisemeSegment, rate: Fraction) -> None:
        """In the frames whose centre lies in a segment."""
        viseme = phoneme_to_viseme(segment.phoneme)
        first = frame_at(segment.start_s, rate)
        last = min(len(self.names), frame_at(segment.end_s, rate))
        if first >= last:
            return
        self.names[first:last] = [segment.viseme] * (last - first)
        self.mouths[first:last] = viseme.mouth
        if viseme.end is not None:
            times = (np.arange(first, last) + 0.5) / float(rate)
            share = (times - segment.start_s) / (segment.end_s - segment.start_s)
            glide = smoothstep(share, *_GLIDE)[:, None].astype(np.float32)
            self.mouths[first:last] += glide * (viseme.end - viseme.mouth)

    def close(self, segment: VisemeSegment, rate: Fraction) -> None:
        """The lips, if the segment asks for it, in its frames or else in the nearest one."""
        viseme = phoneme_to_viseme(segment.phoneme)
        if not viseme.closure or not self.names:
            return
        first = frame_at(segment.start_s, rate)
        last = frame_at(segment.end_s, rate)
        if first >= last:
            first = int((segment.start_s + segment.end_s) / 2 * rate)
            last = first + 1
        first = min(first, len(self.names) - 1)
        last = min(last, len(self.names))
        self.names[first:last] = [segment.viseme] * (last - first)
        self.mouths[first:last] = viseme.mouth
        self.closure[first:last] = viseme.closure


def _closure_of(segment: VisemeSegment) -> float:
    return phoneme_to_viseme(segment.phoneme).closure


def _length(segments: list[VisemeSegment], duration_s: float | None) -> float:
    length = duration_s
    if length is None:
        length = segments[-1].end_s if segments else 0.0
    if not 0 <= length <= LONGEST_S:
        raise OptionError("duration_s", f"{length} is not from 0 to {LONGEST_S} seconds")
    return length
