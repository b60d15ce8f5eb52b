"""The denoiser and its sampler on a small scale."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from fakes.joyvasa_weights import SMALL, small_state
from mien.nets.joyvasa.constants import schedule
from mien.nets.joyvasa.denoiser import Denoiser
from mien.nets.joyvasa.network import JoyVasaNetwork, renamed
from mien.nets.joyvasa.sampling import Context, denoise, plan_steps
from mien.weights import load_strict

pytestmark = pytest.mark.unit
LEFT = schedule(50)["alpha_bars"].double().tolist()


@pytest.fixture(scope="module")
def network() -> JoyVasaNetwork:
    return load_strict(lambda: JoyVasaNetwork(SMALL), renamed(small_state()), "recipe")


def drawn(*shape: int, seed: int = 0) -> Tensor:
    draw = np.random.Generator(np.random.PCG64(seed))
    return torch.from_numpy(draw.standard_normal(shape).astype(np.float32))


@pytest.mark.parametrize("positions", ["legacy", "per-position"])
@torch.inference_mode()
def test_attention_to_one_frame_of_speech_needs_no_questions(
    network: JoyVasaNetwork, positions: str
) -> None:
    denoiser: Denoiser = network.denoising_net
    motion, speech = drawn(2, 15, 73), drawn(2, 15, 32, seed=1)
    written = denoiser.plain(motion, speech, torch.tensor([4, 4]), positions)
    once = denoiser(motion, denoiser.heard(speech), 4, positions)
    torch.testing.assert_close(once, written, rtol=0, atol=1e-5)


@torch.inference_mode()
def test_legacy_weights_know_no_order(network: JoyVasaNetwork) -> None:
    denoiser, order = network.denoising_net, torch.arange(14, -1, -1)
    motion, speech = drawn(1, 15, 73), drawn(1, 15, 32, seed=1)

    def told(positions: str, order: Tensor | slice = slice(None)) -> Tensor:
        heard = denoiser.heard(speech[:, order])
        return denoiser(motion[:, order], heard, 4, positions)

    torch.testing.assert_close(told("legacy")[:, order], told("legacy", order), rtol=0, atol=1e-5)
    change = told("per-position")[:, order] - told("per-position", order)
    assert change.abs().max() > 1e-2


def test_all_steps_are_the_schedules_and_the_last_adds_no_noise() -> None:
    steps = plan_steps(LEFT, 50)
    assert [step.time for step in steps] == list(range(50, 0, -1))
    assert steps[-1].spread == 0.0
    assert (steps[-1].kept, steps[-1].told) == pytest.approx((0.0, 1.0))
    wanted = schedule(50)["sigmas_inflex"]
    np.testing.assert_allclose([step.spread for step in steps], wanted.flip(0)[:-1], atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 7, 10, 25, 49])
def test_fewer_steps_go_all_the_way_and_add_as_much_noise_as_the_many(count: int) -> None:
    steps = plan_steps(LEFT, count)
    assert len(steps) == count
    assert steps[0].time == 50
    assert all(a.time > b.time for a, b in pairwise(steps))
    assert steps[-1].spread == 0.0
    # with the motion known, a step leaves as much of it, and as much noise, as the schedule says
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        left, then = LEFT[step.time], LEFT[after.time] if after else 1.0
        assert step.kept * left**0.5 + step.told == pytest.approx(then**0.5, abs=1e-9)
        assert step.kept**2 * (1 - left) + step.spread**2 == pytest.approx(1 - then, abs=1e-9)


@torch.inference_mode()
def made(network: JoyVasaNetwork, guidance: float, speech: Tensor) -> list[Tensor]:
    draw = np.random.Generator(np.random.PCG64(3))
    return list(
        denoise(
            network.denoising_net,
            Context(speech, drawn(3, 32, seed=5), drawn(3, 73, seed=6), network.null_audio_feat[0]),
            drawn(12, 73, seed=7),
            lambda: torch.from_numpy(draw.standard_normal((12, 73)).astype(np.float32)),
            steps=plan_steps(schedule(6)["alpha_bars"].double().tolist(), 6),
            guidance=guidance,
        )
    )


def test_guidance_goes_beyond_what_speech_alone_does(network: JoyVasaNetwork) -> None:
    speech = drawn(12, 32, seed=4)
    plain, nearly, none = (made(network, each, speech)[0] for each in (1.0, 1.0 + 1e-6, 0.0))
    torch.testing.assert_close(plain, nearly, rtol=0, atol=1e-4)
    twice = made(network, 2.0, speech)[0]
    torch.testing.assert_close(twice - plain, plain - none, rtol=0, atol=1e-4)


def test_without_guidance_by_speech_none_is_heard(network: JoyVasaNetwork) -> None:
    one, other = (made(network, 0.0, drawn(12, 32, seed=each))[-1] for each in (8, 9))
    torch.testing.assert_close(one, other, rtol=0, atol=0)
