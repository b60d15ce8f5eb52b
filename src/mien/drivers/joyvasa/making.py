"""The networks at work: windows of speech in, the numbers of their motion out, one after the other.

Only what is drawn here decides, besides the speech: the same seed, the same motion.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from mien.drivers.joyvasa.settings import JoyVasaSettings
from mien.errors import EngineUnavailableError
from mien.nets.joyvasa.hearing import fold_weight_norm
from mien.nets.joyvasa.network import JoyVasaNetwork
from mien.nets.joyvasa.sampling import Context, denoise, plan_steps
from mien.speech.samples import Mono
from mien.types import Floats
from mien.weights.memory import enough_memory

NAME = "joyvasa"
DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


class PlacedNetwork:
    """The networks on their device. precision: of the two transformers; HuBERT's convolutions, and
    what is added up over the steps, are always float32."""

    def __init__(self, network: JoyVasaNetwork, device: str, precision: str) -> None:
        self.device, self.precision = torch.device(device), precision
        self.params = network.params
        with self.enough_memory("loading the networks"):
            fold_weight_norm(network.audio_encoder)
            self.network = network.to(self.device).eval().requires_grad_(False)
            hubert = network.audio_encoder
            hearing = (hubert.feature_projection, hubert.encoder, network.audio_feature_map)
            for part in (*hearing, network.denoising_net):
                part.to(DTYPES[precision])

    def hear(self, samples: Mono) -> Tensor:
        """(L, D) float32 of one window's samples."""
        sound = torch.from_numpy(samples)[None].to(self.device)
        heard: Tensor = self.network.hear(sound)[0].float()
        return heard

    @contextmanager
    def enough_memory(self, doing: str) -> Iterator[None]:
        """OutOfMemoryError for what the libraries raise where memory ends."""
        otherwise = "" if self.device.type == "cpu" else "; choose --device cpu"
        problem = f"out of memory on {self.device} while {doing} in {self.precision}{otherwise}"
        with enough_memory(NAME, problem), torch.inference_mode():
            yield


class _Past:
    """Speech and motion of the latest window, and of the frames before it."""

    def __init__(self, speech_1pd: Tensor, motion_1pm: Tensor) -> None:
        """Of the frames before the first window."""
        self._speech, self._motion = speech_1pd[0], motion_1pm[0]
        self._reach = len(self._motion)

    @property
    def latest(self) -> tuple[Tensor, Tensor]:
        """Speech (P, D) and motion (P, M) of the latest frames."""
        return self._speech[-self._reach :], self._motion[-self._reach :]

    def add(self, speech: Tensor, motion: Tensor) -> None:
        """The next window."""
        before_speech, before_motion = self.latest
        self._speech = torch.cat((before_speech, speech))
        self._motion = torch.cat((before_motion, motion))

    def drop(self, count: int) -> None:
        """Forget so many of the latest window's last frames."""
        left = len(self._motion) - count
        self._speech, self._motion = self._speech[:left], self._motion[:left]


class MotionMaker:
    """One motion, window after window, each going on from the frames before it. It does not keep
    the network, which may be put away between two windows."""

    def __init__(self, placed: PlacedNetwork, settings: JoyVasaSettings, seed: int) -> None:
        self._device, self._settings = placed.device, settings
        network, params = placed.network, placed.params
        self._shape = (params.denoiser.window, params.denoiser.motion_size)
        self._draw = np.random.Generator(np.random.PCG64(seed))
        with placed.enough_memory("preparing a motion"):
            self._start = self._noise()
            self._past = _Past(network.start_audio_feat, network.start_motion_feat)
            steps = min(settings.steps, params.num_steps)
            left = network.diffusion_sched.alpha_bars.double().tolist()
            self._steps = plan_steps(left, steps)

    @property
    def window(self) -> int:
        """Frames of each."""
        return self._shape[0]

    def make(self, placed: PlacedNetwork, samples: Mono, count: int) -> Floats:
        """(count, M) float32: the first frames of a window of speech, after which the next window
        begins. All windows begin with the same noise, as upstream."""
        with placed.enough_memory("making motion of speech"):
            speech = placed.hear(samples)
            motion = self._denoised(placed, speech)
            self._past.add(speech[:count], motion[:count])
            made: Floats = motion[:count].cpu().numpy()
        if not np.isfinite(made).all():
            problem = f"{placed.precision} on {placed.device} gave numbers that are not finite"
            raise EngineUnavailableError(NAME, f"{problem}; choose --precision fp32")
        return made

    def drop(self, count: int) -> None:
        """The last so many frames of the latest window were not used: the next one goes on from
        those before them."""
        self._past.drop(count)

    def _denoised(self, placed: PlacedNetwork, speech: Tensor) -> Tensor:
        silence = placed.network.null_audio_feat[0]
        undone = denoise(
            placed.network.denoising_net,
            Context(speech, *self._past.latest, silence),
            self._start,
            self._noise,
            steps=self._steps,
            guidance=float(self._settings.guidance),
            positions=self._settings.positions,
        )
        return deque(undone, maxlen=1).pop()

    def _noise(self) -> Tensor:
        """Drawn on the processor, so that every device gets the same."""
        drawn = self._draw.standard_normal(self._shape).astype(np.float32)
        return torch.from_numpy(drawn).to(self._device)
