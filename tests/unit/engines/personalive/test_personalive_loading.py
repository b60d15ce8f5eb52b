"""Checkpoints in the official layout become networks; others are refused in one line that says
which file is wrong and what to do."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import sys
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from fakes import personalive_weights as files
from fakes.hub import put_in_cache
from fakes.personalive_goldens import official_shapes
from fakes.saved_networks import replaced, same
from fakes.small_personalive import small_sizes
from mien.engines.personalive.loading import find_files, load_modules, load_network
from mien.engines.personalive.modules import MAKERS, Modules, recipe_modules
from mien.engines.personalive.shapes import motion_encoder_sizes, motion_extractor_sizes
from mien.engines.personalive.sizes import PUBLISHED
from mien.engines.settings import EngineSettings
from mien.errors import EngineUnavailableError, MissingWeightsError, WeightsError
from mien.nets.liveportrait.params import MOTION
from mien.nets.personalive.motion_encoder import MOTION_ENCODER
from mien.pipeline.model_checks import check_model
from mien.pipeline.verbs.converting import convert_models
from mien.pipeline.verbs.modelling import verify_models
from mien.weights import bundle_named, find_weights, locate
from mien.weights.neural import made_up
from mien.weights.strict import without_memory

pytestmark = pytest.mark.unit

NETWORKS = tuple(name for name in Modules.__dataclass_fields__ if name != "tiny")
BUNDLE = bundle_named("personalive")
NETWORK_OF = {each.name: part for each in BUNDLE.artifacts for part in each.parts}
NETWORK_OF["temporal-module"] = "denoising_unet"


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Modules]:
    """A checkout's ``pretrained_weights``, and what it holds."""
    folder = tmp_path_factory.mktemp("checkout") / "pretrained_weights"
    return folder, files.write_small_weights(folder)


@pytest.fixture
def folder(official: tuple[Path, Modules], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, to be damaged: its files are links."""
    monkeypatch.setattr("mien.weights.places.cached_file", lambda repository, path: None)
    copy = tmp_path / "pretrained_weights"
    for path in official[0].rglob("*.*"):
        place = copy / path.relative_to(official[0])
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, place)
    return copy


def load(folder: Path, **chosen: str) -> Modules:
    return load_modules(EngineSettings("personalive", models_dir=folder, **chosen))  # type: ignore[arg-type]


def network(folder: Path, name: str) -> torch.nn.Module:
    """The network alone that is made of the file of this name."""
    found = find_files(EngineSettings("personalive", models_dir=folder))
    module: torch.nn.Module = load_network(NETWORK_OF[name], found)
    return module


def refusal(folder: Path, name: str) -> str:
    """The complaint about the file of this name."""
    with pytest.raises(WeightsError) as refused:
        network(folder, name)
    message = str(refused.value)
    assert refused.value.path == str(folder / files.FILES[name])
    assert "\n" not in message
    assert "`mien models download personalive --force`" in message
    assert "--engine mesh works now" in message
    return message


def test_a_checkout_is_loaded_strictly(folder: Path, official: tuple[Path, Modules]) -> None:
    modules = load(folder.parent)
    for name in NETWORKS:
        network = getattr(modules, name)
        assert same(network, getattr(official[1], name)), name
        assert not any(each.is_meta for each in network.buffers()), name
    assert modules.tiny is None


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("vae", "sd-vae-ft-mse/diffusion_pytorch_model.bin"),
        ("image_encoder", "sd-image-variations-diffusers/image_encoder/pytorch_model.bin"),
        ("motion_extractor", "personalive/motion_extractor.pth"),
    ],
)
def test_the_libraries_networks_have_the_official_tensors(name: str, file: str) -> None:
    """Of the others the goldens tell."""
    state = without_memory(partial(MAKERS[name], PUBLISHED)).state_dict()
    assert {key: tuple(each.shape) for key, each in state.items()} == official_shapes(file)


def test_files_are_verified_with_the_sizes_beside_them(folder: Path) -> None:
    checked = {each.path: each.problem for each in verify_models("personalive", folder)}
    assert set(checked.values()) == {None}
    assert len(checked) == len(files.FILES) - 1, "all but the small decoder"


@pytest.mark.skipif(not Path("/proc/self/maps").is_file(), reason="nobody tells what is mapped")
def test_tensors_stay_where_they_were_mapped(folder: Path) -> None:
    """There is one copy of the weights, and it is the files'."""
    unet = network(folder, "denoising-unet")
    mapped = [
        [int(each, 16) for each in line.split()[0].split("-")]
        for line in Path("/proc/self/maps").read_text().splitlines()
        if line.endswith(("denoising_unet.pth", "temporal_module.pth"))
    ]
    for key, tensor in unet.state_dict().items():
        assert any(start <= tensor.data_ptr() < end for start, end in mapped), key


def test_what_joins_frames_may_be_in_both_files_and_the_second_counts(
    folder: Path, official: tuple[Path, Modules]
) -> None:
    """Upstream saves what it trains together, and loads one file over the other."""
    whole = official[1].denoising_unet.state_dict()
    old = {key: each + 1 for key, each in whole.items() if files.is_temporal(key)}
    replaced(folder / files.FILES["denoising-unet"], lambda state: state.update(old))
    assert same(network(folder, "denoising-unet"), official[1].denoising_unet)
    bias = {"conv_out.bias": whole["conv_out.bias"] + 1}
    replaced(folder / files.FILES["temporal-module"], lambda state: state.update(bias))
    unet = network(folder, "denoising-unet")
    assert torch.equal(unet.state_dict()["conv_out.bias"], bias["conv_out.bias"])


def test_what_is_computed_and_what_is_not_used_may_be_missing(
    folder: Path, official: tuple[Path, Modules]
) -> None:
    def without(name: str, ends: str) -> None:
        def drop(state: files.State) -> None:
            for key in [key for key in state if ends in key]:
                del state[key]

        replaced(folder / files.FILES[name], drop)

    without("temporal-module", ".pos_encoder.pe")
    without("image-encoder", "position_ids")
    without("motion-extractor", "fc_exp")
    replaced(
        folder / files.FILES["motion-extractor"],
        lambda s: s.update({"idx_tensor": torch.arange(66)}),
    )
    assert same(network(folder, "temporal-module"), official[1].denoising_unet)
    assert same(network(folder, "image-encoder"), official[1].image_encoder)
    extractor = network(folder, "motion-extractor").state_dict()
    assert not extractor["detector.fc_exp.weight"].any()


def test_numbers_of_half_the_size_are_widened(folder: Path, official: tuple[Path, Modules]) -> None:
    for kind in (torch.float16, torch.bfloat16):
        halves = {k: each.to(kind) for k, each in official[1].pose_guider.state_dict().items()}
        replaced(
            folder / files.FILES["pose-guider"], lambda state, halves=halves: state.update(halves)
        )
        weight = network(folder, "pose-guider").state_dict()["conv_in.weight"]
        assert weight.dtype == torch.float32
        assert torch.equal(weight, halves["conv_in.weight"].float())


def test_safetensors_and_todays_names_do_as_well(
    folder: Path, official: tuple[Path, Modules]
) -> None:
    for name, other in (("vae", "diffusion_pytorch_model"), ("image_encoder", "model")):
        path = folder / files.FILES[name.replace("_", "-")]
        path.unlink()
        state = getattr(official[1], name).state_dict()
        save_file(state, path.with_name(f"{other}.safetensors"))
    assert same(network(folder, "vae"), official[1].vae)
    assert same(network(folder, "image-encoder"), official[1].image_encoder)


def test_a_converted_folder_needs_no_other(
    folder: Path, tmp_path: Path, official: tuple[Path, Modules]
) -> None:
    new = tmp_path / "new"
    written = convert_models("personalive", folder, str(new))
    assert len(written) == len(files.FILES) - 1, "all but the small decoder"
    assert {Path(each).suffix for each in written} == {".safetensors", ".json"}
    shutil.rmtree(folder)
    modules = load(new)
    for name in NETWORKS:
        assert same(getattr(modules, name), getattr(official[1], name)), name


def test_files_of_the_hub_lie_where_the_hub_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PersonaLive's own within a folder of the repository that a checkout does not repeat; the
    autoencoder is the one that MuseTalk gets."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)
    for artifact in BUNDLE.artifacts:
        put_in_cache(tmp_path / "hub", artifact.repository.id, artifact.path, b"x")
    found = find_weights(BUNDLE, None)
    assert found["temporal-module"].parts[-3:-1] == ("pretrained_weights", "personalive")
    assert str(files.FILES["temporal-module"]) == "personalive/temporal_module.pth"
    shared = {each.artifact.name: each.path for each in locate(bundle_named("musetalk"), None)}
    for name in ("vae", "vae-config", "tiny"):
        assert shared[name] == found[name]


def test_without_files_of_sizes_they_are_those_that_were_published(folder: Path) -> None:
    (folder / files.FILES["unet-config"]).unlink()
    (folder / files.FILES["image-encoder-config"]).unlink()
    message = refusal(folder, "reference-unet")
    assert "wrong shape 'conv_in.weight' (32x4x3x3, not 320x4x3x3)" in message


@pytest.mark.parametrize("name", ["denoising-unet", "temporal-module", "motion-encoder", "vae"])
def test_what_is_missing_is_named_with_what_works_instead(folder: Path, name: str) -> None:
    (folder / files.FILES[name]).unlink()
    with pytest.raises(MissingWeightsError) as missing:
        load(folder)
    message = str(missing.value)
    assert files.FILES[name].name in message
    assert str(folder) in message
    assert "`mien models download personalive`" in message
    assert "--engine mesh works now, without any" in message
    assert (missing.value.engine, missing.value.bundle) == ("personalive", "personalive")


def test_the_tiny_decoder_is_asked_for_when_it_is_wanted(folder: Path) -> None:
    with pytest.raises(MissingWeightsError, match=r"small decoder is not here.*--decoder full"):
        load(folder, decoder="tiny")
    tiny = made_up(partial(MAKERS["tiny"], small_sizes()), 0)
    files.write_tiny_decoder(folder, tiny.state_dict())
    assert same(load(folder, decoder="tiny").tiny, tiny)


@pytest.mark.parametrize("name", sorted(NETWORK_OF.keys() - {"tiny"}))
def test_keys_that_are_missing_or_too_many_are_named(folder: Path, name: str) -> None:
    prefix = "detector.fc_kp" if name == "motion-extractor" else ""

    def drop(state: files.State) -> None:
        del state[next(key for key in state if key.startswith(prefix) and "pe" not in key)]

    replaced(folder / files.FILES[name], lambda state: state.update({"more": torch.ones(1)}))
    assert "unexpected 'more'" in refusal(folder, name)
    replaced(folder / files.FILES[name], drop)
    assert "missing '" in refusal(folder, name)


@pytest.mark.parametrize("name", ["denoising-unet", "temporal-module"])
def test_shapes_and_dtypes_and_numbers_are_looked_at(folder: Path, name: str) -> None:
    """Also where upstream does not."""
    inner = "temporal" if name == "temporal-module" else "motion"
    key = f"mid_block.{inner}_modules.0.temporal_transformer.norm.bias"

    def put(value: torch.Tensor) -> str:
        replaced(folder / files.FILES[name], lambda state: state.update({key: value}))
        return refusal(folder, name)

    assert f"wrong shape '{key}' (7, not 64)" in put(torch.ones(7))
    assert f"wrong dtype '{key}' (int64, not float32)" in put(torch.ones(64).long())
    assert f"not finite, in '{key}'" in put(torch.full((64,), torch.nan))


def test_mixed_up_files_are_told_whose_they_are(folder: Path) -> None:
    names = ("reference-unet", "denoising-unet", "pose-guider", "vae")
    for name, other in zip(names, (*names[1:], names[0]), strict=True):
        (folder / files.FILES[other]).rename(folder / "other")
        shutil.copyfile(folder / files.FILES[name], folder / files.FILES[other])
        assert "these are the weights of" in refusal(folder, other)
        (folder / "other").replace(folder / files.FILES[other])


def test_a_download_that_broke_off_is_named(folder: Path) -> None:
    path = folder / files.FILES["denoising-unet"]
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: len(content) // 2])
    message = refusal(folder, "denoising-unet")
    assert "cut off" in message
    (artifact,) = (each for each in BUNDLE.artifacts if each.name == "denoising-unet")
    assert message == f"{path}: {check_model(artifact, path)}", "as `mien models verify` says it"
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    assert "git lfs pull" in refusal(folder, "denoising-unet")


def test_tensors_that_claim_more_than_there_is_are_refused(folder: Path) -> None:
    huge = torch.zeros(1).expand(1 << 40)
    replaced(
        folder / files.FILES["motion-encoder"],
        lambda state: state.update({"model.conv1.weight": huge}),
    )
    assert "claims more numbers than there are" in refusal(folder, "motion-encoder")
    shutil.copyfile(folder / files.FILES["pose-guider"], folder / files.FILES["motion-encoder"])
    flat = {"model.conv1.weight": torch.zeros(())}
    replaced(folder / files.FILES["motion-encoder"], lambda state: state.update(flat))
    assert "these are the weights of the pose guider" in refusal(folder, "motion-encoder")


class Wicked:
    """Code in the place of weights."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("was-run",)


def test_code_in_a_file_is_not_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = folder / files.FILES["temporal-module"]
    path.unlink()
    path.write_bytes(pickle.dumps({"conv_in.weight": Wicked()}))
    assert "no file of weights" in refusal(folder, "temporal-module")
    torch.save({"conv_in.weight": Wicked()}, path)
    assert "holds more than weights" in refusal(folder, "temporal-module")
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        ("unet-config", {"norm_num_groups": 7}, "describes no network that there could be"),
        ("unet-config", {"down_block_types": ["DownBlock2D"]}, "describes no network"),
        ("unet-config", {"cross_attention_dim": 48}, "does not fit the networks beside it"),
        ("unet-config", {"in_channels": 1 << 40}, "says 1099511627776 for in_channels"),
        ("vae-config", {"latent_channels": 8}, "does not fit the networks beside it"),
        ("image-encoder-config", {"num_attention_heads": 5}, "describes no network"),
    ],
)
def test_sizes_that_cannot_be_are_refused(
    folder: Path, name: str, change: dict[str, object], complaint: str
) -> None:
    sizes = small_sizes()
    known = {
        "unet-config": sizes.unet,
        "vae-config": sizes.vae,
        "image-encoder-config": sizes.image_encoder,
    }
    (folder / files.FILES[name]).unlink()
    files.write_config(folder, name, {**known[name], **change})
    with pytest.raises(WeightsError) as refused:
        load(folder)
    assert complaint in str(refused.value)
    assert "`mien models download personalive --force`" in str(refused.value)
    with pytest.raises(WeightsError, match=re.escape(complaint)):
        list(verify_models("personalive", folder))


def test_a_file_alone_is_looked_through_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is found in a folder of another name, there is nothing beside it."""
    monkeypatch.chdir((folder / "personalive").rename(folder / "other"))
    by_name = {each.name: each for each in BUNDLE.artifacts}
    assert check_model(by_name["motion-encoder"], Path("motion_encoder.pth")) is None
    problem = check_model(by_name["pose-guider"], Path("pose_guider.pth"))
    assert "wrong shape 'conv_out_modify.weight' (32x256x3x3, not 320x256x3x3)" in (problem or "")


def test_a_part_that_the_published_networks_have_is_missed() -> None:
    """A file without a whole layer is no smaller network."""
    with_width = {f"detector.stages.{stage}.0.dwconv.weight": w for stage, w in _widths().items()}
    assert motion_extractor_sizes(with_width) is MOTION
    assert motion_encoder_sizes({"model.conv1.weight": torch.ones(64)}) is MOTION_ENCODER


def _widths() -> dict[int, torch.Tensor]:
    return {stage: torch.ones(width, 1) for stage, width in enumerate(MOTION.widths)}


def test_finding_reads_nothing(folder: Path) -> None:
    for name in NETWORKS:
        path = folder / files.FILES[name.replace("_", "-")]
        path.unlink()
        path.write_bytes(b"")
    found = find_files(EngineSettings("personalive", models_dir=folder))
    assert found["temporal_module"] == folder / "personalive/temporal_module.pth"


@pytest.mark.parametrize("package", ["torch", "diffusers", "transformers"])
def test_a_missing_package_is_named_with_the_extra(
    folder: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    for attempt in (lambda: load(folder), recipe_modules):
        with pytest.raises(EngineUnavailableError, match=rf"{package}.*'mien\[neural\]'"):
            attempt()
