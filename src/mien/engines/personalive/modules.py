"""PersonaLive's networks as torch modules: what they are, how they are made, and how they are
filled when they need not mean anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from mien.engines.personalive.sizes import PUBLISHED, Sizes
from mien.weights import neural
from mien.weights.neural import Module, made_up

NAME = "personalive"
"""What it is called in complaints, and among the bundles of weights."""


@dataclass(frozen=True, slots=True)
class Modules:
    """PersonaLive's networks as torch modules in evaluation mode, float32, on the processor.

    reference_unet: sees a portrait once, for each of its pictures. denoising_unet: takes noise from
    a window of frames. vae: pictures to latents and back, of diffusers. image_encoder: CLIP's, of
    transformers. motion_encoder: what a face does. pose_guider: where the head is.
    motion_extractor: LivePortrait's M, which reads keypoints. tiny: a small decoder for the vae's
    latents, None where it is not asked for.
    """

    reference_unet: Module
    denoising_unet: Module
    vae: Module
    image_encoder: Module
    motion_encoder: Module
    pose_guider: Module
    motion_extractor: Module
    tiny: Module | None = None


def require_neural() -> None:
    """EngineUnavailableError without torch, diffusers or transformers."""
    neural.require_neural(NAME)


def recipe_modules(seed: int = 0, sizes: Sizes = PUBLISHED, *, tiny: bool = False) -> Modules:
    """The networks with weights from the recipe: they take as long as with real ones. ``tiny``:
    with the small decoder, too. Raises EngineUnavailableError without the packages."""
    require_neural()
    wanted = [name for name in MAKERS if tiny or name != "tiny"]
    return Modules(**{name: made_up(partial(MAKERS[name], sizes), seed) for name in wanted})


def make_reference_unet(sizes: Sizes) -> Module:
    """The spatial UNet that sees portraits."""
    from mien.nets.personalive.references import make_reference_unet

    return make_reference_unet(sizes.unet)


def make_denoising_unet(sizes: Sizes) -> Module:
    """The UNet of a window of frames."""
    from mien.nets.personalive.unet import DenoisingUnet

    return DenoisingUnet(sizes.unet)


def make_vae(sizes: Sizes) -> Module:
    """diffusers' autoencoder."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(**sizes.vae)


def make_image_encoder(sizes: Sizes) -> Module:
    """CLIP's encoder of pictures."""
    import torch
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    encoder = CLIPVisionModelWithProjection(CLIPVisionConfig(**sizes.image_encoder))
    embeddings = encoder.vision_model.embeddings
    # It is not in the files; on the processor, so that it is there in a network without memory.
    embeddings.position_ids = torch.arange(embeddings.num_positions, device="cpu")[None]
    return encoder


def make_motion_encoder(sizes: Sizes) -> Module:
    """X-NeMo's encoder of faces."""
    from mien.nets.personalive.motion_encoder import MOTION_ENCODER, MotionEncoder

    return MotionEncoder(sizes.motion_encoder or MOTION_ENCODER)


def make_pose_guider(sizes: Sizes) -> Module:
    """As wide as the first layer of the denoising UNet."""
    from mien.nets.personalive.pose_guider import PoseGuider

    return PoseGuider(sizes.unet["block_out_channels"][0])


def make_motion_extractor(sizes: Sizes) -> Module:
    """LivePortrait's M."""
    from mien.nets.liveportrait.motion import MotionExtractor

    return MotionExtractor(sizes.motion_extractor)


def make_tiny(_: Sizes) -> Module:
    """The small decoder, of which there is one size."""
    from diffusers import AutoencoderTiny

    return AutoencoderTiny().decoder


MAKERS: Mapping[str, Callable[[Sizes], Module]] = {
    "reference_unet": make_reference_unet,
    "denoising_unet": make_denoising_unet,
    "vae": make_vae,
    "image_encoder": make_image_encoder,
    "motion_encoder": make_motion_encoder,
    "pose_guider": make_pose_guider,
    "motion_extractor": make_motion_extractor,
    "tiny": make_tiny,
}
"""Field of :class:`Modules` -> what makes it."""
