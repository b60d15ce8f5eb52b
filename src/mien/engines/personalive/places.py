"""Where networks wait, and where they work."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, Protocol

import torch

Network = Any
"""A torch module."""


class Places(Protocol):
    """What brings networks to their device."""

    @contextmanager
    def working(self, network: Network) -> Generator[None]:
        """The network is on its device while the context lasts."""
        ...


class Residents:
    """All networks stay on the device."""

    @contextmanager
    def working(self, network: Network) -> Generator[None]:
        yield


class Turns:
    """One network is on the device at a time, the one that worked last; the others wait in main
    memory. What they know does not change, so that nothing is ever brought back."""

    def __init__(self, networks: Iterable[Network], device: torch.device) -> None:
        self._device = device
        self._waiting = {id(each): _tensors(each) for each in networks}
        self._there: int | None = None

    @contextmanager
    def working(self, network: Network) -> Generator[None]:
        if self._there != id(network):
            self._send_home()
            self._bring(id(network))
        yield

    def _bring(self, network: int) -> None:
        self._there = network
        try:
            for place, name, tensor in self._waiting[network]:
                place[name] = tensor.to(self._device)
        except BaseException:  # memory ended on the way
            self._send_home()
            raise

    def _send_home(self) -> None:
        if self._there is not None:
            for place, name, tensor in self._waiting[self._there]:
                place[name] = tensor
            self._there = None


def _tensors(network: Network) -> list[tuple[dict[str, Any], str, Any]]:
    """Where a network has its parameters and tables: a layer's place for them, the name there, and
    the tensor."""
    places = (own for layer in network.modules() for own in (layer._parameters, layer._buffers))
    return [(own, name, each) for own in places for name, each in own.items() if each is not None]
