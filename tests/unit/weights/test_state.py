from __future__ import annotations

import os
import pickle
import warnings
import zipfile
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from fakes.liveportrait_weights import artifact_path, recipe_tensors
from mien.errors import WeightsError
from mien.weights import part_of, read_state

pytestmark = pytest.mark.unit

SMALL = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.steps": torch.tensor(3)}


def saved(path: Path, content: object, **options: Any) -> Path:
    torch.save(content, path, **options)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(WeightsError) as refused:
        read_state(path)
    message = str(refused.value)
    assert str(path) in message
    assert "\n" not in message
    assert len(message) < len(str(path)) + 250
    return message


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def test_an_official_file_is_read(official: Path) -> None:
    state = read_state(artifact_path(official, "appearance"))
    assert same(state, recipe_tensors("appearance"))


def test_the_parts_of_a_file_are_told_apart(official: Path) -> None:
    state = read_state(artifact_path(official, "retargeting"))
    assert same(part_of(state, "retarget_shoulder", "x.pth"), recipe_tensors("stitching"))
    assert same(part_of(state, "retarget_mouth", "x.pth"), recipe_tensors("lip"))
    assert same(part_of(state, "retarget_eye", "x.pth"), recipe_tensors("eyes"))
    assert part_of(state, "", "x.pth") is state


def test_a_part_that_is_not_there_is_named(official: Path) -> None:
    state = read_state(artifact_path(official, "retargeting"))
    less = {key: each for key, each in state.items() if not key.startswith("retarget_mouth")}
    with pytest.raises(WeightsError, match=r"x\.pth: lacks its part 'retarget_mouth'; get"):
        part_of(less, "retarget_mouth", "x.pth")
    other = read_state(artifact_path(official, "appearance"))
    with pytest.raises(WeightsError, match="the weights of the appearance extractor"):
        part_of(other, "retarget_eye", "x.pth")


def test_module_is_dropped_from_the_parts_alone(tmp_path: Path) -> None:
    inner = OrderedDict({"module.mlp.0.weight": torch.ones(2)})
    nested = saved(tmp_path / "n.pth", {"retarget_eye": inner, "another": inner, "epoch": 3})
    assert list(read_state(nested)) == [
        "retarget_eye.mlp.0.weight",
        "another.module.mlp.0.weight",
    ]
    assert list(read_state(saved(tmp_path / "f.pth", inner))) == ["module.mlp.0.weight"]


def test_the_content_says_what_a_file_is(tmp_path: Path) -> None:
    for name in ("s.safetensors", "s.pth", "s.bin"):
        save_file(SMALL, tmp_path / "x")
        (tmp_path / "x").rename(tmp_path / name)
        assert same(read_state(tmp_path / name), SMALL)
    for name in ("t.pth", "t.bin"):
        assert same(read_state(saved(tmp_path / name, SMALL)), SMALL)
    assert "give it the name .pth" in refusal(saved(tmp_path / "t.safetensors", SMALL))


def test_files_of_old_pytorch_are_read(tmp_path: Path) -> None:
    path = saved(tmp_path / "old.pth", SMALL, _use_new_zipfile_serialization=False)
    assert same(read_state(path), SMALL)


@pytest.mark.parametrize("new", [True, False])
def test_nothing_is_said_of_other_kinds_of_pickle(tmp_path: Path, new: bool) -> None:
    for protocol, path in ((3, tmp_path / "three.pth"), (4, tmp_path / "four.pth")):
        saved(path, SMALL, pickle_protocol=protocol, _use_new_zipfile_serialization=new)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert same(read_state(tmp_path / "three.pth"), SMALL)
        refusal(tmp_path / "four.pth")  # which PyTorch does not read without running it
    assert told == []


class Evil:
    def __reduce__(self) -> object:
        return os.system, ("touch ran",)


@pytest.mark.parametrize("new", [True, False])
def test_code_in_a_file_is_named_and_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "evil.pth"
    saved(path, {"w": torch.ones(2), "x": Evil()}, _use_new_zipfile_serialization=new)
    assert "system" in refusal(path)
    assert "was not run" in refusal(path)
    (tmp_path / "bare.pth").write_bytes(pickle.dumps(Evil()))
    refusal(tmp_path / "bare.pth")
    assert not (tmp_path / "ran").exists()


def test_cut_files_are_refused(tmp_path: Path, official: Path) -> None:
    whole = artifact_path(official, "appearance").read_bytes()
    for kept in (0, 1, 100, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        (tmp_path / "cut.pth").write_bytes(whole[:kept])
        assert "get it again" in refusal(tmp_path / "cut.pth") or kept == 1
    save_file(SMALL, tmp_path / "whole.safetensors")
    tensors = (tmp_path / "whole.safetensors").read_bytes()
    for kept in (9, 40, len(tensors) - 1):
        (tmp_path / "cut.safetensors").write_bytes(tensors[:kept])
        assert "damaged or cut off" in refusal(tmp_path / "cut.safetensors")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:12", "git lfs pull"),
        (b"\n <!DOCTYPE html><html>Sign in</html>", "a page of a web site"),
        (b"hello", "no file of weights"),
        (b"\xff" * 8 + b"{}", "damaged or cut off"),
    ],
)
def test_what_lies_in_the_place_of_weights_is_named(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "x.pth"
    path.write_bytes(content)
    assert words in refusal(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([torch.ones(2)], "holds a list"),
        (torch.ones(2), "holds a Tensor"),
        ({}, "no tensors"),
        ({"epoch": 3}, "no tensors"),
        ({1: torch.ones(2)}, "no names of tensors"),
        ({"k" * 500: torch.ones(2)}, "no names of tensors"),
        ({"wide": torch.ones(1).expand(1 << 40)}, "claims more numbers"),
        ({"sparse": torch.eye(3).to_sparse()}, "no plain tensor"),
        ({"complex": torch.ones(3, dtype=torch.complex64)}, "no plain tensor"),
    ],
)
def test_what_is_no_state_is_refused(tmp_path: Path, content: object, words: str) -> None:
    assert words in refusal(saved(tmp_path / "x.pth", content))


def test_what_would_unpack_to_more_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.pth", SMALL)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data/9", bytes(1 << 20))
    assert "unpacks to more" in refusal(path)


def test_places_that_are_no_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pth")
    assert "a device or a pipe" in refusal(tmp_path / "pipe.pth")
    assert "is a folder" in refusal(tmp_path)
    assert "does not exist" in refusal(tmp_path / "none.pth")
    with pytest.raises(WeightsError, match="no name of a file"):
        read_state("a\0b.pth")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), old=st.booleans(), changes=st.integers(1, 8), safe=st.booleans())
def test_damage_is_a_weights_error_or_goes_unseen(
    tmp_path: Path, data: st.DataObject, old: bool, changes: int, safe: bool
) -> None:
    path = tmp_path / "damaged"
    if safe:
        save_file(SMALL, path)
    else:
        saved(path, SMALL, _use_new_zipfile_serialization=not old)
    content = bytearray(path.read_bytes())
    for _ in range(changes):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with suppress(WeightsError):
        read_state(path)
