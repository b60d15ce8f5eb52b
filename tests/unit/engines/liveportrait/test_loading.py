"""Official files become networks; files of another network are called by their name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from fakes.liveportrait_weights import artifact_path, recipe_tensors, write_official_weights
from mien.engines.liveportrait.loading import load_networks, recipe_networks
from mien.errors import EngineUnavailableError, WeightsError

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("official")
    return write_official_weights(folder, only=("appearance", "retargeting"))


def refusal(network: str, path: Path, part: str = "") -> str:
    with pytest.raises(WeightsError) as refused:
        load_networks({network: (path, part)})
    return str(refused.value)


def test_networks_hold_what_their_files_hold(official: Path) -> None:
    networks = load_networks({
        "appearance": (artifact_path(official, "appearance"), ""),
        "lip": (artifact_path(official, "retargeting"), "retarget_mouth"),
    })  # fmt: skip
    for name, network in networks.items():
        expected, held = recipe_tensors(name), network.state_dict()
        assert held.keys() == expected.keys()
        assert all(torch.equal(held[key], expected[key]) for key in held)


def test_a_file_of_another_network_is_named(official: Path) -> None:
    appearance = artifact_path(official, "appearance")
    retargeting = artifact_path(official, "retargeting")
    assert "weights of the appearance extractor; here the motion" in refusal("motion", appearance)
    assert "the SPADE generator is needed" in refusal("generator", appearance)
    assert "the stitching and retargeting networks; here the warping" in refusal(
        "warping", retargeting
    )
    assert "the eye retargeting network; here the lip" in refusal(
        "lip", retargeting, "retarget_eye"
    )


def test_a_part_that_is_not_there_is_named(official: Path) -> None:
    message = refusal("lip", artifact_path(official, "appearance"), "retarget_mouth")
    assert "lacks its part 'retarget_mouth'; these are the weights of the appearance" in message


def test_a_generator_without_its_vectors_is_refused(tmp_path: Path) -> None:
    state = {"G_middle_0.conv_0.weight_orig": torch.ones(4, 4, 3, 3)}
    torch.save(state, tmp_path / "g.pth")
    assert "spectral norm without its vectors" in refusal("generator", tmp_path / "g.pth")


def test_without_pytorch_the_extra_is_named(
    official: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(EngineUnavailableError, match=r"pip install 'mien\[torch\]'"):
        load_networks({"appearance": (artifact_path(official, "appearance"), "")})


def test_weights_cannot_be_made_up_without_torch_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(EngineUnavailableError, match=r"mien\[torch\]"):
        recipe_networks()
