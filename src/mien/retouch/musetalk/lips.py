"""Lips that say what is heard, painted over the frames of any film, portrait or engine."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mien.checks import check_choice, check_whole
from mien.errors import OptionError
from mien.retouch.base import LipPainter
from mien.retouch.musetalk.blending import cut_face, cut_square, put_back, seam_shift
from mien.retouch.musetalk.boxes import MARGIN_PX, MAX_MARGIN_PX, MAX_SHIFT_PX, FaceBox
from mien.retouch.musetalk.caches import Memory
from mien.retouch.musetalk.following import FaceChoice, FaceFinder, Follower
from mien.retouch.musetalk.masks import (
    MASK_MODES,
    PARSED,
    PARSED_SIDE,
    MaskMode,
    ellipse_mask,
    outline_mask,
    parsed_mask,
)
from mien.retouch.musetalk.placing import PlacedFace, PlacedFrame, Placer
from mien.retouch.musetalk.sounds import Arriving, Ear, Recording
from mien.types import Floats, Frame, Image, Mask

_SLOWLY = 0.2
"""Share of a new frame in the colours that are added: they must not flicker."""
MOST_LIVE_FPS = 60


@dataclass(frozen=True, slots=True)
class LipsOptions:
    """How lips are painted; OptionError for what cannot be.

    face: whose lips. mask: what of the face is painted, see `mien.retouch.musetalk.masks`.
    margin_px: pixels below the chin that belong to the face. shift_px: pixels by which the painted
    half begins further down; above 0 mouths open more. batch: faces painted together.
    """

    face: FaceChoice = 1
    mask: MaskMode = "auto"
    margin_px: int = MARGIN_PX
    shift_px: int = 0
    batch: int = 8

    def __post_init__(self) -> None:
        if self.face != "all":
            check_whole("--face", self.face, least=1, otherwise="all")
        check_choice("--mask", self.mask, MASK_MODES)
        check_whole("--extra-margin", self.margin_px, least=0, most=MAX_MARGIN_PX)
        check_whole("--bbox-shift", self.shift_px, least=-MAX_SHIFT_PX, most=MAX_SHIFT_PX)
        check_whole("--batch", self.batch, least=1)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A frame that was painted, and in how many faces."""

    frame: Frame
    num_faces: int


class Lips:
    """Paints lips. What it knows of pictures that come again it keeps, 256 MB at most, so that a
    still portrait or a loop is encoded once. One thread at a time; streams may be interleaved."""

    def __init__(
        self,
        painter: LipPainter,
        options: LipsOptions | None = None,
        *,
        finder: FaceFinder | None = None,
    ) -> None:
        """finder: instead of our own networks; then there is one stream."""
        self._painter, self._options = painter, options or LipsOptions()
        self._memory, self._finder = Memory(), finder

    def retouch(self, frames: Iterable[Frame], samples: Floats, rate: Fraction) -> Iterator[Frame]:
        """The same frames, ``rate`` per second, with lips that say ``samples``: mono (S,), 16 000 a
        second, the first one at time 0 of the frames.

        A frame gets what is heard at its own time, whatever became of others; one without the face
        passes unchanged. Holds back 0.12 s and a batch of frames. Raises OptionError for a mask
        that needs weights that are not there.
        """
        return (spoken.frame for spoken in self.speak(frames, samples, rate))

    def speak(self, frames: Iterable[Frame], samples: Floats, rate: Fraction) -> Generator[Spoken]:
        """As ``retouch``, and says in how many faces it painted."""
        return self._stream(frames, _At(Recording(self._painter, samples, rate), rate))

    def live(self, fps: int) -> LiveLips:
        """The lips of a face that lives, ``fps`` frames per second, 1 to 60."""
        check_whole("fps", fps, least=1, most=MOST_LIVE_FPS)
        return LiveLips(self, self._painter, fps)

    def _stream(
        self, frames: Iterable[Frame], at: _At, *, looks_ahead: bool = True
    ) -> Generator[Spoken]:
        options, memory = self._options, self._memory
        follower = Follower(options.face, at.rate, memory, self._finder)
        placer = Placer(
            at.rate,
            memory,
            margin_px=options.margin_px,
            shift_px=options.shift_px,
            looks_ahead=looks_ahead,
        )
        shifts: dict[int, Floats] = {}
        for batch in _batches(
            placer.place(follower.follow(frames)), options.batch if looks_ahead else 1
        ):
            yield from self._paint(batch, at, shifts)

    def _paint(
        self, batch: list[PlacedFrame], at: _At, shifts: dict[int, Floats]
    ) -> Iterator[Spoken]:
        asked = [(placed, face) for placed in batch for face in placed.faces]
        crops = iter(self._crops(asked, at))
        for placed in batch:
            frame, known = placed.frame, dict(shifts)
            shifts.clear()
            for face, crop in zip(placed.faces, crops, strict=False):
                mask = self._mask(placed, face)
                shift = seam_shift(placed.frame, crop, face.box, mask)
                before = known.get(face.track, shift)
                shifts[face.track] = before + _SLOWLY * (shift - before)
                frame = put_back(frame, crop, face.box, mask, shifts[face.track], face.weight)
            yield Spoken(frame, len(placed.faces))

    def _crops(self, asked: list[tuple[PlacedFrame, PlacedFace]], at: _At) -> Iterator[Image]:
        """What is painted for each, in batches."""
        size = self._options.batch
        for start in range(0, len(asked), size):
            part = asked[start : start + size]
            latents = self._latents([(placed, face.box) for placed, face in part])
            prompts = at.prompts([placed.frame for placed, _ in part])
            yield from self._painter.paint(latents, prompts)

    def _latents(self, asked: list[tuple[PlacedFrame, FaceBox]]) -> Floats:
        """One row each; what is not known yet is encoded together."""
        new: dict[tuple[bytes, FaceBox], Image] = {}
        rows = {}
        for placed, box in asked:
            key = placed.fingerprint, box
            rows[key] = self._memory.get("latents", *key)
            if rows[key] is None and key not in new:
                new[key] = cut_face(placed.frame.pixels, box, self._painter.side)
        if new:
            encoded = np.asarray(self._painter.encode(np.stack(list(new.values()))))
            for key, row in zip(new, encoded, strict=True):
                rows[key] = row
                self._memory.put(row.copy(), "latents", *key)
        return np.stack([rows[placed.fingerprint, box] for placed, box in asked])

    def _mask(self, placed: PlacedFrame, face: PlacedFace) -> Mask:
        key = placed.fingerprint, face.box
        mask: Mask | None = self._memory.get("mask", *key)
        if mask is None:
            mask = self._new_mask(placed.frame.pixels, face)
            self._memory.put(mask, "mask", *key)
        return mask

    def _new_mask(self, picture: Image, face: PlacedFace) -> Mask:
        mode, box = self._options.mask, face.box
        if mode == "ellipse":
            return ellipse_mask(box, face.landmarks)
        if mode != "outline":
            classes = self._painter.parse(cut_square(picture, box, PARSED_SIDE))
            if classes is not None:
                return parsed_mask(box, classes, "jaw" if mode == "auto" else mode)
            if mode in PARSED:
                problem = "needs weights that parse faces, which are not here; use outline"
                raise OptionError("--mask", f"{mode} {problem}")
        return outline_mask(box, face.landmarks)


class LiveLips:
    """One live face's lips: newest sound and a frame in, that frame out, nothing held back.

    Sound should come 0.12 s ahead of the frame that it goes with; what has not come is silence. A
    face that comes into sight fades in; what goes cannot be foreseen.
    """

    def __init__(self, lips: Lips, painter: LipPainter, fps: int) -> None:
        self._ear = Arriving(painter, fps)
        self._frame: Frame | None = None
        at = _At(self._ear, Fraction(fps))
        self._painted = lips._stream(self._frames(), at, looks_ahead=False)

    def step(self, frame: Frame, samples: Floats) -> Frame:
        """The frame with lips. samples: (S,), mono, 16 000 a second: what came since the last
        step; the first ones ever go with time 0 of the frames."""
        self._ear.push(samples)
        self._frame = frame
        return next(self._painted).frame

    def close(self) -> None:
        """Nothing comes any more."""
        self._painted.close()

    def _frames(self) -> Iterator[Frame]:
        while self._frame is not None:
            frame, self._frame = self._frame, None
            yield frame


class _At:
    """What is heard with frames of a rate."""

    def __init__(self, ear: Ear, rate: Fraction) -> None:
        self.rate = rate
        self._ear = ear

    def prompts(self, frames: list[Frame]) -> Floats:
        """A window for each, by its own time. All frames up to the last are heard at once."""
        numbers = [round(frame.pts * frame.time_base * self.rate) for frame in frames]
        first, last = min(numbers), max(numbers)
        if last - first >= 2 * len(numbers):  # far apart
            return np.concatenate([self._ear.around(number, 1) for number in numbers])
        windows = self._ear.around(first, last - first + 1)
        return windows[[number - first for number in numbers]]


def _batches(frames: Iterable[PlacedFrame], size: int) -> Iterator[list[PlacedFrame]]:
    """Frames with ``size`` faces to be painted, or so many frames; at once while there are none."""
    batch: list[PlacedFrame] = []
    num_faces = 0
    for frame in frames:
        batch.append(frame)
        num_faces += len(frame.faces)
        if num_faces >= size or num_faces == 0 or len(batch) >= 2 * size:
            yield batch
            batch, num_faces = [], 0
    if batch:
        yield batch
