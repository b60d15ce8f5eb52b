"""The OpenVINO runtime against the torch one, and its models on disk."""

from __future__ import annotations

import os
import subprocess

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


@pytest.mark.parametrize("file", ["paint.bin", "paint.xml", "paint.crc32"])
def test_a_kept_model_with_a_few_wrong_bytes_is_made_again(networks, folder, file):
    whole = (folder / file).read_bytes()
    middle = len(whole) // 2
    (folder / file).write_bytes(whole[:middle] + b"\0\1\0" + whole[middle + 3 :])
    assert kept_model(folder, "paint") is None
    load_models(networks, VOLUME_SIDE, folder)
    assert kept_model(folder, "paint") is not None


def test_what_writers_that_were_killed_have_left_is_removed_after_a_day(networks, tmp_path):
    folder = model_folder(networks, VOLUME_SIDE, tmp_path)
    left = {name: tmp_path / name / ".part-x" for name in ("openvino-old", "openvino-new", "other")}
    for place in left.values():
        place.mkdir(parents=True)
        (place / "paint.bin").write_bytes(b"half")
    for name in ("openvino-old", "other"):
        os.utime(left[name], (0, 0))
    load_models(networks, VOLUME_SIDE, folder)
    assert [name for name, place in left.items() if place.exists()] == ["openvino-new", "other"]
    assert not list(folder.glob(".part-*"))


def test_a_full_disk_is_named_once_per_cache(networks, tmp_path, full_disk):
    folder = model_folder(networks, VOLUME_SIDE, full_disk)
    with pytest.warns(MienWarning) as warned:
        models = load_models(networks, VOLUME_SIDE, folder)
    assert set(models) == set(NAMES)
    assert len({str(warning.message) for warning in warned}) == 1
    assert "no space left on the disk" in str(warned[0].message)


@pytest.fixture
def full_disk(tmp_path):
    """A file system of 16 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a tmpfs is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_cache_that_cannot_be_written_is_a_warning(networks, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.warns(MienWarning, match="cannot keep converted networks"):
        models = load_models(networks, VOLUME_SIDE, tmp_path / "file" / "cache")
    assert set(models) == set(NAMES)
