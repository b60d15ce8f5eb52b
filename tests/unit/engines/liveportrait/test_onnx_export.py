"""Networks become ONNX files that do the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch

from fakes.small_networks import keypoints, lived
from mien.engines.liveportrait.onnx_export import export_onnx
from mien.engines.liveportrait.runtimes.networks import Networks
from mien.engines.liveportrait.runtimes.onnx_files import FILES, OnnxFile
from mien.engines.liveportrait.runtimes.onnx_runtime import OnnxRuntime, open_onnx_runtime
from mien.engines.liveportrait.runtimes.torch_runtime import TorchRuntime
from mien.errors import OutputError
from mien.nets.liveportrait import params
from mien.nets.liveportrait.appearance import AppearanceExtractor
from mien.nets.liveportrait.generator import SpadeGenerator
from mien.nets.liveportrait.motion import MotionExtractor
from mien.nets.liveportrait.regressor import KeypointRegressor
from mien.nets.liveportrait.warping import WarpingNetwork

pytestmark = pytest.mark.unit

SMALL_APPEARANCE = replace(params.APPEARANCE, widths=(4, 4, 4), num_blocks=1)
SMALL_MOTION = replace(params.MOTION, widths=(4, 6, 8, 10), depths=(1, 1, 1, 1))
SMALL_WARPING = replace(
    params.WARPING, encoder_widths=(4, 6), decoder_widths=(5, 4), out_channels=8
)
SMALL_GENERATOR = replace(
    params.GENERATOR,
    feature_channels=8,
    width=8,
    num_middle=1,
    up_widths=(6, 4),
    modulation_channels=4,
)
AGREEMENT = 1e-3


@pytest.fixture(scope="module")
def networks() -> Networks:
    """The official ones between their ends, where they are narrow; the regressors all official."""
    torch.manual_seed(0)
    made = (
        AppearanceExtractor(SMALL_APPEARANCE),
        MotionExtractor(SMALL_MOTION),
        WarpingNetwork(SMALL_WARPING),
        SpadeGenerator(SMALL_GENERATOR),
        *(KeypointRegressor(each) for each in (params.STITCHING, params.EYES, params.LIP)),
    )
    return Networks(*(lived(each) for each in made))


@pytest.fixture(scope="module")
def exported(networks: Networks, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files by the part they are."""
    folder = tmp_path_factory.mktemp("exported") / "liveportrait_onnx"
    paths = export_onnx(networks, folder)
    assert sorted(folder.iterdir()) == sorted(paths)
    return dict(zip((file.part for file in FILES), paths, strict=True))


@pytest.fixture(scope="module")
def runtimes(networks: Networks, exported: dict[str, Path]) -> tuple[TorchRuntime, OnnxRuntime]:
    return TorchRuntime(networks), open_onnx_runtime(exported, "cpu", threads=1)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.part)
def test_names_and_order_are_those_of_faster_live_portrait(
    exported: dict[str, Path], file: OnnxFile
) -> None:
    path = exported[file.part]
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert path.name == file.name
    for nodes, wanted in (
        (session.get_inputs(), file.inputs),
        (session.get_outputs(), file.outputs),
    ):
        assert [(node.name, tuple(node.shape)) for node in nodes] == list(wanted.items())
        assert {node.type for node in nodes} == {"tensor(float)"}


def test_files_say_nothing_of_the_machine_that_wrote_them(exported: dict[str, Path]) -> None:
    for path in exported.values():
        content = path.read_bytes()
        assert b".py" not in content
        assert str(Path.home()).encode() not in content


def test_pictures_are_read_and_prepared_alike(
    runtimes: tuple[TorchRuntime, OnnxRuntime],
) -> None:
    in_torch, in_onnx = runtimes
    pictures = np.random.default_rng(0).integers(0, 256, (2, 256, 256, 3), dtype=np.uint8)
    pairs = zip(in_torch.read_motion(pictures), in_onnx.read_motion(pictures), strict=True)
    for expected, reading in pairs:
        for name in ("canonical", "expression", "translation", "pitch", "yaw", "roll", "scale"):
            wanted, got = getattr(expected, name), getattr(reading, name)
            np.testing.assert_allclose(got, wanted, rtol=0, atol=AGREEMENT, err_msg=name)
    points = keypoints(1)[0]
    volume = in_torch.prepare(pictures[0], points).volume.numpy()
    found = in_onnx.prepare(pictures[0], points).volume
    np.testing.assert_allclose(found, volume, rtol=0, atol=AGREEMENT)


def test_keypoints_are_corrected_alike(runtimes: tuple[TorchRuntime, OnnxRuntime]) -> None:
    source, *driving = keypoints(3)
    asked: tuple[Callable[[TorchRuntime | OnnxRuntime], np.ndarray], ...] = (
        lambda runtime: runtime.stitch(source, np.stack(driving)),
        lambda runtime: runtime.eye_delta(source, np.array([0.3, 0.2, 0.5], np.float32)),
        lambda runtime: runtime.lip_delta(source, np.array([0.1, 0.4], np.float32)),
    )
    for ask in asked:
        expected, found = (ask(runtime) for runtime in runtimes)
        np.testing.assert_allclose(found, expected, rtol=0, atol=AGREEMENT)


def test_pictures_are_painted_alike(
    networks: Networks, runtimes: tuple[TorchRuntime, OnnxRuntime]
) -> None:
    """Compared with the plain networks; the file holds the reduced ones."""
    source, driving = keypoints(2)
    picture = np.random.default_rng(1).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    prepared = runtimes[1].prepare(picture, source)
    (painted,) = runtimes[1].render(prepared, driving[None])
    with torch.inference_mode():
        points = (torch.from_numpy(each[None]) for each in (source, driving))
        warped = networks.warping(torch.from_numpy(prepared.volume), *points).out
        expected = networks.generator(warped)[0].permute(1, 2, 0).numpy()
    assert float(expected.std()) > 0.01
    np.testing.assert_allclose(painted, expected, rtol=0, atol=AGREEMENT)


def test_files_that_exist_are_kept(networks: Networks, tmp_path: Path) -> None:
    path = tmp_path / "stitching_lip.onnx"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"stitching_lip\.onnx: exists already"):
        export_onnx(networks, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"mine"


def test_a_folder_that_cannot_be_made_is_named(networks: Networks, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="file/below: cannot be written: Not a"):
        export_onnx(networks, tmp_path / "file" / "below")
