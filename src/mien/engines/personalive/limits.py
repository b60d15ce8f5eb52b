"""What goes wrong with networks as large as these, said in one line: memory ends, or numbers are
none."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import Tensor

from mien.engines.personalive.modules import NAME
from mien.engines.personalive.precision import Number
from mien.engines.settings import MIN_RESOLUTION, EngineSettings
from mien.errors import EngineUnavailableError
from mien.weights.memory import enough_memory


class Limits:
    """Of one device, with what was chosen there."""

    def __init__(self, settings: EngineSettings, device: str, number: Number) -> None:
        self._settings, self._device, self._number = settings, device, number

    @contextmanager
    def kept(self, doing: str) -> Generator[None]:
        """Nothing in it is recorded for training. OutOfMemoryError for what the libraries raise
        where memory ends; ``doing``: what for."""
        with enough_memory(NAME, self._full(doing)), torch.no_grad():
            yield

    def finite(self, result: Tensor) -> Tensor:
        """The same. EngineUnavailableError if something in it is no number: pictures of it would
        be black, and so would all after them."""
        if bool(result.isfinite().all()):
            return result
        others = [each for each in ("bf16", "fp32") if each != self._number]
        advice = (
            f"choose --precision {' or '.join(others)}"
            if self._number != "fp32"
            else f"get its weights again: mien models download {NAME} --force"
        )
        problem = f"its networks gave numbers that are none, in {self._number} on {self._device}"
        raise EngineUnavailableError(NAME, f"{problem}; {advice}")

    def _full(self, doing: str) -> str:
        problem = f"out of memory on {self._device} while {doing}, in {self._number}"
        return f"{problem}; choose {self._smaller()}, or close what else fills it"

    def _smaller(self) -> str:
        """What has not been chosen yet and takes less memory."""
        settings, on_card = self._settings, self._device != "cpu"
        choices = {
            "a smaller --resolution": settings.resolution > MIN_RESOLUTION,
            "--precision fp16": on_card and self._number == "fp32",
            "--precision bf16": not on_card and self._number == "fp32",
            "--offload": on_card and not settings.offload,
            "--decoder tiny": settings.decoder == "full",
            "--guidance 1": settings.guidance > 1,
        }
        there = [choice for choice, fits in choices.items() if fits]
        return ", ".join(there) or "--engine liveportrait"
