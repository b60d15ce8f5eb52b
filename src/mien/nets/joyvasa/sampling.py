"""Diffusion backwards: from noise to the motion of a window (Ho et al. 2020; the network tells the
motion itself, not the noise), guided by speech (Ho and Salimans 2022)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mien.nets.joyvasa.denoiser import Denoiser
from mien.nets.joyvasa.params import Positions


class Step(NamedTuple):
    """One step back, from ``time``: the next motion is ``kept`` times this one, plus ``told``
    times what the network tells, plus ``spread`` times new noise."""

    time: int
    kept: float
    told: float
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What a window is made from: its speech (L, D), and speech (P, D) and motion (P, M) of the
    frames before it. silence: (1, D), what stands for no speech."""

    speech: Tensor
    previous_speech: Tensor
    previous_motion: Tensor
    silence: Tensor


def plan_steps(alpha_bars: Sequence[float], count: int) -> tuple[Step, ...]:
    """``count`` steps, evenly spread over those of the schedule; all of them are upstream's way.

    alpha_bars: what the steps of the schedule leave of the motion, 1 before the first. A step over
    several of the schedule's is one whose noise is theirs together (Nichol and Dhariwal 2021).
    """
    last = len(alpha_bars) - 1
    times = np.rint(np.linspace(last, 0, count + 1)).astype(int).tolist()
    return tuple(
        _step(time, alpha_bars[time], alpha_bars[before]) for time, before in pairwise(times)
    )


def _step(time: int, left: float, left_before: float) -> Step:
    alpha, gone = left / left_before, 1.0 - left
    gone_before = 1.0 - left_before
    kept = gone_before * alpha**0.5 / gone
    told = (1.0 - alpha) * left_before**0.5 / gone
    return Step(time, kept, told, (gone_before / gone * (1.0 - alpha)) ** 0.5)


def denoise(
    denoiser: Denoiser,
    context: Context,
    start_LM: Tensor,
    noise: Callable[[], Tensor],
    *,
    steps: Sequence[Step],
    guidance: float,
    positions: Positions = "legacy",
) -> Iterator[Tensor]:
    """The motion (L, M) after each step, float32; the last one is the window's.

    start_LM: what is all noise. noise: (L, M) more of it, asked for after each step but the last.
    guidance: how much further than without speech the network goes with it; at 1 what it is
    without is not asked.
    """
    weights = denoiser.feature_proj.weight
    speech_BND = _speech(context, guided=guidance != 1.0).to(weights.dtype)
    heard = denoiser.heard(speech_BND)
    before_PM = context.previous_motion.to(weights.dtype)
    motion_LM = start_LM.float()
    for number, step in enumerate(steps, start=1):
        motion_NM = torch.cat((before_PM, motion_LM.to(weights.dtype)))
        told = denoiser(motion_NM.expand(len(speech_BND), -1, -1), heard, step.time, positions)
        told_LM = _guided(told[:, len(before_PM) :].float(), guidance)
        motion_LM = step.kept * motion_LM + step.told * told_LM
        if number < len(steps):
            motion_LM = motion_LM + step.spread * noise()
        yield motion_LM


def _speech(context: Context, *, guided: bool) -> Tensor:
    """(B, N, D): without speech, then with it; what came before is known to both."""
    silence_LD = context.silence.expand_as(context.speech)
    rows = (silence_LD, context.speech) if guided else (context.speech,)
    return torch.stack([torch.cat((context.previous_speech, row_LD)) for row_LD in rows])


def _guided(told_BLM: Tensor, guidance: float) -> Tensor:
    if len(told_BLM) == 1:
        return told_BLM[0]
    without_LM, with_LM = told_BLM
    return without_LM + guidance * (with_LM - without_LM)
