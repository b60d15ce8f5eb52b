"""What the engine tells when it is measured."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from fakes.plain_runtime import PlainRuntime
from mien.drivers import drive_with_moments
from mien.engines.liveportrait.engine import LivePortraitEngine
from mien.engines.liveportrait.trial import WatchedRuntime, open_trial
from mien.engines.settings import EngineSettings
from mien.errors import MissingWeightsError
from mien.motion.face_template import FACE_TEMPLATE
from mien.motion.moment import Moment
from mien.types import Face, MotionOptions, Portrait

pytestmark = pytest.mark.unit

FACE = Face(FACE_TEMPLATE.landmarks * 60 + np.float32([200, 200, 0]), 1.0)
PORTRAIT = Portrait(np.full((400, 400, 3), (128, 0, 0), np.uint8))


@pytest.fixture(autouse=True)
def no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None are found: neither here nor in a cache."""
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


class Stages:
    """Notes the names of the stages that begin."""

    def __init__(self) -> None:
        self.names: list[str] = []

    @contextmanager
    def __call__(self, name: str) -> Generator[None]:
        self.names.append(name)
        yield


def test_each_network_has_its_stage() -> None:
    stages, runtime = Stages(), PlainRuntime()
    settings = EngineSettings("liveportrait", batch=2)
    engine = LivePortraitEngine(settings, WatchedRuntime(runtime, stages))
    source = engine.prepare(PORTRAIT, FACE)
    assert stages.names == ["motion_extractor", "features"]
    engine.warmup(source)
    assert len(runtime.rendered) == 2, "as many as will be rendered together"
    moving = drive_with_moments(
        lambda t: Moment(angles=(20 * t, 0, 0)), fps=Fraction(25), num_frames=4
    )
    assert len(list(engine.animate(source, moving, MotionOptions()))) == 4
    assert stages.names[2:] == ["warp_and_paint"] * 3
    engine.close()
    assert runtime.closed


def test_weights_that_are_asked_for_must_be_there(tmp_path: Path) -> None:
    settings = EngineSettings("liveportrait", models_dir=tmp_path)
    with pytest.raises(MissingWeightsError, match="mien models download"):
        open_trial(settings, Stages(), made_up=False)
