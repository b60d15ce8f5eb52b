"""Moves the eye landmarks of a portrait onto the edges of its eye openings.

The landmark network knows human eyes: in drawings the white often reaches well beyond its lids.
Eyes that move and close need to know where the white ends.
"""

from __future__ import annotations

import cv2
import numpy as np

from mien.engines.mesh.eyes.frame import EYE_POINTS, EyeFrame, EyePoints
from mien.engines.mesh.eyes.iris import Colours, fit_iris, sample
from mien.types import Floats, Image

_MIN_WIDTH_PX = 16.0
_OUTWARD = np.linspace(0, 0.15, 16)
"""Shifts of a lid that are tried, in eye widths, away from the opening. Edges within it are shadow
and the lids' own thickness."""
_TILT = np.linspace(-0.06, 0.06, 9)
_COLUMNS = np.linspace(0.1, 0.9, 33)
_HALF_STEP = 0.022
_MIN_GAIN = 9.0
"""Grey levels that the edge must be stronger than at the landmarks."""
_STEP_LIMITS = (-15.0, 45.0)


def snap_openings(image: Image, landmarks: Floats) -> Floats:
    """Landmarks (478, 3) with lids and corners of both eyes on the edges that the picture shows;
    unchanged where it shows none.

    image: RGB, in whose pixels the landmarks are.
    """
    snapped = np.array(landmarks, np.float64)
    for eye in EYE_POINTS:
        frame = EyeFrame.of(snapped, eye)
        if frame.width >= _MIN_WIDTH_PX:
            _snap(image, snapped, eye, frame)
    return snapped


def _snap(image: Image, points: Floats, eye: EyePoints, frame: EyeFrame) -> None:
    blurred = _blurred(image, frame)
    iris = frame.place(points[eye.iris])
    lids = frame.table(points, eye.upper, eye.lower)
    centre, radius = fit_iris(image, frame, lids, iris)
    white = np.abs(_COLUMNS - centre[0]) > 1.08 * radius
    if white.sum() < 6:
        return
    columns = _COLUMNS[white]
    moves = []
    for lid, outward in ((eye.upper, -1.0), (eye.lower, 1.0)):
        place = frame.place(points[lid])
        middle, tilt = _best_lid(blurred, frame, columns, place, outward)
        bend = 4 * place[:, 0] * (1 - place[:, 0])
        moves.append(outward * np.maximum(bend, 0) * (middle + tilt * (2 * place[:, 0] - 1)))
    corners = [_best_corner(blurred, frame, side) for side in (0, 1)]
    down, along = frame.down * frame.width, frame.along * frame.width
    for lid, move in zip((eye.upper, eye.lower), moves, strict=True):
        across = np.clip(frame.place(points[lid])[:, 0], 0, 1)
        stretch = corners[1] * across**3 - corners[0] * (1 - across) ** 3
        inner = slice(1, -1)
        points[lid[inner], :2] += move[inner, None] * down + stretch[inner, None] * along
    points[eye.crease[1:-1], :2] += 0.5 * moves[0][1:-1, None] * down
    points[eye.upper[0], :2] -= corners[0] * along
    points[eye.upper[-1], :2] += corners[1] * along


def _blurred(image: Image, frame: EyeFrame) -> Image:
    """The picture, smoothed around the eye by what counts as one edge there."""
    sigma = 0.012 * frame.width
    if sigma < 0.6:
        return image
    height, width = image.shape[:2]
    x0, y0, x1, y1 = frame.box((-0.3, 1.3), (-0.5, 0.5), (width, height))
    smooth = image.copy()
    smooth[y0:y1, x0:x1] = cv2.GaussianBlur(image[y0:y1, x0:x1], (0, 0), sigma)
    return smooth


def _colours(image: Image, frame: EyeFrame, u: Floats, v: Floats) -> Colours:
    return sample(image, frame.pixels(u, v), cv2.INTER_LINEAR)


def _step(
    image: Image, frame: EyeFrame, inside: tuple[Floats, Floats], outside: tuple[Floats, Floats]
) -> Floats:
    """By how much the inside is lighter than the outside, grey levels."""
    light, dark = _colours(image, frame, *inside), _colours(image, frame, *outside)
    step: Floats = np.clip((light - dark).mean(axis=-1), *_STEP_LIMITS)
    return step


def _best_lid(
    image: Image, frame: EyeFrame, columns: Floats, place: Floats, outward: float
) -> tuple[float, float]:
    """Outward shift in the middle and its tilt along the eye."""
    middle, tilt = np.meshgrid(_OUTWARD, _TILT, indexing="ij")
    u = np.broadcast_to(columns, (middle.size, len(columns)))
    bend = 4 * columns * (1 - columns)
    shift = bend * (middle.reshape(-1, 1) + tilt.reshape(-1, 1) * (2 * columns - 1))
    v = np.interp(columns, np.maximum.accumulate(place[:, 0]), place[:, 1]) + outward * shift
    half = outward * _HALF_STEP
    step = _step(image, frame, (u, v - half), (u, v + half)).mean(axis=1)
    still = step.reshape(middle.shape)[0, np.abs(_TILT).argmin()]
    cost = 4.0 * ((middle / 0.1) ** 2 + (tilt / 0.05) ** 2)
    best = int(np.argmax(step - cost.ravel()))
    found = float(middle.ravel()[best]), float(tilt.ravel()[best])
    if step[best] - cost.ravel()[best] < still + _MIN_GAIN:
        return 0.0, 0.0
    # The white must go on up to the edge: else it is the edge of something else.
    share = np.linspace(-1, 1, 12)[:, None]
    reach = shift[best] * np.maximum(share, 0) - 0.05 * np.maximum(-share, 0) - _HALF_STEP
    base = np.interp(columns, np.maximum.accumulate(place[:, 0]), place[:, 1])
    way = _colours(image, frame, np.broadcast_to(columns, reach.shape), base + outward * reach)
    change = np.abs(way - way[0]).mean(axis=(1, 2)).max()
    return found if change < max(0.8 * step[best], 6) else (0.0, 0.0)


def _best_corner(image: Image, frame: EyeFrame, side: int) -> float:
    """How far the white goes on beyond the left (0) or right (1) corner, in eye widths."""
    reach = np.linspace(0, 0.14, 15)
    outward = 2 * side - 1
    u, v = side + outward * reach[:, None], np.linspace(-0.03, 0.01, 5)[None]
    u, v = np.broadcast_arrays(u, v)
    half = outward * 1.2 * _HALF_STEP
    step = _step(image, frame, (u - half, v), (u + half, v)).mean(axis=1)
    best = int(np.argmax(step - 8 * (reach / 0.1) ** 2))
    white_until = step[: max(best - 1, 0)].max(initial=0) < 10
    way = _colours(image, frame, u - 2 * half, v).mean(axis=1)
    same = np.abs(way[: best + 1] - way[0]).mean(axis=1).max() < max(0.6 * step[best], 6)
    found = step[best] > step[0] + 2 * _MIN_GAIN and white_until and same
    return float(reach[best]) if found else 0.0
