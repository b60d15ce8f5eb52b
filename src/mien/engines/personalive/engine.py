"""The PersonaLive engine: a portrait drawn anew by diffusion, as a driver's film shows it
(PersonaLive, 2025)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mien.engines.base import DEFAULT_FRAMING, EngineInfo
from mien.engines.personalive.base import Networks
from mien.engines.personalive.driving import DRIVER_SIDE, LATENCY_FRAMES, play
from mien.engines.personalive.framing import CROP_SCALE, CROP_Y
from mien.engines.personalive.memory import expected_memory_mb
from mien.engines.personalive.modules import NAME
from mien.engines.personalive.opening import check_networks, open_networks
from mien.engines.personalive.resting import RestingNetworks
from mien.engines.personalive.source import PersonaLiveSource, prepare_source
from mien.engines.settings import MAX_RESOLUTION, PRECISIONS, EngineSettings
from mien.errors import OptionError
from mien.nets.personalive.params import CHUNK_FRAMES
from mien.types import Face, Framing, Image, Motion, MotionOptions, Portrait, Rendered
from mien.weights.residents import MemoryBudget

if TYPE_CHECKING:
    from mien.engines.personalive.stream import Stream

_AS_THE_DRIVER = {
    "multiplier": "--multiplier",
    "region": "--region",
    "eyes_open": "--eyes-open",
    "lips_open": "--lips-open",
    "retarget": "--retarget",
    "normalize_lips": "--normalize-lips",
}
"""Fields of MotionOptions that say otherwise -> the options that set them."""
_USUAL = MotionOptions()
_SEEDS = 2**63
"""How many of them torch tells apart."""


class PersonaLiveEngine:
    """A portrait and a film of somebody else, drawn as one, four frames at a time. Keeps nothing
    from run to run."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name=NAME,
        channels=("pixels",),
        max_side=MAX_RESOLUTION,
        latency_frames=LATENCY_FRAMES,
        devices=("cpu", "cuda"),
        memory_mb=8200,
        licence="unclear, for research (PersonaLive)",
        crop_scale=CROP_SCALE,
        crop_y=CROP_Y,
        precisions=PRECISIONS,
        extras=("models_dir", "steps", "guidance", "resolution", "decoder", "offload", "compiled"),
        chunk_frames=CHUNK_FRAMES,
        films=False,
    )

    def __init__(
        self,
        settings: EngineSettings,
        networks: Networks | None = None,
        *,
        budget: MemoryBudget | None = None,
    ) -> None:
        """Find the weights and make them ready, or use ``networks`` that have their own.
        ``budget``: the memory that the networks share with others.

        Raises MissingWeightsError, WeightsError, OptionError for a device or a precision that is
        not there, EngineUnavailableError naming the package that is missing, OutOfMemoryError.
        """
        self._settings = settings
        self._networks = networks or RestingNetworks(
            partial(open_networks, settings), expected_memory_mb(settings), budget
        )

    @classmethod
    def check(cls, settings: EngineSettings, options: MotionOptions) -> None:
        """It moves all of the face as the driver does, and as far."""
        for name, option in _AS_THE_DRIVER.items():
            if getattr(options, name) != getattr(_USUAL, name):
                raise OptionError(option, f"{NAME} moves the whole face just as a film shows it")

    @classmethod
    def check_here(cls, settings: EngineSettings) -> None:
        """Device, precision, packages, and whether the files of weights are there."""
        check_networks(settings)

    def prepare(
        self,
        portrait: Portrait,
        face: Face,
        *,
        framing: Framing = DEFAULT_FRAMING,
        previous: PersonaLiveSource | None = None,
    ) -> PersonaLiveSource:
        """Cut head and shoulders out and let the networks look at them, once for all motions."""
        return prepare_source(self._networks, portrait, face, framing, self._settings.resolution)

    def warmup(self, source: PersonaLiveSource) -> None:
        """Draw a chunk on a card, where the first one takes far longer."""
        if self._networks.device.type != "cpu":
            nobody = np.zeros((CHUNK_FRAMES, DRIVER_SIDE, DRIVER_SIDE, 3), np.uint8)
            self._stream(source, MotionOptions(), None).step(nobody)

    def animate(
        self, source: PersonaLiveSource, motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """One square for each frame, in chunks of four that come 16 frames after they were read.
        Raises OptionError for a motion that shows no pictures of the driver."""
        return play(source, motion, partial(self._stream, source, options))

    def animate_film(
        self, sources: Iterator[PersonaLiveSource], motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """Raises OptionError: each portrait is looked at for longer than a frame is drawn."""
        raise OptionError("--engine", f"{NAME} moves pictures, not films")

    def reset(self) -> None:
        """Nothing is carried from run to run."""

    def close(self) -> None:
        """Give the networks' memory back."""
        self._networks.close()

    def _stream(
        self, source: PersonaLiveSource, options: MotionOptions, rest: Image | None
    ) -> Stream:
        """rest: the driver's picture at rest."""
        from mien.engines.personalive.options import StreamOptions
        from mien.engines.personalive.stream import Stream

        settings = self._settings
        seed = options.seed % _SEEDS
        chosen = StreamOptions(settings.steps, settings.guidance, seed)
        return Stream(self._networks, source.reference, chosen, rest=rest)
