"""Downloads over real HTTP, from a hub on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import constants

from fakes.hub import FakeHub, running_hub, use_hub
from mien.errors import DownloadError, OutputError
from mien.weights import bundle_of, find_weights
from mien.weights.download import Fetched, download

pytestmark = pytest.mark.unit

HUMANS = bundle_of("humans")
ARTIFACT = HUMANS.artifacts[0]
CONTENT = bytes(range(256)) * 5000


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, bare: Path) -> Iterator[FakeHub]:
    """A hub with all files of LivePortrait, and an empty cache."""
    with running_hub() as hub:
        use_hub(monkeypatch, bare / "hub", hub.address)
        hub.files |= {f"{each.repository.id}/{each.path}": CONTENT for each in HUMANS.artifacts}
        yield hub


def refusal(**options: Path) -> str:
    with pytest.raises(DownloadError) as refused:
        download([ARTIFACT], **options)
    message = str(refused.value)
    assert message.startswith(f"{ARTIFACT.repository.id}/{ARTIFACT.path}: ")
    assert "\n" not in message
    return message


def test_a_bundle_comes_into_the_cache_and_is_found_there(hub: FakeHub) -> None:
    paths = download(HUMANS.artifacts)
    assert [path.read_bytes() for path in paths] == [CONTENT] * len(HUMANS.artifacts)
    assert list(find_weights(HUMANS, None).values()) == paths
    hub.asked.clear()
    assert download(HUMANS.artifacts) == paths
    assert hub.asked == []


def test_a_folder_of_models_gets_upstreams_layout(hub: FakeHub, bare: Path) -> None:
    folder = bare / "some" / "models"
    (path,) = download([ARTIFACT], models_dir=folder)
    assert path == folder / ARTIFACT.path
    assert path.read_bytes() == CONTENT
    assert [each for each in folder.rglob("*") if each.is_file()] == [path]
    assert len(hub.asked) == 1


def test_a_checkout_gets_its_files_where_it_has_them(hub: FakeHub, bare: Path) -> None:
    (bare / "checkout" / "pretrained_weights").mkdir(parents=True)
    (path,) = download([ARTIFACT], models_dir=bare / "checkout")
    assert path == bare / "checkout" / "pretrained_weights" / ARTIFACT.path


def test_what_is_there_is_fetched_again_by_force_alone(hub: FakeHub, bare: Path) -> None:
    for folder in (None, bare / "models"):
        (path,) = download([ARTIFACT], models_dir=folder)
        hub.files[f"{ARTIFACT.repository.id}/{ARTIFACT.path}"] = CONTENT[::-1]
        download([ARTIFACT], models_dir=folder)
        assert path.read_bytes() == CONTENT
        (path,) = download([ARTIFACT], models_dir=folder, force=True)
        assert path.read_bytes() == CONTENT[::-1]
        hub.files[f"{ARTIFACT.repository.id}/{ARTIFACT.path}"] = CONTENT


def test_a_broken_connection_goes_on_where_it_broke(hub: FakeHub) -> None:
    hub.break_after = [400_000, 300_000]
    (path,) = download([ARTIFACT])
    assert path.read_bytes() == CONTENT
    starts = [first for _, first in hub.asked]
    assert starts[0] == 0
    assert len(starts) == 3
    assert 0 < starts[1] < starts[2] < len(CONTENT)


def test_a_later_run_goes_on_where_the_last_one_ended(hub: FakeHub, bare: Path) -> None:
    def stop(step: Fetched) -> None:
        if step.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download([ARTIFACT], models_dir=bare / "models", progress=stop)
    (part,) = (bare / "models").rglob("*.part")
    kept = part.stat().st_size
    assert 0 < kept < len(CONTENT)
    assert not (bare / "models" / ARTIFACT.path).exists()
    (path,) = download([ARTIFACT], models_dir=bare / "models")
    assert path.read_bytes() == CONTENT
    assert hub.asked[-1][1] == kept
    assert not part.exists()


def test_another_version_is_not_added_to_what_came_of_the_last(hub: FakeHub, bare: Path) -> None:
    def stop(step: Fetched) -> None:
        if step.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download([ARTIFACT], models_dir=bare, progress=stop)
    hub.files[f"{ARTIFACT.repository.id}/{ARTIFACT.path}"] = CONTENT[::-1]
    (path,) = download([ARTIFACT], models_dir=bare)
    assert path.read_bytes() == CONTENT[::-1]
    assert hub.asked[-1][1] == 0


def test_two_that_fetch_the_same_file_take_turns(hub: FakeHub, bare: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        fetches = [pool.submit(download, [ARTIFACT], models_dir=bare / "m") for _ in range(4)]
    assert {fetch.result()[0].read_bytes() for fetch in fetches} == {CONTENT}
    assert len(hub.asked) == 1
    assert [each for each in (bare / "m").rglob("*") if each.is_file()] == [
        bare / "m" / ARTIFACT.path
    ]


def test_progress_counts_the_bytes(hub: FakeHub) -> None:
    steps: list[Fetched] = []
    download([ARTIFACT], progress=steps.append)
    assert steps[0] == Fetched(ARTIFACT.file, 0, len(CONTENT))
    assert steps[-1] == Fetched(ARTIFACT.file, len(CONTENT), len(CONTENT))
    assert [step.done for step in steps] == sorted(step.done for step in steps)


def test_a_token_is_shown(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    download([ARTIFACT])
    assert hub.tokens == {"Bearer hf_secret"}


def test_what_arrives_damaged_is_thrown_away(hub: FakeHub, bare: Path) -> None:
    hub.corrupt = True
    assert "arrived damaged" in refusal(models_dir=bare / "models")
    assert not [path for path in (bare / "models").rglob("*") if path.is_file()]


def test_offline_is_one_line(bare: Path) -> None:
    assert "HF_HUB_OFFLINE is set" in refusal()


def test_a_hub_out_of_reach_is_one_line(monkeypatch: pytest.MonkeyPatch, bare: Path) -> None:
    use_hub(monkeypatch, bare / "hub", "http://127.0.0.1:9")
    assert "cannot be reached" in refusal()


@pytest.mark.parametrize(
    ("status", "words"), [(401, "log in"), (403, "log in"), (503, "answered 503; try again later")]
)
def test_what_the_hub_answers_is_one_line(hub: FakeHub, status: int, words: str) -> None:
    hub.status = status
    assert words in refusal()


def test_a_file_that_is_not_there_is_one_line(hub: FakeHub) -> None:
    hub.files.clear()
    assert "no such file" in refusal()


def test_a_place_that_cannot_be_written_is_one_line(hub: FakeHub, bare: Path) -> None:
    (bare / "liveportrait").write_text("a file in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        download([ARTIFACT], models_dir=bare)


def test_a_cache_that_cannot_be_there_is_one_line(
    hub: FakeHub, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / "file").touch()
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(bare / "file" / "token"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(bare / "file" / "hub"))
    with pytest.raises(OutputError, match=r"file/hub: the cache cannot be there: .*HF_HOME"):
        download([ARTIFACT])
