"""How far eyes and lips are to be open, whatever else moves them, and what brings them there.

LivePortrait's retargeting networks know one way: from the source's own opening to another one.
Put on top of a moving face they would count its blinks and words twice. So what the motion itself
shows of an opening, told by the gains in :mod:`mien.motion.keypoints.apertures`, is taken out of
the expression along that opening's known direction, and the networks add the whole way to what is
wanted. Everything else that eyes and mouth do goes on beneath.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.engines.liveportrait.algebra.networks import Remembered
from mien.engines.liveportrait.algebra.options import DriveOptions
from mien.engines.liveportrait.algebra.readings import DrivingMotion, SourceMotion
from mien.engines.liveportrait.algebra.regions import moves_eyes, moves_lips
from mien.errors import OptionError
from mien.motion.keypoints.apertures import GAUGED_MOVES, GAUGES
from mien.types import MAX_RATIO, Floats

EYES, LIPS = slice(0, 2), 2
"""Of the three ratios."""
LIPS_APART = 0.03
"""Ratio from which a source's lips count as open: LivePortrait's ``lip_normalize_threshold``."""
EYES_SHUT, EYES_OPENED = 0.18, 0.39
"""Openness below which the first picture of a film shows shut eyes, and what is taken then:
LivePortrait's."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """ratios: (3,) what the openings are brought to, NaN where the motion decides.
    closure: 0..1, how much the lips must touch."""

    ratios: Floats
    closure: float


def known_ratios(source: SourceMotion) -> Floats:
    """The source's own (3,) openings; OptionError where they are not known."""
    if source.ratios is None:
        raise OptionError(
            "--eyes-open, --lips-open, --normalize-lips, --retarget",
            "how far the source's eyes and lips are open is not known; leave these out",
        )
    return source.ratios


def driver_ratios(driving: DrivingMotion) -> Floats:
    """The driver's (3,) openings; OptionError where they are not known."""
    if driving.ratios is None:
        raise OptionError(
            "--retarget",
            "the driver does not say how far its eyes and lips are open, like a template without "
            "lists of ratios; leave it out or drive with a video",
        )
    return driving.ratios


def wanted(source: SourceMotion, driving: DrivingMotion, options: DriveOptions) -> Wanted:
    """What is asked of the openings in this frame. The driver's obey region and multiplier; a
    number that is asked for holds whatever they say."""
    motion = options.motion
    ratios = np.full(3, np.nan)
    if motion.retarget:
        own = known_ratios(source)
        reached = own + (driver_ratios(driving) - own) * motion.multiplier
        reached = np.clip(reached, 0.0, MAX_RATIO)
        if "eyes" in motion.retarget and moves_eyes(motion.region):
            ratios[EYES] = reached[EYES]
        if "lips" in motion.retarget and moves_lips(motion.region):
            ratios[LIPS] = reached[LIPS]
    if motion.eyes_open is not None:
        ratios[EYES] = motion.eyes_open
    if motion.lips_open is not None:
        ratios[LIPS] = motion.lips_open
    closure = driving.closure if moves_lips(motion.region) else 0.0
    return Wanted(ratios, closure * min(1.0, motion.multiplier))


def closes_lips(options: DriveOptions) -> bool:
    """Whether the source's open lips are closed before the motion is added: not where the driver
    brings lips of its own."""
    motion = options.motion
    if options.manner == "upstream":
        return motion.normalize_lips and motion.relative
    return motion.normalize_lips and (motion.relative or not moves_lips(motion.region))


def openings_shown(expression: Floats, source: SourceMotion) -> Floats:
    """(3,) change of the openings that an expression (21, 3) shows against the source's own."""
    return np.asarray((expression - source.expression).ravel() @ GAUGES)


def taken_out(expression: Floats, source: SourceMotion, shares: Floats) -> Floats:
    """The expression (21, 3) without these shares (3,) of the changes that it shows."""
    if not shares.any():
        return expression
    change = openings_shown(expression, source) * shares
    return np.asarray(expression - (change @ GAUGED_MOVES).reshape(21, 3))


def closing_share(shown: float, own: float) -> float:
    """How much of the source's own opening of the lips, 0..1, must go for them to touch, beside
    the change ``shown`` by the motion: all of it, or what lips that shut by themselves leave."""
    return float(np.clip(1.0 + min(shown, 0.0) / own, 0.0, 1.0)) if own >= LIPS_APART else 0.0


def eyes_to(delta: Remembered, source: SourceMotion, ratios: Floats) -> Floats:
    """(21, 3) that brings the eyes to ``ratios`` (2,), each by itself, NaN where one stays. The
    network moves both eyes to one openness: of two answers each eye gets its own part."""
    own = known_ratios(source)[EYES]
    if ratios[0] == ratios[1]:
        return delta(source, (*own, ratios[0]))
    total = np.zeros((21, 3))
    for ratio, share in zip(ratios, (_FIRST_EYE, 1.0 - _FIRST_EYE), strict=True):
        if not np.isnan(ratio):
            total += share * delta(source, (*own, ratio))
    return total


def lips_to(delta: Remembered, source: SourceMotion, ratio: float) -> Floats:
    """(21, 3) that brings the lips to an openness."""
    own = known_ratios(source)
    return delta(source, (own[LIPS], ratio))


def eyes_of_film(first: SourceMotion) -> float:
    """Openness at which the eyes of a film are held, from its first picture."""
    target = float(np.mean(known_ratios(first)[EYES]))
    return EYES_OPENED if target < EYES_SHUT else target


def _first_eye() -> Floats:
    """(21, 1) share of each keypoint that belongs to the eye on the picture's left: 11 and 13;
    15 and 16 are the other eye's, and the rest is between them (docs/keypoints.md)."""
    share = np.full((21, 1), 0.5)
    share[[11, 13]], share[[15, 16]] = 1.0, 0.0
    return share


_FIRST_EYE = _first_eye()
