"""The phoneme network: a bounded look-ahead for live sound, a wider view for files."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from mien.speech.phonemes import PHONES

BANDS = 40
WIDTH = 192
NARROW = 96
CLASSES = len(PHONES)
HEARD_LIVE = ((1, 1), (2, 1), (4, 0), (8, 0), (16, 0))
"""Dilation and steps of 20 ms that a block of the live part looks ahead."""
HEARD_LATER = (1, 2, 4, 8)


class Block(nn.Module):  # type: ignore[misc]  # torch is not there when types are checked
    """Residual: dilated convolution into a narrow layer and back."""

    def __init__(self, dilation: int, ahead: int) -> None:
        super().__init__()
        self.pad = (2 * dilation - ahead, ahead)
        self.into = nn.Conv1d(WIDTH, NARROW, 3, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(NARROW)
        self.out = nn.Conv1d(NARROW, WIDTH, 1, bias=False)
        self.out_norm = nn.BatchNorm1d(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norm(self.into(functional.pad(x, self.pad))))
        return functional.relu(x + self.out_norm(self.out(y)))


class PhonemeNetwork(nn.Module):  # type: ignore[misc]
    """Log-mel (batch, frames, BANDS), frames even, to logits (batch, frames, CLASSES), two of them.

    The first, for live sound, hears 60 ms ahead of a frame; the second hears 0.7 s to both sides.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv1d(BANDS, WIDTH, 5, padding=2, bias=False)
        self.stem_norm = nn.BatchNorm1d(WIDTH)
        self.pair = nn.Conv1d(WIDTH, WIDTH, 2, stride=2, bias=False)
        self.pair_norm = nn.BatchNorm1d(WIDTH)
        self.live = nn.Sequential(*(Block(d, ahead) for d, ahead in HEARD_LIVE))
        self.later = nn.Sequential(*(Block(d, d) for d in HEARD_LATER))
        self.live_head = nn.Conv1d(WIDTH, 2 * CLASSES, 1)
        self.head = nn.Conv1d(WIDTH, 2 * CLASSES, 1)
        self.drop = nn.Dropout(0.1)

    def forward(self, bands: Tensor) -> tuple[Tensor, Tensor]:
        x = functional.relu(self.stem_norm(self.stem(bands.transpose(1, 2))))
        x = functional.relu(self.pair_norm(self.pair(x)))
        x = self.live(x)
        return self._frames(self.live_head(self.drop(x))), self._frames(
            self.head(self.drop(self.later(x)))
        )

    @staticmethod
    def _frames(x: Tensor) -> Tensor:
        """(batch, 2 * CLASSES, steps) to (batch, 2 * steps, CLASSES)."""
        batch, _, steps = x.shape
        return x.transpose(1, 2).reshape(batch, 2 * steps, CLASSES)
