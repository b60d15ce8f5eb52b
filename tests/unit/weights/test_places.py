from __future__ import annotations

import os
from pathlib import Path

import pytest

from fakes.hub import put_in_cache
from mien.errors import MissingWeightsError, OptionError, WeightsError
from mien.weights import BUNDLES, bundle_of, by_network, find_weights, locate

pytestmark = pytest.mark.unit

HUMANS, ANIMALS = bundle_of("humans"), bundle_of("animals")
MOTION = HUMANS.artifacts[1]


def put(folder: Path, bundle: str = "liveportrait", content: bytes = b"x") -> Path:
    for artifact in BUNDLES[bundle].artifacts:
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_a_checkout_its_folder_of_weights_and_the_one_within_are_folders_of_models(
    tmp_path: Path,
) -> None:
    put(tmp_path / "LivePortrait" / "pretrained_weights")
    where = tmp_path / "LivePortrait"
    for folder in (where, where / "pretrained_weights", where / "pretrained_weights/liveportrait"):
        found = find_weights(HUMANS, folder)
        assert set(found) == {each.name for each in HUMANS.artifacts}
        assert found["motion"].samefile(where / "pretrained_weights" / MOTION.path)


def test_fasters_checkout_is_one_too(tmp_path: Path) -> None:
    put(tmp_path / "checkpoints", "liveportrait-onnx")
    for folder in (tmp_path, tmp_path / "checkpoints", tmp_path / "checkpoints/liveportrait_onnx"):
        assert len(find_weights(BUNDLES["liveportrait-onnx"], folder)) == 7


def test_the_innermost_folder_may_have_another_name(tmp_path: Path) -> None:
    put(tmp_path / "w").joinpath("liveportrait").rename(tmp_path / "my-models")
    assert find_weights(HUMANS, tmp_path / "my-models")["motion"].is_file()


def test_the_chosen_folder_comes_before_a_checkout_here_and_that_before_the_cache(
    tmp_path: Path,
) -> None:
    put_in_cache(tmp_path / "hub", MOTION.repository.id, MOTION.path, b"cached")
    chosen = tmp_path / "chosen"
    chosen.mkdir()

    def content() -> bytes:
        path = locate(HUMANS, chosen)[1].path
        return b"" if path is None else path.read_bytes()

    assert content() == b"cached"
    put(tmp_path / "pretrained_weights", content=b"here")
    assert content() == b"here"
    put(chosen, content=b"chosen")
    assert content() == b"chosen"


def test_a_file_may_be_converted_and_then_counts_unless_the_other_is_newer(tmp_path: Path) -> None:
    put(tmp_path)
    published = tmp_path / MOTION.path
    converted = published.with_suffix(".safetensors")
    converted.write_bytes(b"y")
    os.utime(published, (1000, 1000))
    assert find_weights(HUMANS, tmp_path)["motion"] == converted
    os.utime(converted, (500, 500))
    assert find_weights(HUMANS, tmp_path)["motion"] == published
    published.unlink()
    assert find_weights(HUMANS, tmp_path)["motion"] == converted


def test_what_can_be_done_without_may_be_missing(tmp_path: Path) -> None:
    put(tmp_path)
    for artifact in HUMANS.artifacts:
        if not artifact.required:
            (tmp_path / artifact.path).unlink()
    assert set(find_weights(HUMANS, tmp_path)) == {"appearance", "motion", "warping", "generator"}


def test_missing_weights_are_named_with_what_to_do(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / MOTION.path).unlink()
    with pytest.raises(MissingWeightsError) as missing:
        find_weights(HUMANS, tmp_path)
    message = str(missing.value)
    for words in (
        "motion_extractor.pth;", str(tmp_path), "./pretrained_weights", "Hugging Face cache",
        "mien models download liveportrait`", "--models-dir", "MIEN_MODELS_DIR",
        "--engine mesh works now",
    ):  # fmt: skip
        assert words in message
    assert "warping" not in message
    assert "\n" not in message
    assert (missing.value.bundle, missing.value.models_dir) == ("liveportrait", tmp_path)


def test_animals_are_not_taken_for_humans_nor_humans_for_animals(tmp_path: Path) -> None:
    put(tmp_path, "liveportrait-animals")
    inner = tmp_path / "liveportrait_animals"
    with pytest.raises(MissingWeightsError):
        find_weights(HUMANS, inner)
    assert find_weights(ANIMALS, inner)["motion"].parent == inner / "base_models_v1.1"
    (inner / "base_models_v1.1").rename(inner / "base_models")  # as the older weights of animals
    with pytest.raises(WeightsError, match="lies in liveportrait_animals, but"):
        find_weights(HUMANS, inner)


def test_links_do_not_hide_whose_weights_they_are(tmp_path: Path) -> None:
    animals = put(tmp_path / "a", "liveportrait-animals") / "liveportrait_animals"
    (animals / "base_models_v1.1").rename(animals / "base_models")
    (tmp_path / "h").mkdir()
    (tmp_path / "h" / "liveportrait").symlink_to(animals)
    with pytest.raises(WeightsError, match="choose the other species"):
        find_weights(HUMANS, tmp_path / "h")


def test_a_folder_of_models_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="nowhere is not a folder"):
        locate(HUMANS, tmp_path / "nowhere")


def test_a_folder_or_a_device_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    (put(tmp_path) / MOTION.path).unlink()
    (tmp_path / MOTION.path).mkdir()
    with pytest.raises(WeightsError, match=r"motion_extractor.pth: is a folder"):
        locate(HUMANS, tmp_path)
    (tmp_path / MOTION.path).rmdir()
    (tmp_path / MOTION.path).symlink_to("/dev/null")
    with pytest.raises(WeightsError, match=r"motion_extractor.pth: is not a file but a device"):
        locate(HUMANS, tmp_path)
    (tmp_path / MOTION.path).unlink()
    (tmp_path / MOTION.path).symlink_to("nowhere")
    assert locate(HUMANS, tmp_path)[1].path is None


def test_a_folder_that_is_too_deep_is_told_the_right_one(tmp_path: Path) -> None:
    put(tmp_path)
    with pytest.raises(MissingWeightsError) as missing:
        find_weights(HUMANS, tmp_path / "liveportrait" / "base_models")
    assert f"(give {tmp_path / 'liveportrait'} in its place)" in str(missing.value)
    with pytest.raises(MissingWeightsError) as missing:
        find_weights(ANIMALS, tmp_path / "liveportrait" / "base_models")
    assert "in its place" not in str(missing.value)


def test_one_folder_of_several_is_told_the_one_that_holds_all(tmp_path: Path) -> None:
    """PersonaLive's files lie beside those of the networks it builds on."""
    bundle = BUNDLES["personalive"]
    own = bundle.artifacts[0].place
    (tmp_path / own.parent).mkdir()
    (tmp_path / own).touch()
    with pytest.raises(MissingWeightsError) as missing:
        find_weights(bundle, tmp_path / own.parent)
    assert f"(give {tmp_path} in its place)" in str(missing.value)
    assert own.name not in str(missing.value), "found all the same"


def test_what_no_engine_needs_is_not_called_its_weights(tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError) as missing:
        find_weights(BUNDLES["insightface"], tmp_path)
    message = str(missing.value)
    assert message.startswith("engine liveportrait: does without insightface, whose files")
    assert "mien models download insightface`" in message
    assert "its weights" not in message
    assert "--engine mesh" not in message


def test_a_name_that_is_too_long_is_no_folder() -> None:
    with pytest.raises(OptionError, match="is not a folder"):
        locate(HUMANS, Path("x" * 300))


def test_networks_know_their_file_and_their_part_of_it(tmp_path: Path) -> None:
    files = by_network(find_weights(HUMANS, put(tmp_path)), HUMANS)
    assert set(files) == {
        "appearance", "motion", "warping", "generator", "stitching", "lip", "eyes",
    }  # fmt: skip
    assert files["motion"] == (tmp_path / MOTION.path, "")
    assert files["eyes"][0] == files["lip"][0]
    assert files["eyes"][1] == "retarget_eye"
