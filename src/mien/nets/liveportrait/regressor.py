"""S, R_eyes and R_lip: corrections of keypoints, by small perceptrons (Guo et al. 2024, 3.3)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from mien.nets.liveportrait.params import RegressorParams


class KeypointRegressor(nn.Module):
    """Keypoints, flat, and what is asked of them (B, in) -> what to add to keypoints (B, out).

    | network | in | out |
    |---|---|---|
    | S | source 63, driven 63 | driven 63, then a shift (x, y) of all |
    | R_eyes | source 63, openings of its left and right eye, opening wanted | source 63 |
    | R_lip | source 63, opening of its lips, opening wanted | source 63 |
    """

    def __init__(self, params: RegressorParams) -> None:
        super().__init__()
        first, *rest = pairwise(params.widths)
        layers: list[nn.Module] = [nn.Linear(*first)]
        for pair in rest:
            layers += [nn.ReLU(), nn.Linear(*pair)]
        self.mlp = nn.Sequential(*layers)

    def forward(self, x_BC: Tensor) -> Tensor:
        return self.mlp(x_BC)
