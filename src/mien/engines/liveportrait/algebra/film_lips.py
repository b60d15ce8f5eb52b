"""LivePortrait's two ways to change nothing but the lips of a film."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np

from mien.engines.liveportrait.algebra.networks import Correctors
from mien.engines.liveportrait.algebra.neutral import NEUTRAL
from mien.engines.liveportrait.algebra.openings import LIPS, known_ratios
from mien.engines.liveportrait.algebra.readings import SourceMotion
from mien.engines.liveportrait.algebra.regions import EYES, keypoints_mask
from mien.engines.liveportrait.algebra.smoothing import lookahead
from mien.motion.kalman import smooth_series
from mien.types import Floats

OBSERVATION = 3e-6
"""LivePortrait's variance of the noise in what retargeting adds to a film."""


def opened_lips(
    sources: Iterable[SourceMotion],
    target: float,
    correctors: Correctors,
    *,
    observation: float = OBSERVATION,
) -> Iterator[Floats]:
    """(21, 3) float32 for each picture of a film: lips brought to one openness, 0..0.8, smoothly.
    Looks :func:`.smoothing.lookahead` pictures ahead. OptionError where the lips' own openness is
    not known."""
    waiting: deque[SourceMotion] = deque()

    def deltas() -> Iterator[Floats]:
        for source in sources:
            waiting.append(source)
            own = known_ratios(source)[LIPS]
            yield correctors.lip_delta(source.keypoints, np.array([own, target], np.float32))

    for delta in smooth_series(deltas(), observation=observation, lag=lookahead(observation)):
        source = waiting.popleft()
        yield _stitched(source, source.keypoints + delta, correctors)


def silent_lips(source: SourceMotion, correctors: Correctors) -> Floats:
    """(21, 3) float32 for one picture: the neutral face with the picture's eyes, pose and place,
    so that a mouth keeps still ("keep lip silent")."""
    expression = np.where(keypoints_mask(EYES), source.expression, NEUTRAL)
    head = source.canonical @ source.rotation + expression
    keypoints = source.scale * head + source.translation  # z too, as in LivePortrait
    return _stitched(source, keypoints, correctors)


def _stitched(source: SourceMotion, keypoints: Floats, correctors: Correctors) -> Floats:
    batch = keypoints[None].astype(np.float32)
    return np.asarray(correctors.stitch(source.keypoints, batch)[0])
