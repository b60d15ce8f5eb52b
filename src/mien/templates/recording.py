"""From a motion to a template: what any driver says, written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

import numpy as np

from mien.templates.checks import check_length, check_rate
from mien.templates.components import landmark_track
from mien.templates.keypoint_motion import template_from_keypoints
from mien.templates.own_share import own_shares
from mien.templates.template import KeypointTrack, MotionTemplate
from mien.types import Floats, Keypoints, Motion, MotionFrame, Progress, ProgressCallback

T = TypeVar("T")


def record_motion(
    motion: Motion,
    *,
    made_from: str = "",
    landmarks: bool = True,
    progress: ProgressCallback | None = None,
) -> MotionTemplate:
    """Consume a motion and keep what it says; pixels are not kept. The reference becomes a row of
    its own.

    A template keeps keypoints where the driver has them, else blendshapes and, unless
    ``landmarks`` is off, the driver's dense landmarks. Memory grows with the length: by about
    8 KB a frame with landmarks. UnusableError, an InputError, for a motion without frames or with
    more than 100 000.
    """
    check_rate(motion.rate)
    if motion.num_frames is not None:  # said before they are all made
        check_length(motion.num_frames)
    seen = motion.reference.landmarks is not None
    rows = [_kept(motion.reference, landmarks=landmarks)]
    for number, frame in enumerate(motion.frames, start=1):
        check_length(number)
        rows.append(_kept(frame, landmarks=landmarks))
        if progress is not None:
            progress(Progress(number, motion.num_frames))
    check_length(len(rows) - 1)
    keypoints = _of_all([row.keypoints for row in rows])
    if keypoints is None:
        return _from_blendshapes(rows, motion.rate, made_from, seen=seen)
    return template_from_keypoints(
        _track(keypoints),
        rate=motion.rate,
        rotation=_stack(row.rotation for row in rows),
        ratios=_ratios(rows),
        first_frame=1,
        made_from=made_from,
    )


def _kept(frame: MotionFrame, *, landmarks: bool) -> MotionFrame:
    """What is written down of a frame."""
    return replace(frame, pixels=None, landmarks=frame.landmarks if landmarks else None)


def _from_blendshapes(
    rows: Sequence[MotionFrame], rate: Fraction, made_from: str, *, seen: bool
) -> MotionTemplate:
    """``seen``: a face that was seen replaces the portrait's expression as far as it wears one;
    a motion that was made says itself what stays."""
    landmarks = _of_all([row.landmarks for row in rows])
    blendshapes = np.clip(_stack(row.blendshapes for row in rows), 0.0, 1.0)
    own = own_shares(blendshapes, rate) if seen else _stack(row.own_expression for row in rows)
    return MotionTemplate(
        rate=rate,
        rotation=_stack(row.rotation for row in rows),
        translation=_stack(row.translation for row in rows),
        scale=_stack(row.scale for row in rows),
        blendshapes=blendshapes,
        own_expression=own,
        closure=_stack(row.closure for row in rows),
        ratios=_ratios(rows),
        landmarks=None if landmarks is None else landmark_track(landmarks),
        first_frame=1,
        made_from=made_from,
    )


def _track(keypoints: Sequence[Keypoints]) -> KeypointTrack:
    return KeypointTrack(
        _stack(each.expression for each in keypoints),
        _stack(each.scale for each in keypoints),
        _stack(each.translation for each in keypoints),
    )


def _ratios(rows: Sequence[MotionFrame]) -> Floats | None:
    known = _of_all([row.ratios for row in rows])
    return None if known is None else _stack(known)


def _of_all(values: Sequence[T | None]) -> Sequence[T] | None:
    """None unless every row has one."""
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None


def _stack(values: Iterable[Floats | float]) -> Floats:
    return np.array(list(values), np.float32)
