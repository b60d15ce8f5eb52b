"""The data that flows through Mien. Frozen, with units, axes and ranges stated once, here.

Pictures are RGB, ``uint8``, ``(height, width, 3)``. Pixel coordinates put (0, 0) at the centre
of the first pixel, x to the right, y down. Time is an integer ``pts`` times a ``Fraction``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""(height, width, 3) RGB; (height, width, 4) RGBA with straight alpha only where said so."""
Mask: TypeAlias = NDArray[np.uint8]
"""(height, width), 0..255."""
Floats: TypeAlias = NDArray[np.floating[Any]]
"""An array of real numbers; the shape is stated where it is used."""

Region = Literal["all", "exp", "pose", "lip", "eyes"]
REGIONS: tuple[Region, ...] = get_args(Region)
Part = Literal["eyes", "lips"]
PARTS: tuple[Part, ...] = get_args(Part)
HeadRotation = Literal["add", "replace"]
HEAD_ROTATIONS: tuple[HeadRotation, ...] = get_args(HeadRotation)
MAX_RATIO = 0.8
"""Largest opening over width that eyes or lips are brought to, as in LivePortrait's sliders."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """One still picture. ``alpha`` is (height, width) or None for an opaque picture."""

    pixels: Image
    alpha: Mask | None = None
    name: str = "portrait"


@dataclass(frozen=True, slots=True)
class Face:
    """One face in one picture.

    ``landmarks``: (478, 3) float32 pixels of the picture; z in pixels too, growing away from
    the camera. ``score``: presence, 0..1. ``box``: left, top, width and height in pixels where a
    person said where the face is and nothing else is known of it, as of an animal's; its landmarks
    are then a mean face's, put there.
    """

    landmarks: Floats
    score: float
    box: tuple[float, float, float, float] | None = None

    @property
    def size(self) -> float:
        """Area of the box around the landmarks, in square pixels."""
        width, height = np.ptp(self.landmarks[:468, :2], axis=0)
        return float(width * height)


@dataclass(frozen=True, slots=True)
class Framing:
    """Which part of the picture an engine works on; None leaves it to the engine.

    scale: side of the crop in heights of the face. x, y: how far its middle lies from the face's,
    in sides of the crop, to the right and downwards in the crop.
    """

    scale: float | None = None
    x: float | None = None
    y: float | None = None

    def usual(self, scale: float, y: float = 0.0) -> tuple[float, float, float]:
        """``scale``, x and ``y`` of an engine where nothing is said, else what is."""
        return self.scale or scale, self.x or 0.0, y if self.y is None else self.y


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a stream, RGB or RGBA, at ``pts * time_base`` seconds."""

    pixels: Image
    pts: int
    time_base: Fraction


@dataclass(frozen=True, slots=True)
class DriverPixels:
    """The driver's whole picture and its 478 landmarks in that picture's pixels."""

    image: Image
    landmarks: Floats


@dataclass(frozen=True, slots=True)
class Keypoints:
    """One moment of LivePortrait's implicit keypoints (Guo et al. 2024): what its templates hold
    beside the rotation, in the units of its canvas, which reaches from -1 to 1.

    expression: (21, 3) float32, x right, y down, z away from the camera. scale: of the head.
    translation: (3,) float32. absolute_lips: whether those of the lips say what lips look like,
    whoever's they are, so that they replace the portrait's under relative motion, too.
    """

    expression: Floats
    scale: float
    translation: Floats
    absolute_lips: bool = False


@dataclass(frozen=True, slots=True)
class MotionFrame:
    """What a driver says of one moment: absolute readings, never relative to a source.

    rotation: (3, 3) float32, camera from head, column vectors; x to the image's right, y down,
        z away from the camera; identity is frontal.
    translation: (2,) float32, place of the head in the picture, in head units: the distance
        between the eye centres in the reference frame.
    scale: size of the head relative to the reference frame.
    blendshapes: (52,) float32, Apple's ARKit 52 in their published order, 0..1; left and right
        are the person's own.
    closure: 0..1, how much the lips must touch (p, b, m).
    own_expression: 0..1, share of the portrait's own expression that stays beneath the
        blendshapes; 0 for an emotion that replaces it.
    landmarks: (478, 3) float32 in the head frame, head units; only drivers with a face have it.
    pixels: the driver's picture, for engines that read it; only where the driver was seen.
    presence: 1 while the driver's face is seen, falling to 0 while its loss is bridged.
    ratios: (3,) float32, opening over width of the right eye, the left eye (the person's own)
        and the lips, where the driver knows them.
    keypoints: where the driver is a template that has them, or edits.
    """

    pts: int
    time_base: Fraction
    rotation: Floats
    translation: Floats
    scale: float
    blendshapes: Floats
    closure: float = 0.0
    own_expression: float = 1.0
    landmarks: Floats | None = None
    pixels: DriverPixels | None = None
    presence: float = 1.0
    ratios: Floats | None = None
    keypoints: Keypoints | None = None


@dataclass(frozen=True, slots=True)
class Motion:
    """A stream of motion and the frame that counts as its neutral.

    ``reference.landmarks`` is None when the reference is the canonical neutral face, as with
    emotions, idling and speech. ``frames`` can be consumed once. ``num_frames`` is a hint for
    progress and None when unknown.
    """

    reference: MotionFrame
    frames: Iterator[MotionFrame]
    rate: Fraction
    num_frames: int | None = None


@dataclass(frozen=True, slots=True)
class MotionOptions:
    """How an engine combines the driver's motion with the source.

    relative: add the driver's change since its reference to the source's own pose and
        expression; otherwise take the driver's pose and expression as they are.
    multiplier: gain of that motion, 1 = as large as the driver's.
    region: what moves: everything, expression, pose, lips or eyes.
    eyes_open, lips_open: opening over width that eyes or lips are brought to in every frame,
        0..0.8; None leaves them to the motion.
    retarget: parts whose opening over width is brought to the driver's own.
    normalize_lips: close the portrait's lips before the motion is added.
    head_rotation: of a film that is the source; what the driver's does to it under relative motion.
        ``add`` turns the head on by as much as the driver's turns since its reference, ``replace``
        turns it the way the driver's is turned, whatever the film's own does.
    seed: what an engine draws at random, it draws from this: same seed, same pictures.
    """

    relative: bool = True
    multiplier: float = 1.0
    region: Region = "all"
    eyes_open: float | None = None
    lips_open: float | None = None
    retarget: frozenset[Part] = frozenset()
    normalize_lips: bool = False
    head_rotation: HeadRotation = "add"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Rendered:
    """One frame as an engine made it.

    pixels: the crop, RGB. alpha: (h, w), weight of the crop against the picture when pasted.
    to_picture: (2, 3) float64, crop pixel coordinates to picture pixel coordinates.
    coverage: (h, w), the crop's own transparency for pictures that have one, else None.
    """

    pixels: Image
    alpha: Mask
    to_picture: NDArray[np.float64]
    pts: int
    time_base: Fraction
    coverage: Mask | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of long work: ``done`` of ``total`` (None when unknown) frames."""

    done: int
    total: int | None


ProgressCallback: TypeAlias = Callable[[Progress], None]
