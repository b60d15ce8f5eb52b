"""Which part of a face each pixel shows: BiSeNet, with a ResNet-18 for its contexts."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, interpolate, relu

_WIDTHS = (64, 128, 256, 512)
"""Channels of the ResNet's four stages; the last three see an 8th, 16th and 32nd of the side."""
_CONTEXT = 128


class ParsedFace(NamedTuple):
    """Logits (B, classes, H, W) of the size of the picture: the result, and those of the contexts
    at a 16th and a 32nd, with which it was trained."""

    out: Tensor
    out16: Tensor
    out32: Tensor


class FaceParser(nn.Module):
    """Pictures (B, 3, H, W), RGB, with ImageNet's mean and spread; sides are multiples of 32."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.cp = _ContextPath()
        self.ffm = _FeatureFusion(2 * _CONTEXT)
        self.conv_out = _Head(2 * _CONTEXT, 2 * _CONTEXT, num_classes)
        self.conv_out16 = _Head(_CONTEXT, 64, num_classes)
        self.conv_out32 = _Head(_CONTEXT, 64, num_classes)

    def forward(self, picture_BCHW: Tensor) -> ParsedFace:
        size = picture_BCHW.shape[2:]
        features8, context8, context16 = self.cp(picture_BCHW)
        logits = (
            self.conv_out(self.ffm(features8, context8)),
            self.conv_out16(context8),
            self.conv_out32(context16),
        )
        return ParsedFace(
            *(interpolate(each, size, mode="bilinear", align_corners=True) for each in logits)
        )


class _ConvNormRelu(nn.Module):
    def __init__(self, channels: int, out_channels: int, taps: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out_channels, taps, padding=taps // 2, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return relu(self.bn(self.conv(x_BCHW)))


class _Head(nn.Module):
    def __init__(self, channels: int, width: int, num_classes: int) -> None:
        super().__init__()
        self.conv = _ConvNormRelu(channels, width, 3)
        self.conv_out = nn.Conv2d(width, num_classes, 1, bias=False)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        logits: Tensor = self.conv_out(self.conv(x_BCHW))
        return logits


class _AttentionRefinement(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = _ConvNormRelu(channels, _CONTEXT, 3)
        self.conv_atten = nn.Conv2d(_CONTEXT, _CONTEXT, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(_CONTEXT)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        features = self.conv(x_BCHW)
        weight = self.bn_atten(self.conv_atten(adaptive_avg_pool2d(features, 1)))
        return features * weight.sigmoid()


class _FeatureFusion(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convblk = _ConvNormRelu(channels, channels, 1)
        self.conv1 = nn.Conv2d(channels, channels // 4, 1, bias=False)
        self.conv2 = nn.Conv2d(channels // 4, channels, 1, bias=False)

    def forward(self, detail_BCHW: Tensor, context_BCHW: Tensor) -> Tensor:
        features = self.convblk(torch.cat((detail_BCHW, context_BCHW), 1))
        weight = self.conv2(relu(self.conv1(adaptive_avg_pool2d(features, 1))))
        return features * weight.sigmoid() + features


class _ContextPath(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.resnet = _ResNet18()
        self.arm16 = _AttentionRefinement(_WIDTHS[2])
        self.arm32 = _AttentionRefinement(_WIDTHS[3])
        self.conv_head32 = _ConvNormRelu(_CONTEXT, _CONTEXT, 3)
        self.conv_head16 = _ConvNormRelu(_CONTEXT, _CONTEXT, 3)
        self.conv_avg = _ConvNormRelu(_WIDTHS[3], _CONTEXT, 1)

    def forward(self, picture_BCHW: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features at an 8th of the side, contexts at an 8th and a 16th."""
        features8, features16, features32 = self.resnet(picture_BCHW)
        whole = self.conv_avg(adaptive_avg_pool2d(features32, 1))
        context32 = self.arm32(features32) + whole
        context16 = self.conv_head32(_grown(context32, features16))
        context8 = self.arm16(features16) + context16
        return features8, self.conv_head16(_grown(context8, features8)), context16


class _ResNet18(nn.Module):
    """Up to the features at an 8th, a 16th and a 32nd of the side."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, _WIDTHS[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(_WIDTHS[0])
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _stage(_WIDTHS[0], _WIDTHS[0], stride=1)
        self.layer2 = _stage(_WIDTHS[0], _WIDTHS[1], stride=2)
        self.layer3 = _stage(_WIDTHS[1], _WIDTHS[2], stride=2)
        self.layer4 = _stage(_WIDTHS[2], _WIDTHS[3], stride=2)

    def forward(self, picture_BCHW: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.layer1(self.maxpool(relu(self.bn1(self.conv1(picture_BCHW)))))
        features8 = self.layer2(x)
        features16 = self.layer3(features8)
        return features8, features16, self.layer4(features16)


class _BasicBlock(nn.Module):
    def __init__(self, channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x_BCHW: Tensor) -> Tensor:
        change = self.bn2(self.conv2(relu(self.bn1(self.conv1(x_BCHW)))))
        return relu(self.downsample(x_BCHW) + change)


def _stage(channels: int, out_channels: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        _BasicBlock(channels, out_channels, stride), _BasicBlock(out_channels, out_channels, 1)
    )


def _grown(x_BCHW: Tensor, like_BCHW: Tensor) -> Tensor:
    return interpolate(x_BCHW, like_BCHW.shape[2:], mode="nearest")
