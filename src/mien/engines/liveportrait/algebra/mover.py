"""One run of one driver over one source, as a stream: from readings to the keypoints that the
warping network is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mien.engines.liveportrait.algebra.hull import motion_gain
from mien.engines.liveportrait.algebra.merging import (
    Setting,
    animal_on_canvas,
    merge,
    moved_expression,
    on_canvas,
    untouched,
)
from mien.engines.liveportrait.algebra.networks import Correctors
from mien.engines.liveportrait.algebra.readings import DrivingMotion, SourceMotion
from mien.engines.liveportrait.algebra.retargeting import (
    MienRetargeting,
    Retargeting,
    UpstreamRetargeting,
)
from mien.engines.liveportrait.algebra.smoothing import Step, lookahead, smooth_steps
from mien.types import Floats


class Mover:
    """Says where the keypoints of a source go when a driver moves them.

    first: the source, or the first picture of its film. Raises OptionError where openings are
    asked for that are not known.
    """

    def __init__(self, setting: Setting, correctors: Correctors, first: SourceMotion) -> None:
        self._setting, self._options = setting, setting.options
        self._correctors = correctors
        way = UpstreamRetargeting if self._options.manner == "upstream" else MienRetargeting
        self._retargeting: Retargeting = way(setting, correctors, first)
        self._anchor: tuple[SourceMotion, Floats, float] | None = None

    @property
    def latency(self) -> int:
        """How many pairs :meth:`film` holds back."""
        smoothing = self._setting.smoothing
        return 0 if smoothing is None else lookahead(smoothing)

    def picture(self, source: SourceMotion, driving: DrivingMotion) -> Floats:
        """(21, 3) float32 for one frame; nothing is smoothed and nothing held back."""
        return self._moved(merge(self._setting, source, driving))

    def film(self, pairs: Iterable[tuple[SourceMotion, DrivingMotion]]) -> Iterator[Floats]:
        """(21, 3) float32 for each pair of a source's picture and a driver's frame, in order,
        :attr:`latency` pairs later."""
        steps = (merge(self._setting, source, driving) for source, driving in pairs)
        smoothing = self._setting.smoothing
        if smoothing is None:
            return map(self._moved, steps)
        smooth = smooth_steps(steps, smoothing, orthonormal=self._options.orthonormal)
        return map(self._moved, smooth)

    def _moved(self, step: Step) -> Floats:
        animal = self._options.species == "animals"
        return (self._animal(step) if animal else self._person(step)).astype(np.float32)

    def _animal(self, step: Step) -> Floats:
        driven = self._from_anchor(step.source, animal_on_canvas(step.source, step.driving))
        return self._multiplied(step.source, self._stitched(step.source, driven))

    def _person(self, step: Step) -> Floats:
        source = step.source
        adjustment = self._retargeting.adjust(step, moved_expression(self._setting, step))
        driven: Floats = source.keypoints
        if adjustment.expression is not None:
            driven = on_canvas(self._setting, step, adjustment.expression)
            driven = self._from_anchor(source, driven) if self._anchored else driven
        stitched = self._stitched(source, driven + adjustment.before) + adjustment.after
        moved = self._multiplied(source, stitched)
        if adjustment.in_full:
            held = adjustment.before + adjustment.after
            moved = moved + (1.0 - self._options.motion.multiplier) * held
        return moved

    @property
    def _anchored(self) -> bool:
        friendly = self._options.driving_option == "expression-friendly"
        still = self._setting.film or self._setting.still
        return friendly and self._options.motion.relative and not still

    def _from_anchor(self, source: SourceMotion, driven: Floats) -> Floats:
        """The way from where the driver's reference would put the source, from where the source
        is; as much longer as the source is larger."""
        if self._anchor is None or self._anchor[0] is not source:
            start = self._start(source)
            self._anchor = source, start, motion_gain(source.keypoints, start)
        _, start, gain = self._anchor
        return np.asarray(source.keypoints + (driven - start) * gain)

    def _start(self, source: SourceMotion) -> Floats:
        """Where the driver's reference would put the source."""
        rest = untouched(self._setting.reference)
        if self._options.species == "animals":
            return animal_on_canvas(source, rest)
        step = merge(self._setting, source, rest)
        return on_canvas(self._setting, step, moved_expression(self._setting, step))

    def _stitched(self, source: SourceMotion, driven: Floats) -> Floats:
        if not self._options.stitching:
            return driven
        batch = driven[None].astype(np.float32)
        return np.asarray(self._correctors.stitch(source.keypoints, batch)[0], np.float64)

    def _multiplied(self, source: SourceMotion, moved: Floats) -> Floats:
        multiplier = self._options.motion.multiplier
        return np.asarray(source.keypoints + (moved - source.keypoints) * multiplier)
