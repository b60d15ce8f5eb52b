"""Where folds lie on the face template, and which expression makes them. Pure data.

Head units, seen from the front: x to the image's right, y down. What has two sides is given for
the person's left (x > 0). Places were read off faces of smiling, frowning and sneering people
drawn on the template; which muscle makes which fold follows Ekman and Friesen's FACS.
"""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]
"""x, y; also how far something reaches along both."""


@dataclass(frozen=True, slots=True)
class Crease:
    """A fold along a curve.

    path: the curve's points. causes: blendshapes (without side, if it has two) and how much each
    contributes at full weight; together 1 is a full fold. line, soft: depth of the fine line and
    of the wide shading around it, log gain. line_width, soft_width: their spread. swells: +1 where
    the skin rises on the right of somebody who walks along the path, -1 on the left, 0 on
    neither side. paired: whether there is another on the person's right.
    """

    path: tuple[Point, ...]
    causes: dict[str, float]
    line: float
    soft: float
    line_width: float = 0.016
    soft_width: float = 0.05
    swells: int = 0
    paired: bool = True

    def reach(self, *, mirror: bool) -> tuple[Point, Point]:
        """Low and high corner of where it shows."""
        margin = 10.0 * self.soft_width if self.swells else 4.0 * self.soft_width
        x, y = zip(*self.path, strict=True)
        low, high = (min(x) - margin, min(y) - margin), (max(x) + margin, max(y) + margin)
        return _mirrored(low, high) if mirror else (low, high)


@dataclass(frozen=True, slots=True)
class Patch:
    """Skin that turns to the light or away from it: a Gaussian of log gain ``height`` around
    ``centre``, with spreads ``size`` along x and y. causes, paired: as of a crease."""

    centre: Point
    size: Point
    height: float
    causes: dict[str, float]
    paired: bool = True

    def reach(self, *, mirror: bool) -> tuple[Point, Point]:
        """Low and high corner of where it shows."""
        (x, y), (wide, high) = self.centre, (3.0 * s for s in self.size)
        corners = (x - wide, y - high), (x + wide, y + high)
        return _mirrored(*corners) if mirror else corners


Fold = Crease | Patch


def _mirrored(low: Point, high: Point) -> tuple[Point, Point]:
    return (-high[0], low[1]), (-low[0], high[1])


_SMILE = {"mouthSmile": 0.85, "cheekSquint": 0.2, "mouthDimple": 0.25}
_RAISED_LIP = {"noseSneer": 0.75, "mouthUpperUp": 0.55}
_SQUEEZED = {"cheekSquint": 0.8, "mouthSmile": 0.3, "eyeSquint": 0.3, "noseSneer": 0.25}
_CORNER = {"mouthDimple": 1.0, "mouthSmile": 0.6, "mouthStretch": 0.35, "mouthPress": 0.35}
_DRAWN = {"browDown": 1.0}
_SNEER = {"noseSneer": 1.0, "browDown": 0.15}
_FROWN = {"mouthFrown": 0.9, "mouthShrugLower": 0.15, "mouthStretch": 0.2}
_CHIN = {"mouthShrugLower": 0.9, "mouthFrown": 0.4, "mouthPress": 0.3}
_CROW = {"cheekSquint": 0.75, "mouthSmile": 0.3, "eyeSquint": 0.25}

FOLDS: dict[str, Fold] = {
    "nasolabial": Crease(
        ((0.24, 0.65), (0.30, 0.75), (0.375, 0.86), (0.455, 0.98), (0.51, 1.10), (0.525, 1.23)),
        {**_SMILE, **_RAISED_LIP}, 0.085, 0.115, 0.02, 0.05, swells=-1,
    ),
    "mouth corner": Crease(
        ((0.435, 1.08), (0.475, 1.16), (0.485, 1.24), (0.46, 1.32), (0.42, 1.37)),
        _CORNER, 0.05, 0.07, 0.018, 0.035, swells=-1,
    ),
    "eye bag": Crease(
        ((0.31, 0.27), (0.40, 0.335), (0.52, 0.36), (0.64, 0.33), (0.74, 0.26)),
        _SQUEEZED, 0.06, 0.06, 0.014, 0.035, swells=-1,
    ),
    "crow's foot, upper": Crease(
        ((0.79, 0.065), (0.87, 0.015), (0.96, -0.07)), _CROW, 0.075, 0.0, 0.011,
    ),
    "crow's foot, middle": Crease(
        ((0.785, 0.12), (0.88, 0.125), (0.99, 0.12)), _CROW, 0.085, 0.02, 0.011, 0.03,
    ),
    "crow's foot, lower": Crease(
        ((0.775, 0.165), (0.86, 0.215), (0.96, 0.29)), _CROW, 0.075, 0.0, 0.011,
    ),
    "forehead, lower": Crease(
        ((-0.42, -0.335), (-0.28, -0.36), (-0.12, -0.335), (0.0, -0.33), (0.12, -0.335),
         (0.28, -0.36), (0.42, -0.335)),
        {"browInnerUp": 1.0}, 0.075, 0.04, 0.014, 0.035, paired=False,
    ),
    "forehead, middle": Crease(
        ((-0.45, -0.44), (-0.27, -0.455), (-0.1, -0.43), (0.0, -0.425), (0.1, -0.43),
         (0.27, -0.455), (0.45, -0.44)),
        {"browInnerUp": 1.0}, 0.085, 0.045, 0.015, 0.035, paired=False,
    ),
    "forehead, upper": Crease(
        ((-0.36, -0.55), (-0.2, -0.55), (0.0, -0.525), (0.2, -0.55), (0.36, -0.55)),
        {"browInnerUp": 0.8}, 0.06, 0.03, 0.015, 0.035, paired=False,
    ),
    "forehead, side, lower": Crease(
        ((0.24, -0.355), (0.40, -0.365), (0.56, -0.355), (0.74, -0.29)),
        {"browOuterUp": 1.0}, 0.075, 0.04, 0.014, 0.035,
    ),
    "forehead, side, middle": Crease(
        ((0.24, -0.455), (0.40, -0.465), (0.56, -0.45), (0.72, -0.395)),
        {"browOuterUp": 1.0}, 0.07, 0.035, 0.014, 0.035,
    ),
    "glabella": Crease(
        ((0.105, -0.32), (0.09, -0.22), (0.083, -0.13), (0.09, -0.04), (0.12, 0.04)),
        _DRAWN, 0.13, 0.10, 0.016, 0.04, swells=-1,
    ),
    "root of the nose": Crease(
        ((-0.17, 0.085), (-0.08, 0.05), (0.0, 0.055), (0.08, 0.05), (0.17, 0.085)),
        {"noseSneer": 0.8, "browDown": 0.5}, 0.07, 0.045, 0.014, 0.03, paired=False,
    ),
    "side of the nose, upper": Crease(
        ((0.03, 0.29), (0.11, 0.235), (0.21, 0.205)), _SNEER, 0.07, 0.02, 0.012, 0.025,
    ),
    "side of the nose, lower": Crease(
        ((0.045, 0.365), (0.13, 0.325), (0.235, 0.32)), _SNEER, 0.06, 0.02, 0.012, 0.025,
    ),
    "wing of the nose": Crease(
        ((0.205, 0.60), (0.25, 0.66), (0.275, 0.74), (0.26, 0.82)),
        {"noseSneer": 0.9, "mouthUpperUp": 0.3}, 0.05, 0.07, 0.016, 0.035, swells=-1,
    ),
    "marionette": Crease(
        ((0.365, 1.22), (0.415, 1.32), (0.455, 1.43), (0.475, 1.55)),
        _FROWN, 0.075, 0.085, 0.018, 0.04, swells=-1,
    ),
    "chin": Crease(
        ((-0.30, 1.54), (-0.14, 1.48), (0.0, 1.465), (0.14, 1.48), (0.30, 1.54)),
        _CHIN, 0.05, 0.10, 0.018, 0.045, swells=1, paired=False,
    ),
    "apple of the cheek": Patch(
        (0.56, 0.60), (0.13, 0.10), 0.06, {"mouthSmile": 0.6, "cheekSquint": 0.5}
    ),
    "beside the mouth": Patch((0.425, 1.225), (0.04, 0.04), -0.08, {**_CORNER, "mouthFrown": 0.4}),
    "below the brow": Patch((0.36, -0.02), (0.16, 0.06), -0.12, {"browDown": 1.0}),
    "between the brows": Patch(
        (0.0, -0.13), (0.04, 0.08), 0.025, {"browDown": 1.0}, paired=False
    ),
    "ball of the chin": Patch((0.0, 1.62), (0.13, 0.06), 0.05, _CHIN, paired=False),
}  # fmt: skip
