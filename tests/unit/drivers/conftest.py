"""Small films of the built-in portrait, written once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from fakes.clips import write_clip
from mien.face import MeshTracker
from mien.types import Image


@pytest.fixture
def film(tmp_path: Path) -> Callable[[Iterable[Image]], Path]:
    """Writes pictures as a film of 25 per second."""
    return lambda pictures: write_clip(tmp_path / "driver.mp4", pictures)


@pytest.fixture(scope="session")
def tracker() -> MeshTracker:
    return MeshTracker()
