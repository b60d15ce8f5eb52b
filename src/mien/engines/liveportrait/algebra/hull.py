"""How large a cloud of keypoints is: the volume of its convex hull."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.types import Floats

Faces = NDArray[np.intp]
"""(m, 3) corners, counter-clockwise seen from outside."""

_FLAT = 1e-12
"""Share of the cube about the points below which a volume counts as none."""


def motion_gain(source: Floats, first: Floats) -> float:
    """How much larger the source's keypoints are than the driver's first, both (21, 3): the
    square root of the ratio of their volumes, LivePortrait's "expression-friendly" multiplier. 1
    where one of them is flat."""
    volumes = hull_volume(source), hull_volume(first)
    return float(np.sqrt(volumes[0] / volumes[1])) if min(volumes) > 0 else 1.0


def hull_volume(points: Floats) -> float:
    """Volume of the convex hull of points (n, 3); 0 where they lie in a plane. The hull grows
    from a tetrahedron, point by point."""
    points = np.asarray(points, np.float64)
    least = _FLAT * float(np.ptp(points, axis=0).max()) ** 3
    start = _tetrahedron(points, least)
    if start is None:
        return 0.0
    faces = _outward(start, points)
    for number in range(len(points)):
        faces = _grown(faces, points, number, least)
    return float(_volumes(faces, points, points[start].mean(axis=0)).sum() / -6.0)


def _volumes(faces: Faces, points: Floats, seen_from: Floats) -> Floats:
    """(m,) six times the volume of the tetrahedron over each face; positive where the face is
    seen from its outer side."""
    a, b, c = (points[faces[:, corner]] - seen_from for corner in range(3))
    return np.asarray(-np.einsum("ij,ij->i", a, np.cross(b, c)))


def _tetrahedron(points: Floats, least: float) -> Faces | None:
    """(4,) points that span a large volume; None where none is larger than ``least``."""
    first = int(np.argmax(points[:, 0]))
    ways = points - points[first]
    second = int(np.argmax(np.linalg.norm(ways, axis=1)))
    across = np.cross(ways, ways[second])
    third = int(np.argmax(np.linalg.norm(across, axis=1)))
    heights = ways @ across[third]
    fourth = int(np.argmax(np.abs(heights)))
    if abs(heights[fourth]) <= least:
        return None
    return np.array([first, second, third, fourth])


def _outward(corners: Faces, points: Floats) -> Faces:
    """The four faces of a tetrahedron."""
    faces = corners[np.array([[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]])]
    inside = points[corners].mean(axis=0)
    inner = _volumes(faces[:1], points, inside)[0] < 0
    return np.asarray(faces if inner else faces[:, ::-1])


def _grown(faces: Faces, points: Floats, number: int, least: float) -> Faces:
    """The hull's faces with one more point: those it sees give way to a cone over their rim."""
    seen = _volumes(faces, points, points[number]) > least
    if not seen.any():
        return faces
    edges = {edge for a, b, c in faces[seen].tolist() for edge in ((a, b), (b, c), (c, a))}
    rim = [(a, b, number) for a, b in edges if (b, a) not in edges]
    return np.concatenate([faces[~seen], np.array(sorted(rim), np.intp)])
