"""MuseTalk's networks as torch modules: what they are, how they are made, and how they are filled
when they need not mean anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from mien.nets.musetalk.params import HEARING, NUM_CLASSES, UNET, VAE, Config
from mien.weights import neural
from mien.weights.neural import Module, made_up

NAME = "musetalk"
"""What it is called in complaints, and among the bundles of weights."""


@dataclass(frozen=True, slots=True)
class Modules:
    """MuseTalk's networks as torch modules in evaluation mode, float32, on the processor.

    unet, vae: of diffusers. hearing: whisper's encoder, of transformers. parsing: tells parts of a
    face apart, None where there are no weights for it. tiny: a small decoder for the vae's latents.
    """

    unet: Module
    vae: Module
    hearing: Module
    parsing: Module | None = None
    tiny: Module | None = None


def require_neural() -> None:
    """EngineUnavailableError without torch, diffusers or transformers."""
    neural.require_neural(NAME)


def recipe_modules(
    seed: int = 0,
    *,
    unet: Config = UNET,
    vae: Config = VAE,
    hearing: Config = HEARING,
    parsing: bool = False,
    tiny: bool = False,
) -> Modules:
    """The networks with weights from the recipe: they take as long as with real ones. Raises
    EngineUnavailableError without the packages."""
    require_neural()
    return Modules(
        unet=recipe_module("unet", seed, unet),
        vae=recipe_module("vae", seed, vae),
        hearing=recipe_module("hearing", seed, hearing),
        parsing=recipe_module("parsing", seed) if parsing else None,
        tiny=recipe_module("tiny", seed) if tiny else None,
    )


def make_unet(config: Config) -> Module:
    """Of ``musetalk.json``."""
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(**config)


def make_vae(config: Config) -> Module:
    """Of the autoencoder's ``config.json``."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(**config)


def make_hearing(config: Config) -> Module:
    """Of whisper's ``config.json``."""
    from transformers import WhisperConfig
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

    return WhisperEncoder(WhisperConfig(**config))


def make_parsing(_: Config) -> Module:
    """The parser of faces, of which there is one size."""
    from mien.nets.musetalk.parsing import FaceParser

    return FaceParser(NUM_CLASSES)


def make_tiny(_: Config) -> Module:
    """The small decoder, of which there is one size."""
    from diffusers import AutoencoderTiny

    return AutoencoderTiny().decoder


MAKERS: Mapping[str, tuple[Callable[[Config], Module], Config]] = {
    "unet": (make_unet, UNET),
    "vae": (make_vae, VAE),
    "hearing": (make_hearing, HEARING),
    "parsing": (make_parsing, {}),
    "tiny": (make_tiny, {}),
}
"""Field of :class:`Modules` -> what makes it, of which sizes as published."""


def recipe_module(name: str, seed: int, config: Config | None = None) -> Module:
    """One network, of the field of this name in :class:`Modules`; ``config``: its sizes, None as
    published."""
    make, published = MAKERS[name]
    return made_up(partial(make, published if config is None else config), seed)
