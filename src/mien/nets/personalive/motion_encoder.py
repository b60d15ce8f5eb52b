"""What a face does, its eyes, mouth and brows, as tokens for the denoising UNet: the encoder of
X-NeMo (Zhao et al. 2025), a landmark network with attention among patches."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from diffusers.models.embeddings import get_1d_sincos_pos_embed_from_grid
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, relu

from mien.nets.personalive.hourglass import ConvBlock, Hourglass
from mien.nets.personalive.patch_attention import PatchAttention

FACE_SIDE = 224
NUM_TOKENS = 32
TOKEN_SIZE = 16
_HALF, _QUARTER, _SUMMARY = FACE_SIDE // 2, FACE_SIDE // 4, FACE_SIDE // 8
"""Sides of its feature maps."""


@dataclass(frozen=True, slots=True)
class MotionEncoderParams:
    """`widths`: channels of the stem, at half and at a quarter of the face's size, the latter two
    multiples of 32; `token_width`: of the tokens inside, a multiple of 16 times `num_heads`;
    `num_maps`: channels before the summary."""

    widths: tuple[int, int, int]
    hourglass_depth: int
    token_width: int
    num_heads: int
    num_maps: int


MOTION_ENCODER = MotionEncoderParams(
    widths=(64, 128, 256), hourglass_depth=4, token_width=1024, num_heads=8, num_maps=68
)
"""As published."""


class MotionEncoder(nn.Module):
    """Faces (B, 3, 224, 224), RGB -1..1 -> what they do (B, 32, 16)."""

    pe: Tensor

    def __init__(self, params: MotionEncoderParams) -> None:
        super().__init__()
        self.model = LandmarkNetwork(params)
        self.final_proj = nn.Linear(NUM_TOKENS * TOKEN_SIZE, NUM_TOKENS * TOKEN_SIZE)
        places_T = torch.arange(NUM_TOKENS, dtype=torch.float32, device="cpu")
        places_TE = get_1d_sincos_pos_embed_from_grid(TOKEN_SIZE, places_T)
        self.register_buffer("pe", places_TE.float()[None])

    def forward(self, face_B3HW: Tensor) -> Tensor:
        motion_BX = self.final_proj(self.model(face_B3HW))
        motion_BTE: Tensor = motion_BX.unflatten(1, (NUM_TOKENS, TOKEN_SIZE)) + self.pe
        return motion_BTE


class LandmarkNetwork(nn.Module):
    """Faces (B, 3, 224, 224) -> (B, 512)."""

    def __init__(self, params: MotionEncoderParams) -> None:
        super().__init__()
        stem, half, quarter = params.widths
        self.conv1 = nn.Conv2d(3, stem, 7, stride=2, padding=3)
        self.bn1 = nn.BatchNorm2d(stem)
        self.conv2 = ConvBlock(stem, half)
        self.att_1 = _attention(params, half, patch=4, side=_HALF)
        self.conv3 = ConvBlock(half, half)
        self.conv4 = ConvBlock(half, quarter)
        self.att_2 = _attention(params, quarter, patch=2, side=_QUARTER)
        self.m0 = Hourglass(params.hourglass_depth, quarter)
        self.top_m_0 = ConvBlock(quarter, quarter)
        self.conv_last0 = nn.Conv2d(quarter, quarter, 1)
        self.bn_end0 = nn.BatchNorm2d(quarter)
        self.att_3 = _attention(params, quarter, patch=2, side=_QUARTER)
        self.l0 = nn.Conv2d(quarter, params.num_maps, 1)
        self.bn5 = nn.BatchNorm2d(params.num_maps)
        self.conv6 = nn.Conv2d(params.num_maps, 1, 3, stride=2, padding=1)
        self.fc = nn.Linear(_SUMMARY**2, NUM_TOKENS * TOKEN_SIZE)

    def forward(self, face_B3HW: Tensor) -> Tensor:
        x_BCHW = self.att_1(self.conv2(relu(self.bn1(self.conv1(face_B3HW)))))
        x_BCHW = self.att_2(self.conv4(self.conv3(max_pool2d(x_BCHW, 2))))
        x_BCHW = self.conv_last0(self.top_m_0(self.m0(x_BCHW)))
        x_BCHW = relu(self.att_3(self.bn_end0(x_BCHW)))
        x_B1HW = self.conv6(relu(self.bn5(self.l0(x_BCHW))))
        summary: Tensor = self.fc(relu(x_B1HW.flatten(1)))
        return summary


def _attention(
    params: MotionEncoderParams, channels: int, *, patch: int, side: int
) -> PatchAttention:
    width, num_heads = params.token_width, params.num_heads
    return PatchAttention(channels, patch=patch, side=side, width=width, num_heads=num_heads)
