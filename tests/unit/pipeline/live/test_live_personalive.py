"""Live faces that PersonaLive draws, with small networks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from fakes.small_personalive import SIDE, small_networks
from mien.engines.base import DEFAULT_FRAMING, ENGINES
from mien.engines.personalive.engine import PersonaLiveEngine
from mien.engines.personalive.networks import PersonaLiveNetworks
from mien.engines.personalive.source import PersonaLiveSource, prepare_source
from mien.engines.settings import EngineSettings
from mien.pipeline.keeping import Keeper
from mien.pipeline.live import LiveFace, LiveOptions
from mien.types import Face, Framing, Image, Portrait
from mien.weights.residents import MemoryBudget

pytestmark = pytest.mark.unit

ASTRONAUT = Path(str(files("mien") / "data" / "astronaut.png"))
OPTIONS = LiveOptions(EngineSettings("small"), size=64)
PATIENCE_S = 120.0
NUM_FRAMES = 16 + 4 + 3


class SmallEngine(PersonaLiveEngine):
    """Draws squares that are smaller than anybody may ask for."""

    info = replace(PersonaLiveEngine.info, name="small", memory_mb=100)

    def __init__(self, settings: EngineSettings, *, budget: MemoryBudget | None = None) -> None:
        super().__init__(settings, networks())

    def prepare(
        self,
        portrait: Portrait,
        face: Face,
        *,
        framing: Framing = DEFAULT_FRAMING,
        previous: PersonaLiveSource | None = None,
    ) -> PersonaLiveSource:
        return prepare_source(self._networks, portrait, face, framing, SIDE)

    def close(self) -> None:
        pass  # the next test has the same networks


@cache
def networks() -> PersonaLiveNetworks:
    return small_networks()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "small", f"{__name__}:SmallEngine")


def lives(keeper: Keeper, *options: LiveOptions) -> list[list[Image]]:
    """The pictures of faces that live side by side."""
    faces = [LiveFace(ASTRONAUT, each, keeper) for each in options]
    shown: list[list[Image]] = [[] for _ in faces]
    for _ in range(NUM_FRAMES):
        for face, pictures in zip(faces, shown, strict=True):
            pictures.append(face.step().picture)
        assert all(face.settle(PATIENCE_S) for face in faces)
    for face in faces:
        face.close()
    return shown


def test_a_face_beside_another_one_is_exactly_what_it_is_alone() -> None:
    with Keeper() as keeper:
        together = lives(keeper, OPTIONS, replace(OPTIONS, seed=1, idle="nod"))
        assert len(keeper.status.engines) == 1
        (alone,) = lives(keeper, OPTIONS)
    np.testing.assert_array_equal(together[0], alone)
    first, second = (np.array(each).astype(int) for each in together)
    np.testing.assert_array_equal(first[:20], np.broadcast_to(first[0], first[:20].shape))
    assert (np.abs(np.diff(first[20:], axis=0)).max(axis=(1, 2, 3)) > 0).all(), "it moves"
    assert np.abs(first[20:] - second[20:]).max() > 0
