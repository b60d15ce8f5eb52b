"""Whether an array is a viseme sequence."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.errors import VisemeError
from mien.speech.visemes.shapes import MOUTH

Sequence3 = NDArray[np.float32]
"""(T, 3), 0..1: jaw_open, lip_width (0.5 at rest), lip_rounding."""
Closure = NDArray[np.float32]
"""(T,), 0..1: 1 where the lips touch each other, 0.5 where the lower lip touches the teeth."""


def validate_viseme_sequence(sequence: object, closure: object = None) -> Sequence3:
    """The sequence itself, if it is one: a NumPy array, (T, 3), float32, finite, 0..1.

    ``closure``: with the array (T,), float32, finite, 0..1, that belongs to it. T may be 0.
    Raises VisemeError; its ``shape`` is the array's, its ``frame`` the first that is wrong.
    """
    checked = _checked("viseme sequence", sequence, (3,))
    if closure is not None:
        touching = _checked("closure", closure, ())
        if len(touching) != len(checked):
            raise VisemeError(
                "closure",
                f"has {len(touching)} frames, the viseme sequence has {len(checked)}",
                shape=touching.shape,
            )
    return checked


def given_sequence(sequence: ArrayLike, closure: ArrayLike | None) -> tuple[Sequence3, Closure]:
    """Sequence (T, 3) and closure (T,) of any numbers as float32, checked; no closure is 0."""
    mouths = _as_floats("viseme sequence", sequence)
    touching = (
        np.zeros(len(mouths), np.float32) if closure is None else _as_floats("closure", closure)
    )
    validate_viseme_sequence(mouths, touching)
    return mouths, touching


def _as_floats(subject: str, values: ArrayLike) -> NDArray[np.float32]:
    try:
        return np.atleast_1d(np.asarray(values, np.float32))
    except (TypeError, ValueError):
        raise VisemeError(subject, "is not an array of numbers") from None


def _checked(subject: str, given: object, columns: tuple[int, ...]) -> NDArray[np.float32]:
    wanted = f"(T, {columns[0]})" if columns else "(T,)"
    if not isinstance(given, np.ndarray):
        kind = type(given).__name__
        raise VisemeError(subject, f"is {kind}; give a NumPy array {wanted} of float32")
    if given.ndim != len(columns) + 1 or given.shape[1:] != columns:
        meaning = f" of {', '.join(MOUTH)}" if columns else ""
        problem = f"has shape {given.shape}; give {wanted}{meaning}"
        raise VisemeError(subject, problem, shape=given.shape)
    if given.dtype != np.float32:
        problem = f"has dtype {given.dtype}; give float32"
        raise VisemeError(subject, problem, shape=given.shape)
    _check_values(subject, given)
    return given


def _check_values(subject: str, values: NDArray[np.float32]) -> None:
    fine = np.isfinite(values) & (values >= 0) & (values <= 1)
    if fine.all():
        return
    frame, *column = np.argwhere(~fine)[0].tolist()
    name = f" {MOUTH[column[0]]}" if column else ""
    value = values[(frame, *column)]
    problem = f"frame {frame}:{name} {value:g} is not from 0 to 1"
    raise VisemeError(subject, problem, frame=frame, shape=values.shape)
