"""Official files are found and loaded strictly; all others are refused in one line."""

from __future__ import annotations

import os
import pickle
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fakes.hub import running_hub, use_hub
from fakes.joyvasa_weights import (
    GENERATOR,
    SMALL,
    TEMPLATE,
    small_state,
    template_arrays,
    write_joyvasa,
)
from fakes.liveportrait_weights import recipe_tensors
from mien.drivers.joyvasa import JoyVasa, JoyVasaSettings
from mien.drivers.joyvasa.loading import BUNDLE, load_model
from mien.errors import EngineUnavailableError, MissingWeightsError, OptionError, WeightsError
from mien.nets.joyvasa.network import renamed
from mien.pipeline.model_checks import check_model
from mien.pipeline.verbs.converting import convert_models
from mien.pipeline.verbs.modelling import download_models, list_models, verify_models
from mien.weights import find_weights

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder and the Hugging Face cache are empty."""
    monkeypatch.chdir(tmp_path)
    use_hub(monkeypatch, tmp_path / "hub")


def settings(folder: Path, **chosen: Any) -> JoyVasaSettings:
    return JoyVasaSettings(device="cpu", models_dir=folder, **chosen)


def refusal(folder: Path) -> str:
    with pytest.raises(WeightsError) as refused:
        load_model(settings(folder))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_folder_in_the_official_layout_loads_with_its_own_sizes(tmp_path: Path) -> None:
    folder = write_joyvasa(tmp_path / "pretrained_weights")
    for place in (tmp_path, folder, folder / "JoyVASA"):
        model = load_model(settings(place))
        assert model.placed.params == SMALL
        assert model.range.least.tolist() == pytest.approx([1.4, *[-0.05] * 3, *[-5.0] * 3])
        assert not model.pads_with_last
    assert load_model(JoyVasaSettings(device="cpu")).placed.params == SMALL  # here


def test_the_folder_of_another_layout_of_checkpoints_is_one_too(tmp_path: Path) -> None:
    write_joyvasa(tmp_path / "checkpoints")
    assert load_model(settings(tmp_path / "checkpoints")).placed.params == SMALL


def test_names_of_newer_pytorch_are_taken_too(tmp_path: Path) -> None:
    write_joyvasa(tmp_path, renamed(small_state()))
    assert load_model(settings(tmp_path)).placed.params == SMALL


def test_how_sound_goes_on_beyond_its_end_is_the_files_to_say(tmp_path: Path) -> None:
    write_joyvasa(tmp_path, arguments=Namespace(pad_mode="replicate"))
    assert load_model(settings(tmp_path)).pads_with_last


def test_a_converted_file_loads_as_the_published_one(tmp_path: Path) -> None:
    write_joyvasa(tmp_path, arguments=Namespace(pad_mode="replicate", fps=25))
    (converted,) = convert_models("joyvasa", tmp_path, None)
    assert converted.endswith("motion_generator_hubert_chinese.safetensors")
    (tmp_path / GENERATOR).unlink()
    model = load_model(settings(tmp_path))
    assert (model.placed.params, model.pads_with_last) == (SMALL, True)


def test_the_files_are_listed_and_verified(tmp_path: Path) -> None:
    rows = [row for row in list_models(tmp_path) if row.bundle == "joyvasa"]
    assert [row.path for row in rows] == [None, None]
    write_joyvasa(tmp_path)
    checked = list(verify_models("joyvasa", tmp_path))
    assert [each.problem for each in checked] == [None, None]
    (tmp_path / TEMPLATE).write_bytes(b"\x80\x04N.")
    with pytest.raises(WeightsError, match="holds no named arrays"):
        list(verify_models("joyvasa", tmp_path))


def test_missing_files_are_named_with_what_to_do_and_what_works(tmp_path: Path) -> None:
    write_joyvasa(tmp_path)
    (tmp_path / TEMPLATE).unlink()
    for attempt in (JoyVasa, JoyVasa.check_here):
        with pytest.raises(MissingWeightsError) as missing:
            attempt(settings(tmp_path))
        message = str(missing.value)
        for words in ("motion_template.pkl;", "mien models download joyvasa`", "--engine mesh"):
            assert words in message
        assert "without --audio-driver, Mien's own speech driver works now" in message
        assert "\n" not in message
        assert missing.value.bundle == "joyvasa"


def test_missing_unexpected_and_misshapen_tensors_are_named(tmp_path: Path) -> None:
    state = small_state()
    missing = {key: each for key, each in state.items() if key != "audio_feature_map.bias"}
    write_joyvasa(tmp_path, missing)
    assert "missing 'audio_feature_map.bias'" in refusal(tmp_path)
    write_joyvasa(tmp_path, state | {"denoising_net.extra": torch.ones(2)})
    assert "unexpected 'denoising_net.extra'" in refusal(tmp_path)
    write_joyvasa(tmp_path, state | {"null_audio_feat": torch.ones(1, 1, 31)})
    assert "wrong shape 'null_audio_feat' (1x1x31, not 1x1x32)" in refusal(tmp_path)
    write_joyvasa(tmp_path, state | {"null_audio_feat": torch.ones(1, 1, 32).double()})
    assert "wrong dtype 'null_audio_feat'" in refusal(tmp_path)
    broken = state["null_audio_feat"].clone()
    broken[0, 0, 3] = torch.nan
    write_joyvasa(tmp_path, state | {"null_audio_feat": broken})
    assert "not finite" in refusal(tmp_path)


def changed(key: str, tensor: torch.Tensor) -> dict[str, torch.Tensor]:
    return small_state() | {key: tensor}


@pytest.mark.parametrize(
    ("key", "tensor", "words"),
    [
        ("denoising_net.feature_proj.weight", torch.ones(32, 74), "reads 74 numbers"),
        ("denoising_net.alignment_mask", torch.zeros(15, 15).bool(), "same frame"),
        ("denoising_net.alignment_mask", torch.zeros(2, 2).bool(), "before a window"),
        ("diffusion_sched.alpha_bars", torch.ones(7), "cannot be undone"),
        ("diffusion_sched.betas", torch.ones(1), "shorter than|wrong shape|has diffusion_sched"),
        ("start_motion_feat", torch.ones(1, 3, 60), "reads 73 numbers"),
        ("audio_feature_map.weight", torch.ones(30, 64), "width of 30"),
        (
            "audio_encoder.feature_projection.projection.weight",
            torch.ones(65, 8),
            "no multiple of 64",
        ),
        (
            "audio_encoder.feature_extractor.conv_layers.6.conv.weight",
            torch.ones(8, 8, 90_000),
            "convolutions of",
        ),
        ("denoising_net.PE.pe", torch.ones(1, 15, 32), "tables that are shorter"),
        ("start_audio_feat", torch.ones(0), "wrong shape"),
        ("start_motion_feat", torch.ones(3), "shape that it cannot have"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(
    tmp_path: Path, key: str, tensor: torch.Tensor, words: str
) -> None:
    write_joyvasa(tmp_path, changed(key, tensor))
    with pytest.raises(WeightsError, match=words):
        load_model(settings(tmp_path))


def test_the_weights_of_another_network_are_told(tmp_path: Path) -> None:
    write_joyvasa(tmp_path, recipe_tensors("appearance"))
    assert "these are the weights of the appearance extractor" in refusal(tmp_path)


def test_another_rate_is_refused(tmp_path: Path) -> None:
    write_joyvasa(tmp_path, arguments=Namespace(fps=30))
    assert "was trained at 30 frames per second, not 25" in refusal(tmp_path)


def test_a_file_that_is_cut_off_or_a_page_is_told(tmp_path: Path) -> None:
    write_joyvasa(tmp_path)
    whole = (tmp_path / GENERATOR).read_bytes()
    (tmp_path / GENERATOR).write_bytes(whole[: len(whole) // 2])
    assert "cut off" in refusal(tmp_path)
    (tmp_path / GENERATOR).write_text("<html>Sign in</html>")
    assert "a page of a web site" in refusal(tmp_path)
    torch.save(small_state(), tmp_path / GENERATOR)
    assert "lacks its part 'model'" in refusal(tmp_path)


class Hostile:
    """What would make a folder where it is unpickled."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self._target),)


def test_code_in_either_file_is_not_run(tmp_path: Path) -> None:
    made = tmp_path / "made"
    write_joyvasa(tmp_path, arguments=Namespace(evil=Hostile(made)))
    assert "it was not run" in refusal(tmp_path)
    write_joyvasa(tmp_path, template=template_arrays() | {"mean_exp": Hostile(made)})
    assert "could run code" in refusal(tmp_path)
    assert not made.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mean_exp": np.zeros(62, np.float32)}, "has 62 numbers called mean_exp"),
        ({"std_exp": "wide"}, "no numbers called std_exp"),
        ({"max_t": np.array([0.0, np.nan, 0.0])}, "max_t that no face has"),
        ({"min_scale": np.array([1e9])}, "min_scale that no face has"),
    ],
)
def test_a_template_that_is_none_is_refused(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    write_joyvasa(tmp_path, template=template_arrays() | change)
    assert words in refusal(tmp_path)


def test_a_template_may_hold_plain_numbers_and_doubles(tmp_path: Path) -> None:
    write_joyvasa(
        tmp_path, template=template_arrays() | {"min_yaw": -7.5, "max_yaw": np.float64(7.5)}
    )
    model = load_model(settings(tmp_path))
    assert (model.range.least[5], model.range.most[5]) == (-7.5, 7.5)


def test_damaged_templates_are_one_line(tmp_path: Path) -> None:
    write_joyvasa(tmp_path)
    whole = (tmp_path / TEMPLATE).read_bytes()
    artifact = BUNDLE.artifacts[1]
    for content in (b"", b"hello", whole[:100], whole[:-1], pickle.dumps([1]), bytes(2 << 20)):
        (tmp_path / TEMPLATE).write_bytes(content)
        problem = check_model(artifact, tmp_path / TEMPLATE)
        assert problem
        assert "\n" not in problem


def test_devices_and_precisions_that_are_not_here_are_refused(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(OptionError, match="there is no cuda:1 here; there is cpu"):
        JoyVasa(JoyVasaSettings(device="cuda:1"))
    with pytest.raises(OptionError, match="fp16 needs a GPU"):
        JoyVasa(JoyVasaSettings(device="cpu", precision="fp16"))


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_without_its_packages_the_extra_is_named(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EngineUnavailableError, match=rf"needs {package}; .*mien\[neural\]"):
        JoyVasa.check_here(JoyVasaSettings())


def test_a_download_goes_where_upstream_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_hub() as hub:
        use_hub(monkeypatch, tmp_path / "hub", hub.address)
        hub.files |= {f"jdh-algo/JoyVASA/{each.path}": b"x" * 9000 for each in BUNDLE.artifacts}
        paths = download_models("joyvasa", tmp_path / "models")
        cached = download_models("joyvasa", None)
    assert paths == [str(tmp_path / "models" / place) for place in (GENERATOR, TEMPLATE)]
    assert [Path(path).read_bytes() for path in cached] == [b"x" * 9000] * 2
    assert list(map(str, find_weights(BUNDLE, None).values())) == cached
