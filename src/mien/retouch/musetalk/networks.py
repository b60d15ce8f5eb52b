"""MuseTalk's networks as one thing: faces in, faces that speak out.

Light to import: torch, diffusers and transformers come with the first networks.
"""

from __future__ import annotations

from fractions import Fraction

from mien.retouch.musetalk.hearing import Ear, Hearable, Heard, windows
from mien.retouch.musetalk.loading import load_modules
from mien.retouch.musetalk.memory import held_mb
from mien.retouch.musetalk.modules import Modules, require_neural
from mien.retouch.musetalk.settings import DEFAULT_SETTINGS, MuseTalkSettings
from mien.types import Floats, Image, Mask
from mien.weights.devices import device_of


class MuseTalkNetworks:
    """Loaded and ready. One instance serves one thread at a time.

    Pictures are RGB; faces are ``side`` x ``side``. Work that runs out of memory is done again in
    half the batch, once; after that it raises OutOfMemoryError.
    """

    def __init__(self, modules: Modules, settings: MuseTalkSettings) -> None:
        from mien.retouch.musetalk.devices import number_of
        from mien.retouch.musetalk.painting import Painter
        from mien.retouch.musetalk.parsing import Parser

        self.device = device_of(settings.device)
        """As torch names it."""
        number = number_of(settings, self.device)
        self._painter = Painter(
            modules, self.device, number, settings.batch, compiled=settings.compiled
        )
        self._ear = Ear(modules.hearing, self.device)
        self._parser = None if modules.parsing is None else Parser(modules.parsing, self.device)
        others = [each for each in (modules.hearing, modules.parsing) if each is not None]
        self._own_mb = held_mb(others)
        self.side = self._painter.side
        """Of a face, pixels: 256."""

    @classmethod
    def load(cls, settings: MuseTalkSettings = DEFAULT_SETTINGS) -> MuseTalkNetworks:
        """With the weights of this machine. Raises MissingWeightsError, WeightsError, OptionError
        for a device or a precision that is not there, EngineUnavailableError naming the package
        that is missing."""
        require_neural()
        _check_device(settings)
        return cls(load_modules(settings), settings)

    @classmethod
    def from_modules(
        cls, modules: Modules, settings: MuseTalkSettings = DEFAULT_SETTINGS
    ) -> MuseTalkNetworks:
        """With networks that were made otherwise, of any sizes that fit together. They are taken
        over: changed, and not to be used for anything else."""
        require_neural()
        return cls(modules, settings)

    def encode(self, crops: Image) -> Floats:
        """(N, side, side, 3) faces -> (N, 8, s, s) latents, float32: of the face whose lower half
        is hidden, then of the whole one. Always the same for the same face."""
        latents: Floats = self._painter.encode(crops).numpy()
        return latents

    def paint(self, latents: Floats, prompts: Floats) -> Image:
        """(N, 8, s, s) latents and what is heard with each (N, 50, 384) -> (N, side, side, 3)."""
        import torch

        return self._painter.paint(torch.tensor(latents), prompts)

    def hear(self, samples: Floats) -> Heard:
        """Sound of any length, mono float32 at 16 kHz. It is listened to as windows are taken."""
        return Heard(samples, self._ear)

    def windows(
        self,
        heard: Hearable,
        rate: Fraction,
        first: int,
        count: int,
        *,
        upstream_compatible: bool = False,
    ) -> Floats:
        """As :func:`mien.retouch.musetalk.hearing.windows`: (count, 50, 384)."""
        return windows(heard, rate, first, count, upstream_compatible=upstream_compatible)

    def parse(self, picture: Image) -> Mask | None:
        """Which part of the face each pixel shows, of a picture (H, W, 3) brought to 512 x 512:
        (512, 512) numbers of BiSeNet's 19 classes. None where there are no weights for that."""
        return None if self._parser is None else self._parser.parse(picture)

    @property
    def number(self) -> str:
        """The kind of number that faces are painted in: ``fp32``, ``fp16`` or ``bf16``."""
        return self._painter.number

    @property
    def memory_mb(self) -> int:
        """What the networks take on their device, megabytes of 2^20 bytes: their weights, counted,
        and what a full batch needs beside them, measured as long as they worked on a card."""
        return self._painter.memory_mb + self._own_mb

    def close(self) -> None:
        """Give memory back; the networks are not used afterwards."""
        self._painter.close()
        del self._painter, self._ear, self._parser


def _check_device(settings: MuseTalkSettings) -> None:
    """OptionError for what is not here, before weights are read."""
    from mien.retouch.musetalk.devices import number_of

    number_of(settings, device_of(settings.device))
