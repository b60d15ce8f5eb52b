"""``mien models``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import safetensors.torch
import torch

from e2e.ending import Ending
from fakes.hub import FakeHub, running_hub, use_hub
from fakes.liveportrait_weights import artifact_path, official_shapes, write_official_weights
from mien.weights import BUNDLES, bundle_of

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]
HUMANS = bundle_of("humans")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MIEN_MODELS_DIR", raising=False)
    use_hub(monkeypatch, tmp_path / "hub")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``pretrained_weights`` with the small files; the large ones are empty."""
    folder = tmp_path_factory.mktemp("official") / "pretrained_weights"
    write_official_weights(folder, only=("appearance", "retargeting"))
    for name in ("motion", "warping", "generator"):
        artifact_path(folder, name).touch()
    return folder


@pytest.fixture
def weights(written: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(written, tmp_path / "pretrained_weights"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """``pretrained_weights`` with all networks, whose numbers are all the same: half a GB."""
    folder = tmp_path_factory.mktemp("whole") / "pretrained_weights"
    for artifact in HUMANS.artifacts:
        states = {part: flat_state(network) for network, part in artifact.parts.items()}
        if states:
            (folder / artifact.path).parent.mkdir(parents=True, exist_ok=True)
            torch.save(states.get("", states), folder / artifact.path)
    yield folder
    shutil.rmtree(folder)


def flat_state(network: str) -> dict[str, torch.Tensor]:
    return {
        key: torch.full(shape, 0.01).to(getattr(torch, dtype))
        for key, (shape, dtype) in official_shapes(network).items()
    }


@pytest.fixture
def convertible(whole: Path, tmp_path: Path) -> Iterator[Path]:
    """The same files under links, and nothing left of what they were converted to."""
    yield Path(shutil.copytree(whole, tmp_path / "official", copy_function=os.link))
    for path in tmp_path.rglob("*.safetensors"):
        path.unlink()


def refused(ending: Ending, code: int = 2) -> str:
    assert ending.code == code
    assert ending.err.startswith("mien: ")
    assert ending.err.count("\n") == 1
    return ending.err


def test_list_says_what_is_here_and_what_is_not(run: Run, weights: Path) -> None:
    ending = run("models", "list", "--models-dir", weights)
    assert (ending.code, ending.err) == (0, "")
    lines = ending.out.splitlines()
    assert lines[0] == "liveportrait (KwaiVGI/LivePortrait), takes about 1500 MB of memory"
    assert lines[1].split()[:3] == ["appearance", "3.4", "MB"]
    assert lines[2].strip() == str(artifact_path(weights, "appearance"))
    assert "missing, can do without" in ending.out
    assert "non-commercial research only (InsightFace)" in ending.out
    rows = json.loads(run("models", "list", "--models-dir", weights, "--json").out)
    assert len(rows) == sum(len(bundle.artifacts) for bundle in BUNDLES.values())
    row = next(row for row in rows if row["name"] == "landmarks")
    assert row["path"] is None
    assert row["licence"] == "MIT (LivePortrait)"
    assert row["required"] is False


def test_list_needs_no_torch(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom mien.cli import main\n"
        "try: main(['models', 'list'])\n"
        "except SystemExit as leaving: assert leaving.code == 0\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path, capture_output=True)


def test_path_prints_where_the_files_are(
    run: Run, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [str(artifact_path(weights, each.name)) for each in HUMANS.artifacts if each.parts]
    assert run("models", "path", "--models-dir", weights).out.splitlines() == expected
    monkeypatch.setenv("MIEN_MODELS_DIR", str(weights))
    assert run("models", "path").out.splitlines() == expected
    paths = json.loads(run("models", "path", "liveportrait", "--json").out)
    assert paths["motion"] == str(artifact_path(weights, "motion"))
    monkeypatch.delenv("MIEN_MODELS_DIR")
    here = run("models", "path").out.splitlines()  # in the working folder, as a checkout's
    assert here[0] == "pretrained_weights/liveportrait/base_models/appearance_feature_extractor.pth"


def test_weights_that_are_missing_are_one_line_and_what_to_do(run: Run) -> None:
    for verb in ("path", "verify", "convert"):
        message = refused(run("models", verb), code=1)
        assert "mien models download liveportrait" in message
        assert "--engine mesh works now" in message


def test_verify_tells_each_file_and_ends_with_the_first_that_is_bad(
    run: Run, weights: Path
) -> None:
    ending = run("models", "verify", "--models-dir", weights)
    lines = ending.out.splitlines()
    assert lines[0] == f"{artifact_path(weights, 'appearance')}: ok"
    assert lines[1] == f"{artifact_path(weights, 'motion')}: is empty; get it again"
    assert lines[4] == f"{artifact_path(weights, 'retargeting')}: ok"
    assert "2 more are bad, too" in refused(ending)
    rows = json.loads(run("models", "verify", "--models-dir", weights, "--json").out)
    assert [row["problem"] for row in rows][:2] == [None, "is empty; get it again"]


def test_verify_looks_for_numbers_shapes_and_other_networks(run: Run, weights: Path) -> None:
    appearance, motion = (artifact_path(weights, name) for name in ("appearance", "motion"))
    shutil.copy(appearance, motion)
    state = torch.load(appearance)
    state["first.conv.weight"] = state["first.conv.weight"][:, :2].clone()
    torch.save(state, artifact_path(weights, "warping"))
    state["first.conv.weight"] = torch.full((64, 3, 3, 3), float("nan"))
    torch.save(state, appearance)
    said = run("models", "verify", "--models-dir", weights).out
    assert "appearance_feature_extractor.pth: holds numbers that are not finite" in said
    assert "motion_extractor.pth: these are the weights of the appearance extractor" in said


def test_verify_knows_the_sha256_of_a_file_of_the_cache(
    run: Run, tmp_path: Path, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_hub() as hub:
        use_hub(monkeypatch, tmp_path / "hub", hub.address)
        for each in HUMANS.artifacts:
            place = written / each.path
            content = place.read_bytes() if each.name == "appearance" else b"x"
            hub.files[f"{each.repository.id}/{each.path}"] = content
        first = run("models", "download", "-q").out.splitlines()[0]
        assert "appearance_feature_extractor.pth: ok" in run("models", "verify").out
        with Path(first).open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            file.write(b"\1")
        assert "is not the file that was published" in run("models", "verify").out
        assert run("models", "download", "--force", "-q").code == 0
        assert "appearance_feature_extractor.pth: ok" in run("models", "verify").out


def test_a_cache_that_cannot_be_there_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environment = {key: each for key, each in os.environ.items() if not key.startswith("HF_")}
    command = [sys.executable, "-m", "mien", "models", "download", "-q"]
    ending = subprocess.run(
        command, cwd=tmp_path, env={**environment, "HF_HOME": str(tmp_path / "file")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    message = refused(Ending(ending.returncode, ending.stdout, ending.stderr))
    assert "change HF_HOME" in message


def test_a_bad_onnx_file_is_told(run: Run, tmp_path: Path) -> None:
    for name in ("det_10g.onnx", "2d106det.onnx"):
        path = tmp_path / "insightface" / "models" / "buffalo_l" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("hello")
    ending = run("models", "verify", "insightface", "--models-dir", tmp_path)
    assert "det_10g.onnx: is damaged or no ONNX file" in refused(ending)


def test_converted_weights_are_preferred_and_say_the_same(run: Run, convertible: Path) -> None:
    ending = run("models", "convert", "--models-dir", convertible, "--json")
    assert ending.code == 0
    converted = json.loads(ending.out)
    assert run("models", "path", "--models-dir", convertible).out.splitlines() == converted
    assert all(path.endswith(".safetensors") for path in converted)
    verified = run("models", "verify", "--models-dir", convertible)
    assert verified.out.splitlines() == [f"{path}: ok" for path in converted]
    times = [Path(path).stat().st_mtime_ns for path in converted]
    again = run("models", "convert", "--models-dir", convertible)
    assert again.out.splitlines() == converted
    assert [Path(path).stat().st_mtime_ns for path in converted] == times


def test_converted_weights_may_go_to_a_folder_of_models(
    run: Run, convertible: Path, tmp_path: Path
) -> None:
    arguments = ("models", "convert", "--models-dir", convertible, "-o", "new")
    first = run(*arguments)
    assert first.code == 0
    place = Path("new/liveportrait/base_models/appearance_feature_extractor.safetensors")
    assert str(place) in run("models", "path", "--models-dir", "new").out
    assert not list(convertible.rglob("*.safetensors"))
    place.write_text("cut off")
    assert "write it anew with --force" in refused(run(*arguments))
    os.utime(place, (0, 0))
    assert "use --force" in refused(run(*arguments))
    assert place.read_text() == "cut off"
    place.unlink()
    assert run(*arguments).out == first.out
    assert place.is_file()


def test_converting_goes_on_where_it_was_interrupted(
    run: Run, convertible: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, saved = safetensors.torch.save_file, []

    def interrupted(tensors: object, path: Path, **options: object) -> None:
        saved.append(path)
        if len(saved) == 3:
            raise KeyboardInterrupt
        save(tensors, path, **options)

    monkeypatch.setattr(safetensors.torch, "save_file", interrupted)
    arguments = ("models", "convert", "--models-dir", convertible, "-o", "new")
    message = refused(run(*arguments), code=130)
    assert message.startswith("mien: interrupted; what is converted stays")
    assert len([each for each in Path("new").rglob("*") if each.is_file()]) == 2
    assert run(*arguments).code == 0
    assert len(saved) == 3 + 3  # what was there was not written again


def test_nothing_is_converted_unless_all_is_good(run: Run, convertible: Path) -> None:
    path = artifact_path(convertible, "retargeting")
    path.unlink()
    states = {part: flat_state(name) for name, part in HUMANS.artifacts[4].parts.items()}
    states["retarget_eye"]["mlp.0.bias"][0] = float("nan")
    torch.save(states, path)
    for verb in ("verify", "convert"):
        assert "numbers that are not finite" in refused(
            run("models", verb, "--models-dir", convertible)
        )
    del states["retarget_eye"]
    torch.save(states, path)
    message = refused(run("models", "convert", "--models-dir", convertible))
    assert "stitching_retargeting_module.pth: lacks its part 'retarget_eye'" in message
    assert not list(convertible.rglob("*.safetensors"))


def test_a_place_where_nothing_can_be_written_is_one_line(run: Run, convertible: Path) -> None:
    Path("file").touch()
    for place in ("file", "x" * 300):
        ending = run("models", "convert", "--models-dir", convertible, "-o", place)
        assert "cannot be written" in refused(ending)


@pytest.mark.skipif(sys.platform == "win32", reason="limits are for Unix")
def test_a_full_disk_is_one_line(convertible: Path, tmp_path: Path) -> None:
    """Here a limit on the size of files, which no test can fill a disk for."""
    program = (
        "import resource\nfrom mien.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        f"main(['models', 'convert', '--models-dir', {str(convertible)!r}, '-o', 'new'])"
    )
    command = [sys.executable, "-c", program]
    ending = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "cannot be written" in refused(Ending(ending.returncode, ending.stdout, ending.stderr))
    assert not [each for each in (tmp_path / "new").rglob("*") if each.is_file()]


class Evil:
    def __reduce__(self) -> object:
        return os.system, ("touch ran",)


def test_a_hostile_file_is_refused_and_does_not_run(run: Run, weights: Path) -> None:
    torch.save({"w": Evil()}, artifact_path(weights, "appearance"))
    for verb in ("verify", "convert"):
        message = refused(run("models", verb, "--models-dir", weights))
        assert "was not run" in message
    assert not Path("ran").exists()


def test_what_is_not_here_is_not_exported(run: Run) -> None:
    assert "mien models download liveportrait" in refused(run("models", "export-onnx"), code=1)
    assert not Path("checkpoints").exists()


def test_tensorrt_needs_its_provider_and_onnx_files(run: Run) -> None:
    assert "no TensorRT here" in refused(run("models", "build-tensorrt"), code=1)
    assert "no ONNX files" in refused(run("models", "build-tensorrt", "liveportrait"))


def test_bad_names_and_folders_are_one_line(run: Run) -> None:
    assert "choose from: liveportrait" in refused(run("models", "path", "sadtalker"))
    assert "nowhere is not a folder" in refused(run("models", "list", "--models-dir", "nowhere"))
    Path("file").touch()
    assert "file is not a folder" in refused(run("models", "download", "--models-dir", "file"))


def test_downloading_offline_is_one_line(run: Run) -> None:
    ending = run("models", "download", "-q")
    assert "HF_HUB_OFFLINE is set" in refused(ending, code=1)
    assert ending.out == ""


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with running_hub() as hub:
        hub.files |= {f"{each.repository.id}/{each.path}": b"w" * 9 for each in HUMANS.artifacts}
        yield hub


def test_the_library_is_told_by_the_environment(hub: FakeHub, tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("HF_")},
        "HF_HOME": str(home), "HF_ENDPOINT": hub.address, "HF_TOKEN": "hf_secret",
    }  # fmt: skip

    def mien(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mien", "models", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    done = mien("download")
    assert done.returncode == 0, done.stderr
    paths = [Path(line) for line in done.stdout.splitlines()]
    assert all(path.is_relative_to(home / "hub") for path in paths)
    assert [path.read_bytes() for path in paths] == [b"w" * 9] * len(HUMANS.artifacts)
    assert hub.tokens == {"Bearer hf_secret"}
    assert "fetching liveportrait, about 635 MB" in done.stderr
    environment["HF_HUB_OFFLINE"] = "1"
    assert mien("path").stdout.splitlines() == done.stdout.splitlines()
    missing = mien("download", "liveportrait-animals", "-q")
    assert missing.returncode == 1
    assert "HF_HUB_OFFLINE is set" in missing.stderr
