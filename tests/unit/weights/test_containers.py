from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mien.errors import WeightsError
from mien.weights import read_state
from mien.weights.containers import check_checksums, check_onnx_start, is_file

pytestmark = pytest.mark.unit

STATE = {"a": torch.arange(9000.0), "b": torch.ones(5)}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    torch.save(STATE, tmp_path / "x.pth")
    return tmp_path / "x.pth"


def zero(path: Path, at: int, count: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes(count))


def test_files_as_they_were_written_pass(tmp_path: Path, saved: Path) -> None:
    check_checksums(saved)
    torch.save(STATE, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    check_checksums(tmp_path / "old.pth")
    save_file(STATE, tmp_path / "x.safetensors")
    check_checksums(tmp_path / "x.safetensors")


def test_zeroed_bytes_within_a_tensor_are_found(saved: Path) -> None:
    zero(saved, 20_000, 100)
    assert (read_state(saved)["a"] == 0).sum() > 1  # nothing that opening it could see
    with pytest.raises(WeightsError, match="is damaged"):
        check_checksums(saved)


def test_a_header_within_that_is_damaged_is_found(saved: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        second = archive.infolist()[1].header_offset
    zero(saved, second, 8)
    with pytest.raises(WeightsError, match="is damaged"):
        check_checksums(saved)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bytes(99), "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:12", "git lfs pull"),
        (b"\n <!DOCTYPE html><html>Sign in</html>", "a page of a web site"),
    ],
)
def test_what_lies_in_the_place_of_an_onnx_file_is_named(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "x.onnx").write_bytes(content)
    with pytest.raises(WeightsError, match=words):
        check_onnx_start(tmp_path / "x.onnx")
    (tmp_path / "x.onnx").write_bytes(b"\x08\x09\x3a")  # as all begin
    check_onnx_start(tmp_path / "x.onnx")


def test_a_file_is_told_from_what_lies_in_its_place(tmp_path: Path, saved: Path) -> None:
    assert is_file(saved)
    for nothing in ("none", "x" * 300, "a\0b", "x.pth/y"):
        assert not is_file(tmp_path / nothing)
    with pytest.raises(WeightsError, match="is a folder"):
        is_file(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WeightsError, match="a device or a pipe"):
        is_file(tmp_path / "pipe")
