"""The torch runtime against the plain networks, and when half precision or memory ends."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from fakes.small_networks import keypoints, small_networks, small_pictures
from mien.engines.liveportrait.runtimes.pictures import planes, rows
from mien.engines.liveportrait.runtimes.plan import Plan
from mien.engines.liveportrait.runtimes.torch_runtime import TorchRuntime
from mien.errors import EngineUnavailableError, MienWarning, MissingWeightsError
from mien.nets.liveportrait.motion import refine

pytestmark = pytest.mark.unit

PICTURES = small_pictures(2)
SOURCE = keypoints(1)[0]
DRIVING = keypoints(2, seed=1)


@pytest.fixture(scope="module")
def networks():
    return small_networks()


@torch.no_grad()
def _plain_render(networks, picture, source, driving):
    volume = networks.appearance(torch.from_numpy(planes(picture[None])))
    frames = []
    for each in driving:
        points = (torch.from_numpy(source[None]), torch.from_numpy(each[None]))
        frames.append(networks.generator(networks.warping(volume, *points).out))
    return rows(torch.cat(frames).numpy())


def test_renders_what_the_plain_networks_render(networks):
    runtime = TorchRuntime(networks)
    given = runtime.render(runtime.prepare(PICTURES[0], SOURCE), DRIVING)
    expected = _plain_render(networks, PICTURES[0], SOURCE, DRIVING)
    assert given.dtype == np.float32
    np.testing.assert_allclose(given, expected, atol=2e-6)


def test_reads_what_the_motion_extractor_says_of_each_picture(networks):
    readings = TorchRuntime(networks).read_motion(PICTURES)
    with torch.no_grad():
        expected = refine(networks.motion(torch.from_numpy(planes(PICTURES))))
    assert len(readings) == 2
    for index, reading in enumerate(readings):
        np.testing.assert_allclose(reading.canonical, expected.kp[index], atol=1e-6)
        np.testing.assert_allclose(reading.expression, expected.exp[index], atol=1e-6)
        np.testing.assert_allclose(reading.translation, expected.t[index], atol=1e-6)
        assert reading.yaw == pytest.approx(float(expected.yaw[index]), abs=1e-4)
        assert reading.scale == pytest.approx(float(expected.scale[index]), abs=1e-6)


@pytest.mark.parametrize("plan", [Plan("fp32", "bf16"), Plan("bf16", "bf16")])
def test_half_precision_is_close_and_coordinates_are_not_halved(networks, plan):
    runtime = TorchRuntime(networks, plan=plan)
    prepared = runtime.prepare(PICTURES[0], SOURCE)
    assert prepared.keypoints.dtype == prepared.volume.dtype == torch.float32
    given = runtime.render(prepared, DRIVING)
    expected = _plain_render(networks, PICTURES[0], SOURCE, DRIVING)
    assert given.dtype == np.float32
    assert np.abs(given - expected).mean() < 0.01


def test_leaves_the_networks_it_was_given_in_float32(networks):
    TorchRuntime(networks, plan=Plan("bf16", "bf16"))
    assert {each.dtype for each in networks.generator.parameters()} == {torch.float32}


def test_half_precision_that_overflows_is_left_with_one_warning():
    networks = small_networks()
    large = copy.deepcopy(networks.warping)
    large.fourth.weight.data.mul_(1e7)
    networks = type(networks)(networks.appearance, networks.motion, large, networks.generator)
    runtime = TorchRuntime(networks, plan=Plan("fp16", "fp16"))
    prepared = runtime.prepare(PICTURES[0], SOURCE)
    with pytest.warns(MienWarning, match="rendering in fp32") as warned:
        given = runtime.render(prepared, DRIVING)
    assert len(warned) == 1
    exact = TorchRuntime(networks)
    expected = exact.render(exact.prepare(PICTURES[0], SOURCE), DRIVING)
    np.testing.assert_array_equal(given, expected)
    np.testing.assert_array_equal(runtime.render(prepared, DRIVING), expected)


def test_too_little_memory_is_one_error_after_which_the_next_request_works(networks):
    runtime = TorchRuntime(networks)
    prepared = runtime.prepare(PICTURES[0], SOURCE)
    endless = np.lib.stride_tricks.as_strided(DRIVING, (2**40, 21, 3), (0, 12, 4))
    with pytest.raises(EngineUnavailableError, match=r"out of memory on cpu .* 512 x 512 in fp32"):
        runtime.render(prepared, endless)
    assert runtime.render(prepared, DRIVING).shape == (2, 64, 64, 3)


def test_stitching_adds_its_delta_and_moves_all_points_alike(networks):
    delta = np.zeros(65, np.float32)
    delta[:3], delta[63:] = (0.1, 0.2, 0.3), (0.5, -0.5)
    constant = copy.deepcopy(networks.stitching)
    last = [each for each in constant.modules() if isinstance(each, torch.nn.Linear)][-1]
    last.weight.data.zero_()
    last.bias.data = torch.from_numpy(delta)
    runtime = TorchRuntime(type(networks)(*_large(networks), stitching=constant))
    moved = runtime.stitch(SOURCE, DRIVING) - DRIVING
    np.testing.assert_allclose(moved[:, 0], [[0.6, -0.3, 0.3]] * 2, atol=1e-6)
    np.testing.assert_allclose(moved[:, 1:], [[[0.5, -0.5, 0]] * 20] * 2, atol=1e-6)


def test_deltas_are_those_of_the_regressors(networks):
    runtime = TorchRuntime(networks)
    ratios = np.array([0.3, 0.2, 0.4], np.float32)
    row = torch.from_numpy(np.concatenate([SOURCE.ravel(), ratios]))[None]
    with torch.no_grad():
        expected = networks.eyes(row).reshape(21, 3).numpy()
    np.testing.assert_allclose(runtime.eye_delta(SOURCE, ratios), expected, atol=1e-7)
    assert runtime.lip_delta(SOURCE, ratios[:2]).shape == (21, 3)


def test_without_correctors_stitching_changes_nothing_and_deltas_name_the_file():
    runtime = TorchRuntime(small_networks(correctors=False))
    np.testing.assert_array_equal(runtime.stitch(SOURCE, DRIVING), DRIVING)
    with pytest.raises(MissingWeightsError, match=r"stitching_retargeting_module\.pth"):
        runtime.lip_delta(SOURCE, np.zeros(2, np.float32))


def _large(networks):
    return networks.appearance, networks.motion, networks.warping, networks.generator
