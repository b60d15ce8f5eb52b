"""A motion template as LivePortrait reads it: written opcode by opcode, so that the file holds
the three names of numpy 1 and 2 alike and nothing that this or another version adds."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import cast

import numpy as np

from mien.motion.keypoints import (
    canvas_from_head_units,
    keypoints_from_blendshapes,
    rotation_to_template,
    template_ratios,
)
from mien.templates.template import KeypointTrack, MotionTemplate
from mien.types import Floats

_REST_SCALE = 1.5
"""Of the reference frame where the template has no keypoints; published ones have 1.1 to 1.7."""
_ARRAY, _TYPE, _ARRAY_MAKER = 0, 1, 2
"""Places in the memo."""


def template_to_pickle(template: MotionTemplate) -> bytes:
    """LivePortrait's ``n_frames``, ``output_fps``, ``motion`` and, where the ratios are known,
    ``c_eyes_lst`` and ``c_lip_lst``; float32, protocol 4. Of each frame ``scale``, ``R``, ``exp``,
    ``t`` and, as FasterLivePortrait has them, ``pitch``, ``yaw`` and ``roll`` in degrees.

    LivePortrait measures motion against the first frame, so a reference that stands apart becomes
    a frame before it. Its frame rate is a whole number.
    """
    rows = slice(_first_row(template), None)
    track = template.keypoints or _keypoints(template)
    rotation = rotation_to_template(template.rotation)[rows]
    frames = zip(
        track.scale[rows],
        rotation,
        track.expression[rows],
        track.translation[rows],
        _angles(template.rotation[rows]),
        strict=True,
    )
    motion = [
        _dict({
            "scale": _array(scale.reshape(1, 1)),
            "R": _array(turn[None]),
            "exp": _array(expression[None]),
            "t": _array(travel[None]),
            "pitch": _array(angles[:1, None]),
            "yaw": _array(angles[1:2, None]),
            "roll": _array(angles[2:, None]),
        })
        for scale, turn, expression, travel, angles in frames
    ]  # fmt: skip
    facts = {
        "n_frames": _whole(len(motion)),
        "output_fps": _whole(max(1, round(template.rate))),
        "motion": _list(motion),
    }
    if template.ratios is not None:
        eyes, lips = template_ratios(template.ratios[rows])
        facts["c_eyes_lst"] = _list([_array(each[None]) for each in eyes])
        facts["c_lip_lst"] = _list([_array(each[None]) for each in lips])
    return b"\x80\x04" + _NAMES + _dict(facts) + b"."


def _angles(rotation: Floats) -> Floats:
    """(n, 3) degrees about x, y and z, taken one after the other, of (n, 3, 3) camera from head."""
    about_x = np.arctan2(rotation[:, 2, 1], rotation[:, 2, 2])
    about_y = np.arcsin(np.clip(-rotation[:, 2, 0], -1.0, 1.0))
    about_z = np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0])
    angles = np.degrees(np.stack([about_x, about_y, about_z], axis=1))
    return cast(Floats, angles.astype(np.float32))


def _first_row(template: MotionTemplate) -> int:
    """0 where the reference has to be written, else the first frame's row."""
    first = template.first_frame
    same = all(
        np.array_equal(values[0], values[first])
        for values in (
            template.rotation, template.translation, template.scale, template.blendshapes
        )
    )  # fmt: skip
    return first if same else 0


def _keypoints(template: MotionTemplate) -> KeypointTrack:
    """What LivePortrait's known directions can show of the blendshapes."""
    travel = template.translation - template.translation[0]
    translation = np.zeros((len(travel), 3), np.float32)
    translation[:, :2] = canvas_from_head_units(travel, _REST_SCALE)
    return KeypointTrack(
        keypoints_from_blendshapes(template.blendshapes),
        (template.scale / template.scale[0] * _REST_SCALE).astype(np.float32),
        translation,
    )


def _text(text: str) -> bytes:
    return b"\x8c" + bytes([len(text)]) + text.encode("ascii")


def _whole(number: int) -> bytes:
    return b"J" + struct.pack("<i", number)


def _list(items: Iterable[bytes]) -> bytes:
    return b"](" + b"".join(items) + b"e"


def _dict(items: dict[str, bytes]) -> bytes:
    return b"}(" + b"".join(_text(key) + value for key, value in items.items()) + b"u"


def _tuple(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def _get(place: int) -> bytes:
    return b"h" + bytes([place])


def _put(place: int) -> bytes:
    return b"q" + bytes([place])


def _global(module: str, name: str) -> bytes:
    return _text(module) + _text(name) + b"\x93"


def _array(values: Floats) -> bytes:
    """A float32 array as numpy pickles one: made empty, then filled."""
    data = np.ascontiguousarray(values, "<f4").tobytes()
    shape = _tuple(*(b"K" + bytes([side]) for side in values.shape))
    made = _get(_ARRAY_MAKER) + _get(_ARRAY) + _tuple(b"K\x00") + b"C\x01b" + b"\x87R"
    held = b"B" + struct.pack("<I", len(data)) + data
    return made + _tuple(b"K\x01", shape, _get(_TYPE), b"\x89", held) + b"b"


_NAMES = b"".join([
    _global("numpy.core.multiarray", "_reconstruct") + _put(_ARRAY_MAKER) + b"0",
    _global("numpy", "ndarray") + _put(_ARRAY) + b"0",
    _global("numpy", "dtype") + _text("f4") + b"\x89\x88\x87R",
    _tuple(b"K\x03", _text("<"), b"NNN", _whole(-1), _whole(-1), b"K\x00") + b"b",
    _put(_TYPE) + b"0",
])  # fmt: skip
"""Puts numpy's two names and the type float32 into the memo. ``0`` takes each off the stack."""
