"""What is wrong with a file is told as the engine would tell it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.liveportrait_onnx import write_onnx_file, write_onnx_files
from fakes.liveportrait_weights import artifact_path, write_official_weights
from mien.engines.liveportrait.runtimes.onnx_files import APPEARANCE, LIP, STITCHING
from mien.pipeline.model_checks import check_model
from mien.weights import BUNDLES, Artifact

pytestmark = pytest.mark.unit


def artifact(bundle: str, name: str) -> Artifact:
    (found,) = (each for each in BUNDLES[bundle].artifacts if each.name == name)
    return found


def test_onnx_files_that_the_runtime_takes_are_good(tmp_path: Path) -> None:
    for name, path in write_onnx_files(tmp_path).items():
        assert check_model(artifact("liveportrait-onnx", name), path) is None


def test_onnx_files_that_the_runtime_refuses_are_bad(tmp_path: Path) -> None:
    lip = artifact("liveportrait-onnx", "lip")
    other = write_onnx_file(tmp_path, replace(APPEARANCE, name=LIP.name))
    assert "is another network: it has img where" in (check_model(lip, other) or "")
    wrong = replace(LIP, inputs=STITCHING.inputs)
    resized = write_onnx_file(tmp_path, wrong)
    assert "'input' is 1 x 126, not 1 x 65" in (check_model(lip, resized) or "")


@pytest.mark.parametrize("bundle", ["liveportrait", "liveportrait-onnx"])
def test_landmarks_of_another_network_are_bad(tmp_path: Path, bundle: str) -> None:
    path = write_onnx_file(tmp_path, replace(APPEARANCE, name="landmark.onnx"))
    problem = check_model(artifact(bundle, "landmarks"), path)
    assert "not LivePortrait's landmark.onnx" in (problem or "")


def test_what_no_engine_reads_need_only_open(tmp_path: Path) -> None:
    detector = artifact("insightface", "detector")
    assert check_model(detector, write_onnx_file(tmp_path, LIP)) is None
    (tmp_path / LIP.name).write_text("hello")
    assert "no ONNX file" in (check_model(detector, tmp_path / LIP.name) or "")


@pytest.mark.parametrize(
    ("bundle", "name"), [("insightface", "detector"), ("liveportrait-onnx", "motion")]
)
def test_a_page_and_a_pointer_in_the_place_of_an_onnx_file_are_named(
    tmp_path: Path, bundle: str, name: str
) -> None:
    path = tmp_path / "x.onnx"
    path.write_text("<!DOCTYPE html><html>Sign in</html>")
    assert "a page of a web site" in (check_model(artifact(bundle, name), path) or "")
    path.write_text("version https://git-lfs.github.com/spec/v1\n")
    assert "git lfs pull" in (check_model(artifact(bundle, name), path) or "")


def test_zeroed_bytes_are_damage(tmp_path: Path) -> None:
    path = artifact_path(write_official_weights(tmp_path, only=("appearance",)), "appearance")
    assert check_model(artifact("liveportrait", "appearance"), path) is None
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(bytes(64))
    assert "is damaged" in (check_model(artifact("liveportrait", "appearance"), path) or "")
