"""What makes a motion of a sound: Mien's own speech driver, or JoyVASA."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, Protocol, get_args

from mien.drivers.joyvasa import JoyVasa, JoyVasaSettings
from mien.drivers.speech import Manner, drive_with_speech
from mien.errors import OptionError
from mien.motion.idle import Idle
from mien.motion.layers import SILENCE
from mien.pipeline.keeping import Keeper, Model
from mien.speech.utterance import hear
from mien.types import Floats, Motion

AudioDriver = Literal["speech", "joyvasa"]
AUDIO_DRIVERS: tuple[AudioDriver, ...] = get_args(AudioDriver)


def check_alone(**given: object) -> None:
    """OptionError for what JoyVASA, which makes all of the motion, cannot take into account."""
    for name, value in given.items():
        if value is not None:
            problem = "goes with --audio-driver speech; joyvasa makes all of the motion itself"
            raise OptionError(f"--{name}", problem)


@dataclass(frozen=True, slots=True)
class Said:
    """motion: of ``num_frames`` frames. backend: who heard. warnings: one line each."""

    motion: Motion
    backend: str
    warnings: Sequence[str] = ()


class Speaker(Protocol):
    """Makes a motion of a sound."""

    def speak(self, samples: Floats, rate_hz: int, *, fps: Fraction, num_frames: int) -> Said:
        """samples: (S,), -1..1. Raises OptionError for sound that cannot be used."""
        ...


@dataclass(frozen=True, slots=True)
class OwnSpeaker:
    """Phonemes, mouth shapes and body language, made without weights.

    text: what is said, where it is known. body: what the body does in the place of gestures.
    mouth: whether the lips move; not where others paint them.
    """

    text: str | None
    manner: Manner
    liveliness: float
    seed: int
    body: Idle | None = None
    mouth: bool = True

    def speak(self, samples: Floats, rate_hz: int, *, fps: Fraction, num_frames: int) -> Said:
        heard = hear(samples, rate_hz, self.text, liveliness=self.liveliness, seed=self.seed)
        if self.body is not None:
            heard = replace(heard, body_at=self.body.make(self.seed, float(num_frames / fps)))
        if not self.mouth:
            heard = replace(heard, speech_at=lambda _time_s: SILENCE)
        motion = drive_with_speech(heard, self.manner, fps=fps, num_frames=num_frames)
        return Said(motion, heard.recognizer, heard.warnings)


@dataclass(frozen=True, slots=True)
class JoyVasaSpeaker:
    """JoyVASA's networks, lent by a keeper as long as ``stack`` is open."""

    settings: JoyVasaSettings
    seed: int
    keeper: Keeper
    stack: ExitStack

    def speak(self, samples: Floats, rate_hz: int, *, fps: Fraction, num_frames: int) -> Said:
        """Raises what loading its weights does, too."""
        model = self.stack.enter_context(self.keeper.lend(joyvasa_model(self.settings)))
        motion = model.drive(
            samples, rate_hz, self.settings, fps=fps, num_frames=num_frames, seed=self.seed
        )
        return Said(motion, "joyvasa")


def joyvasa_model(settings: JoyVasaSettings) -> Model[JoyVasa]:
    """JoyVASA, as what can be lent; those that differ only in what is chosen for each motion are
    alike."""
    place = JoyVasaSettings(
        settings.device, settings.precision, settings.models_dir, settings.species
    )
    return Model(place, JoyVasa.memory_mb, lambda budget: JoyVasa(place, budget=budget))
