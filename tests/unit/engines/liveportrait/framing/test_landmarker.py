from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from mien.engines.liveportrait.framing import Landmarker203, frame_source
from mien.errors import WeightsError
from mien.motion.face_template import FACE_TEMPLATE

pytestmark = pytest.mark.unit

SPOTS = np.random.default_rng(5).random((203, 2)).astype(np.float32)
FACE = FACE_TEMPLATE.landmarks[:, :2] * 60 + (210, 150)


def write_network(
    path: Path, *, side: int = 224, spots: np.ndarray = SPOTS, outputs: int = 3
) -> Path:
    """A network of landmark.onnx's signature: its third output is always these spots, moved to
    the right by a hundredth of the red at the middle of the crop."""
    shape = [1, 3, side, side]
    nodes = [
        helper.make_node("Slice", ["image", "from", "to", "axes"], ["red"]),
        helper.make_node("Reshape", ["red", "flat"], ["level"]),
        helper.make_node("Mul", ["level", "right"], ["moved"]),
        helper.make_node("Add", ["spots", "moved"], ["third"]),
        helper.make_node("Identity", ["level"], ["first"]),
        helper.make_node("Identity", ["level"], ["second"]),
    ]
    middle = side // 2
    constants = {
        "from": np.array([0, middle, middle], np.int64),
        "to": np.array([1, middle + 1, middle + 1], np.int64),
        "axes": np.array([1, 2, 3], np.int64),
        "flat": np.array([1, 1], np.int64),
        "right": np.tile(np.array([[0.01, 0]], np.float32), (1, spots.size // 2)),
        "spots": spots.reshape(1, -1),
    }
    names = ("first", "second", "third")[:outputs]
    graph = helper.make_graph(
        nodes,
        "landmarks",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, path)
    return path


@pytest.fixture
def picture() -> np.ndarray:
    return np.full((300, 400, 3), (255, 0, 0), np.uint8)


def test_the_third_output_comes_back_in_pixels_of_the_picture(tmp_path, picture):
    landmarker = Landmarker203(write_network(tmp_path / "landmark.onnx"))
    points = landmarker.refine(picture, FACE)
    assert points.shape == (203, 2)
    assert points.dtype == np.float32
    placement = frame_source(FACE, 224, scale=1.5, y=-0.1)
    in_crop = points @ placement.to_crop[:, :2].T + placement.to_crop[:, 2]
    assert in_crop == pytest.approx((SPOTS + np.array([0.01, 0])) * 224, abs=1e-2)


def test_the_crop_is_rgb_from_0_to_1(tmp_path, picture):
    landmarker = Landmarker203(write_network(tmp_path / "landmark.onnx"))
    red, blue = (landmarker.refine(image, FACE) for image in (picture, picture[..., ::-1]))
    side = 224 / frame_source(FACE, 224, scale=1.5, y=-0.1).to_crop[0, 0]
    assert np.hypot(*(red - blue).T) == pytest.approx(0.01 * side, rel=0.01)


def test_a_film_goes_on_from_its_own_points(tmp_path, picture):
    landmarker = Landmarker203(write_network(tmp_path / "landmark.onnx"))
    assert landmarker.refine(picture, landmarker.refine(picture, FACE)).shape == (203, 2)


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"landmark\.onnx: there is no such file"):
        Landmarker203(tmp_path / "landmark.onnx")


@pytest.mark.parametrize("content", [b"not a network", b"\x08\x08" + b"\xff" * 100])
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "landmark.onnx").write_bytes(content)
    with pytest.raises(WeightsError, match="not an ONNX network"):
        Landmarker203(tmp_path / "landmark.onnx")


def test_a_page_in_its_place_is_named(tmp_path):
    (tmp_path / "landmark.onnx").write_text("<html>Sign in</html>")
    with pytest.raises(WeightsError, match=r"landmark\.onnx: is a page of a web site"):
        Landmarker203(tmp_path / "landmark.onnx")


def test_a_truncated_file_is_refused(tmp_path):
    path = write_network(tmp_path / "landmark.onnx")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(WeightsError):
        Landmarker203(path)


@pytest.mark.parametrize("wrong", [{"side": 192}, {"outputs": 2}])
def test_another_network_is_refused(tmp_path, wrong):
    with pytest.raises(WeightsError, match=r"not LivePortrait's landmark\.onnx"):
        Landmarker203(write_network(tmp_path / "landmark.onnx", **wrong))


@pytest.mark.parametrize("spots", [SPOTS[:106], SPOTS * np.float32(np.nan)])
def test_points_that_cannot_be_are_refused(tmp_path, picture, spots):
    landmarker = Landmarker203(write_network(tmp_path / "landmark.onnx", spots=spots))
    with pytest.raises(WeightsError, match="not 203 points"):
        landmarker.refine(picture, FACE)
