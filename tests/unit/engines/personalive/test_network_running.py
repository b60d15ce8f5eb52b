"""Where PersonaLive's networks work, in what numbers, and what is said when that does not do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Stills
from torch import nn

from mien.engines.personalive.compiling import check_compiling
from mien.engines.personalive.limits import Limits
from mien.engines.personalive.pictures import clip_pixels, planes, resized, rows
from mien.engines.personalive.places import Turns
from mien.engines.personalive.precision import number_of, place
from mien.engines.settings import EngineSettings
from mien.errors import EngineUnavailableError, OptionError, OutOfMemoryError

pytestmark = pytest.mark.unit

CPU = torch.device("cpu")


@pytest.mark.parametrize(("precision", "number"), [("auto", "fp32"), ("bf16", "bf16")])
def test_a_processor_computes_in_these(precision: Any, number: str) -> None:
    assert number_of(precision, "cpu") == number


def test_a_processor_without_half_precision_says_so() -> None:
    with pytest.raises(OptionError, match="cpu does not compute in fp16; choose fp32 or bf16"):
        number_of("fp16", "cpu")


def test_a_placed_network_keeps_whole_numbers_and_computes_in_the_others() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).eval()
    place(network, CPU, "bf16")
    kinds = {key: tensor.dtype for key, tensor in network.state_dict().items()}
    assert kinds["1.num_batches_tracked"] == torch.int64
    assert {each for key, each in kinds.items() if "num" not in key} == {torch.bfloat16}
    assert network[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert network(torch.zeros(1, 3, 8, 8, dtype=torch.bfloat16)).dtype == torch.bfloat16


def test_one_network_is_on_the_device_at_a_time() -> None:
    first, second = nn.Linear(2, 2), nn.BatchNorm1d(2)
    kept = first.weight.data.clone()
    turns = Turns([first, second], torch.device("meta"))
    with turns.working(first):
        assert (first.weight.is_meta, second.running_mean.is_meta) == (True, False)
    with turns.working(first):
        assert first.weight.is_meta
    with turns.working(second):
        assert (first.weight.is_meta, second.running_mean.is_meta) == (False, True)
    assert torch.equal(first.weight.data, kept)


def test_a_network_that_does_not_fit_comes_back_whole() -> None:
    network, broken = nn.Linear(2, 2), torch.device("cuda:99")
    turns = Turns([network], broken)
    for _ in range(2):
        with pytest.raises((RuntimeError, AssertionError)), turns.working(network):
            pytest.fail("there is no such device")
    assert network.weight.device == CPU


def limits(**chosen: Any) -> Limits:
    return Limits(EngineSettings("mesh", **chosen), "cpu", "fp32")


def test_out_of_memory_names_what_fits() -> None:
    words = "out of memory on cpu while drawing, in fp32; choose a smaller --resolution, "
    with pytest.raises(OutOfMemoryError, match=words) as raised, limits().kept("drawing"):
        raise RuntimeError("CUDA out of memory. Tried to allocate 20 GiB")
    assert "--precision bf16, --decoder tiny, or close" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_out_of_memory_does_not_advise_what_was_chosen() -> None:
    chosen = limits(resolution=256, decoder="tiny", guidance=2.0)
    with pytest.raises(OutOfMemoryError) as raised, chosen.kept("drawing"):
        raise MemoryError
    said = str(raised.value)
    assert "--guidance 1" in said
    assert "--resolution" not in said
    assert "--decoder" not in said


def test_on_a_card_networks_may_take_turns() -> None:
    on_card = Limits(EngineSettings(), "cuda", "fp16")
    words = "choose a smaller --resolution, --offload, --decoder tiny, or close"
    with pytest.raises(OutOfMemoryError, match=words), on_card.kept("drawing"):
        raise MemoryError


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes"), limits().kept("drawing"):
        raise RuntimeError("shapes do not fit")


def test_work_within_limits_is_not_recorded() -> None:
    weight = nn.Parameter(torch.ones(1))
    with limits().kept("drawing"):
        assert not (weight * 2).requires_grad


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_what_is_no_number_is_an_error(bad: float) -> None:
    half = Limits(EngineSettings(), "cuda", "fp16")
    with pytest.raises(EngineUnavailableError, match="fp16 on cuda; choose --precision bf16 or"):
        half.finite(torch.tensor([0.0, bad]))
    assert half.finite(torch.ones(2)).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("settings", "device", "problem"),
    [
        (EngineSettings(compiled=True), "cpu", "for a card; leave it out"),
        (EngineSettings(compiled=True, offload=True), "cuda:0", "that come and go"),
    ],
)
def test_networks_are_compiled_only_where_they_stay_on_a_card(
    settings: EngineSettings, device: str, problem: str
) -> None:
    with pytest.raises(OptionError, match=f"--compiled: .*{problem}"):
        check_compiling(settings, device)
    check_compiling(replace(settings, compiled=False), device)


def test_pictures_come_back_as_they_were() -> None:
    pictures = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, axis=3)
    made = planes(pictures, CPU)
    assert (float(made.min()), float(made.max())) == (-1.0, 1.0)
    np.testing.assert_array_equal(rows(made), pictures)
    np.testing.assert_array_equal(rows(300 * made), np.where(pictures < 128, 0, 255))


def test_halving_a_picture_is_what_upstream_does() -> None:
    picture = torch.rand(1, 3, 16, 16)
    means = nn.functional.avg_pool2d(picture, 2)
    torch.testing.assert_close(resized(picture, 8), means)


def test_clip_reads_pictures_as_its_own_library_prepares_them() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3), dtype=np.uint8)
    mean = np.array([0.48145466, 0.4578275, 0.40821073])
    spread = np.array([0.26862954, 0.26130258, 0.27577711])
    small = np.asarray(Stills.fromarray(picture[0]).resize((28, 28), Stills.Resampling.BICUBIC))
    made = clip_pixels(planes(picture, CPU), 28)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(made, (small / 255 - mean) / spread, atol=0.02)
