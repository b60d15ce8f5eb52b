"""Lips that say what is heard, painted over the frames of any film, portrait or engine."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mien.media import prefetch
from mien.retouch.base import LipPainter
from mien.retouch.musetalk.blending import cut_face, put_back, seam_shift
from mien.retouch.musetalk.boxes import FaceBox
from mien.retouch.musetalk.caches import Memory
from mien.retouch.musetalk.following import FaceFinder, Follower
from mien.retouch.musetalk.masking import MaskMaker
from mien.retouch.musetalk.options import LipsOptions
from mien.retouch.musetalk.placing import PlacedFace, PlacedFrame, Placer
from mien.retouch.musetalk.sounds import Recording, Timed
from mien.types import Floats, Frame, Image, Mask

_SLOWLY = 0.2
"""Share of a new frame in the colours that are added: they must not flicker."""


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
        memory: Memory | None = None,
    ) -> None:
        """finder: instead of our own networks; then there is one stream. memory: a smaller one."""
        self.painter, self._options = painter, options or LipsOptions()
        self._memory, self._finder = memory or Memory(), finder
        self._masks = MaskMaker(painter, self._options.mask)

    def retouch(self, frames: Iterable[Frame], samples: Floats, rate: Fraction) -> Iterator[Frame]:
        """The same frames, ``rate`` per second, with lips that say ``samples``: mono (S,), 16 000 a
        second, the first one at time 0 of the frames.

        A frame gets what is heard at its own time, whatever became of others; one without the face
        passes unchanged. Holds back 0.12 s and two batches of frames, which it asks for in a thread
        of its own. Raises OptionError for a mask that needs weights that are not there.
        """
        return (spoken.frame for spoken in self.speak(frames, samples, rate))

    def speak(self, frames: Iterable[Frame], samples: Floats, rate: Fraction) -> Generator[Spoken]:
        """As ``retouch``, and says in how many faces it painted."""
        return self.stream(frames, Timed(Recording(self.painter, samples, rate), rate))

    def stream(
        self, frames: Iterable[Frame], heard: Timed, *, looks_ahead: bool = True
    ) -> Generator[Spoken]:
        """As ``speak``, with sound of any kind; without looking ahead, each frame at once."""
        options, memory = self._options, self._memory
        follower = Follower(options.face, heard.rate, memory, self._finder)
        placer = Placer(
            heard.rate,
            memory,
            margin_px=options.margin_px,
            shift_px=options.shift_px,
            looks_ahead=looks_ahead,
        )
        shifts: dict[int, Floats] = {}
        placed: Iterator[PlacedFrame] = placer.place(follower.follow(frames))
        if not looks_ahead:
            for frame in placed:
                yield from self._paint([frame], heard, shifts)
            return
        with closing(prefetch(placed, options.batch)) as found:  # while others are painted
            for batch in _batches(found, options.batch):
                yield from self._paint(batch, heard, shifts)

    def _paint(
        self, batch: list[PlacedFrame], heard: Timed, shifts: dict[int, Floats]
    ) -> Iterator[Spoken]:
        asked = [(placed, face) for placed in batch for face in placed.faces]
        crops = iter(self._crops(asked, heard))
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

    def _crops(self, asked: list[tuple[PlacedFrame, PlacedFace]], heard: Timed) -> Iterator[Image]:
        """What is painted for each, in batches."""
        size = self._options.batch
        for start in range(0, len(asked), size):
            part = asked[start : start + size]
            latents = self._latents([(placed, face.box) for placed, face in part])
            prompts = heard.prompts([placed.frame for placed, _ in part])
            yield from self.painter.paint(latents, prompts)

    def _latents(self, asked: list[tuple[PlacedFrame, FaceBox]]) -> Floats:
        """One row each; what is not known yet is encoded together."""
        new: dict[tuple[bytes, FaceBox], Image] = {}
        rows = {}
        for placed, box in asked:
            key = placed.fingerprint, box
            rows[key] = self._memory.get("latents", *key)
            if rows[key] is None and key not in new:
                new[key] = cut_face(placed.frame.pixels, box, self.painter.side)
        if new:
            encoded = np.asarray(self.painter.encode(np.stack(list(new.values()))))
            for key, row in zip(new, encoded, strict=True):
                rows[key] = row
                self._memory.put(row.copy(), "latents", *key)
        return np.stack([rows[placed.fingerprint, box] for placed, box in asked])

    def _mask(self, placed: PlacedFrame, face: PlacedFace) -> Mask:
        key = placed.fingerprint, face.box
        mask: Mask | None = self._memory.get("mask", *key)
        if mask is None:
            mask = self._masks.make(placed.frame.pixels, face.box, face.landmarks)
            self._memory.put(mask, "mask", *key)
        return mask


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
