"""PersonaLive's UNets, and the modules between their layers, against what upstream's code computed.

The cases are found by their index, in a folder that ``$MIEN_GOLDEN_DIR`` can replace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from fakes import personalive_goldens as goldens
from mien.nets.personalive.params import UNET
from mien.nets.personalive.references import make_reference_unet, reference_tokens
from mien.nets.personalive.temporal import MotionModule, TemporalModule
from mien.nets.personalive.unet import DenoisingUnet

pytestmark = pytest.mark.golden

ATOL = 1e-5
OF_LARGEST = 4e-6
"""What results may be off, the second of the largest there is; inner ones exceed 30."""
BANK = "down_blocks.0.attentions.0.transformer_blocks.0"


def cases(output: str) -> list[str]:
    return goldens.cases(lambda facts: output in facts["outputs"])


@pytest.mark.parametrize(
    ("make", "files"),
    [
        (make_reference_unet, ["reference_unet"]),
        (DenoisingUnet, ["denoising_unet", "temporal_module"]),
    ],
)
def test_the_keys_and_shapes_are_those_of_the_official_files(make: Any, files: list[str]) -> None:
    with torch.device("meta"):
        state = make(UNET).state_dict()
    official: dict[str, tuple[int, ...]] = {}
    for file in files:
        official |= goldens.official_shapes(f"personalive/{file}.pth")
    assert {key: tuple(tensor.shape) for key, tensor in state.items()} == official


@pytest.mark.parametrize("name", cases("motion_module"))
@torch.inference_mode()
def test_the_modules_between_layers_compute_what_upstream_s_do(name: str) -> None:
    seed, x = goldens.seed_of(name), frames(goldens.drawn(name, "h"))
    motion = goldens.drawn(name, "motion")[0]
    width = x.shape[1]
    made = {
        "motion_module": goldens.filled(MotionModule(width), seed)(x, motion),
        "temporal_module": goldens.filled(TemporalModule(width), seed)(x),
    }
    for output in goldens.outputs_of(name):
        assert_same(name, output, window(made[output]))


@pytest.mark.parametrize("name", cases("mid_block"))
@torch.inference_mode()
def test_without_a_reference_every_layer_computes_what_upstream_s_does(name: str) -> None:
    unet = denoising_unet(name)
    condition = unet.condition(goldens.drawn(name, "clip"))
    with Watched(unet, goldens.outputs_of(name) - {"out"}) as watched:
        watched.seen["out"] = denoised(name, unet, condition)
    assert set(watched.seen) == goldens.outputs_of(name)
    for output, made in watched.seen.items():
        assert_same(name, output, window(made) if made.ndim == 4 else made)


@pytest.mark.parametrize("name", cases(BANK))
@torch.inference_mode()
def test_the_reference_unet_sees_what_upstream_s_does(name: str) -> None:
    unet = goldens.filled(make_reference_unet(sizes(name)), goldens.seed_of(name))
    with Watched(unet, {""}) as watched:
        tokens = reference_tokens(unet, *picture(name), rounded=False)
    made = dict(zip(in_order(unet), tokens, strict=True)) | {"unet_out": watched.seen[""]}
    assert set(made) == goldens.outputs_of(name)
    for output, tensor in made.items():
        assert_same(name, output, tensor)


@pytest.mark.parametrize("name", cases("ref_plus_2key"))
@torch.inference_mode()
def test_a_reference_and_key_frames_do_what_they_do_upstream(name: str) -> None:
    unet, compared = denoising_unet(name), set()
    for output, condition in conditions(name, unet):
        compared.add(output)
        assert_same(name, output, window(denoised(name, unet, condition)))
    assert compared == goldens.outputs_of(name)


def assert_same(name: str, output: str, made: Tensor) -> None:
    largest = goldens.case(name)["outputs"][output]["absmax"]
    goldens.assert_same(name, output, made, atol=max(ATOL, OF_LARGEST * largest))


def conditions(name: str, unet: DenoisingUnet) -> Iterator[tuple[str, Any]]:
    reference = goldens.filled(make_reference_unet(sizes(name)), goldens.seed_of(name))
    latents, clip = picture(name)
    whole = reference_tokens(reference, latents, clip, rounded=False)
    half = reference_tokens(reference, latents, clip)
    yield "ref_f32bank", unet.condition(clip, [whole])
    yield "ref_f16bank", unet.condition(clip, [half])
    key = goldens.drawn(name, "key_latent")
    condition = unet.condition(clip, [whole])
    for output, scale in (("ref_plus_1key", 1.0), ("ref_plus_2key", 0.5)):
        tokens = reference_tokens(reference, scale * key, clip, rounded=False)
        condition = unet.extended(condition, tokens)
        yield output, condition


def sizes(name: str) -> dict[str, Any]:
    config = goldens.case(name)["config"]
    return {key: value for key, value in config.items() if key != "unet_additional_kwargs"}


def denoising_unet(name: str) -> DenoisingUnet:
    return goldens.filled(DenoisingUnet(sizes(name)), goldens.seed_of(name))


def picture(name: str) -> tuple[Tensor, Tensor]:
    return goldens.drawn(name, "ref_latent"), goldens.drawn(name, "clip")


def denoised(name: str, unet: DenoisingUnet, condition: Any) -> Tensor:
    latents, pose = (frames(goldens.drawn(name, each)) for each in ("sample", "pose"))
    motion = goldens.drawn(name, "motion")[0]
    noise: Tensor = unet(latents, timesteps(name), motion, pose, condition)
    return noise


def timesteps(name: str) -> Tensor:
    """Of each frame; written as ``[0]*4+[333]*4``."""
    runs = re.findall(r"\[(\d+)\]\*(\d+)", goldens.case(name)["timesteps"])
    return torch.tensor([int(step) for step, count in runs for _ in range(int(count))])


def in_order(unet: nn.Module) -> list[str]:
    """The names of the transformers, in the order they run."""
    names = [name for name, module in unet.named_modules() if hasattr(module, "attn1")]
    return sorted(names, key=lambda name: ("down", "mid_", "up_b").index(name[:4]))


def frames(x: Tensor) -> Tensor:
    return x[0].transpose(0, 1)


def window(x: Tensor) -> Tensor:
    return x.transpose(0, 1)[None]


class Watched:
    """What the modules of these names give while it is open; the first of several things."""

    def __init__(self, network: nn.Module, names: set[str]) -> None:
        self.seen: dict[str, Tensor] = {}
        self._hooks = [
            network.get_submodule(name).register_forward_hook(self._note(name)) for name in names
        ]

    def _note(self, name: str) -> Any:
        def note(_: nn.Module, __: Any, made: Any) -> None:
            self.seen[name] = made if isinstance(made, Tensor) else made[0]

        return note

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()
