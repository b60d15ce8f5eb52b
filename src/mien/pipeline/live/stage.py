"""Which portrait a live face has, and the way from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from mien.engines.base import engine_info
from mien.motion.easing import eased
from mien.pipeline.keeping import Keeper
from mien.pipeline.live.sitting import PromptSitting, Sitting, pose
from mien.pipeline.live.types import LiveOptions
from mien.pipeline.live.workshop import Workshop
from mien.pipeline.options import Size
from mien.types import Image, MotionFrame

_PATIENCE_S = 5.0
"""Of somebody who closes a stage, with engines that are still at work."""


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
        self._shown = self._sitting(portrait, options.size, content)
        self._leaving: Sitting | None = None
        self._gone: list[Sitting] = []
        self._elapsed_s = self._length_s = 0.0
        self.size = self._shown.size

    def change(self, portrait: str | Path, length_s: float, *, content: str | None = None) -> None:
        """Another portrait. Raises what preparing raises; then nothing has changed."""
        coming = self._sitting(portrait, self.size, content)
        if self._shown.is_ready or self._leaving is None:
            self._leave()
            self._leaving = self._shown
        else:  # nobody has seen it
            self._give_up(self._shown)
        self._shown = coming
        self._elapsed_s, self._length_s = 0.0, length_s

    def prepare(self, portrait: str | Path, *, content: str | None = None) -> None:
        """Have the keeper keep a portrait, as it is needed here. For any thread."""
        self._sitting(portrait, self.size, content).close()

    @property
    def newest(self) -> int | None:
        """``pts`` of the newest moment that is drawn, where pictures are drawn by the chunk."""
        return self._shown.newest

    def show(self, moments: Sequence[MotionFrame], step_s: float, delay_frames: int = 0) -> Image:
        """The moments that are next, and the picture of the one before the last of them by a
        delay; it is so much later than the picture before."""
        due = moments[-1].pts - delay_frames
        picture = self._shown.show(moments, due)
        if self._leaving is None:
            return picture
        if not self._shown.is_ready:
            return self._leaving.show(moments, due)
        self._elapsed_s += step_s
        if self._elapsed_s >= self._length_s:
            self._leave()
            return picture
        before = self._leaving.show(moments, due)
        return cross_fade(before, picture, eased(self._elapsed_s / self._length_s))

    def settle(self, patience_s: float) -> bool:
        """Wait until all is drawn that can be, so long at most for each portrait; whether it is."""
        sittings = [self._shown] if self._leaving is None else [self._shown, self._leaving]
        return all(each.settle(patience_s) for each in sittings)

    def close(self) -> None:
        """Give the engines back. Those that work for longer than anybody would wait follow when
        they can."""
        self._leave()
        self._give_up(self._shown)
        for each in self._gone:
            each.join(_PATIENCE_S)

    def _sitting(self, portrait: str | Path, size: Size | None, content: str | None) -> Sitting:
        ready = pose(portrait, self._options, self._keeper, size=size, content=content)
        chunk_frames = engine_info(self._options.engine.name).chunk_frames
        return PromptSitting(ready) if chunk_frames == 1 else Workshop(ready, chunk_frames)

    def _leave(self) -> None:
        if self._leaving is not None:
            self._give_up(self._leaving)
            self._leaving = None

    def _give_up(self, sitting: Sitting) -> None:
        sitting.close()
        self._gone = [*(each for each in self._gone if not each.is_over), sitting]


def cross_fade(before: Image, after: Image, share: float) -> Image:
    """From one picture to the other of the same size, RGB or RGBA with straight alpha."""
    if before.shape[2] == 3:
        return cast(Image, cv2.addWeighted(before, 1.0 - share, after, share, 0.0))
    alphas = before[..., 3:] * np.float32(1.0 - share), after[..., 3:] * np.float32(share)
    alpha = alphas[0] + alphas[1]
    colours = before[..., :3] * alphas[0] + after[..., :3] * alphas[1]
    colours /= np.maximum(alpha, 1.0)
    return cast(Image, np.rint(np.dstack([colours, alpha])).astype(np.uint8))
