"""Which portrait a live face has, and the way from one to the next."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import cv2
import numpy as np

from mien.motion.easing import eased
from mien.pipeline.keeping import Keeper
from mien.pipeline.live.sitting import Sitting
from mien.pipeline.live.types import LiveOptions
from mien.types import Image, MotionFrame


class Stage:
    """The portrait that is shown and, while they change, the one before it. All pictures have the
    size of the first one's."""

    def __init__(
        self,
        portrait: str | Path,
        options: LiveOptions,
        keeper: Keeper,
        *,
        content: str | None = None,
    ) -> None:
        """Raises what preparing raises."""
        self._options, self._keeper = options, keeper
        self._shown = Sitting(portrait, options, keeper, size=options.size, content=content)
        self._leaving: Sitting | None = None
        self._elapsed_s = self._length_s = 0.0
        self.size = self._shown.size

    def change(self, portrait: str | Path, length_s: float, *, content: str | None = None) -> None:
        """Another portrait. Raises what preparing raises; then nothing has changed."""
        coming = Sitting(portrait, self._options, self._keeper, size=self.size, content=content)
        self._leave()
        self._leaving, self._shown = self._shown, coming
        self._elapsed_s, self._length_s = 0.0, length_s

    def prepare(self, portrait: str | Path, *, content: str | None = None) -> None:
        """Have the keeper keep a portrait, as it is needed here. For any thread."""
        Sitting(portrait, self._options, self._keeper, size=self.size, content=content).close()

    def show(self, moment: MotionFrame, step_s: float) -> Image:
        """The picture at a moment, which is so much later than the last one."""
        picture = self._shown.show(moment)
        if self._leaving is None:
            return picture
        self._elapsed_s += step_s
        if self._elapsed_s >= self._length_s:
            self._leave()
            return picture
        before = self._leaving.show(moment)
        return cross_fade(before, picture, eased(self._elapsed_s / self._length_s))

    def close(self) -> None:
        """Give the engines back."""
        self._leave()
        self._shown.close()

    def _leave(self) -> None:
        if self._leaving is not None:
            self._leaving.close()
            self._leaving = None


def cross_fade(before: Image, after: Image, share: float) -> Image:
    """From one picture to the other of the same size, RGB or RGBA with straight alpha."""
    if before.shape[2] == 3:
        return cast(Image, cv2.addWeighted(before, 1.0 - share, after, share, 0.0))
    alphas = before[..., 3:] * np.float32(1.0 - share), after[..., 3:] * np.float32(share)
    alpha = alphas[0] + alphas[1]
    colours = before[..., :3] * alphas[0] + after[..., :3] * alphas[1]
    colours /= np.maximum(alpha, 1.0)
    return cast(Image, np.rint(np.dstack([colours, alpha])).astype(np.uint8))
