"""A portrait under a driver, four pictures at a time, with small networks."""

from __future__ import annotations

import gc
import pickle
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from fakes.small_personalive import (
    SIDE,
    small_networks,
    small_pictures,
    small_portrait,
)
from mien.engines.personalive.networks import PersonaLiveNetworks
from mien.engines.personalive.options import StreamOptions
from mien.engines.personalive.references import Reference
from mien.engines.personalive.stream import Stream
from mien.errors import EngineUnavailableError
from mien.types import Image

pytestmark = pytest.mark.unit

EARLY, LATE = 13, 18
"""Chunks after which is counted what a stream keeps."""
OPTIONS = StreamOptions(seed=7)


@pytest.fixture(scope="module")
def networks() -> PersonaLiveNetworks:
    return small_networks()


@pytest.fixture(scope="module")
def reference(networks: PersonaLiveNetworks) -> Reference:
    return networks.read_reference(small_portrait())


@dataclass(frozen=True, slots=True)
class Drawn:
    """Of each step: the pictures, and the latents that stay. num_key_frames: after the last."""

    pictures: list[Image]
    latents: list[Tensor]
    num_key_frames: int


def drawn(stream: Stream, chunks: int, *, seed: int = 0) -> Drawn:
    """With pictures of a driver of their own, by the seed."""
    pictures, latents = [], []
    for number in range(chunks):
        pictures.append(stream.step(small_pictures(4, 1000 * seed + number)))
        assert stream.window is not None
        latents.append(stream.window.latents)
    return Drawn(pictures, latents, stream.num_key_frames)


def test_streams_side_by_side_draw_what_each_draws_alone(
    networks: PersonaLiveNetworks, reference: Reference
) -> None:
    other = networks.read_reference(small_portrait(101))
    given = [(reference, OPTIONS, 1), (other, StreamOptions(seed=8), 2)]
    alone = [drawn(Stream(networks, ref, options), 3, seed=seed) for ref, options, seed in given]
    streams = [Stream(networks, ref, options) for ref, options, _ in given]
    for number in range(3):
        for stream, made, (_, _, seed) in zip(streams, alone, given, strict=True):
            pictures = stream.step(small_pictures(4, 1000 * seed + number))
            np.testing.assert_array_equal(pictures, made.pictures[number])
            assert stream.window is not None
            assert torch.equal(stream.window.latents, made.latents[number])


def test_a_long_stream_remembers_three_key_frames_and_keeps_no_more(
    networks: PersonaLiveNetworks, reference: Reference
) -> None:
    stream = Stream(networks, reference, StreamOptions(key_distance=1.0))
    held = []
    for number in range(LATE):
        stream.step(small_pictures(4, number))
        if number + 1 in (EARLY, LATE):
            held.append(tensors_alive())
    assert stream.num_key_frames == 3
    assert held[0] == held[1]


def tensors_alive() -> tuple[int, int]:
    """How many, and their bytes."""
    gc.collect()
    every = [each for each in gc.get_objects() if type(each) is Tensor]
    there = [each for each in every if each.layout == torch.strided]
    return len(there), sum(each.untyped_storage().nbytes() for each in there)


def test_a_stream_that_begins_again_draws_the_same_again(
    networks: PersonaLiveNetworks, reference: Reference
) -> None:
    stream = Stream(networks, reference, OPTIONS)
    first = drawn(stream, 2)
    stream.reset()
    assert stream.window is None
    for before, after in zip(first.pictures, drawn(stream, 2).pictures, strict=True):
        np.testing.assert_array_equal(before, after)


def test_another_seed_is_another_picture(
    networks: PersonaLiveNetworks, reference: Reference
) -> None:
    pictures = small_pictures(4, 0)
    first, second = (
        Stream(networks, reference, StreamOptions(seed=seed)).step(pictures) for seed in (1, 2)
    )
    assert (first != second).any()


class Counting:
    """Networks, and how often the denoising one was called."""

    def __init__(self, networks: PersonaLiveNetworks) -> None:
        self._networks, self.calls = networks, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._networks, name)

    def denoise(self, *given: Any) -> Tensor:
        self.calls += 1
        return self._networks.denoise(*given)


@pytest.mark.parametrize(("options", "calls"), [({}, 1), ({"steps": 8}, 2), ({"guidance": 2.0}, 2)])
def test_steps_and_guidance_cost_calls(
    networks: PersonaLiveNetworks, reference: Reference, options: dict[str, Any], calls: int
) -> None:
    counting = Counting(networks)
    stream = Stream(counting, reference, StreamOptions(**options))
    pictures = stream.step(small_pictures(4, 0))
    assert (pictures.shape, pictures.dtype) == ((4, SIDE, SIDE, 3), np.uint8)
    assert counting.calls == calls


def test_guidance_goes_on_from_nobody_to_the_portrait_and_beyond(
    networks: PersonaLiveNetworks, reference: Reference
) -> None:
    options = [StreamOptions(guidance=guidance) for guidance in (1.0, 2.0, 3.0)]
    none, some, more = (drawn(Stream(networks, reference, each), 1).latents[0] for each in options)
    assert not torch.equal(none, some)
    torch.testing.assert_close(more - none, 2 * (some - none), atol=1e-3, rtol=1e-3)


def test_a_reference_serves_others_after_who_read_it_is_gone(
    networks: PersonaLiveNetworks, reference: Reference
) -> None:
    other = small_networks()
    read = other.read_reference(small_portrait())
    other.close()
    there = pickle.loads(pickle.dumps(read))
    assert there.side == SIDE
    made, own = (Stream(networks, each).step(small_pictures(4, 0)) for each in (there, reference))
    np.testing.assert_array_equal(made, own)


def test_bf16_draws_nearly_the_same(networks: PersonaLiveNetworks, reference: Reference) -> None:
    half = small_networks(precision="bf16")
    assert half.number == "bf16"
    assert half.memory_mb < networks.memory_mb
    read = half.read_reference(small_portrait())
    made = drawn(Stream(half, read), 2).pictures[-1].astype(float)
    exact = drawn(Stream(networks, reference), 2).pictures[-1]
    assert np.abs(made - exact).mean() < 6


def test_the_small_decoder_paints(networks: PersonaLiveNetworks, reference: Reference) -> None:
    tiny = small_networks(tiny=True)
    latents = torch.stack([reference.latents] * 2)
    pictures = tiny.paint(latents)
    assert (pictures.shape, pictures.dtype) == ((2, SIDE, SIDE, 3), np.uint8)
    assert (pictures != networks.paint(latents)).any()
    assert torch.equal(tiny.encode(small_portrait()), reference.latents)


def test_numbers_that_are_none_are_an_error_and_no_black_picture(
    networks: PersonaLiveNetworks, reference: Reference
) -> None:
    broken = reference.latents.clone()
    broken[0, 0, 0] = torch.nan
    stream = Stream(networks, replace(reference, latents=broken))
    with pytest.raises(EngineUnavailableError, match=r"numbers that are none.*--force") as raised:
        stream.step(small_pictures(4, 0))
    assert "\n" not in str(raised.value)
