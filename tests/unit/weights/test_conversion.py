from __future__ import annotations

from pathlib import Path

import pytest
import torch

from fakes.liveportrait_weights import artifact_path
from mien.errors import OutputError, WeightsError
from mien.weights import read_state
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


def test_the_vectors_of_spectral_norm_stay(tmp_path: Path) -> None:
    state = {f"c.weight_{end}": torch.ones(2, 2) for end in ("orig", "u", "v")}
    torch.save(state, tmp_path / "g.pth")
    convert(tmp_path / "g.pth", tmp_path / "g.safetensors")
    assert sorted(read_state(tmp_path / "g.safetensors")) == sorted(state)


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
