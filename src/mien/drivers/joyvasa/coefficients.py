"""From the numbers of JoyVASA's networks to LivePortrait's motion, by the file that says in what
range they lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from mien.errors import WeightsError
from mien.templates.pickled_arrays import PickledArray
from mien.templates.problems import UnusableError
from mien.templates.unpickling import unpickle
from mien.types import Floats

NUM_KEYPOINTS = 21
_EXPRESSION = NUM_KEYPOINTS * 3
POSE = slice(_EXPRESSION, _EXPRESSION + 7)
"""Of a frame's 73 numbers: scale, translation, pitch, yaw and roll. The three after them were
trained, and nobody reads them."""
_POSE_SIZES = {"scale": 1, "t": 3, "pitch": 1, "yaw": 1, "roll": 1}
NUM_NUMBERS = _EXPRESSION + sum(_POSE_SIZES.values())
"""That are read."""
_LARGEST = 1 << 20
_FURTHEST = 1e4


@dataclass(frozen=True, slots=True, eq=False)
class MotionRange:
    """What 0 and 1 mean: of the expression, mean and standard deviation (63,); of the pose, least
    and most (7,): scale, translation, pitch, yaw, roll."""

    mean: Floats
    deviation: Floats
    least: Floats
    most: Floats

    def __post_init__(self) -> None:
        sizes = {"mean": _EXPRESSION, "deviation": _EXPRESSION, "least": 7, "most": 7}
        for name, size in sizes.items():
            values = getattr(self, name)
            assert values.shape == (size,), name


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Frames of LivePortrait's motion.

    expression: (n, 21, 3) float32. pose: (n, 7) float32, scale, translation (3), and pitch, yaw
    and roll in degrees.
    """

    expression: Floats
    pose: Floats

    def one_by_one(self) -> Iterator[Decoded]:
        """Each frame by itself."""
        for row in range(len(self.pose)):
            yield Decoded(self.expression[row : row + 1], self.pose[row : row + 1])


def decode(numbers: Floats, known: MotionRange) -> Decoded:
    """Of (n, 70 or more) numbers."""
    expression = numbers[:, :_EXPRESSION] * known.deviation + known.mean
    pose = numbers[:, POSE] * (known.most - known.least) + known.least
    return Decoded(
        expression.reshape(-1, NUM_KEYPOINTS, 3).astype(np.float32), pose.astype(np.float32)
    )


def read_range(path: Path) -> MotionRange:
    """The range that ``motion_template.pkl`` says. Nothing in the file is run. WeightsError for
    what is damaged, hostile or no such file."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UnusableError("is too large to be JoyVASA's motion template")
        found = unpickle(path.read_bytes())
        if not isinstance(found, dict):
            raise UnusableError("is not JoyVASA's motion template: it holds no named arrays")
        return MotionRange(
            _numbers(found, "mean_exp", _EXPRESSION),
            _numbers(found, "std_exp", _EXPRESSION),
            _pose(found, "min"),
            _pose(found, "max"),
        )
    except UnusableError as error:
        problem = str(error).replace("motion template needs", "file of this kind needs")
        raise WeightsError(path, f"{problem}; get it again") from None
    except OSError as error:
        raise WeightsError(path, error.strerror or "cannot be read") from None


def _pose(found: dict[str, object], which: str) -> Floats:
    parts = [_numbers(found, f"{which}_{name}", size) for name, size in _POSE_SIZES.items()]
    return np.concatenate(parts)


def _numbers(found: dict[str, object], key: str, size: int) -> Floats:
    value = found.get(key)
    values = value.values if isinstance(value, PickledArray) else value
    if isinstance(values, int | float):
        values = np.array([values])
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu":
        raise UnusableError(f"is not JoyVASA's motion template: it has no numbers called {key}")
    if values.size != size:
        raise UnusableError(f"has {values.size} numbers called {key} where {size} are needed")
    numbers = values.astype(np.float64).ravel()
    if not (np.isfinite(numbers).all() and np.abs(numbers).max() <= _FURTHEST):
        raise UnusableError(f"has numbers called {key} that no face has")
    return cast(Floats, numbers)
