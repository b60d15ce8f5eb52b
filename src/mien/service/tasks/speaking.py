"""Words as sounds, and sounds as what a mouth does: work of workers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mien.errors import OptionError
from mien.pipeline.keeping import Keeper
from mien.pipeline.speaking import Voices, find_voices, say
from mien.speech.visemes import audio_to_visemes
from mien.speech.visemes.export import track_json
from mien.types import Progress, ProgressCallback

_MOMENT = Progress(0, None)
"""Told again and again while a program is waited for: what it raises ends that."""


@dataclass(frozen=True, slots=True)
class VoicesTask:
    """What can speak here."""

    def run(self, keeper: Keeper, progress: ProgressCallback) -> Voices:
        """Raises SynthesizerError."""
        return find_voices(lambda: progress(_MOMENT))


@dataclass(frozen=True, slots=True)
class SayTask:
    """A text as sound. voice: None is the best that there is. rate: 1 is normal."""

    text: str
    voice: str | None
    rate: float

    def run(self, keeper: Keeper, progress: ProgressCallback) -> bytes:
        """A WAV file. Raises SynthesizerError, OptionError."""
        try:
            spoken = say(self.text, self.voice, rate=self.rate, waiting=lambda: progress(_MOMENT))
        except OptionError as error:
            if error.option != "--say":
                raise
            raise OptionError("text", str(error).removeprefix("--say: ")) from None
        return spoken.wav()


@dataclass(frozen=True, slots=True)
class VisemesTask:
    """What a mouth does while a sound plays. sound: a file here. name: its sender's. text: what is
    said, if known."""

    sound: Path
    name: str
    text: str | None
    fps: float

    def run(self, keeper: Keeper, progress: ProgressCallback) -> bytes:
        """JSON, as `mien visemes` writes it. Raises UnreadableMediaError, OptionError."""
        progress(_MOMENT)
        track = audio_to_visemes(self.sound, fps=self.fps, text=self.text)
        return "".join(track_json(track, self.name)).encode()
