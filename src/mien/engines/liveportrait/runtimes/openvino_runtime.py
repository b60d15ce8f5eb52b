"""The networks in OpenVINO, reduced, on a processor.

Coordinates are float32 whatever the plan says: ``front`` and sampling are apart from ``middle``
and ``paint`` so that only those have fewer digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import openvino
import torch

from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.engines.liveportrait.runtimes.correctors import TorchCorrectors
from mien.engines.liveportrait.runtimes.memory import enough_memory
from mien.engines.liveportrait.runtimes.networks import Networks
from mien.engines.liveportrait.runtimes.openvino_models import Model
from mien.engines.liveportrait.runtimes.pictures import planes, readings, rows
from mien.engines.liveportrait.runtimes.plan import EXACT, Number, Plan
from mien.nets.liveportrait.reduced import SourceSide
from mien.nets.liveportrait.reduced.warping import Bending
from mien.types import Floats, Image

_HINTS: dict[Number, str] = {"fp32": "f32", "bf16": "bf16"}


class OpenVinoRuntime(TorchCorrectors):
    """See `base.Runtime`. ``models``: from `openvino_models.load_models`, of these networks,
    ``paint`` already with whole numbers if the plan says so."""

    def __init__(self, networks: Networks, models: Mapping[str, Model], plan: Plan = EXACT) -> None:
        super().__init__(networks)
        self._plan, self._bending = plan, Bending()
        numbers: dict[str, Number] = {"middle": plan.middle, "paint": plan.paint}
        with self._enough_memory("loading the networks"):
            self._requests = {
                name: _request(model, numbers.get(name, "fp32")) for name, model in models.items()
            }

    def read_motion(self, pictures: Image) -> list[KeypointReading]:
        found: list[KeypointReading] = []
        with self._enough_memory("reading a picture"):
            for picture in planes(pictures):
                parts = self._run("motion", picture[None])
                found += readings([part.copy() for part in parts])
        return found

    def prepare(self, picture: Image, keypoints: Floats) -> SourceSide:
        points = np.ascontiguousarray(keypoints[None], np.float32)
        with self._enough_memory("preparing a source"):
            parts = self._run("source", planes(picture[None]), points)
            return SourceSide(*(torch.from_numpy(each.copy()) for each in (*parts, points)))

    def render(self, prepared: SourceSide, driving: Floats) -> Floats:
        with self._enough_memory(f"rendering {len(driving)} pictures"):
            driven = np.ascontiguousarray(driving, np.float32)
            return np.concatenate([self._painted(prepared, each[None]) for each in driven])

    def close(self) -> None:
        self._requests.clear()

    def bent(self, source: SourceSide, driving: Floats) -> tuple[Floats, Floats]:
        """What is painted: the bent volume and its occlusion, for (1, 21, 3) keypoints."""
        points = (source.keypoints, torch.from_numpy(driving))
        known = (each.numpy() for each in (source.compressed, source.heat, source.keypoints))
        (evidence,) = self._run("front", *known, driving)
        weighed = (torch.from_numpy(each) for each in self._run("middle", evidence))
        with torch.inference_mode():
            flat, occlusion = self._bending(source.volume, *weighed, *points)
        return flat.numpy(), occlusion.numpy()

    def _painted(self, source: SourceSide, driving: Floats) -> Floats:
        """(1, H, W, 3) from (1, 21, 3)."""
        (picture,) = self._run("paint", *self.bent(source, driving))
        return rows(picture)

    def _run(self, name: str, *inputs: Floats) -> list[Floats]:
        """What comes out lies in memory that the next run writes to."""
        request = self._requests[name]
        request.infer(list(inputs), share_inputs=True, share_outputs=True)
        outputs = range(len(request.model_outputs))
        return [request.get_output_tensor(index).data for index in outputs]

    def _enough_memory(self, doing: str) -> Any:
        return enough_memory(doing, "cpu", self._plan.paint)


def _request(model: Model, number: Number) -> Any:
    """Ready to run on all cores that this process may use, as is OpenVINO's way; not pinned to
    them, as others may use them too."""
    options = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": _HINTS[number],
    }
    return openvino.Core().compile_model(model, "CPU", options).create_infer_request()
