"""How loud and how high the voice around now is."""

from __future__ import annotations

import numpy as np

from mien.speech.loudness import TYPICAL_DB, Voice, usual_level, voice_of
from mien.speech.prosody import SILENT_DB, STEP_S, Prosody, Steps, prosody
from mien.speech.samples import Mono
from mien.speech.spectrum import HOP

_CONTEXT_STEPS = 2  # of 10 ms: what prosody hears around a step
_KEPT_STEPS = 200
_REMEMBERED_STEPS = 1500
"""What is usual for a voice is judged by its last 15 audible seconds."""
_TRUSTED_STEPS = 30.0
"""Audible steps after which the voice's own level counts as much as a typical one."""
_NOTHING: Steps = np.zeros(0, np.float32)


class LiveProsody:
    """Level and pitch of the sound so far but for its last 20 ms."""

    def __init__(self) -> None:
        self._audible = _NOTHING
        self._begin()

    def _begin(self) -> None:
        self._samples: Mono = np.zeros(_CONTEXT_STEPS * HOP, np.float32)
        self._recent = Prosody(_NOTHING, _NOTHING)
        self._num_steps = 0

    def push(self, samples: Mono) -> None:
        """The next samples (S,) at 16 kHz."""
        self._samples = np.concatenate([self._samples, samples])
        new = len(self._samples) // HOP - 2 * _CONTEXT_STEPS
        if new <= 0:
            return
        heard = prosody(self._samples[: (new + 2 * _CONTEXT_STEPS) * HOP])
        steps = slice(_CONTEXT_STEPS, _CONTEXT_STEPS + new)
        level_db, pitch_hz = heard.level_db[steps], heard.pitch_hz[steps]
        self._samples = self._samples[new * HOP :]
        self._num_steps += new
        self._recent = Prosody(
            np.concatenate([self._recent.level_db, level_db])[-_KEPT_STEPS:],
            np.concatenate([self._recent.pitch_hz, pitch_hz])[-_KEPT_STEPS:],
        )
        audible = level_db[level_db > SILENT_DB + 1.0]
        self._audible = np.concatenate([self._audible, audible])[-_REMEMBERED_STEPS:]

    def begin_again(self) -> None:
        """Time starts at 0 again with what is pushed next; the usual level stays known."""
        self._begin()

    @property
    def recent(self) -> Prosody:
        """The last two seconds."""
        return self._recent

    @property
    def start_s(self) -> float:
        """When `recent` begins."""
        return (self._num_steps - len(self._recent.level_db)) * STEP_S

    def voice(self) -> Voice:
        """How loud it is now against its own usual."""
        trust = len(self._audible) / (len(self._audible) + _TRUSTED_STEPS)
        usual_db = TYPICAL_DB + trust * (usual_level(self._audible) - TYPICAL_DB)
        return voice_of(self._recent.level_db, usual_db=usual_db, start_s=self.start_s)
