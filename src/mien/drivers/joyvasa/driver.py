"""JoyVASA as a driver: speech in, a motion out that any engine plays."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import chain, islice
from typing import ClassVar

from mien.checks import check_whole
from mien.drivers.joyvasa.coefficients import decode
from mien.drivers.joyvasa.frames import FrameMaker
from mien.drivers.joyvasa.live import AHEAD_S, HOP_S, JoyVasaStream
from mien.drivers.joyvasa.loading import NAME, Model, find_files, load_model
from mien.drivers.joyvasa.resampling import resampled
from mien.drivers.joyvasa.settings import DEFAULT_SETTINGS, JoyVasaSettings
from mien.drivers.joyvasa.windows import LEAD_IN_FRAMES, LEAD_OUT_FRAMES, Cutting
from mien.drivers.length import checked_rate, frames_in
from mien.errors import EngineUnavailableError, OptionError
from mien.speech.samples import Mono, mono_16k
from mien.speech.spectrum import SAMPLE_RATE
from mien.types import Motion, MotionFrame
from mien.weights.residents import MemoryBudget, Resident

NO_SOUND = "there is none; give some sound"


class JoyVasa:
    """The networks, loaded once. One instance serves one motion at a time.

    memory_mb: what they need on their device while they work, in fp32.
    """

    memory_mb: ClassVar[int] = 700

    def __init__(
        self,
        settings: JoyVasaSettings = DEFAULT_SETTINGS,
        model: Model | None = None,
        *,
        budget: MemoryBudget | None = None,
    ) -> None:
        """Find the weights and load them, or take a ``model`` that has its own. ``budget``: the
        memory that they share with others, for which they may be put away between two windows.

        Raises MissingWeightsError, WeightsError, OptionError for a device or a precision that is
        not there, EngineUnavailableError naming the packages that are missing, OutOfMemoryError.
        """
        self.settings = settings
        self._resident: Resident[Model] | None = Resident(
            partial(load_model, settings) if model is None else lambda: model,
            memory_mb=self.memory_mb,
            budget=budget,
        )
        self._loaded()

    @classmethod
    def check_here(cls, settings: JoyVasaSettings) -> None:
        """Raise what making it would, as far as that is known without loading weights."""
        find_files(settings)

    def drive(
        self,
        samples: Mono,
        rate_hz: float,
        settings: JoyVasaSettings | None = None,
        *,
        fps: Fraction = Fraction(25),
        num_frames: int | None = None,
        seed: int = 0,
    ) -> Motion:
        """The motion of somebody who says ``samples``, (S,), -1..1, as frames of ``fps``.

        settings: of this motion; those it was made with if none are given, whose device, precision
        and folder stay in any case. num_frames: as many as the sound lasts if not given; the last
        frame stands where the sound is shorter. Frame i is what the face does in the middle of
        the time for which it is shown. Same input and seed, same frames.

        The first window is made before this returns, for its first frame is the reference; the
        others as they are asked for. Only windows are kept, whatever the length. Raises
        OptionError for numbers that cannot be and sound that cannot be used; frames raise
        OutOfMemoryError.
        """
        chosen, resident = settings or self.settings, self._open()
        rate = checked_rate(fps)
        check_whole("seed", seed, least=0)
        if num_frames is not None:
            check_whole("num_frames", num_frames, least=1)
        sound = mono_16k(samples, rate_hz)
        if not len(sound):
            raise OptionError("samples", NO_SOUND)
        count = frames_in(len(sound) / SAMPLE_RATE, rate) if num_frames is None else num_frames
        native = _native_frames(resident, sound, chosen, seed)
        first = next(native)
        frames = islice(resampled(chain([first], native), rate), count)
        return Motion(first, frames, rate, count)

    def stream(
        self,
        settings: JoyVasaSettings | None = None,
        *,
        fps: Fraction | float = Fraction(25),
        seed: int = 0,
        hop_s: float = HOP_S,
        ahead_s: float = AHEAD_S,
    ) -> JoyVasaStream:
        """A motion made while the speech comes: see :class:`JoyVasaStream`."""
        chosen = settings or self.settings
        return JoyVasaStream(
            self._loaded(), chosen, fps=fps, seed=seed, hop_s=hop_s, ahead_s=ahead_s
        )

    def reset(self) -> None:
        """Nothing is carried from motion to motion."""

    def close(self) -> None:
        """Give the networks' memory back."""
        if self._resident is not None:
            self._resident.close()
            self._resident = None

    def _open(self) -> Resident[Model]:
        if self._resident is None:
            raise EngineUnavailableError(NAME, "was closed; make another JoyVasa")
        return self._resident

    def _loaded(self) -> Model:
        with self._open().working() as model:
            return model


def _native_frames(
    resident: Resident[Model], sound: Mono, settings: JoyVasaSettings, seed: int
) -> Iterator[MotionFrame]:
    """Frames at 25 per second, the first of which is the reference; those that lead in come
    before 0."""
    from mien.drivers.joyvasa.making import MotionMaker

    before, after = (LEAD_IN_FRAMES, LEAD_OUT_FRAMES) if settings.lead_in else (0, 0)
    with resident.working() as model:
        maker = MotionMaker(model.placed, settings, seed)
        cutting = Cutting(sound, maker.window, before, after, model.pads_with_last)
    frames = FrameMaker(settings, before)
    for samples, count in cutting.windows():
        with resident.working() as model:
            made = decode(maker.make(model.placed, samples, count), model.range)
        yield from frames.frames(made)
