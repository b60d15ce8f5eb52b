"""Files of weights rewritten, all or none, to a folder that needs no other."""

from __future__ import annotations

import shutil
from argparse import Namespace
from pathlib import Path

import pytest
import torch

from fakes.hub import use_hub
from fakes.joyvasa_weights import GENERATOR, SMALL, TEMPLATE, write_joyvasa
from mien.drivers.joyvasa import JoyVasaSettings
from mien.drivers.joyvasa.loading import load_model
from mien.errors import OptionError, OutputError, WeightsError
from mien.pipeline.verbs.converting import convert_models
from mien.weights import read_arguments

pytestmark = pytest.mark.unit

CONVERTED = GENERATOR.with_suffix(".safetensors")


@pytest.fixture
def official(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """JoyVASA's two files, and nothing else anywhere."""
    monkeypatch.chdir(tmp_path)
    use_hub(monkeypatch, tmp_path / "hub")
    return write_joyvasa(tmp_path / "official", arguments=Namespace(pad_mode="replicate"))


def convert(folder: Path, *, force: bool = False) -> list[str]:
    return convert_models("joyvasa", folder, "new", force=force)


def test_a_folder_of_its_own_is_whole(official: Path) -> None:
    expected = [str(Path("new") / place) for place in (CONVERTED, TEMPLATE)]
    assert convert(official) == expected
    assert Path("new", TEMPLATE).read_bytes() == (official / TEMPLATE).read_bytes()
    shutil.rmtree(official)
    model = load_model(JoyVasaSettings(device="cpu", models_dir=Path("new")))
    assert (model.placed.params, model.pads_with_last) == (SMALL, True)


@pytest.mark.parametrize("output", [None, "new"])
def test_nothing_is_written_if_a_file_is_bad_that_is_not_rewritten(
    official: Path, output: str | None
) -> None:
    (official / TEMPLATE).write_bytes(b"\x80\x04N.")
    with pytest.raises(WeightsError, match=r"motion_template.pkl: .*holds no named arrays"):
        convert_models("joyvasa", official, output)
    assert not Path("new").exists()
    assert not list(official.rglob("*.safetensors"))


def test_what_is_there_stays_and_another_file_in_its_place_is_told(official: Path) -> None:
    places = [Path(each) for each in convert(official)]
    before = [each.stat().st_mtime_ns for each in places]
    convert(official)
    assert [each.stat().st_mtime_ns for each in places] == before
    places[0].unlink()
    places[1].write_text("mine")
    with pytest.raises(OutputError, match="--force"):
        convert(official)
    assert (places[0].exists(), places[1].read_text()) == (False, "mine")
    convert(official, force=True)
    assert places[1].read_bytes() == (official / TEMPLATE).read_bytes()


def test_only_files_of_pytorch_are_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_hub(monkeypatch, tmp_path / "hub")
    for name in ("det_10g.onnx", "2d106det.onnx"):
        place = tmp_path / "insightface" / "models" / "buffalo_l" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    with pytest.raises(OptionError, match="insightface holds no PyTorch files"):
        convert_models("insightface", tmp_path, None)


@pytest.mark.parametrize("words", ["[1]", "{", "[" * 99_999])
def test_arguments_that_are_none_are_damage(tmp_path: Path, words: str) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.ones(1)}, tmp_path / "a.safetensors", metadata={"arguments": words})
    with pytest.raises(WeightsError, match="is damaged"):
        read_arguments(tmp_path / "a.safetensors")
