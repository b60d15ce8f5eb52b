"""Checkpoints in the official layout become networks; others are refused in one line that says
which file is wrong and what to do."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from fakes import musetalk_weights as files
from fakes.musetalk_networks import UNET, VAE
from fakes.saved_networks import replaced, same
from mien.errors import EngineUnavailableError, MissingWeightsError, WeightsError
from mien.pipeline.verbs.converting import convert_models
from mien.retouch.musetalk.loading import find_files, load_module, load_modules
from mien.retouch.musetalk.modules import Modules, recipe_module, recipe_modules
from mien.retouch.musetalk.networks import MuseTalkNetworks
from mien.retouch.musetalk.settings import MuseTalkSettings

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Modules]:
    """A checkout's ``models``, and what it holds."""
    folder = tmp_path_factory.mktemp("checkout") / "models"
    return folder, files.write_small_weights(folder, parsing=True)


@pytest.fixture
def folder(official: tuple[Path, Modules], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, to be damaged: its files are links."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setattr("mien.weights.hub.cache_folder", lambda: tmp_path / "hub")
    monkeypatch.setattr("mien.weights.places.cached_file", lambda repository, path: None)
    copy = tmp_path / "models"
    for path in official[0].rglob("*.*"):
        place = copy / path.relative_to(official[0])
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, place)
    return copy


def load(folder: Path, **chosen: str) -> Modules:
    return load_modules(MuseTalkSettings(models_dir=folder, **chosen))  # type: ignore[arg-type]


def refusal(folder: Path, name: str) -> str:
    """The complaint about the file of this name."""
    with pytest.raises(WeightsError) as refused:
        load(folder)
    message = str(refused.value)
    assert refused.value.path == str(folder / files.FILES[name])
    assert "\n" not in message
    assert "`mien models download musetalk --force`" in message
    assert "--engine mesh with Mien's own speech driver works now" in message
    return message


def test_a_checkout_is_loaded_strictly(folder: Path, official: tuple[Path, Modules]) -> None:
    for place in (folder, folder.parent):
        modules = load(place)
        for name in ("unet", "vae", "hearing", "parsing"):
            assert same(getattr(modules, name), getattr(official[1], name)), name
        assert modules.tiny is None


@pytest.mark.skipif(not Path("/proc/self/maps").is_file(), reason="nobody tells what is mapped")
def test_tensors_stay_where_they_were_mapped(folder: Path) -> None:
    """There is one copy of the weights, and it is the file's."""
    unet = load_module("unet", find_files(MuseTalkSettings(models_dir=folder)))
    mapped = [
        [int(each, 16) for each in line.split()[0].split("-")]
        for line in Path("/proc/self/maps").read_text().splitlines()
        if line.endswith(str(folder / files.FILES["unet"]))
    ]
    for key, tensor in unet.state_dict().items():
        assert any(start <= tensor.data_ptr() < end for start, end in mapped), key


def test_safetensors_and_todays_names_do_as_well(
    folder: Path, official: tuple[Path, Modules]
) -> None:
    for name, other in (("vae", "diffusion_pytorch_model"), ("hearing", "model")):
        path = folder / files.FILES[name]
        path.unlink()
        state = {f"encoder.{k}": v for k, v in official[1].hearing.state_dict().items()}
        content = official[1].vae.state_dict() if name == "vae" else state
        save_file(content, path.with_name(f"{other}.safetensors"))
    modules = load(folder)
    assert same(modules.vae, official[1].vae)
    assert same(modules.hearing, official[1].hearing)


def test_a_converted_folder_needs_no_other(
    folder: Path, tmp_path: Path, official: tuple[Path, Modules]
) -> None:
    (folder / files.FILES["parsing"]).unlink()  # as large as it was published
    new = tmp_path / "new"
    written = [str(Path(each).relative_to(new)) for each in converted(folder, new)]
    assert written == [
        "musetalkV15/unet.safetensors",
        "musetalkV15/musetalk.json",
        "sd-vae/diffusion_pytorch_model.safetensors",
        "sd-vae/config.json",
        "whisper/pytorch_model.safetensors",
        "whisper/config.json",
    ]
    shutil.rmtree(folder)
    modules = load(new)
    for name in ("unet", "vae", "hearing"):
        assert same(getattr(modules, name), getattr(official[1], name)), name
    assert converted(new, new) == [str(new / each) for each in written], "it is there already"


def converted(folder: Path, output: Path) -> list[str]:
    return convert_models("musetalk", folder, str(output))


def test_without_files_of_sizes_they_are_those_that_were_published(folder: Path) -> None:
    (folder / files.FILES["unet-config"]).unlink()
    message = refusal(folder, "unet")
    assert "wrong shape 'conv_in.weight' (32x8x3x3, not 320x8x3x3)" in message


def test_the_face_parser_may_be_missing(folder: Path) -> None:
    (folder / files.FILES["parsing"]).unlink()
    assert load(folder).parsing is None


@pytest.mark.parametrize("name", ["unet", "vae", "hearing"])
def test_what_is_missing_is_named_with_what_works_instead(folder: Path, name: str) -> None:
    (folder / files.FILES[name]).unlink()
    with pytest.raises(MissingWeightsError) as missing:
        load(folder)
    message = str(missing.value)
    assert files.FILES[name].name in message
    assert str(folder) in message
    assert "`mien models download musetalk`" in message
    assert "--engine mesh with Mien's own speech driver works now" in message
    assert missing.value.bundle == "musetalk"


def test_the_tiny_decoder_is_asked_for_when_it_is_wanted(folder: Path) -> None:
    with pytest.raises(MissingWeightsError, match=r"small decoder is not here.*--decoder full"):
        load(folder, decoder="tiny")
    files.write_tiny_decoder(folder)
    with pytest.raises(WeightsError, match=r"other latents than --decoder tiny .*--decoder full"):
        load(folder, decoder="tiny")
    assert load(folder).tiny is None, "not read unless it is used"


def test_the_tiny_decoder_takes_the_place_of_one_as_deep(folder: Path) -> None:
    deep = {
        **VAE,
        "block_out_channels": [8] * 4,
        "down_block_types": ["DownEncoderBlock2D"] * 4,
        "up_block_types": ["UpDecoderBlock2D"] * 4,
    }
    for name in ("vae", "vae-config"):
        (folder / files.FILES[name]).unlink()
    files.write_config(folder, "vae-config", deep)
    files.write_state(folder, "vae", recipe_module("vae", 0, deep).state_dict())
    files.write_tiny_decoder(folder)
    assert load(folder, decoder="tiny").tiny is not None


@pytest.mark.parametrize("name", ["unet", "vae", "hearing"])
def test_keys_that_are_missing_or_too_many_are_named(folder: Path, name: str) -> None:
    prefix = "model.encoder." if name == "hearing" else ""

    def drop_last(state: files.State) -> None:
        del state[[key for key in state if key.startswith(prefix)][-1]]

    replaced(folder / files.FILES[name], drop_last)
    assert "missing '" in refusal(folder, name)
    replaced(
        folder / files.FILES[name], lambda state: state.update({f"{prefix}more": torch.ones(1)})
    )
    assert "unexpected 'more'" in refusal(folder, name)


def test_shapes_and_dtypes_and_numbers_are_looked_at(folder: Path) -> None:
    replaced(
        folder / files.FILES["unet"], lambda state: state.update({"conv_in.bias": torch.ones(7)})
    )
    assert "wrong shape 'conv_in.bias' (7, not 32)" in refusal(folder, "unet")
    replaced(
        folder / files.FILES["unet"],
        lambda state: state.update({"conv_in.bias": torch.ones(32).half()}),
    )
    assert "wrong dtype 'conv_in.bias' (float16, not float32)" in refusal(folder, "unet")
    replaced(
        folder / files.FILES["unet"],
        lambda s: s.update({"conv_in.bias": torch.full((32,), torch.nan)}),
    )
    assert "not finite, in 'conv_in.bias'" in refusal(folder, "unet")


def test_a_download_that_broke_off_is_named(folder: Path) -> None:
    path = folder / files.FILES["unet"]
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: len(content) // 2])
    assert "cut off" in refusal(folder, "unet")
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert "git lfs pull" in refusal(folder, "unet")


class Wicked:
    """Code in the place of weights."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("was-run",)


def test_code_in_a_file_is_not_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = folder / files.FILES["unet"]
    path.unlink()
    path.write_bytes(pickle.dumps({"conv_in.weight": Wicked()}))
    assert "no file of weights" in refusal(folder, "unet")
    torch.save({"conv_in.weight": Wicked()}, path)
    assert "holds more than weights" in refusal(folder, "unet")
    assert not (tmp_path / "was-run").exists()


def test_weights_of_something_else_are_refused(folder: Path) -> None:
    path = folder / files.FILES["hearing"]
    path.unlink()
    torch.save({"text_model.weight": torch.ones(2)}, path)
    assert "lacks its part 'model.encoder'" in refusal(folder, "hearing")


def test_sizes_that_contradict_each_other_are_refused(folder: Path) -> None:
    def resized(name: str, config: dict[str, object]) -> str:
        (folder / files.FILES[name]).unlink()
        files.write_config(folder, name, config)
        return refusal(folder, name)

    message = resized("unet-config", {**UNET, "norm_num_groups": 7})
    assert "describes no network that there could be" in message
    message = resized("unet-config", {**UNET, "down_block_types": ["DownBlock2D"]})
    assert "describes no network that there could be" in message


def test_networks_that_do_not_fit_together_are_refused(folder: Path) -> None:
    (folder / files.FILES["vae-config"]).unlink()
    files.write_config(folder, "vae-config", {**VAE, "sample_size": 34})
    assert "does not fit the autoencoder or whisper" in refusal(folder, "unet")


@pytest.mark.parametrize("package", ["torch", "diffusers", "transformers"])
def test_a_missing_package_is_named_with_the_extra(
    folder: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    for attempt in (
        lambda: MuseTalkNetworks.load(MuseTalkSettings(models_dir=folder)),
        recipe_modules,
    ):
        with pytest.raises(EngineUnavailableError, match=rf"{package}.*'mien\[neural\]'"):
            attempt()
