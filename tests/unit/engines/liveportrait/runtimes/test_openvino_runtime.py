"""The OpenVINO runtime against the torch one, and its models on disk."""

from __future__ import annotations

import numpy as np
import pytest

from fakes.small_networks import VOLUME_SIDE, keypoints, small_networks, small_pictures
from mien.engines.liveportrait.runtimes.openvino_models import kept_model, load_models, model_folder
from mien.engines.liveportrait.runtimes.openvino_parts import NAMES
from mien.engines.liveportrait.runtimes.openvino_runtime import OpenVinoRuntime
from mien.engines.liveportrait.runtimes.torch_runtime import TorchRuntime
from mien.errors import MienWarning

pytestmark = pytest.mark.unit

PICTURES = small_pictures(2)
SOURCE = keypoints(1)[0]
DRIVING = keypoints(2, seed=1)


@pytest.fixture(scope="module")
def networks():
    return small_networks()


@pytest.fixture(scope="module")
def folder(networks, tmp_path_factory):
    folder = model_folder(networks, VOLUME_SIDE, tmp_path_factory.mktemp("cache"))
    load_models(networks, VOLUME_SIDE, folder)
    return folder


@pytest.fixture
def runtime(networks, folder):
    return OpenVinoRuntime(networks, load_models(networks, VOLUME_SIDE, folder))


def test_renders_what_torch_renders(networks, runtime):
    torch = TorchRuntime(networks)
    given = runtime.render(runtime.prepare(PICTURES[0], SOURCE), DRIVING)
    expected = torch.render(torch.prepare(PICTURES[0], SOURCE), DRIVING)
    assert given.dtype == np.float32
    np.testing.assert_allclose(given, expected, atol=1e-5)


def test_what_was_prepared_and_rendered_stays_when_more_is(runtime):
    prepared = runtime.prepare(PICTURES[0], SOURCE)
    first = runtime.render(prepared, DRIVING[:1])
    kept = first.copy()
    runtime.render(runtime.prepare(PICTURES[1], SOURCE), DRIVING[1:])
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(runtime.render(prepared, DRIVING[:1]), kept)


def test_reads_what_torch_reads(networks, runtime):
    expected = TorchRuntime(networks).read_motion(PICTURES)
    for given, known in zip(runtime.read_motion(PICTURES), expected, strict=True):
        np.testing.assert_allclose(given.canonical, known.canonical, atol=1e-5)
        np.testing.assert_allclose(given.expression, known.expression, atol=1e-5)
        assert given.yaw == pytest.approx(known.yaw, abs=1e-3)


def test_models_are_kept_and_no_other_weights_use_them(networks, folder):
    assert sorted(path.name for path in folder.glob("*.xml")) == sorted(f"{n}.xml" for n in NAMES)
    assert model_folder(small_networks(), VOLUME_SIDE, folder.parent) == folder
    assert model_folder(small_networks(seed=1), VOLUME_SIDE, folder.parent) != folder


def test_kept_models_that_are_missing_or_damaged_are_made_again(networks, folder):
    whole = {path: path.read_bytes() for path in folder.glob("*.*")}
    (folder / "front.xml").unlink()
    (folder / "middle.bin").write_bytes(b"")
    (folder / "paint.xml").write_text("nonsense")
    (folder / "source.xml").write_bytes(whole[folder / "source.xml"][:300])
    load_models(networks, VOLUME_SIDE, folder)
    assert all(kept_model(folder, name) is not None for name in NAMES)
    assert (folder / "middle.bin").read_bytes() == whole[folder / "middle.bin"]


def test_a_cache_that_cannot_be_written_is_a_warning(networks, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.warns(MienWarning, match="cannot keep converted networks"):
        models = load_models(networks, VOLUME_SIDE, tmp_path / "file" / "cache")
    assert set(models) == set(NAMES)
