"""G: paints the warped features, by a SPADE decoder (Park et al., CVPR 2019)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from mien.nets.liveportrait.params import GeneratorParams

SLOPE = 0.2


class Spade(nn.Module):
    """Instance norm whose gain and offset depend on the features at each place."""

    def __init__(self, channels: int, params: GeneratorParams) -> None:
        super().__init__()
        hidden = params.modulation_channels
        self.mlp_shared = nn.Sequential(
            nn.Conv2d(params.feature_channels, hidden, kernel_size=3, padding=1), nn.ReLU()
        )
        self.mlp_gamma = nn.Conv2d(hidden, channels, kernel_size=3, padding=1)
        self.mlp_beta = nn.Conv2d(hidden, channels, kernel_size=3, padding=1)

    def forward(self, x_BCHW: Tensor, features_BCHW: Tensor) -> Tensor:
        resized_BCHW = functional.interpolate(features_BCHW, size=x_BCHW.shape[2:])
        hidden_BCHW = self.mlp_shared(resized_BCHW)
        normal_BCHW = functional.instance_norm(x_BCHW)
        return normal_BCHW * (1 + self.mlp_gamma(hidden_BCHW)) + self.mlp_beta(hidden_BCHW)


class SpadeBlock(nn.Module):
    """Two modulated convolutions beside an identity; if the width changes, beside a third."""

    def __init__(self, in_channels: int, out_channels: int, params: GeneratorParams) -> None:
        super().__init__()
        middle = min(in_channels, out_channels)
        self.widens = in_channels != out_channels
        self.conv_0 = nn.Conv2d(in_channels, middle, kernel_size=3, padding=1)
        self.conv_1 = nn.Conv2d(middle, out_channels, kernel_size=3, padding=1)
        self.norm_0 = Spade(in_channels, params)
        self.norm_1 = Spade(middle, params)
        if self.widens:
            self.conv_s = nn.Conv2d(in_channels, out_channels, kernel_size=1, bias=False)
            self.norm_s = Spade(in_channels, params)

    def forward(self, x_BCHW: Tensor, features_BCHW: Tensor) -> Tensor:
        y_BCHW = self.conv_0(functional.leaky_relu(self.norm_0(x_BCHW, features_BCHW), SLOPE))
        y_BCHW = self.conv_1(functional.leaky_relu(self.norm_1(y_BCHW, features_BCHW), SLOPE))
        return self._skip(x_BCHW, features_BCHW) + y_BCHW

    def _skip(self, x_BCHW: Tensor, features_BCHW: Tensor) -> Tensor:
        return self.conv_s(self.norm_s(x_BCHW, features_BCHW)) if self.widens else x_BCHW


class SpadeGenerator(nn.Module):
    """Features (B, 256, 64, 64) -> a picture (B, 3, 512, 512), RGB 0..1.

    The official file keeps its convolutions spectrally normalised: see `fold_spectral_norm`.
    """

    def __init__(self, params: GeneratorParams) -> None:
        super().__init__()
        width = params.width
        wide, narrow = params.up_widths
        self.fc = nn.Conv2d(params.feature_channels, width, kernel_size=3, padding=1)
        self.middle_names = tuple(f"G_middle_{index}" for index in range(params.num_middle))
        for name in self.middle_names:
            self.add_module(name, SpadeBlock(width, width, params))
        self.up_0 = SpadeBlock(width, wide, params)
        self.up_1 = SpadeBlock(wide, narrow, params)
        self.conv_img = nn.Sequential(
            nn.Conv2d(narrow, 4 * params.image_channels, kernel_size=3, padding=1),
            nn.PixelShuffle(2),
        )

    def forward(self, features_BCHW: Tensor) -> Tensor:
        x_BCHW = self.fc(features_BCHW)
        for name in self.middle_names:
            x_BCHW = getattr(self, name)(x_BCHW, features_BCHW)
        x_BCHW = self.up_0(functional.interpolate(x_BCHW, scale_factor=2), features_BCHW)
        x_BCHW = self.up_1(functional.interpolate(x_BCHW, scale_factor=2), features_BCHW)
        return self.conv_img(functional.leaky_relu(x_BCHW, SLOPE)).sigmoid()
