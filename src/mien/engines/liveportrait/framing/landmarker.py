"""LivePortrait's own 203 landmarks, read by its `landmark.onnx` where that file is at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort

from mien.engines.liveportrait.framing.subjects import frame_source
from mien.errors import WeightsError
from mien.types import Floats, Image
from mien.weights.containers import check_onnx_start

NUM_POINTS = 203
_SIDE = 224
_SCALE, _Y = 1.5, -0.1
_OUTPUT = 2
_LARGEST_FILE = 1 << 30
"""Bytes; the published file has 115 million."""


class Landmarker203:
    """The network, loaded. Safe to use from one thread at a time."""

    def __init__(self, path: str | Path) -> None:
        """Raises WeightsError for a file that is missing, damaged or another network."""
        self._path = Path(path)
        self._session = _open(self._path)

    def refine(self, picture: Image, landmarks: Floats) -> Floats:
        """(203, 2) float32 landmarks in pixels of an RGB picture (h, w, 3).

        landmarks: (n, 2 or 3), the face as it is known so far: any set that
        :func:`~mien.engines.liveportrait.framing.frame_source` takes, in a film the 203 points
        of the picture before.
        """
        placement = frame_source(landmarks, _SIDE, scale=_SCALE, y=_Y)
        crop = placement.cut(picture).astype(np.float32) / 255
        name = self._session.get_inputs()[0].name
        found = self._session.run(None, {name: crop.transpose(2, 0, 1)[None]})[_OUTPUT]
        if found.size != 2 * NUM_POINTS or not np.isfinite(found).all():
            raise WeightsError(self._path, "its third output is not 203 points")
        points = found.reshape(NUM_POINTS, 2).astype(np.float64) * _SIDE
        back = placement.to_picture
        placed: Floats = points @ back[:, :2].T + back[:, 2]
        return placed.astype(np.float32)


def _open(path: Path) -> ort.InferenceSession:
    if not path.is_file():
        raise WeightsError(path, "there is no such file; the 478 landmarks do without it")
    if path.stat().st_size > _LARGEST_FILE:
        raise WeightsError(path, "larger than 1 GiB: not LivePortrait's landmark.onnx")
    check_onnx_start(path)
    options = ort.SessionOptions()
    options.log_severity_level = 4
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own kinds have no public common base
        raise WeightsError(path, "not an ONNX network that can be loaded") from error
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or not _takes_crops(inputs[0].shape) or len(outputs) <= _OUTPUT:
        raise WeightsError(path, "not LivePortrait's landmark.onnx: (1, 3, 224, 224) to 203 points")
    return session


def _takes_crops(shape: list[int | str | None]) -> bool:
    wanted = (1, 3, _SIDE, _SIDE)
    return len(shape) == 4 and all(
        not isinstance(size, int) or size == want for size, want in zip(shape, wanted, strict=True)
    )
