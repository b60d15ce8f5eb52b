"""MuseTalk's networks measured: how fast they are here, and beside what the libraries do with the
same weights, one step after the other in float32, in the same run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from mien.checks import check_whole
from mien.errors import MissingWeightsError
from mien.nets.musetalk.params import LATENT_SCALE
from mien.retouch.musetalk.devices import number_of
from mien.retouch.musetalk.hearing import Ear
from mien.retouch.musetalk.loading import load_modules
from mien.retouch.musetalk.modules import Modules, recipe_modules, require_neural
from mien.retouch.musetalk.networks import MuseTalkNetworks
from mien.retouch.musetalk.settings import DEFAULT_SETTINGS, MuseTalkSettings
from mien.types import Floats, Image
from mien.weights.devices import device_of
from mien.weights.trials import differences, fastest

Weights = Literal["installed", "recipe", "given"]
_RATE = Fraction(25)
_SOUND_S = 4


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds, the best of all rounds: of reading one face, of listening to a second of
    sound, and of painting one face in a full batch."""

    encode_ms: float
    hear_ms: float
    paint_ms: float


@dataclass(frozen=True, slots=True)
class MuseTalkFigures:
    """What was measured.

    weights: of this machine, or made up by the recipe, which take as long. ours: the networks as
    these settings run them. plain: diffusers' and transformers' own, float32, None if it was not
    asked for. ratio: how many times longer plain painting takes. psnr_db, mean_levels: of the
    painted faces against plain's, the latter in levels of 255; with weights of the recipe faces are
    noise, and differ more. memory_mb: as the networks tell it.
    """

    weights: Weights
    device: str
    number: str
    batch: int
    decoder: str
    ours: Costs
    frames_per_second: float
    plain: Costs | None
    ratio: float | None
    psnr_db: float | None
    mean_levels: float | None
    memory_mb: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def musetalk_trial(
    settings: MuseTalkSettings = DEFAULT_SETTINGS,
    *,
    rounds: int = 3,
    plain: bool = True,
    made_up: bool = True,
    modules: Modules | None = None,
) -> MuseTalkFigures:
    """Measure the networks with ``settings``, each step ``rounds`` times after one that does not
    count.

    plain: beside the libraries' own way. made_up: whether weights that are not on this machine are
    replaced by the recipe's. modules: networks to measure in their place; they are taken over.
    Raises as :meth:`MuseTalkNetworks.load`.
    """
    check_whole("--iterations", rounds, least=1)
    require_neural()
    number_of(settings, device_of(settings.device))  # what is not here is told at once
    weights: Weights = "given"
    if modules is None:
        modules, weights = _loaded(settings, made_up=made_up)
    material = _Material.for_networks(modules, settings.batch)
    before = _Plain(modules, settings).measured(material, rounds) if plain else None
    networks = MuseTalkNetworks.from_modules(modules, settings)
    ours, faces = _measured(networks, material, rounds)
    psnr_db, mean_levels = (None, None) if before is None else differences(before[1], faces)
    return MuseTalkFigures(
        weights=weights,
        device=networks.device,
        number=networks.number,
        batch=settings.batch,
        decoder=settings.decoder,
        ours=ours,
        frames_per_second=round(1000 / ours.paint_ms, 3),
        plain=None if before is None else before[0],
        ratio=None if before is None else round(before[0].paint_ms / ours.paint_ms, 2),
        psnr_db=psnr_db,
        mean_levels=mean_levels,
        memory_mb=networks.memory_mb,
    )


@dataclass(frozen=True, slots=True)
class _Material:
    faces: Image
    sound: Floats
    prompts: Floats

    @classmethod
    def for_networks(cls, modules: Modules, batch: int) -> _Material:
        """Blurred noise, about as lively as faces, and a sound that is loud and quiet."""
        draw = np.random.default_rng(0)
        side, width = modules.vae.config.sample_size, modules.unet.config.cross_attention_dim
        coarse = draw.integers(0, 256, (batch, side // 8, side // 8, 3), dtype=np.uint8)
        layers = modules.hearing.config.encoder_layers + 1
        return cls(
            faces=np.repeat(np.repeat(coarse, 8, axis=1), 8, axis=2),
            sound=(0.1 * draw.standard_normal(_SOUND_S * 16000)).astype(np.float32),
            prompts=draw.standard_normal((batch, 10 * layers, width)).astype(np.float32),
        )


class _Plain:
    """What upstream does, with the most likely latents, on the device of the settings."""

    def __init__(self, modules: Modules, settings: MuseTalkSettings) -> None:
        self._device = device_of(settings.device)
        self._unet, self._vae = (each.to(self._device) for each in (modules.unet, modules.vae))
        self._ear = Ear(modules.hearing, self._device)

    def measured(self, material: _Material, rounds: int) -> tuple[Costs, Image]:
        import torch

        count = len(material.faces)
        with torch.inference_mode():
            encode_s, latents = fastest(rounds, lambda: self._encoded(material.faces))
            paint_s, faces = fastest(rounds, lambda: self._painted(latents, material.prompts))
        hear_s, _ = fastest(rounds, lambda: self._ear.listen(material.sound))
        return _costs(encode_s / count, hear_s, paint_s / count), faces

    def _encoded(self, faces: Image) -> Any:
        import torch

        whole = torch.tensor(faces).permute(0, 3, 1, 2) / 127.5 - 1
        hidden = whole.clone()
        hidden[:, :, whole.shape[2] // 2 :] = -1
        parts = [
            self._vae.encode(each.to(self._device)).latent_dist.mode() for each in (hidden, whole)
        ]
        return torch.cat(parts, 1).cpu() * LATENT_SCALE

    def _painted(self, latents: Any, prompts: Floats) -> Image:
        import torch

        from mien.nets.musetalk.positions import sinusoids

        heard = (torch.tensor(prompts) + sinusoids(*prompts.shape[1:])).to(self._device)
        now = torch.tensor([0], device=self._device)
        predicted = self._unet(latents.to(self._device), now, heard).sample
        picture = self._vae.decode(predicted / LATENT_SCALE).sample / 2 + 0.5
        levels: Image = picture.clamp(0, 1).mul(255).round().to(torch.uint8).cpu().numpy()
        return np.ascontiguousarray(levels.transpose(0, 2, 3, 1))


def _measured(networks: MuseTalkNetworks, material: _Material, rounds: int) -> tuple[Costs, Image]:
    count = len(material.faces)
    encode_s, latents = fastest(rounds, lambda: networks.encode(material.faces))
    paint_s, faces = fastest(rounds, lambda: networks.paint(latents, material.prompts))
    hear_s, _ = fastest(
        rounds, lambda: networks.windows(networks.hear(material.sound), _RATE, 0, _SOUND_S * 25)
    )
    return _costs(encode_s / count, hear_s, paint_s / count), faces


def _loaded(settings: MuseTalkSettings, *, made_up: bool) -> tuple[Modules, Weights]:
    try:
        return load_modules(settings), "installed"
    except MissingWeightsError:
        if not made_up:
            raise
    return recipe_modules(tiny=settings.decoder == "tiny"), "recipe"


def _costs(encode_s: float, hear_s: float, paint_s: float) -> Costs:
    return Costs(*(round(1000 * each, 3) for each in (encode_s, hear_s / _SOUND_S, paint_s)))
