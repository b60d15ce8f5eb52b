"""Made-up motion templates, as files of LivePortrait and its descendants hold them."""

from __future__ import annotations

import io
import pickle
from fractions import Fraction
from typing import Any

import numpy as np

from mien.motion.arkit import shape_weights
from mien.motion.pose import rotation_from_angles
from mien.templates import LandmarkTrack, MotionTemplate
from mien.types import Floats


def turned(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Floats:
    """(1, 3, 3) LivePortrait's R for our angles in degrees."""
    return rotation_from_angles(yaw, pitch, roll).T[None].astype(np.float32)


def liveportrait(num_frames: int = 4, *, ratios: bool = False, old: bool = False) -> dict[str, Any]:
    """A head that turns to the picture's right by a degree a frame while the lips open."""
    motion = []
    for number in range(num_frames):
        expression = np.zeros((1, 21, 3), np.float32)
        expression[0, 19, 1] = 0.01 * number
        motion.append({
            "scale": np.array([[1.5 + 0.01 * number]], np.float32),
            "R_d" if old else "R": turned(yaw=number, pitch=-0.5 * number),
            "exp": expression,
            "t": np.array([[0.01 * number, -0.02 * number, 0.0]], np.float32),
        })  # fmt: skip
    root: dict[str, Any] = {"n_frames": num_frames, "output_fps": 25, "motion": motion}
    if ratios:
        d = "_d" if old else ""
        root[f"c{d}_eyes_lst"] = [np.array([[0.3, 0.2]], np.float32)] * num_frames
        root[f"c{d}_lip_lst"] = [np.array([[0.1 * n]], np.float32) for n in range(num_frames)]
    return root


class _OldNumpy(pickle._Pickler):
    """Names numpy's functions as numpy 1 did."""

    def save_global(self, obj: Any, name: str | None = None) -> None:
        if getattr(obj, "__module__", "").startswith("numpy._core"):
            module = obj.__module__.replace("numpy._core", "numpy.core")
            self.save(module)
            self.save(obj.__name__)
            self.write(pickle.STACK_GLOBAL)
            self.memoize(obj)
        else:
            super().save_global(obj, name)

    dispatch = {**pickle._Pickler.dispatch, type(len): save_global}  # noqa: RUF012


def old_pickle(root: object) -> bytes:
    """A pickle of protocol 4 as LivePortrait with numpy 1 writes it."""
    buffer = io.BytesIO()
    _OldNumpy(buffer, 4).dump(root)
    return buffer.getvalue()


def blendshape_template(num_frames: int = 3, *, landmarks: bool = False) -> MotionTemplate:
    """A smile that grows while the head nods; its reference stands apart."""
    rows = num_frames + 1
    grown = np.linspace(0.0, 1.0, rows, dtype=np.float32)
    track = None
    if landmarks:
        from mien.motion.face_template import FACE_TEMPLATE

        components = np.zeros((2, 478, 3), np.float32)
        components[0, :, 1] = components[1, :, 0] = 478**-0.5
        track = LandmarkTrack(
            FACE_TEMPLATE.landmarks.astype(np.float32),
            components,
            np.stack([grown, -grown], axis=1),
        )
    return MotionTemplate(
        rate=Fraction(30000, 1001),
        rotation=np.stack([rotation_from_angles(0, 10 * g, 0) for g in grown]).astype(np.float32),
        translation=np.stack([grown, 3 + grown], axis=1),
        scale=1 + grown / 10,
        blendshapes=grown[:, None] * shape_weights({"mouthSmile": 0.75})[None],
        own_expression=1 - grown,
        closure=np.zeros(rows, np.float32),
        landmarks=track,
        first_frame=1,
        made_from="smile.mp4",
    )
