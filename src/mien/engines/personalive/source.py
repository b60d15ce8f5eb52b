"""All that the PersonaLive engine keeps of one face of a portrait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mien.engines.personalive.base import Networks
from mien.engines.personalive.framing import Square, edge_of
from mien.face import Crop, cut, feather
from mien.types import Face, Framing, Image, Mask, MotionFrame, Portrait, Rendered

if TYPE_CHECKING:
    from mien.engines.personalive.references import Reference


@dataclass(frozen=True, slots=True)
class PersonaLiveSource:
    """One face, ready to be moved.

    crop: the square that is drawn. square: how it lies around the face; a driver's does likewise.
    reference: what the networks know of it. weight: (S, S), when it is pasted. coverage: (S, S),
    its transparency, where the portrait has one; it stays where it is, whatever moves.
    """

    crop: Crop
    square: Square
    reference: Reference
    weight: Mask
    coverage: Mask | None

    def rendered(self, picture: Image, frame: MotionFrame) -> Rendered:
        """A drawn square (S, S, 3) in its place, at the time of a frame."""
        return Rendered(
            picture,
            self.weight,
            self.crop.to_picture,
            frame.pts,
            frame.time_base,
            self.coverage,
        )


def prepare_source(
    networks: Networks, portrait: Portrait, face: Face, framing: Framing, side: int
) -> PersonaLiveSource:
    """Cut the face out, and let the networks look at it. side: of the square, pixels."""
    height, width = portrait.pixels.shape[:2]
    asked = Square.asked(framing)
    crop = asked.around(face.landmarks, (width, height), side)
    return PersonaLiveSource(
        crop,
        asked.within(face.landmarks, crop),
        networks.read_reference(cut(portrait.pixels, crop)),
        feather(crop, (width, height), edge_of(side)),
        None if portrait.alpha is None else cut(portrait.alpha, crop),
    )
