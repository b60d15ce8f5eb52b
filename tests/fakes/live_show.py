"""A live session whose far end is here: painted frames and tones, of which a test knows all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mien.pipeline.live.types import AUDIO_RATE, LiveOptions
from mien.service.live.messages import Close, Control, Order, Show, Shown, Tell
from mien.service.live.session import LiveSession
from mien.service.security.keys import LOCAL

SIDE = 64
Painter = Callable[[int], NDArray[np.uint8]]


class Stage:
    """Hosting of one session. told: the controls that came. Frames go out in real time while it
    is watched."""

    def __init__(self, fps: int = 25, *, transparent: bool = False) -> None:
        self.told: list[Control] = []
        self.heard = asyncio.Event()
        self.shown = 0
        options = LiveOptions(fps=fps, size=SIDE, transparent=transparent)
        self.session = LiveSession("5" * 32, LOCAL, "p", options, self)
        self.session.state = "ready"
        self._channels = 4 if transparent else 3
        self._showing: asyncio.Task[None] | None = None

    def tell(self, order: Order) -> None:
        match order:
            case Tell(_, control):
                self.told.append(control)
                self.heard.set()
            case Show(_, forms) if forms and self._showing is None:
                self._showing = asyncio.create_task(self._show())
            case Show() | Close():
                self._stop()

    async def drain(self) -> None:
        pass

    def forget(self, session: str) -> None:
        self._stop()

    async def _show(self) -> None:
        loop = asyncio.get_running_loop()
        fps, began, first = self.session.options.fps, loop.time(), self.shown
        while True:
            pts = self.shown
            self.session.hear(self.frame(pts))
            self.shown += 1
            await asyncio.sleep(max(0.0, began + (self.shown - first) / fps - loop.time()))

    def frame(self, pts: int) -> Shown:
        """Number ``pts``: its grey is ``grey(pts)``, its sound ``tone(pts)``."""
        fps = self.session.options.fps
        picture = np.full((SIDE, SIDE, self._channels), grey(pts), np.uint8)
        if self._channels == 4:
            picture[..., 3] = 255
            picture[: SIDE // 2, :, 3] = 0
        raw = {"raw": picture.tobytes()}
        size = SIDE, SIDE, self._channels
        return Shown("s", 0, pts, *size, raw, tone(pts, fps).tobytes(), (), 0.0, 0)  # type: ignore[arg-type]

    def _stop(self) -> None:
        if self._showing is not None:
            self._showing.cancel()
            self._showing = None


def grey(pts: int) -> int:
    """So that neighbours differ by more than a codec does."""
    return 20 + 40 * (pts % 6)


def tone(pts: int, fps: int) -> NDArray[np.int16]:
    """What is heard with a frame: a tone that rises with every frame, for a second."""
    times = np.arange(pts * AUDIO_RATE // fps, (pts + 1) * AUDIO_RATE // fps) / AUDIO_RATE
    pitch = 300 + 400 * (times % 1.0)
    return (8000 * np.sin(2 * np.pi * pitch * times)).astype(np.int16)
