"""Tests of networks that share a memory in one run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction

import numpy as np
import pytest

from fakes.lip_painter import FakePainter
from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.pipeline.keeping import Keeper, Model
from mien.pipeline.networks import Networks, PaintedLips, in_chunks
from mien.retouch.musetalk.options import LipsOptions
from mien.retouch.musetalk.resting import RestingPainter
from mien.types import Floats, Frame, Image

pytestmark = pytest.mark.unit

PICTURE = np.zeros((10, 10, 3), np.uint8)


def frames(count: int, taken: list[int] | None = None) -> Iterator[Frame]:
    for pts in range(count):
        if taken is not None:
            taken.append(pts)
        yield Frame(PICTURE, pts, Fraction(1, 25))


@pytest.mark.parametrize(("most_bytes", "at_once"), [(0, 1), (299, 1), (600, 2), (10**6, 7)])
def test_chunks_are_as_large_as_memory_allows(most_bytes: int, at_once: int) -> None:
    taken: list[int] = []
    chunks = in_chunks(frames(7, taken), most_bytes)
    assert next(chunks).pts == 0
    assert len(taken) == at_once
    assert [frame.pts for frame in chunks] == [1, 2, 3, 4, 5, 6]


class Opened(FakePainter):
    """One that says when its networks come and go."""

    log: list[str]

    def close(self) -> None:
        self.log.append("closed")


@pytest.mark.parametrize(("budget_mb", "at_once"), [(1000, False), (300, True)])
def test_lips_wait_for_many_frames_only_where_not_all_networks_fit(
    budget_mb: int, at_once: bool
) -> None:
    log: list[str] = []
    painter = Opened()
    painter.log = log
    model = Model("lips", 200, lambda budget: RestingPainter(lambda: painter, 200, budget))
    taken: list[int] = []
    with ExitStack() as stack:
        keeper = stack.enter_context(Keeper(engine_memory_mb=budget_mb))
        lips = PaintedLips(model, LipsOptions(batch=2), 200, keeper, stack)
        painted = lips.retouch(np.zeros(64_000, np.float32), 16_000, Fraction(25))(
            frames(100, taken)
        )
        assert next(painted).pts == 0
        assert (len(taken) == 100) == at_once
        assert [frame.pts for frame in painted] == list(range(1, 100))
    assert log == ["closed"]


def test_a_painter_that_rested_opens_again_and_knows_what_it_heard() -> None:
    opened: list[FakePainter] = []

    def open_painter() -> FakePainter:
        opened.append(FakePainter(side=8))
        return opened[-1]

    painter = RestingPainter(open_painter, 100)
    assert not opened
    crops: Image = np.full((1, 8, 8, 3), 7, np.uint8)
    heard = painter.hear(np.zeros(16_000, np.float32))
    latents = painter.encode(crops)
    painter._resident.rest()
    windows: Floats = painter.windows(heard, Fraction(25), 0, 1)
    assert np.array_equal(painter.paint(latents, windows), crops)
    assert (painter.side, len(opened), opened[0].closed, opened[1].closed) == (8, 2, True, False)
    painter.close()
    assert opened[1].closed


def test_a_budget_belongs_to_a_keeper_of_its_own() -> None:
    with ExitStack() as stack, Keeper() as keeper:
        with pytest.raises(OptionError, match=r"--vram-budget.*engine_memory_mb"):
            Networks(EngineSettings(), keeper, 9000, stack)
        assert Networks(EngineSettings(), keeper, None, stack).keeper is keeper
        assert Networks(EngineSettings(), None, 9000, stack).keeper is None
