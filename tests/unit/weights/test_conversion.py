from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
import torch

from fakes.liveportrait_weights import artifact_path
from mien.errors import EngineUnavailableError, OutputError, WeightsError
from mien.nets.liveportrait.spectral import fold_spectral_norm
from mien.weights import read_state, recipe_state, spectral_shapes
from mien.weights.conversion import convert

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", ["appearance", "retargeting"])
def test_a_converted_file_says_the_same(tmp_path: Path, official: Path, name: str) -> None:
    path, converted = artifact_path(official, name), tmp_path / "new" / "x.safetensors"
    convert(path, converted)
    before, after = read_state(path), read_state(converted)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert [each.name for each in converted.parent.iterdir()] == ["x.safetensors"]


def test_spectral_norm_is_stored_as_it_was_and_folds_to_the_same(tmp_path: Path) -> None:
    shapes = spectral_shapes({"c.conv_0.weight": ((8, 4, 3, 3), "float32")}, ("conv_0",))
    state = {key: torch.from_numpy(array) for key, array in recipe_state(shapes, 0).items()}
    torch.save(state, tmp_path / "g.pth")
    convert(tmp_path / "g.pth", tmp_path / "g.safetensors")
    converted = read_state(tmp_path / "g.safetensors")
    assert converted.keys() == state.keys()
    folded, expected = fold_spectral_norm(converted), fold_spectral_norm(state)
    assert torch.equal(folded["c.conv_0.weight"], expected["c.conv_0.weight"])


def test_tensors_that_share_their_memory_are_converted(tmp_path: Path) -> None:
    whole = torch.arange(6.0)
    torch.save({"a": whole, "b": whole, "c": whole.reshape(2, 3).T}, tmp_path / "t.pth")
    convert(tmp_path / "t.pth", tmp_path / "t.safetensors")
    assert read_state(tmp_path / "t.safetensors")["c"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_what_is_there_stays_unless_forced(tmp_path: Path, official: Path) -> None:
    place = tmp_path / "x.safetensors"
    place.write_text("mine")
    with pytest.raises(OutputError, match="--force"):
        convert(artifact_path(official, "retargeting"), place)
    assert place.read_text() == "mine"
    convert(artifact_path(official, "retargeting"), place, force=True)
    assert len(read_state(place)) == 28


def test_a_bad_file_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "bad.pth").write_text("hello")
    with pytest.raises(WeightsError):
        convert(tmp_path / "bad.pth", tmp_path / "bad.safetensors")
    assert [each.name for each in tmp_path.iterdir()] == ["bad.pth"]


def test_a_place_where_no_folder_can_be_is_told(tmp_path: Path, official: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        convert(artifact_path(official, "retargeting"), tmp_path / "file" / "in" / "x.safetensors")


def test_others_may_read_what_they_may_read_of_any_new_file(tmp_path: Path, official: Path) -> None:
    before = os.umask(0o027)
    try:
        convert(artifact_path(official, "retargeting"), tmp_path / "x.safetensors")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x.safetensors").stat().st_mode) == 0o640


def test_without_torch_it_is_named(
    tmp_path: Path, official: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(EngineUnavailableError, match=r"mien\[torch\]"):
        convert(artifact_path(official, "retargeting"), tmp_path / "x.safetensors")
