"""The networks in torch, reduced, on a processor or a CUDA card."""

from __future__ import annotations

import copy
import warnings
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mien.engines.liveportrait.runtimes.base import KeypointReading
from mien.engines.liveportrait.runtimes.correctors import TorchCorrectors
from mien.engines.liveportrait.runtimes.memory import enough_memory
from mien.engines.liveportrait.runtimes.networks import Network, Networks
from mien.engines.liveportrait.runtimes.pictures import planes, readings, rows
from mien.engines.liveportrait.runtimes.plan import EXACT, Plan
from mien.errors import MienWarning
from mien.nets.liveportrait.motion import refine
from mien.nets.liveportrait.reduced import SourceSide, reduce_generator, reduce_warping
from mien.types import Floats, Image

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


class TorchRuntime(TorchCorrectors):
    """See `base.Runtime`. ``device``: as torch names it.

    A picture in half precision that is black or not finite is rendered again in float32, with a
    MienWarning, and so are all after it.
    """

    def __init__(self, networks: Networks, device: str = "cpu", plan: Plan = EXACT) -> None:
        super().__init__(networks)
        self._networks, self._device, self._plan = networks, torch.device(device), plan
        with self._enough_memory("loading the networks"), torch.inference_mode():
            self._appearance = self._placed(networks.appearance, "fp32")
            self._motion = self._placed(networks.motion, "fp32")
            self._place_painters(plan)

    def read_motion(self, pictures: Image) -> list[KeypointReading]:
        with self._enough_memory(f"reading {len(pictures)} pictures"), torch.inference_mode():
            refined = refine(self._motion(self._tensor(planes(pictures))))
            return readings([part.cpu().numpy() for part in refined])

    def prepare(self, picture: Image, keypoints: Floats) -> SourceSide:
        with self._enough_memory("preparing a source"), torch.inference_mode():
            volume = self._appearance(self._tensor(planes(picture[None])))
            return self._warping.source_side(volume, self._tensor(keypoints[None]))

    def render(self, prepared: SourceSide, driving: Floats) -> Floats:
        with self._enough_memory(f"rendering {len(driving)} at once"), torch.inference_mode():
            pictures = self._paint(prepared, self._tensor(driving))
        if not self._plan.exact and _is_spoilt(pictures):
            self._stop_saving()
            return self.render(prepared, driving)
        return pictures

    def close(self) -> None:
        del self._appearance, self._motion, self._warping, self._generator, self._networks
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _paint(self, source: SourceSide, driving: Tensor) -> Floats:
        middle, paint = DTYPES[self._plan.middle], DTYPES[self._plan.paint]
        warping, points = self._warping, (source.keypoints, driving)
        evidence = warping.front(source.compressed, source.heat, *points)
        mask, occlusion = warping.middle(evidence.to(middle))
        bent, seen = warping.tail(source.volume, mask.float(), occlusion.float(), *points)
        features = warping.merge(bent.to(paint), seen.to(paint))
        return rows(self._generator(features).float().cpu().numpy())

    def _stop_saving(self) -> None:
        problem = (
            f"{self._plan.paint} on {self._device} gave a black or broken picture; "
            "rendering in fp32 from here on"
        )
        with self._enough_memory("loading the networks"), torch.inference_mode():
            self._place_painters(EXACT)
        self._plan = EXACT
        warnings.warn(problem, MienWarning, stacklevel=3)

    def _place_painters(self, plan: Plan) -> None:
        warping = reduce_warping(self._networks.warping)
        generator = reduce_generator(self._networks.generator)
        parts = {"compress": "fp32", "middle": plan.middle, "merge": plan.paint}
        for name, number in parts.items():
            setattr(warping, name, self._placed(getattr(warping, name), number))
        self._warping, self._generator = warping, self._placed(generator, plan.paint)

    def _placed(self, network: Network, number: str) -> nn.Module:
        """A copy: the networks that were given stay in float32 where they are. Channels last is
        the layout that the libraries below torch are fast with."""
        placed: nn.Module = copy.deepcopy(network).to(self._device, DTYPES[number])
        for weight in placed.parameters():
            if weight.dim() == 4:
                weight.data = weight.data.contiguous(memory_format=torch.channels_last)
        return placed.requires_grad_(False)

    def _tensor(self, array: Floats) -> Tensor:
        return torch.from_numpy(array).to(self._device, torch.float32)

    def _enough_memory(self, doing: str) -> AbstractContextManager[None]:
        return enough_memory(doing, str(self._device), self._plan.paint)


def _is_spoilt(pictures: Floats) -> bool:
    """Whether one of them is all black or has something that is no number."""
    brightest: Any = pictures.reshape(len(pictures), -1).max(axis=1)
    return not bool(np.isfinite(pictures).all() and (brightest > 0).all())
