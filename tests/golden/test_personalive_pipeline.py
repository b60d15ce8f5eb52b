"""PersonaLive's stream against what upstream's own code drew, with small networks.

The cases are found by the index of their folder, which ``$MIEN_GOLDEN_DIR`` can replace.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from fakes.personalive_goldens import assert_same, case, cases, drawn_as, filled, generator, seed_of
from mien.engines.personalive.modules import MAKERS, Modules
from mien.engines.personalive.networks import PersonaLiveNetworks
from mien.engines.personalive.sizes import Sizes, reduced_sizes
from mien.engines.personalive.window import Frames, Window
from mien.engines.settings import EngineSettings
from mien.nets.personalive.schedule import Schedule
from mien.types import Image

pytestmark = pytest.mark.golden

CASES = cases(lambda facts: "keyframe_log" in facts)


@pytest.mark.parametrize("name", CASES)
def test_a_portrait_is_read_as_by_upstream(name: str) -> None:
    networks = networks_of(name)
    assert_same(name, "clip_embed", networks.embed(clip_pixels(name)), atol=1e-5)
    latents = networks.encode(portrait(name))
    assert_same(name, "ref_latents", latents[None], atol=1e-5)
    window = Window(latents, Noise(name), Schedule(4), Frames(torch.zeros(12), torch.zeros(12)))
    assert_same(name, "init_pile", pile(window.latents), atol=1e-5)


def networks_of(name: str) -> PersonaLiveNetworks:
    sizes, seed = sizes_of(name), seed_of(name)
    made = {each: filled(make(sizes), seed) for each, make in MAKERS.items() if each != "tiny"}
    modules = Modules(**made)
    with torch.no_grad():
        for weight in modules.motion_encoder.final_proj.parameters():
            weight *= 0.3
    settings = EngineSettings(device="cpu", precision="fp32")
    return PersonaLiveNetworks(modules, settings, rounded="f16bank" in case(name)["note"])


def sizes_of(name: str) -> Sizes:
    configs, small = case(name)["configs"], reduced_sizes()
    return replace(
        small,
        unet={**small.unet, **configs["unet"]},
        vae={**small.vae, **configs["vae"]},
        image_encoder={**small.image_encoder, **configs["clip"]},
        motion_encoder=None,
    )


class Noise:
    """What upstream's calls for noise were given, one after the other."""

    def __init__(self, name: str) -> None:
        self._name, self._calls = name, 0

    def __call__(self, count: int) -> Tensor:
        shape = case(self._name)["noise_shapes"][self._calls]
        assert shape[2] == count
        drawn = generator(f"{seed_of(self._name)}:noise:{self._calls}").standard_normal(shape)
        self._calls += 1
        return torch.from_numpy(drawn.astype(np.float32))[0].transpose(0, 1)


def portrait(name: str) -> Image:
    side = case(name)["image_size"]
    draw = generator(f"{seed_of(name)}:in:pipe:ref")
    return draw.integers(0, 256, (side, side, 3), dtype=np.uint8)


def clip_pixels(name: str) -> Tensor:
    (shape, kind) = case(name)["inputs"]["clip_pixels"]
    return drawn_as(name, "clip_pixels", shape, kind)


def pile(latents: Tensor) -> Tensor:
    """(F, ...) as upstream has it, (1, ..., F, ...)."""
    return latents.transpose(0, 1)[None]
