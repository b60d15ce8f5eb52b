"""Mien's own format for motion templates, ``.mien``: docs/templates.md defines it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from mien.templates.checks import check, check_length
from mien.templates.header import Header, read_header
from mien.templates.keypoint_motion import template_from_keypoints
from mien.templates.problems import UnusableError
from mien.templates.quaternions import quaternions_from_rotations, rotations_from_quaternions
from mien.templates.template import NUM_KEYPOINTS, KeypointTrack, LandmarkTrack, MotionTemplate
from mien.types import Floats

_UNIT = 32767
_SHORTEST = 1000
"""Whole numbers that a quaternion of length 1 is written as, and the shortest that is read."""
_NUM_EXPRESSION = NUM_KEYPOINTS * 3
_KEYPOINTS = {"keypoints": "F16"}
_BLENDSHAPES = {
    "translation": "F32",
    "scale": "F32",
    "blendshapes": "F16",
    "own_expression": "F16",
    "closure": "F16",
}
_LANDMARKS = {
    "landmark_mean": "F32",
    "landmark_components": "F16",
    "landmark_coefficients": "F16",
}
_KINDS: Mapping[str, str] = {
    "rotation": "I16",
    "ratios": "F16",
    **_KEYPOINTS,
    **_BLENDSHAPES,
    **_LANDMARKS,
}
_NUMPY_KINDS = {"F16": np.float16, "F32": np.float32, "I16": np.int16}


def template_to_bytes(template: MotionTemplate) -> bytes:
    """The whole file. What keypoints already say is not written beside them."""
    rotation = np.rint(quaternions_from_rotations(template.rotation) * _UNIT)
    tensors: dict[str, Floats] = {"rotation": rotation}
    if template.keypoints is not None:
        tensors["keypoints"] = _joined(template.keypoints)
    else:
        tensors |= {name: getattr(template, name) for name in _BLENDSHAPES}
        if template.landmarks is not None:
            track = template.landmarks
            tensors["landmark_mean"] = track.mean
            tensors["landmark_components"] = track.components
            tensors["landmark_coefficients"] = track.coefficients
    if template.ratios is not None:
        tensors["ratios"] = template.ratios
    header = Header(template.rate, template.num_frames, template.first_frame, template.made_from)
    written = {
        name: np.ascontiguousarray(values, _NUMPY_KINDS[_KINDS[name]])
        for name, values in tensors.items()
    }
    return save(written, header.metadata())


def template_from_bytes(data: bytes) -> MotionTemplate:
    """What a file's bytes hold. UnusableError if they are no sound template."""
    header, kinds = read_header(data)
    _check_names(kinds)
    check_length(header.num_frames)
    try:
        tensors = load(data)
    except (SafetensorError, ValueError):
        raise UnusableError("is damaged: its numbers do not fit its header") from None
    values = {name: np.asarray(tensor, np.float32) for name, tensor in tensors.items()}
    rows = header.num_frames + header.first_frame
    rotation = _rotations(values["rotation"], rows)
    if "keypoints" in values:
        return template_from_keypoints(
            _parted(values["keypoints"], rows),
            rate=header.rate,
            rotation=rotation,
            ratios=values.get("ratios"),
            first_frame=header.first_frame,
            made_from=header.made_from,
        )
    landmarks = None
    if "landmark_mean" in values:
        landmarks = LandmarkTrack(*(values[name] for name in _LANDMARKS))
    return MotionTemplate(
        rate=header.rate,
        rotation=rotation,
        translation=values["translation"],
        scale=values["scale"],
        blendshapes=values["blendshapes"],
        own_expression=values["own_expression"],
        closure=values["closure"],
        ratios=values.get("ratios"),
        landmarks=landmarks,
        first_frame=header.first_frame,
        made_from=header.made_from,
    )


def _check_names(kinds: Mapping[str, str]) -> None:
    """UnusableError unless these are the tensors of a template: the rotation, either keypoints or
    blendshapes with all that belongs to them, and nothing that is not known."""
    for name, kind in kinds.items():
        if _KINDS.get(name) != kind:
            raise UnusableError(
                f"holds a tensor {name[:40]!r} of {kind[:10]!r}; none such is known"
            )
    main = _KEYPOINTS if "keypoints" in kinds else _BLENDSHAPES
    landmarks = _LANDMARKS if kinds.keys() & _LANDMARKS.keys() else {}
    needed = {"rotation", *main, *(landmarks if main is _BLENDSHAPES else {})}
    for name in sorted(needed - kinds.keys()):
        raise UnusableError(f"is damaged: it holds no {name}")
    for name in sorted(kinds.keys() - needed - {"ratios"}):
        raise UnusableError(f"is damaged: it holds {name} beside keypoints")


def _rotations(whole: Floats, rows: int) -> Floats:
    check("rotation", whole, (rows, 4), -_UNIT - 1, _UNIT)
    if rows and np.linalg.norm(whole, axis=1).min() < _SHORTEST:
        raise UnusableError("has a rotation that is not one")
    return rotations_from_quaternions(whole)


def _joined(track: KeypointTrack) -> Floats:
    """(rows, 67): expression, scale, translation."""
    expression = track.expression.reshape(len(track.scale), _NUM_EXPRESSION)
    return np.concatenate([expression, track.scale[:, None], track.translation], axis=1)


def _parted(joined: Floats, rows: int) -> KeypointTrack:
    check("keypoints", joined, (rows, _NUM_EXPRESSION + 4), -np.inf, np.inf)
    expression, rest = joined[:, :_NUM_EXPRESSION], joined[:, _NUM_EXPRESSION:]
    return KeypointTrack(expression.reshape(rows, NUM_KEYPOINTS, 3), rest[:, 0], rest[:, 1:])
