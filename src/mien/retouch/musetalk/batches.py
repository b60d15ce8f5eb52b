"""Work done in batches that fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch

from mien.errors import OutOfMemoryError
from mien.retouch.musetalk.modules import NAME
from mien.weights.memory import is_no_memory

T = TypeVar("T")


class Batches:
    """Of ``size`` pieces, and from the first time on that memory ends, of half of that.

    When it ends again the device is too small, or others fill it.
    """

    def __init__(self, size: int, device: torch.device) -> None:
        self.size, self._device, self._halved = size, device, False
        self.peak_mb = 0
        """The most that a batch held beside the weights, on a card; 0 while it is not known."""

    def run(self, doing: str, count: int, work: Callable[[slice], T]) -> Iterator[T]:
        """What ``work`` makes of the pieces from 0 until before ``count``, batch by batch.

        ``doing``: for the complaint. OutOfMemoryError when memory ends the second time.
        """
        at = 0
        while at < count:
            part = slice(at, min(at + self.size, count))
            done = self._tried(work, part)
            if done is None:  # what the failed attempt held is gone only now
                self._halve(doing, part.stop - part.start)
            else:
                yield done
                at = part.stop

    def _tried(self, work: Callable[[slice], T], part: slice) -> T | None:
        try:
            with torch.inference_mode(), self._watched():
                return work(part)
        except (MemoryError, RuntimeError) as error:
            if not is_no_memory(error):
                raise
        return None

    @contextmanager
    def _watched(self) -> Generator[None]:
        """Notes how much the work held, if nothing of this process held more before: who measures
        the process is not disturbed."""
        if self._device.type != "cuda":
            yield
            return
        held = torch.cuda.memory_allocated(self._device)
        most = torch.cuda.max_memory_allocated(self._device)
        yield
        if (peak := torch.cuda.max_memory_allocated(self._device)) > most:
            self.peak_mb = max(self.peak_mb, round((peak - held) / 2**20))

    def _halve(self, doing: str, tried: int) -> None:
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        if self._halved or tried == 1:
            on_card = "" if self._device.type == "cpu" else ", --precision fp16 or --device cpu"
            raise OutOfMemoryError(
                NAME,
                f"out of memory on {self._device} while {doing} {tried} faces at once; "
                f"choose a smaller --batch, --decoder tiny{on_card}, or close what else fills it",
            )
        self.size, self._halved, self.peak_mb = (tried + 1) // 2, True, 0
