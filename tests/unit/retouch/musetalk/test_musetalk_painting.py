"""Faces in, faces out: the same in any batch, within the memory there is, in half precision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from fakes.musetalk_networks import HEARING, SIDE, UNET, VAE, WIDTH, small_modules, small_networks
from mien.errors import MienWarning, OutOfMemoryError
from mien.nets.musetalk.params import LATENT_SCALE
from mien.nets.musetalk.positions import sinusoids
from mien.retouch.musetalk.devices import Number
from mien.retouch.musetalk.modules import Modules, recipe_module, recipe_modules
from mien.retouch.musetalk.networks import MuseTalkNetworks
from mien.retouch.musetalk.painting import Painter
from mien.retouch.musetalk.parsing import Parser
from mien.retouch.musetalk.settings import MuseTalkSettings
from mien.types import Floats, Image

pytestmark = pytest.mark.unit

EXACT = MuseTalkSettings(device="cpu", precision="fp32", batch=2)
DRAW = np.random.default_rng(3)
FACES: Image = DRAW.integers(0, 256, (5, SIDE, SIDE, 3), dtype=np.uint8)
PROMPTS: Floats = DRAW.standard_normal((5, 50, WIDTH)).astype(np.float32)


@pytest.fixture(scope="module")
def networks() -> Iterator[MuseTalkNetworks]:
    made = small_networks(batch=2)
    yield made
    made.close()


def differences(one: Image, other: Image) -> Floats:
    """In levels."""
    return np.abs(one.astype(np.float64) - other)


@torch.inference_mode()
def painted_by_the_libraries(modules: Modules, faces: Image, prompts: Floats) -> Image:
    """Upstream's steps, one by one, with the most likely latents."""
    picture = torch.tensor(faces).permute(0, 3, 1, 2) / 255
    upper = torch.zeros(1, 1, SIDE, SIDE)
    upper[:, :, : SIDE // 2] = 1
    latents = [
        LATENT_SCALE * modules.vae.encode((each - 0.5) / 0.5).latent_dist.mode()
        for each in (picture * upper, picture)
    ]
    heard = torch.tensor(prompts) + sinusoids(50, WIDTH)
    predicted = modules.unet(torch.cat(latents, 1), torch.tensor([0]), heard).sample
    result = (modules.vae.decode(predicted / LATENT_SCALE).sample / 2 + 0.5).clamp(0, 1)
    return (result * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def test_faces_are_painted_as_the_libraries_do_it(networks: MuseTalkNetworks) -> None:
    wanted = painted_by_the_libraries(small_modules(), FACES, PROMPTS)
    made = networks.paint(networks.encode(FACES), PROMPTS)
    assert made.dtype == np.uint8
    assert made.shape == FACES.shape
    assert wanted.std() > 20, "something to look at"
    assert differences(made, wanted).max() <= 1


def test_latents_are_of_the_upper_half_and_of_all(networks: MuseTalkNetworks) -> None:
    changed = FACES.copy()
    changed[:, SIDE // 2 :] = 255 - changed[:, SIDE // 2 :]
    before, after = networks.encode(FACES), networks.encode(changed)
    assert before.shape == (5, 8, SIDE // 2, SIDE // 2)
    assert before.dtype == np.float32
    np.testing.assert_array_equal(before[:, :4], after[:, :4])
    assert (before[:, 4:] != after[:, 4:]).any()
    np.testing.assert_array_equal(before, networks.encode(FACES))


def test_each_sound_has_its_lips(networks: MuseTalkNetworks) -> None:
    latents = networks.encode(np.repeat(FACES[:1], 2, axis=0))
    one, other = networks.paint(latents, PROMPTS[:2])
    assert (one != other).any()


def test_a_face_is_painted_the_same_in_any_batch(networks: MuseTalkNetworks) -> None:
    latents = networks.encode(FACES)
    together = networks.paint(latents, PROMPTS)
    alone = np.concatenate([networks.paint(latents[[n]], PROMPTS[[n]]) for n in range(len(FACES))])
    assert differences(together, alone).max() <= 1


def test_nothing_makes_nothing(networks: MuseTalkNetworks) -> None:
    latents = networks.encode(FACES[:0])
    assert latents.shape == (0, 8, SIDE // 2, SIDE // 2)
    assert networks.paint(latents, PROMPTS[:0]).shape == (0, SIDE, SIDE, 3)


def test_arrays_that_may_not_be_written_are_read(networks: MuseTalkNetworks) -> None:
    faces, prompts = FACES[:1].copy(), PROMPTS[:1].copy()
    faces.flags.writeable = prompts.flags.writeable = False
    latents = networks.encode(faces)
    latents.flags.writeable = False
    assert networks.paint(latents, prompts).shape == faces.shape


class SmallDevice:
    """Memory that ends when more than so many faces are worked on."""

    def __init__(self, networks: MuseTalkNetworks, most: int, message: str) -> None:
        self.most, self.message, self.batches = most, message, list[int]()
        for network in networks._painter.networks:
            network.register_forward_pre_hook(self._allocate)

    def _allocate(self, network: Any, given: tuple[Any, ...]) -> None:
        self.batches.append(len(given[0]))
        if len(given[0]) > self.most:
            raise RuntimeError(self.message)


CUDA_SAYS = "CUDA out of memory. Tried to allocate 2.00 GiB"


def test_memory_that_ends_halves_the_batch_once(networks: MuseTalkNetworks) -> None:
    latents = networks.encode(FACES)
    small = small_networks(batch=4)
    device = SmallDevice(small, 2, CUDA_SAYS)
    made = small.paint(latents, PROMPTS)
    assert device.batches == [4, 2, 2, 1]
    assert differences(made, networks.paint(latents, PROMPTS)).max() <= 1
    small.paint(latents, PROMPTS)
    assert device.batches == [4, 2, 2, 1, 2, 2, 1], "it stays at half"


def test_memory_that_ends_again_is_one_clear_error(networks: MuseTalkNetworks) -> None:
    latents = networks.encode(FACES)
    small = small_networks(batch=4)
    device = SmallDevice(small, 1, CUDA_SAYS)
    with pytest.raises(OutOfMemoryError) as ended:
        small.paint(latents, PROMPTS)
    assert device.batches == [4, 2]
    assert "out of memory on cpu while painting 2 faces at once" in str(ended.value)
    assert "--batch" in str(ended.value)
    assert "--decoder tiny" in str(ended.value)
    assert ended.value.__cause__ is None
    device.most = 2
    assert len(small.paint(latents, PROMPTS)) == 5, "it goes on with what fits"


def test_other_errors_are_not_taken_for_it() -> None:
    small = small_networks(batch=4)
    SmallDevice(small, 0, "mat1 and mat2 shapes cannot be multiplied")
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        small.paint(np.zeros((1, 8, SIDE // 2, SIDE // 2), np.float32), PROMPTS[:1])


@pytest.mark.parametrize("number", ["bf16", "fp16"])
def test_half_precision_is_close(networks: MuseTalkNetworks, number: Number) -> None:
    latents = networks.encode(FACES)
    painter = Painter(small_modules(), "cpu", number, batch=4)
    assert painter.memory_mb <= networks.memory_mb
    made = painter.paint(torch.tensor(latents), PROMPTS)
    exact = networks.paint(latents, PROMPTS)
    assert differences(made, exact).mean() < (2.0 if number == "bf16" else 0.5)
    read = painter.encode(FACES).numpy()
    assert np.abs(read - latents).std() < 0.05 * latents.std()


def test_what_half_precision_spoils_is_painted_again(networks: MuseTalkNetworks) -> None:
    latents = networks.encode(FACES)
    modules = small_modules()
    for kernel in (modules.vae.decoder.conv_in.weight, modules.vae.decoder.conv_in.bias):
        kernel.mul_(1e5)  # the norms after it make the picture the same
    painter = Painter(modules, "cpu", "fp16", batch=8)
    with pytest.warns(MienWarning, match="fp16 on cpu gave .* going on in fp32"):
        made = painter.paint(torch.tensor(latents), PROMPTS)
    assert made.std() > 20
    np.testing.assert_array_equal(painter.paint(torch.tensor(latents), PROMPTS), made)


def eighth_modules() -> Modules:
    """With an autoencoder whose latents have an eighth of the side, as the tiny decoder knows."""
    vae = {
        **VAE,
        "block_out_channels": [16, 16, 16, 32],
        "down_block_types": ["DownEncoderBlock2D"] * 4,
        "up_block_types": ["UpDecoderBlock2D"] * 4,
    }
    return recipe_modules(unet=UNET, vae=vae, hearing=HEARING, tiny=True)


@torch.inference_mode()
def test_the_tiny_decoder_takes_the_place_of_the_full_one() -> None:
    modules, full = eighth_modules(), replace(eighth_modules(), tiny=None)
    small, large = (MuseTalkNetworks.from_modules(each, EXACT) for each in (modules, full))
    latents = small.encode(FACES[:2])
    np.testing.assert_array_equal(latents, large.encode(FACES[:2]))
    made = small.paint(latents, PROMPTS[:2])
    heard = torch.tensor(PROMPTS[:2]) + sinusoids(50, WIDTH)
    predicted = eighth_modules().unet(torch.tensor(latents), torch.tensor([0]), heard).sample
    picture = (modules.tiny(predicted) / 2 + 0.5).clamp(0, 1) * 255
    wanted = picture.round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    assert wanted.std() > 5
    assert differences(made, wanted).max() <= 1
    assert not list(modules.vae.decoder.parameters()), "which takes no room any more"


def test_a_face_is_parsed_where_there_is_a_network_for_it(networks: MuseTalkNetworks) -> None:
    assert networks.parse(FACES[0]) is None
    parser = Parser(recipe_module("parsing", 0), "cpu")
    picture = np.repeat(np.repeat(FACES[0], 20, axis=0), 18, axis=1)
    classes = parser.parse(picture)
    assert classes.dtype == np.uint8
    assert classes.shape == (512, 512)
    assert len(np.unique(classes)) > 1
    assert classes.max() < 19


def test_memory_is_told_by_what_is_held(networks: MuseTalkNetworks) -> None:
    modules = small_modules()
    parameters = [each for net in (modules.unet, modules.vae) for each in net.parameters()]
    weights = sum(each.numel() for each in parameters) * 4 / 2**20
    assert weights < networks.memory_mb < 2 * weights + 10
