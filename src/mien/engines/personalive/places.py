"""Where networks wait, and where they work."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, Protocol

import torch

from mien.engines.personalive.precision import tensors_of

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
    memory. None of them changes, so that there is nothing to bring back."""

    def __init__(self, networks: Iterable[Network], device: torch.device) -> None:
        self._device = device
        self._at_home = {id(each): [own.data for own in tensors_of(each)] for each in networks}
        self._away: Network | None = None

    @contextmanager
    def working(self, network: Network) -> Generator[None]:
        if network is not self._away:
            self._send_home()
            self._bring(network)
        yield

    def _bring(self, network: Network) -> None:
        self._away = network
        try:
            for own in tensors_of(network):
                own.data = own.data.to(self._device)
        except BaseException:  # memory ended on the way
            self._send_home()
            raise

    def _send_home(self) -> None:
        if self._away is None:
            return
        at_home = self._at_home[id(self._away)]
        for own, waiting in zip(tensors_of(self._away), at_home, strict=True):
            own.data = waiting
        self._away = None
