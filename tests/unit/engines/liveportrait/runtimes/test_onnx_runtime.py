"""ONNX files are called by the names of their inputs and outputs; hostile ones are refused."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.liveportrait_onnx import write_onnx_file, write_onnx_files
from mien.engines.liveportrait.runtimes.onnx_files import (
    APPEARANCE,
    EYES,
    LIP,
    MOTION,
    PAINTING,
    STITCHING,
    OnnxFile,
)
from mien.engines.liveportrait.runtimes.onnx_runtime import OnnxRuntime, open_onnx_runtime
from mien.errors import EngineUnavailableError, MissingWeightsError, OptionError, WeightsError

pytestmark = pytest.mark.unit

PICTURE = np.full((256, 256, 3), 51, np.uint8)  # 0.2
KEYPOINTS = np.linspace(-0.5, 0.5, 63, dtype=np.float32).reshape(21, 3)
REQUIRED = ("appearance", "motion", "warping-generator")


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_onnx_files(tmp_path_factory.mktemp("onnx"))


def opened(paths: dict[str, Path]) -> OnnxRuntime:
    return open_onnx_runtime(paths, "cpu", threads=1)


def rendered_level(runtime: OnnxRuntime) -> float:
    """One pixel of the source moved to keypoints of 0.03, from keypoints of 0.01."""
    source = runtime.prepare(np.full_like(PICTURE, 1), np.full((21, 3), 0.01, np.float32))
    return float(runtime.render(source, np.full((1, 21, 3), 0.03, np.float32))[0, 5, 7, 1])


LEVEL = 0.03 + 10 * 0.01 + 100 / 255


def test_heads_are_read_by_their_names(paths: dict[str, Path]) -> None:
    (first, second) = opened(paths).read_motion(np.stack([PICTURE, PICTURE * 2]))
    assert (first.pitch, first.yaw, first.roll) == pytest.approx((0, 1.5, 0), abs=1e-5)
    assert first.translation.tolist() == [1, 2, 3]
    assert first.scale == 4
    for reading, mean in ((first, 0.2), (second, 0.4)):
        assert reading.canonical.shape == reading.expression.shape == (21, 3)
        np.testing.assert_allclose(reading.canonical, mean, atol=1e-4)
        np.testing.assert_allclose(reading.expression, 2 * mean, atol=1e-4)


def test_source_and_driver_are_not_mistaken_for_each_other(paths: dict[str, Path]) -> None:
    assert rendered_level(opened(paths)) == pytest.approx(LEVEL, abs=1e-3)


def test_each_of_several_frames_is_rendered(paths: dict[str, Path]) -> None:
    runtime = opened(paths)
    source = runtime.prepare(np.zeros_like(PICTURE), np.zeros((21, 3), np.float32))
    driving = np.array([0.25, 0.5, 7.0], np.float32)[:, None, None].repeat(21, 1).repeat(3, 2)
    pictures = runtime.render(source, driving)
    assert pictures.shape == (3, 512, 512, 3)
    assert pictures.dtype == np.float32
    assert pictures[:, 0, 0, 0].tolist() == pytest.approx([0.25, 0.5, 1])  # never above white


@pytest.mark.parametrize(
    "changes",
    [{"backwards": True}, {"number": "float16"}, {"number": "double"}, {"batch": "N"}],
    ids=["other order", "half inputs", "double inputs", "open batch"],
)
def test_files_made_by_others_run_too(tmp_path: Path, changes: dict[str, object]) -> None:
    files = (APPEARANCE, MOTION, PAINTING, STITCHING)
    paths = {each.part: write_onnx_file(tmp_path, each, **changes) for each in files}
    runtime = opened(paths)
    assert rendered_level(runtime) == pytest.approx(LEVEL, abs=5e-3)
    (reading,) = runtime.read_motion(PICTURE[None])
    assert reading.yaw == pytest.approx(1.5)
    np.testing.assert_allclose(reading.expression, 0.4, atol=1e-3)
    np.testing.assert_allclose(runtime.stitch(KEYPOINTS, KEYPOINTS[None])[0, :, 2],
                               2 * KEYPOINTS[:, 2], atol=1e-3)  # fmt: skip


def test_stitching_adds_a_change_of_each_keypoint_and_a_shift_of_all(
    paths: dict[str, Path],
) -> None:
    driving = np.stack([KEYPOINTS + 0.1, KEYPOINTS * 2])
    shift = np.concatenate([driving[:, :1, :2], np.zeros((2, 1, 1))], axis=2)
    stitched = opened(paths).stitch(KEYPOINTS, driving)
    assert stitched.dtype == np.float32
    np.testing.assert_allclose(stitched, driving + KEYPOINTS + shift, atol=1e-6)


def test_eyes_and_lips_are_told_their_openness(paths: dict[str, Path]) -> None:
    runtime = opened(paths)
    eyes = runtime.eye_delta(KEYPOINTS, np.array([0.3, 0.2, 0.5], np.float32))
    lip = runtime.lip_delta(KEYPOINTS, np.array([0.1, 0.4], np.float32))
    assert eyes.shape == lip.shape == (21, 3)
    assert eyes[0].tolist() == pytest.approx([0.3, 0.2, 0.5])
    assert lip[0, :2].tolist() == pytest.approx([0.1, 0.4])
    assert eyes[1, 1] == lip[0, 2] == KEYPOINTS[0, 0]


def test_without_the_small_files_nothing_is_stitched_and_nothing_opened(
    paths: dict[str, Path],
) -> None:
    runtime = opened({part: paths[part] for part in REQUIRED})
    assert (runtime.stitch(KEYPOINTS, KEYPOINTS[None]) == KEYPOINTS).all()
    with pytest.raises(MissingWeightsError, match=r"needs stitching_eye\.onnx.*liveportrait-onnx"):
        runtime.eye_delta(KEYPOINTS, np.zeros(3, np.float32))
    with pytest.raises(MissingWeightsError, match=r"needs stitching_lip\.onnx"):
        runtime.lip_delta(KEYPOINTS, np.zeros(2, np.float32))


@pytest.mark.parametrize("part", REQUIRED)
def test_a_runtime_needs_the_three_large_files(paths: dict[str, Path], part: str) -> None:
    with pytest.raises(MissingWeightsError, match="mien models download liveportrait-onnx"):
        opened({other: path for other, path in paths.items() if other != part})


def refusal(folder: Path, file: OnnxFile, path: Path) -> str:
    """What is said of one file when the others are as they should be."""
    with pytest.raises(WeightsError) as refused:
        opened(write_onnx_files(folder) | {file.part: path})
    message = str(refused.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>not found</html>", b"version https://git-lfs.github.com/spec/v1\n", b"\0" * 99],
    ids=["empty", "web page", "git's pointer", "zeros"],
)
def test_what_is_no_network_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(content)
    assert "damaged, cut off, or no ONNX network" in refusal(tmp_path, LIP, path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path, EYES, tmp_path / "none.onnx")
    assert "no such file" in refusal(tmp_path, EYES, tmp_path)


def test_a_file_beyond_all_measure_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "huge.onnx"
    with path.open("wb") as file:
        os.truncate(file.fileno(), (2 << 30) + 1)  # a hole: takes no room
    assert "larger than 2 GiB" in refusal(tmp_path, LIP, path)


@pytest.mark.parametrize("domain", ["", "trt.plugins."])
def test_the_file_for_the_tensorrt_plugin_is_told_apart(tmp_path: Path, domain: str) -> None:
    (folder := tmp_path / "fix").mkdir()
    body = f"out = {domain}GridSample3D(feature_3d_, kp_driving_)"
    path = write_onnx_file(folder, PAINTING, body=body)
    assert "give warping_spade.onnx in its place" in refusal(tmp_path, PAINTING, path)


def test_a_file_of_another_network_is_refused_by_its_names(tmp_path: Path) -> None:
    other = write_onnx_files(tmp_path)
    message = refusal(tmp_path, MOTION, other["appearance"])
    assert "another network: it has output where" in message
    message = refusal(tmp_path, PAINTING, other["appearance"])
    assert "has img where" in message
    message = refusal(tmp_path, STITCHING, other["lip"])
    assert "another network: 'input' is 1 x 65, not 1 x 126" in message


@pytest.mark.parametrize(("number", "kind"), [("int64", "int64"), ("bfloat16", "bfloat16")])
def test_inputs_that_are_no_plain_numbers_are_refused(
    tmp_path: Path, number: str, kind: str
) -> None:
    (folder := tmp_path / "odd").mkdir()
    path = write_onnx_file(folder, LIP, number=number)
    assert f"'input' is a tensor({kind})" in refusal(tmp_path, LIP, path)


def test_results_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    paths = write_onnx_files(tmp_path)
    (folder := tmp_path / "odd").mkdir()
    body = "nothing = Sub(input_, input_) shares = Div(nothing, nothing) " + (
        "places = Constant<value = int64[63] {" + ", ".join("0" * 63) + "}>() "
        "output = Gather<axis = 1>(shares, places)"
    )
    runtime = opened(paths | {"lip": write_onnx_file(folder, LIP, body=body)})
    with pytest.raises(WeightsError, match="not finite as 'output'"):
        runtime.lip_delta(KEYPOINTS, np.zeros(2, np.float32))


FLAT = "all = Constant<value_ints = [-1]>() flat = Reshape(flags, all)"


def test_results_of_another_size_than_declared_are_refused(tmp_path: Path) -> None:
    paths = write_onnx_files(tmp_path)
    (folder := tmp_path / "odd").mkdir()
    body = f"flags = Cast<to = 9>(input_) {FLAT} output = Compress<axis = 1>(input_, flat)"
    runtime = opened(paths | {"lip": write_onnx_file(folder, LIP, batch="N", body=body)})
    with pytest.raises(WeightsError, match="does not give 1 x 63 numbers as 'output'"):
        runtime.lip_delta(KEYPOINTS, np.ones(2, np.float32))


def test_a_network_that_fails_is_refused(tmp_path: Path) -> None:
    paths = write_onnx_files(tmp_path)
    (folder := tmp_path / "odd").mkdir()
    body = f"flags = Cast<to = 7>(input_) {FLAT} output = Gather<axis = 1>(input_, flat)"
    runtime = opened(paths | {"lip": write_onnx_file(folder, LIP, batch="N", body=body)})
    with pytest.raises(WeightsError, match="cannot be run"):
        runtime.lip_delta(KEYPOINTS * 1e6, np.ones(2, np.float32))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_refused_or_does_no_harm(
    tmp_path: Path, paths: dict[str, Path], data: st.DataObject
) -> None:
    content = bytearray(paths["lip"].read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with suppress(WeightsError, EngineUnavailableError):
        runtime = opened({part: paths[part] for part in REQUIRED} | {"lip": damaged})
        assert runtime.lip_delta(KEYPOINTS, np.zeros(2, np.float32)).shape == (21, 3)


def test_precision_and_device_are_those_of_this_machine(paths: dict[str, Path]) -> None:
    with pytest.raises(OptionError, match="bf16: ONNX files have only fp32"):
        open_onnx_runtime(paths, "cpu", "bf16")
    with pytest.raises(OptionError, match="fp16: ONNX files need TensorRT"):
        open_onnx_runtime(paths, "cpu", "fp16")


def test_a_runtime_needs_no_torch(paths: dict[str, Path]) -> None:
    program = (
        "import sys; sys.modules['torch'] = None; from pathlib import Path; import numpy as np;"
        "from mien.engines.liveportrait.runtimes.onnx_runtime import open_onnx_runtime;"
        "paths = dict(zip(sys.argv[1::2], map(Path, sys.argv[2::2])));"
        "runtime = open_onnx_runtime(paths);"
        "print(runtime.read_motion(np.zeros((1, 256, 256, 3), np.uint8))[0].scale)"
    )
    arguments = [str(word) for pair in paths.items() for word in pair]
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("4.0\n", "")
