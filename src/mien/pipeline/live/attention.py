"""Whom a live face attends to: how it idles, listens and speaks, and where it is told to look."""

from __future__ import annotations

import math

from mien.drivers.speech import towards
from mien.motion.idle import attending, find_idle
from mien.motion.layers import OWN_GAZE, Gaze
from mien.motion.moment import Moment, blend_moments
from mien.motion.noise import FOREVER_S
from mien.pipeline.live.fading import Fade

LISTENING_CONTACT, SPEAKING_CONTACT = 0.9, 0.6
"""Share of the time for which the eyes are on the watcher. People look at each other more while
they listen (75 %) than while they talk (41 %; Argyle 1975, Bodily communication); a face on a
screen that looks away as often seems to read from somewhere. Idling is 72.5 %."""
_NODDING = 0.45
"""Depth of a listener's nods, of those of ``idle:nod``: some 2 degrees."""
_TURNS_S = 0.4
_SPEAKS_IN_S, _FALLS_SILENT_S = 0.15, 0.6
_GLANCES_S = 0.045
"""Eyes that are told where to look have gone most of the way after twice that."""


class Attention:
    """What body and eyes do besides speaking. Stepped once per frame, then asked."""

    def __init__(self, idle: str, seed: int) -> None:
        """Raises OptionError for an idle motion that there is not."""
        self._idle = find_idle(idle).make(seed, FOREVER_S)
        self._listens = attending(seed, FOREVER_S, contact=LISTENING_CONTACT, nodding=_NODDING)
        self._speaks = attending(seed, FOREVER_S, contact=SPEAKING_CONTACT)
        self._listening = Fade(_TURNS_S, _TURNS_S)
        self._speaking = Fade(_SPEAKS_IN_S, _FALLS_SILENT_S)
        self._wanted, self._gaze = OWN_GAZE, OWN_GAZE
        self.is_listening = False

    @property
    def speaking(self) -> float:
        """0..1, how far this is somebody who speaks."""
        return self._speaking.share

    @property
    def gaze(self) -> Gaze:
        """Where the eyes were told to look."""
        return self._gaze

    def look_at(self, right: float | None, up: float | None) -> None:
        """-1..1 each; None for either leaves the eyes to themselves. Raises OptionError."""
        self._wanted = OWN_GAZE if right is None or up is None else towards((right, up))

    def step(self, step_s: float, *, speaking: bool) -> None:
        """The next frame is so much later."""
        self._speaking.step(step_s, on=speaking)
        self._listening.step(step_s, on=self.is_listening)
        self._gaze = _on_the_way(self._gaze, self._wanted, 1.0 - math.exp(-step_s / _GLANCES_S))

    def idle_at(self, time_s: float) -> Moment:
        """What the body does anyway."""
        speaking, listening = self._speaking.share, self._listening.share
        if speaking >= 1.0:
            return self._speaks(time_s)
        moment = self._idle(time_s) if listening < 1.0 else self._listens(time_s)
        if 0.0 < listening < 1.0:
            moment = blend_moments(moment, self._listens(time_s), listening)
        if speaking > 0.0:
            moment = blend_moments(moment, self._speaks(time_s), speaking)
        return moment


def _on_the_way(now: Gaze, wanted: Gaze, part: float) -> Gaze:
    """Eyes that begin or end to be led keep the place that they are led to."""
    share = now.share + (wanted.share - now.share) * part
    if wanted.share == 0.0:
        return Gaze(now.right, now.up, share)
    if now.share < 0.01:
        return Gaze(wanted.right, wanted.up, share)
    right = now.right + (wanted.right - now.right) * part
    return Gaze(right, now.up + (wanted.up - now.up) * part, share)
