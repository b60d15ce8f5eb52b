"""What is added to the driven keypoints so that eyes and lips are as far open as they should be:
Mien's way, and LivePortrait's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mien.engines.liveportrait.algebra.merging import Setting, own_share
from mien.engines.liveportrait.algebra.networks import Correctors, Remembered
from mien.engines.liveportrait.algebra.openings import (
    EYES,
    LIPS,
    LIPS_APART,
    Wanted,
    closes_lips,
    closing_share,
    driver_ratios,
    eyes_of_film,
    eyes_to,
    known_ratios,
    lips_to,
    openings_shown,
    taken_out,
    wanted,
)
from mien.engines.liveportrait.algebra.readings import SourceMotion
from mien.engines.liveportrait.algebra.regions import moves_lips
from mien.engines.liveportrait.algebra.smoothing import Step
from mien.types import Floats


@dataclass(frozen=True, slots=True)
class Adjustment:
    """expression: (21, 3) that is put on the canvas; None drops the driver's motion.
    before, after: (21, 3) canvas units, added before and after stitching. in_full: whether these
    two count in full whatever the multiplier."""

    expression: Floats | None
    before: Floats
    after: Floats
    in_full: bool


class Retargeting(Protocol):
    """One way to bring eyes and lips to an openness, for one run."""

    def adjust(self, step: Step, expression: Floats) -> Adjustment:
        """For a step whose region shows this (21, 3) expression."""
        ...


class _Deltas:
    """The two networks, and what both ways do with them alike."""

    def __init__(self, setting: Setting, correctors: Correctors, first: SourceMotion) -> None:
        self._setting, self._options = setting, setting.options
        self._eyes = Remembered(correctors.eye_delta)
        self._lips = Remembered(correctors.lip_delta)
        self._closes_lips = closes_lips(setting.options)
        holds = setting.options.hold_eyes and setting.film
        self._held_eyes = eyes_of_film(first) if holds else None
        if self._closes_lips or self._options.motion.retarget or self._options.asks_for_openings:
            known_ratios(first)

    def _closed_lips(self, source: SourceMotion) -> Floats:
        """What closes the source's own lips, if they are open and to be closed."""
        if not self._closes_lips or known_ratios(source)[LIPS] < LIPS_APART:
            return np.zeros((21, 3))
        return lips_to(self._lips, source, 0.0)

    def _even_eyes(self, source: SourceMotion) -> Floats:
        """What holds the eyes of a film at the openness of its first picture."""
        if self._held_eyes is None:
            return np.zeros((21, 3))
        return eyes_to(self._eyes, source, np.full(2, self._held_eyes))


class UpstreamRetargeting(_Deltas):
    """What LivePortrait's own code does."""

    def adjust(self, step: Step, expression: Floats) -> Adjustment:
        """Retargeting takes the place of relative motion; only the driver's first eye counts."""
        source, motion = step.source, self._options.motion
        before = np.zeros((21, 3))
        if not motion.retarget:
            after = self._closed_lips(source) + self._even_eyes(source)
            return Adjustment(expression, before, after, in_full=False)
        ratios = driver_ratios(step.driving)
        if "eyes" in motion.retarget:
            before = before + eyes_to(self._eyes, source, ratios[[0, 0]])
        if "lips" in motion.retarget:
            before = before + lips_to(self._lips, source, ratios[LIPS])
        kept = None if motion.relative else expression
        return Adjustment(kept, before, np.zeros((21, 3)), in_full=False)


class MienRetargeting(_Deltas):
    """Openings together with the motion, each of them to the end."""

    def adjust(self, step: Step, expression: Floats) -> Adjustment:
        """What the motion shows of a fixed opening gives way to what is wanted."""
        source, multiplier = step.source, self._options.motion.multiplier
        goal = wanted(source, step.driving, self._options)
        shown = openings_shown(expression, source) * multiplier
        fixed = ~np.isnan(goal.ratios)
        taken = fixed.astype(np.float64)
        if not fixed[LIPS] and shown[LIPS] > 0:
            taken[LIPS] = goal.closure
        before, after = self._lips_before(source, goal, shown), self._after(step, fixed)
        if fixed[EYES].any():
            before = before + eyes_to(self._eyes, source, goal.ratios[EYES])
        return Adjustment(taken_out(expression, source, taken), before, after, in_full=True)

    def _lips_before(self, source: SourceMotion, goal: Wanted, shown: Floats) -> Floats:
        """Towards the wanted opening, and from there towards none as far as lips must touch."""
        if not np.isnan(goal.ratios[LIPS]):
            opened = lips_to(self._lips, source, goal.ratios[LIPS])
            if goal.closure == 0.0:
                return opened
            return opened + goal.closure * (lips_to(self._lips, source, 0.0) - opened)
        own = 0.0 if source.ratios is None or self._closes_lips else source.ratios[LIPS]
        share = goal.closure * closing_share(shown[LIPS], own)
        return share * lips_to(self._lips, source, 0.0) if share > 0.0 else np.zeros((21, 3))

    def _after(self, step: Step, fixed: Floats) -> Floats:
        """What closes the source's lips and evens out a film's eyes, unless they are fixed. Lips
        of which little is left beneath the driver's need little closing."""
        after = np.zeros((21, 3))
        if not fixed[LIPS]:
            share = own_share(step.driving, self._options.motion)
            share = share if moves_lips(self._options.motion.region) else 1.0
            after = after + share * self._closed_lips(step.source)
        if not fixed[EYES].any():
            after = after + self._even_eyes(step.source)
        return after
