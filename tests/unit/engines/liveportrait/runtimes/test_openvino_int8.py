"""Whole numbers for the gains and offsets of the generator's norms."""

from __future__ import annotations

import numpy as np
import openvino
import pytest

from fakes.small_networks import VOLUME_SIDE, keypoints, small_networks, small_pictures
from mien.engines.liveportrait.runtimes.openvino_int8 import quantized
from mien.engines.liveportrait.runtimes.openvino_models import load_models
from mien.engines.liveportrait.runtimes.openvino_runtime import OpenVinoRuntime

pytestmark = pytest.mark.unit

PICTURE = small_pictures(1)[0]
SOURCE = keypoints(1)[0]
DRIVING = keypoints(2, seed=1)


@pytest.fixture(scope="module")
def networks():
    return small_networks()


@pytest.fixture(scope="module")
def models(networks):
    return load_models(networks, VOLUME_SIDE, None)


@pytest.fixture(scope="module")
def whole(networks, models):
    exact = OpenVinoRuntime(networks, models)
    prepared = exact.prepare(PICTURE, SOURCE)
    return quantized(models["paint"], [exact.bent(prepared, each[None]) for each in DRIVING])


def test_only_gains_and_offsets_are_marked_and_what_both_read_once(whole):
    kinds = [node.get_type_name() for node in whole.get_ops()]
    blocks, with_skip = 3, 2
    norms = 2 * blocks + with_skip
    assert kinds.count("FakeQuantize") == 3 * norms  # two weights, one input


def test_the_model_it_was_made_of_stays_as_it_was(models, whole):
    kinds = {node.get_type_name() for node in models["paint"].get_ops()}
    assert "FakeQuantize" not in kinds
    assert len(models["paint"].outputs) == 1


def test_the_picture_stays_close(networks, models, whole):
    exact = OpenVinoRuntime(networks, models)
    rounded = OpenVinoRuntime(networks, {**models, "paint": whole})
    expected, given = (
        runtime.render(runtime.prepare(PICTURE, SOURCE), DRIVING) for runtime in (exact, rounded)
    )
    assert 0 < np.abs(given - expected).mean() < 0.005


def test_it_can_be_written_and_read(whole, tmp_path):
    openvino.save_model(whole, tmp_path / "paint.xml", compress_to_fp16=False)
    read = openvino.Core().read_model(tmp_path / "paint.xml")
    assert len(read.get_ops()) == len(whole.get_ops())
