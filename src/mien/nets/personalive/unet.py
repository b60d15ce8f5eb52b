"""The network that takes noise from a window of frames, each under as much as its timestep says.

The spatial layers are those of diffusers' ``UNet2DConditionModel``, and so are their keys; after
each come a motion module and a temporal module. Frames are the batch everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from mien.nets.personalive.params import Config
from mien.nets.personalive.references import Condition, Known, SpatialTransformer, Told
from mien.nets.personalive.temporal import MotionModule, TemporalModule


class DenoisingUnet(nn.Module):
    """Made of the sizes that diffusers' class is made of.

    Of pictures of 512 x 512 with one reference a call makes 23.2 TFLOP for 16 frames, where
    diffusers' layers as they are make 24.1 (:class:`~mien.nets.personalive.references.Told`); each
    key frame adds 1.96 and 2.37.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        stock = UNet2DConditionModel(**config)
        self.time_proj, self.time_embedding = stock.time_proj, stock.time_embedding
        self.conv_in = stock.conv_in
        self.down_blocks = nn.ModuleList(map(_Down, stock.down_blocks))
        self.mid_block = _Middle(stock.mid_block)
        self.up_blocks = nn.ModuleList(map(_Up, stock.up_blocks))
        self.conv_norm_out, self.conv_act = stock.conv_norm_out, stock.conv_act
        self.conv_out = stock.conv_out

    def forward(
        self,
        latents_F4HW: Tensor,
        timesteps_F: Tensor,
        motion_FTE: Tensor,
        pose_FCHW: Tensor,
        condition: Condition,
    ) -> Tensor:
        """The noise in the latents, (F, 4, H, W); H and W are multiples of 8, F is at most 32.

        timesteps_F: 0..999. motion_FTE: 32 tokens of 16 for each frame. pose_FCHW: what is added
        to the first layer's result.
        """
        known = iter(condition)
        waves_FC = self.time_proj(timesteps_F).to(latents_F4HW.dtype)
        time_FX = self.time_embedding(waves_FC)
        x_FCHW = self.conv_in(latents_F4HW) + pose_FCHW
        left = [x_FCHW]
        for down in self.down_blocks:
            x_FCHW, more = down(x_FCHW, time_FX, motion_FTE, [next(known) for _ in down.attentions])
            left += more
        middle = self.mid_block
        x_FCHW = middle(x_FCHW, time_FX, motion_FTE, [next(known) for _ in middle.attentions])
        for up in self.up_blocks:
            met = [left.pop() for _ in up.resnets]
            x_FCHW = up(x_FCHW, met, time_FX, motion_FTE, [next(known) for _ in up.attentions])
        noise_F4HW: Tensor = self.conv_out(self.conv_act(self.conv_norm_out(x_FCHW)))
        return noise_F4HW

    def condition(
        self,
        clip_11D: Tensor,
        banks: Sequence[Sequence[Tensor]] = (),
        *,
        kind: type[Known] | type[Told] = Known,
    ) -> Condition:
        """What is known of a portrait by its CLIP embedding and, for each picture of it, the
        tokens of ``reference_tokens``. Nothing, as guidance needs it: zeros and no picture."""
        clip_11D = clip_11D.to(self.conv_in.weight)
        condition: Condition = tuple(kind.of(block, clip_11D) for block in self._attending())
        for tokens in banks:
            condition = self.extended(condition, tokens)
        return condition

    def extended(self, condition: Condition, tokens: Sequence[Tensor]) -> Condition:
        """With one more picture, whose keys and values are all that is computed."""
        each = zip(condition, self._attending(), tokens, strict=True)
        return tuple(known.extended(block, seen_1LC) for known, block, seen_1LC in each)

    def _attending(self) -> list[Any]:
        stages = [*self.down_blocks, self.mid_block, *self.up_blocks]
        return [each.block for stage in stages for each in stage.attentions]


class _Stage(nn.Module):
    """Layers at one resolution: the first ``count`` resnets are followed by what attends."""

    def __init__(self, stock: Any, count: int) -> None:
        super().__init__()
        widths = [resnet.out_channels for resnet in stock.resnets[:count]]
        self.resnets = stock.resnets
        self.attentions = nn.ModuleList(map(SpatialTransformer, getattr(stock, "attentions", ())))
        self.motion_modules = nn.ModuleList(map(MotionModule, widths))
        self.temporal_modules = nn.ModuleList(map(TemporalModule, widths))

    def _step(
        self,
        index: int,
        x_FCHW: Tensor,
        time_FX: Tensor,
        motion_FTE: Tensor,
        known: Sequence[Known | Told],
    ) -> Tensor:
        x_FCHW = self.resnets[index](x_FCHW, time_FX)
        if self.attentions:
            x_FCHW = self.attentions[index](x_FCHW, known[index])
        x_FCHW = self.motion_modules[index](x_FCHW, motion_FTE)
        done: Tensor = self.temporal_modules[index](x_FCHW)
        return done


class _Down(_Stage):
    def __init__(self, stock: Any) -> None:
        super().__init__(stock, len(stock.resnets))
        self.downsamplers = stock.downsamplers

    def forward(
        self, x_FCHW: Tensor, time_FX: Tensor, motion_FTE: Tensor, known: Sequence[Known | Told]
    ) -> tuple[Tensor, list[Tensor]]:
        left = []
        for index in range(len(self.resnets)):
            x_FCHW = self._step(index, x_FCHW, time_FX, motion_FTE, known)
            left.append(x_FCHW)
        for downsampler in self.downsamplers or ():
            x_FCHW = downsampler(x_FCHW)
            left.append(x_FCHW)
        return x_FCHW, left


class _Middle(_Stage):
    def __init__(self, stock: Any) -> None:
        super().__init__(stock, len(stock.attentions))

    def forward(
        self, x_FCHW: Tensor, time_FX: Tensor, motion_FTE: Tensor, known: Sequence[Known | Told]
    ) -> Tensor:
        x_FCHW = self._step(0, x_FCHW, time_FX, motion_FTE, known)
        done: Tensor = self.resnets[1](x_FCHW, time_FX)
        return done


class _Up(_Stage):
    def __init__(self, stock: Any) -> None:
        super().__init__(stock, len(stock.resnets))
        self.upsamplers = stock.upsamplers

    def forward(
        self,
        x_FCHW: Tensor,
        met: Sequence[Tensor],
        time_FX: Tensor,
        motion_FTE: Tensor,
        known: Sequence[Known | Told],
    ) -> Tensor:
        for index, met_FCHW in enumerate(met):
            x_FCHW = torch.cat((x_FCHW, met_FCHW), 1)
            x_FCHW = self._step(index, x_FCHW, time_FX, motion_FTE, known)
        for upsampler in self.upsamplers or ():
            x_FCHW = upsampler(x_FCHW)
        return x_FCHW
