"""The networks in ONNX files, ours or FasterLivePortrait's, run by onnxruntime. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime as ort

from mien.engines.liveportrait.algebra.rotation import degrees_from_bins
from mien.engines.liveportrait.runtimes import onnx_files as files
from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.engines.liveportrait.runtimes.corrections import Corrections
from mien.engines.liveportrait.runtimes.memory import enough_memory
from mien.engines.liveportrait.runtimes.onnx_network import OnnxNetwork
from mien.engines.liveportrait.runtimes.onnx_providers import (
    card_number,
    check_card,
    find_cuda_libraries,
    providers,
)
from mien.engines.liveportrait.runtimes.pictures import planes, rows
from mien.errors import MissingWeightsError, OptionError
from mien.types import Floats, Image

_BUNDLE = "liveportrait-onnx"
_CORRECTORS = (files.STITCHING, files.EYES, files.LIP)


@dataclass(frozen=True, slots=True)
class OnnxSource:
    """What depends on the source alone: its features and its keypoints, as the network takes
    them."""

    volume: Floats
    keypoints: Floats


class OnnxRuntime(Corrections):
    """See `base.Runtime`. The files are made for one picture at a time."""

    def __init__(self, networks: Mapping[str, OnnxNetwork], device: str) -> None:
        """``networks``: by the part that `onnx_files` names. ``device``: for messages."""
        self._networks, self._device = dict(networks), device
        names = {file.part: file.name for file in _CORRECTORS}
        there = {part: partial(self._corrected, part) for part in names if part in networks}
        super().__init__(there, names, _BUNDLE)

    def read_motion(self, pictures: Image) -> list[KeypointReading]:
        network = self._networks[files.MOTION.part]
        with self._enough_memory("reading a picture"):
            return [_reading(*network(picture[None])) for picture in planes(pictures)]

    def prepare(self, picture: Image, keypoints: Floats) -> OnnxSource:
        network = self._networks[files.APPEARANCE.part]
        with self._enough_memory("preparing a source"):
            (volume,) = network(planes(picture[None]))
        return OnnxSource(volume, keypoints[None])

    def render(self, prepared: OnnxSource, driving: Floats) -> Floats:
        network = self._networks[files.PAINTING.part]
        with self._enough_memory("rendering a picture"):
            painted = [
                network(prepared.volume, keypoints[None], prepared.keypoints)[0]
                for keypoints in driving
            ]
            pictures = rows(np.concatenate(painted))
        np.clip(pictures, 0, 1, out=pictures)
        return pictures

    def close(self) -> None:
        self._networks.clear()

    def _corrected(self, part: str, rows: Floats) -> Floats:
        network = self._networks[part]
        with self._enough_memory("correcting keypoints"):
            return np.concatenate([network(row[None])[0] for row in rows])

    def _enough_memory(self, doing: str) -> AbstractContextManager[None]:
        return enough_memory(doing, self._device, "fp32")


def open_onnx_runtime(
    paths: Mapping[str, Path], device: str = "auto", precision: str = "auto", *, threads: int = 0
) -> OnnxRuntime:
    """The runtime of these files.

    paths: by what `mien.weights` calls them, as of its bundle liveportrait-onnx; others are left
    alone. Without the file of the stitching nothing is stitched; without those of eyes or lips
    their deltas raise MissingWeightsError. device: ``auto`` is a CUDA card if there is one.
    precision: ``fp16`` is TensorRT's, ``fp32`` does without. threads: on a processor; 0 = all.

    Raises MissingWeightsError, WeightsError, OptionError for a device or a precision that there
    is not, EngineUnavailableError where memory ends.
    """
    card = check_onnx(device, precision)
    if card is None:
        return OnnxRuntime(_networks(paths, None, precision, threads), "cpu")
    find_cuda_libraries()
    try:
        return OnnxRuntime(_networks(paths, card, precision, threads), f"cuda:{card}")
    except OptionError:
        if device != "auto":
            raise
    return OnnxRuntime(_networks(paths, None, precision, threads), "cpu")


def check_onnx(device: str, precision: str) -> int | None:
    """Which CUDA card these words mean, None for the processor. OptionError for a device or a
    precision that there is not, as far as that is known without the files."""
    if precision == "bf16":
        raise OptionError("--precision", "bf16: ONNX files have only fp32, and fp16 by TensorRT")
    return card_number(device, ort.get_available_providers())


def _networks(
    paths: Mapping[str, Path], card: int | None, precision: str, threads: int
) -> dict[str, OnnxNetwork]:
    networks: dict[str, OnnxNetwork] = {}
    with enough_memory("loading the networks", "cpu" if card is None else "cuda", "fp32"):
        for file in files.FILES:
            path = paths.get(file.part)
            if path is not None:
                chain = providers(card, path, precision)
                networks[file.part] = network = OnnxNetwork(path, file, chain, threads)
                check_card(network.providers, card)
            elif file.required:
                raise _missing(f"{file.name} is not there")
    return networks


def _missing(problem: str) -> MissingWeightsError:
    fetch = f"fetch it with: mien models download {_BUNDLE}"
    return MissingWeightsError("liveportrait", f"{problem}; {fetch}", _BUNDLE)


def _reading(
    pitch: Floats,
    yaw: Floats,
    roll: Floats,
    translation: Floats,
    expression: Floats,
    scale: Floats,
    canonical: Floats,
) -> KeypointReading:
    """In the order of the outputs of `onnx_files.MOTION`."""
    return KeypointReading(
        canonical=canonical.reshape(-1, 3),
        expression=expression.reshape(-1, 3),
        pitch=float(degrees_from_bins(pitch[0])),
        yaw=float(degrees_from_bins(yaw[0])),
        roll=float(degrees_from_bins(roll[0])),
        translation=translation[0],
        scale=float(scale[0, 0]),
    )
