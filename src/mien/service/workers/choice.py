"""``inline`` or ``process``: one word of configuration."""

from __future__ import annotations

from mien.service.settings import ServiceSettings
from mien.service.workers.base import Executor


def open_executor(settings: ServiceSettings) -> Executor:
    """Not started yet."""
    raise NotImplementedError
