from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from fakes.liveportrait_weights import MANIFEST
from mien.errors import OptionError
from mien.weights import BUNDLES, bundle_named, bundle_of

pytestmark = pytest.mark.unit

PERSONALIVE = Path(__file__).parents[2] / "golden" / "data" / "personalive" / "manifest.json"


def test_the_table_agrees_with_the_official_layout() -> None:
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    official = {each["path"]: each for each in manifest["files"]}
    others = {each["path"] for each in manifest["other_files"]}
    for bundle in BUNDLES.values():
        for artifact in bundle.artifacts:
            if artifact.repository.id != manifest["hf_repo"]:
                continue
            assert artifact.repository.checkout_folder == manifest["local_dir"]
            assert artifact.path in official or artifact.path in others
            known = official.get(artifact.path, {})
            assert known.get("tensor_bytes", artifact.content_bytes) == artifact.content_bytes
            if isinstance(known.get("layout"), dict):
                assert set(artifact.parts.values()) == set(known["layout"])


def test_the_table_agrees_with_personalives_files() -> None:
    """Sizes are announced before anything is fetched; the UNet that upstream overwrites is not."""
    manifest = json.loads(PERSONALIVE.read_text("utf-8"))["files"]
    files = {str(each.place): each for each in BUNDLES["personalive"].artifacts if each.parts}
    del files["taesd/diffusion_pytorch_model.safetensors"]
    assert files.keys() == manifest.keys() - {
        "sd-image-variations-diffusers/unet/diffusion_pytorch_model.bin"
    }
    for place, artifact in files.items():
        sizes = {"float32": 4, "int64": 8}
        tensors = manifest[place]["keys"].values()
        wanted = sum(math.prod(shape) * sizes[kind] for shape, kind in tensors)
        assert artifact.content_bytes == wanted, place
        if artifact.repository.id == "huaichang/PersonaLive":
            assert artifact.path == f"pretrained_weights/{place}"
            assert "research only" in artifact.licence


@pytest.mark.parametrize("name", ["musetalk", "personalive"])
def test_how_much_there_is_to_fetch_is_known(name: str) -> None:
    assert all(each.content_bytes for each in BUNDLES[name].artifacts)


def test_names_are_unique_within_a_bundle() -> None:
    for bundle in BUNDLES.values():
        assert len({each.name for each in bundle.artifacts}) == len(bundle.artifacts)


def test_humans_and_animals_share_the_retargeting_networks() -> None:
    humans, animals = (
        {each.name: each.path for each in bundle_of(species).artifacts}
        for species in ("humans", "animals")
    )
    assert humans["retargeting"] == animals["retargeting"]
    assert humans["motion"] != animals["motion"]


def test_an_unknown_bundle_is_told_the_known_ones() -> None:
    with pytest.raises(OptionError, match=r"'sadtalker'; choose from: liveportrait, .*animals"):
        bundle_named("sadtalker")
