"""The engine made to be measured: its networks' work told apart, weights or no weights."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mien.engines.liveportrait.engine import LivePortraitEngine
from mien.engines.liveportrait.loading import recipe_networks
from mien.engines.liveportrait.opening import open_networks
from mien.engines.liveportrait.runtimes.base import KeypointReading, Runtime
from mien.engines.liveportrait.runtimes.networks import Networks
from mien.engines.liveportrait.runtimes.onnx_files import FILES
from mien.engines.liveportrait.runtimes.onnx_runtime import open_onnx_runtime
from mien.engines.liveportrait.runtimes.opening import open_runtime
from mien.engines.settings import EngineSettings
from mien.engines.trial import Stage, Trial, Weights
from mien.errors import MissingWeightsError
from mien.types import Floats, Image


def open_trial(settings: EngineSettings, stage: Stage, *, made_up: bool) -> Trial:
    """As :func:`mien.engines.trial.load_trial`. Preparing a source has the stages
    ``motion_extractor`` and ``features``."""
    runtime, weights = _open(settings, made_up=made_up)
    engine = LivePortraitEngine(settings, WatchedRuntime(runtime, stage))
    return Trial(engine, weights, "algebra", ("motion_extractor", "algebra", "warp_and_paint"))


def _open(settings: EngineSettings, *, made_up: bool) -> tuple[Runtime, Weights]:
    try:
        return open_networks(settings), "installed"
    except MissingWeightsError:
        if not made_up:
            raise
    # What is made of these weights is of no use later, and need not be there while they run.
    with TemporaryDirectory(prefix="mien-", ignore_cleanup_errors=True) as folder:
        return _open_recipe(settings, Path(folder)), "recipe"


def _open_recipe(settings: EngineSettings, folder: Path) -> Runtime:
    networks = recipe_networks()
    if settings.runtime != "onnx":
        return open_runtime(networks, settings, folder)
    from mien.engines.liveportrait.onnx_export import export_onnx  # needs torch at once

    export_onnx(Networks(**networks), folder)
    paths = {file.part: folder / file.name for file in FILES}
    return open_onnx_runtime(paths, settings.device, settings.precision)


class WatchedRuntime:
    """A runtime that tells what it does."""

    def __init__(self, runtime: Runtime, stage: Stage) -> None:
        self._runtime, self._stage = runtime, stage
        # Small networks, whose calls are part of the algebra.
        self.stitch = runtime.stitch
        self.eye_delta, self.lip_delta = runtime.eye_delta, runtime.lip_delta
        self.close = runtime.close

    def read_motion(self, pictures: Image) -> list[KeypointReading]:
        with self._stage("motion_extractor"):
            return self._runtime.read_motion(pictures)

    def prepare(self, picture: Image, keypoints: Floats) -> Any:
        with self._stage("features"):
            return self._runtime.prepare(picture, keypoints)

    def render(self, prepared: Any, driving: Floats) -> Floats:
        with self._stage("warp_and_paint"):
            return self._runtime.render(prepared, driving)
