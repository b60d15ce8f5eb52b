"""Decoded motion as motion frames, as much of it as is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from mien.drivers.joyvasa.coefficients import Decoded
from mien.drivers.joyvasa.poses import steadying
from mien.drivers.joyvasa.settings import JoyVasaSettings
from mien.motion.keypoints import blendshapes_from_keypoints, head_units_from_canvas
from mien.nets.joyvasa.params import FRAMES_PER_S
from mien.templates.quaternions import quaternions_from_rotations, rotations_from_quaternions
from mien.types import Floats, Keypoints, MotionFrame

NATIVE_RATE = Fraction(FRAMES_PER_S)
_SMALLEST, _FURTHEST = 0.05, 10.0
"""Of a head's scale, and of anything on the canvas, which reaches from -1 to 1: what any network
says, a template can hold."""
_OWN_EXPRESSION = 0.0
"""As with Mien's own speech driver: who speaks has another mouth than who smiles for a picture."""


class FrameMaker:
    """Turns the decoded frames of one motion, in order, into motion frames at 25 per second. The
    first of them is the reference: what moves is measured from it, and kept in the amounts that
    the settings say. ``pts`` counts from ``-num_before``, so that frames that only lead in come
    before 0."""

    def __init__(self, settings: JoyVasaSettings, num_before: int = 0) -> None:
        self._settings = settings
        self._steadying = steadying(settings.pose_smoothing)
        self._pts = -num_before
        self._first: tuple[Floats, Floats, Floats] | None = None

    def frames(self, decoded: Decoded) -> list[MotionFrame]:
        """The next ones; one at least."""
        places, rotations = self._steadying.steady(decoded.pose)
        places = np.clip(places, [_SMALLEST, *[-_FURTHEST] * 3], _FURTHEST)
        if self._first is None:
            self._first = places[0], rotations[0], decoded.expression[0]
        places, rotations = self._of_head(places, rotations)
        expression = np.clip(self._of_face(decoded.expression), -_FURTHEST, _FURTHEST)
        return list(self._made(places, rotations, expression))

    def _of_head(self, places: Floats, rotations: Floats) -> tuple[Floats, Floats]:
        assert self._first is not None
        amount, (place, rotation, _) = self._settings.head_motion, self._first
        if amount == 1.0:
            return places, rotations
        moved = place + amount * (places - place)
        moved[:, 0] = place[0] * (places[:, 0] / place[0]) ** amount
        return moved, _turned(rotations, rotation, amount)

    def _of_face(self, expression: Floats) -> Floats:
        assert self._first is not None
        amount, rest = self._settings.expression_motion, self._first[2]
        return expression if amount == 1.0 else np.asarray(rest + amount * (expression - rest))

    def _made(self, places: Floats, rotations: Floats, expression: Floats) -> Iterator[MotionFrame]:
        assert self._first is not None
        size = float(self._first[0][0])
        blendshapes = blendshapes_from_keypoints(expression, self._first[2])
        travel = head_units_from_canvas(places[:, 1:3], size).astype(np.float32)
        for row, place in enumerate(places):
            yield MotionFrame(
                pts=self._pts,
                time_base=1 / NATIVE_RATE,
                rotation=np.asarray(rotations[row], np.float32),
                translation=travel[row],
                scale=float(place[0]) / size,
                blendshapes=blendshapes[row],
                own_expression=_OWN_EXPRESSION,
                keypoints=Keypoints(
                    np.asarray(expression[row], np.float32),
                    float(place[0]),
                    np.asarray(place[1:], np.float32),
                    absolute_lips=self._settings.species == "humans",
                ),
            )
            self._pts += 1


def _turned(rotations: Floats, start: Floats, amount: float) -> Floats:
    """(n, 3, 3): as far from ``start`` towards the rotations as ``amount`` says, or beyond."""
    way = quaternions_from_rotations(rotations @ start.T)
    half = np.arccos(np.clip(way[:, :1], -1.0, 1.0))
    axis = way[:, 1:] / np.maximum(np.linalg.norm(way[:, 1:], axis=1, keepdims=True), 1e-12)
    scaled = np.concatenate([np.cos(amount * half), np.sin(amount * half) * axis], axis=1)
    return np.asarray(rotations_from_quaternions(scaled) @ start)
