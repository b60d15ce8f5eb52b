"""The window of frames that noise leaves: what comes in, what leaves, and in what order."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from mien.engines.personalive.noise import seeded
from mien.engines.personalive.window import Frames, Window
from mien.nets.personalive.schedule import Schedule

pytestmark = pytest.mark.unit

PORTRAIT = torch.linspace(-1, 1, 4 * 2 * 2).view(4, 2, 2)


def frames(*numbers: int) -> Frames:
    """Frames that can be told apart."""
    told = torch.tensor(numbers, dtype=torch.float32)
    return Frames(told.view(-1, 1, 1), told.view(-1, 1, 1, 1))


class Seen:
    """A network that sees nothing but noise that it is told of, and notes what it was given."""

    def __init__(self) -> None:
        self.timesteps: list[list[int]] = []
        self.frames: list[list[int]] = []

    def __call__(self, latents: Tensor, timesteps: Tensor, frames: Frames) -> Tensor:
        self.timesteps.append(timesteps.tolist())
        self.frames.append(frames.motion.flatten().int().tolist())
        return torch.zeros_like(latents)


def window(steps: int = 4, seed: int = 0) -> Window:
    return Window(PORTRAIT, seeded(seed, PORTRAIT), Schedule(steps), frames(*range(-12, 0)))


def test_a_frame_leaves_three_chunks_after_it_came() -> None:
    network, opened = Seen(), window()
    for start in range(0, 16, 4):
        opened.push(frames(*range(start, start + 4)), network)
    assert network.frames == [list(range(start - 12, start + 4)) for start in range(0, 16, 4)]
    assert network.frames[-1][:4] == [0, 1, 2, 3]
    assert opened.frames.pose.flatten().tolist() == list(range(4, 16))


def test_a_chunk_is_noisier_the_younger_it_is() -> None:
    network = Seen()
    window().push(frames(0, 1, 2, 3), network)
    assert network.timesteps == [[0] * 4 + [333] * 4 + [666] * 4 + [999] * 4]


def test_more_steps_are_more_calls_for_each_chunk() -> None:
    network = Seen()
    window(steps=8).push(frames(0, 1, 2, 3), network)
    first, second = network.timesteps
    assert len(first) == len(second) == 16
    assert all(later < earlier for earlier, later in zip(first, second, strict=True))
    assert (max(first), min(second)) == (999, 0)


def test_who_knows_the_noise_finds_the_portrait() -> None:
    drawn: list[Tensor] = []
    noise = seeded(3, PORTRAIT)

    def draw(count: int) -> Tensor:
        drawn.append(noise(count))
        return drawn[-1]

    opened = Window(PORTRAIT, draw, Schedule(4), frames(*range(-12, 0)))
    expected = [drawn[0]]

    def network(latents: Tensor, timesteps: Tensor, _: Frames) -> Tensor:
        expected[0] = torch.cat((expected[0], drawn[-1]))[-16:]
        return expected[0]

    for start in range(0, 20, 4):
        clean = opened.push(frames(*range(start, start + 4)), network)
        torch.testing.assert_close(clean, PORTRAIT.expand(4, -1, -1, -1), atol=2e-3, rtol=0)


def test_the_same_seed_is_the_same_noise() -> None:
    same, again, other = (window(seed=seed).latents for seed in (1, 1, 2))
    torch.testing.assert_close(same, again, atol=0, rtol=0)
    assert not torch.equal(same, other)


def test_noise_is_the_same_whatever_else_draws() -> None:
    draw = seeded(5, PORTRAIT)
    first = draw(4)
    torch.randn(7)
    second = draw(4)
    alone = seeded(5, PORTRAIT)
    assert torch.equal(alone(4), first)
    assert torch.equal(alone(4), second)
    assert not torch.equal(first, second)


def test_it_keeps_as_much_however_long_it_goes_on() -> None:
    network, opened = Seen(), window()
    sizes = set()
    for _ in range(200):
        opened.push(frames(0, 1, 2, 3), network)
        held = (opened.latents, *opened.frames)
        sizes.add(sum(each.untyped_storage().nbytes() for each in held))
    assert len(sizes) == 1
