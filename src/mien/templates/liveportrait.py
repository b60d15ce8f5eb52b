"""LivePortrait's motion templates, of every kind that is about.

LivePortrait wrote ``R_d``, ``c_d_eyes_lst`` and ``c_d_lip_lst`` first, ``R``, ``c_eyes_lst`` and
``c_lip_lst`` (and ``kp``, ``x_s``, which do not drive) later. FasterLivePortrait adds angles and
leaves the lists empty; JoyVASA leaves them out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import cast

import numpy as np

from mien.motion.keypoints import (
    person_ratios,
    rotation_from_template,
    rotations_from_degrees,
)
from mien.templates.checks import FASTEST, SLOWEST, check_length
from mien.templates.keypoint_motion import template_from_keypoints
from mien.templates.pickled_arrays import PickledArray
from mien.templates.problems import UnusableError
from mien.templates.template import NUM_KEYPOINTS, KeypointTrack, MotionTemplate
from mien.templates.unpickling import unpickle
from mien.types import Floats

_RATE = 25
"""Frames per second where a file does not say, as in LivePortrait."""
_ROTATIONS = ("R", "R_d")
_EYES = ("c_eyes_lst", "c_d_eyes_lst")
_LIPS = ("c_lip_lst", "c_d_lip_lst")
_SKEWED = 0.02
"""How far a rotation times its transpose may be from identity: what half precision does to one
is repaired, anything worse is none."""

_Item = Mapping[str, object]


def template_from_pickle(data: bytes, *, made_from: str = "") -> MotionTemplate:
    """What a template's pickle holds. UnusableError if it is not one, or not sound."""
    root = unpickle(data)
    if not isinstance(root, dict) or "motion" not in root:
        raise UnusableError("is no motion template: it holds no motion")
    items = _items(root["motion"])
    track = KeypointTrack(
        _column(items, ("exp",), (NUM_KEYPOINTS, 3)),
        _column(items, ("scale",), ()),
        _column(items, ("t",), (3,)),
    )
    return template_from_keypoints(
        track,
        rate=_rate(root.get("output_fps", _RATE)),
        rotation=_rotations(items),
        ratios=_ratios(root, len(items)),
        made_from=made_from,
    )


def _items(motion: object) -> Sequence[_Item]:
    if not isinstance(motion, list):
        raise UnusableError("is no motion template: its motion is no list")
    check_length(len(motion))
    if not all(isinstance(item, dict) for item in motion):
        raise UnusableError("is no motion template: a frame of its motion is no dict")
    return cast("Sequence[_Item]", motion)


def _rate(value: object) -> Fraction:
    number = float(_numbers([value], "output_fps", ())[0])
    if not SLOWEST <= number <= FASTEST:
        raise UnusableError(f"has output_fps {number:g}; a template has {SLOWEST} to {FASTEST}")
    return Fraction(number).limit_denominator(1001)


def _column(items: Sequence[_Item], keys: Sequence[str], shape: tuple[int, ...]) -> Floats:
    """(frames, *shape) float32 of what each frame has under one of the keys."""
    found = [_first(item, keys) for item in items]
    if None in found:
        raise UnusableError(f"has a frame without {' or '.join(keys)}")
    named = [(item[key], key) for item, key in zip(items, found, strict=True) if key is not None]
    return _numbers([value for value, _ in named], named[0][1], shape)


def _rotations(items: Sequence[_Item]) -> Floats:
    """(frames, 3, 3) camera from head."""
    if _first(items[0], _ROTATIONS) is None:
        return _rotations_from_angles(items)
    given = _column(items, _ROTATIONS, (3, 3)).astype(np.float64)
    square = given @ given.transpose(0, 2, 1)
    if np.abs(square - np.eye(3)).max() > _SKEWED or np.linalg.det(given).min() < 0.0:
        raise UnusableError("has a rotation that is not one")
    u, _, vt = np.linalg.svd(given)
    return rotation_from_template(u @ vt)


def _rotations_from_angles(items: Sequence[_Item]) -> Floats:
    angles = [_column(items, (key,), ()) for key in ("pitch", "yaw", "roll")]
    return rotations_from_degrees(np.stack(angles, axis=-1))


def _ratios(root: _Item, num_frames: int) -> Floats | None:
    """(frames, 3) right eye, left eye, lips; None unless both lists are there."""
    eyes, lips = (_list(root, keys, num_frames) for keys in (_EYES, _LIPS))
    if not eyes or not lips:
        return None
    return person_ratios(_numbers(eyes, _EYES[0], (2,)), _numbers(lips, _LIPS[0], (1,)))


def _list(root: _Item, keys: Sequence[str], num_frames: int) -> Sequence[object]:
    """One entry for each frame, or none at all."""
    key = _first(root, keys)
    if key is None:
        return []
    values = root[key]
    if not isinstance(values, list) or len(values) not in (0, num_frames):
        raise UnusableError(f"has {key} of another length than its motion")
    return values


def _first(item: _Item, keys: Sequence[str]) -> str | None:
    return next((key for key in keys if key in item), None)


def _numbers(values: Sequence[object], key: str, shape: tuple[int, ...]) -> Floats:
    """(n, *shape) float32 of arrays of this shape, or of its numbers in one row; axes of length 1
    do not count."""
    arrays = [_array(value, key) for value in values]
    for found in {array.shape for array in arrays}:  # before they are laid out one by one
        if not _fits(found, shape):
            raise UnusableError(f"has {key} of shape {found} where {shape or 1} is needed")
    with np.errstate(over="ignore", invalid="ignore"):
        numbers = np.stack([array.reshape(shape) for array in arrays]).astype(np.float32)
    if not np.isfinite(numbers).all():
        raise UnusableError(f"has values of {key} that are not numbers")
    return cast(Floats, numbers)


def _array(value: object, key: str) -> Floats:
    values = value.values if isinstance(value, PickledArray) else value
    if isinstance(values, int | float) and not isinstance(values, bool):
        return np.array(values, np.float64)  # an integer may have eight bytes
    if not isinstance(values, np.ndarray):
        raise UnusableError(f"has {key} that is no array of numbers")
    return values


def _fits(found: Sequence[int], shape: Sequence[int]) -> bool:
    sides = [side for side in found if side != 1]
    wanted = [side for side in shape if side != 1]
    return sides == wanted or (bool(wanted) and sides == [math.prod(wanted)])
