from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from fakes.hub import FakeHub, running_hub, use_hub
from mien.cli.fetching import fetch, megabytes
from mien.cli.weights_offer import weights_offered
from mien.errors import DownloadError, MissingWeightsError
from mien.types import ProgressCallback
from mien.weights import bundle_of, find_weights

pytestmark = pytest.mark.unit

HUMANS = bundle_of("humans")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """A hub with all weights, none of which are on this machine."""
    monkeypatch.chdir(tmp_path)
    with running_hub() as hub:
        use_hub(monkeypatch, tmp_path / "hub", hub.address)
        hub.files |= {
            f"{each.repository.id}/{each.path}": each.name.encode() for each in HUMANS.artifacts
        }
        yield hub


def answer(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(said))


def work(progress: ProgressCallback | None) -> int:
    return len(find_weights(HUMANS, None))


def test_work_that_has_its_weights_is_not_disturbed(hub: FakeHub) -> None:
    assert weights_offered(lambda progress: 7, download=True, quiet=False) == 7
    assert hub.asked == []


def test_without_a_terminal_nobody_is_asked(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(MissingWeightsError):
        weights_offered(work, download=False, quiet=False)
    assert hub.asked == []


def test_the_flag_answers(hub: FakeHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert weights_offered(work, download=True, quiet=False) == len(HUMANS.artifacts)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "fetching liveportrait, about 635 MB" in printed.err
    assert "motion_extractor.pth: 0.0 of 0.0 MB" in printed.err


def test_yes_fetches_and_the_work_goes_on(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "y\n")
    assert weights_offered(work, download=False, quiet=True) == len(HUMANS.artifacts)
    question = capsys.readouterr().err
    for words in ("liveportrait, about 635 MB", "MIT (LivePortrait)", "[y/N]"):
        assert words in question
    assert question.count("?") == 1


def test_the_question_is_whole_and_no_bar_moves_beneath_it(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    answer(monkeypatch, "n\n")
    with pytest.raises(MissingWeightsError):
        weights_offered(work, download=False, quiet=False)
    assert "Download them now? [y/N] " in screen.getvalue()
    assert screen.getvalue().endswith("[y/N] ")


@pytest.mark.parametrize("said", ["n\n", "\n", ""])
def test_all_else_is_a_no(hub: FakeHub, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    answer(monkeypatch, said)
    with pytest.raises(MissingWeightsError):
        weights_offered(work, download=False, quiet=False)
    assert hub.asked == []


def test_a_download_that_fails_is_what_is_told(hub: FakeHub) -> None:
    hub.status = 503
    with pytest.raises(DownloadError, match="answered 503"):
        weights_offered(work, download=True, quiet=True)


class CtrlC(io.StringIO):
    """Pressed while the progress of a file is shown."""

    def write(self, text: str) -> int:
        if " of " in text:
            raise KeyboardInterrupt
        return super().write(text)


def test_an_interrupted_download_is_kept_and_goes_on(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    screen = CtrlC()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stderr", screen)
        with pytest.raises(typer.Exit) as left:
            fetch("liveportrait", tmp_path / "new", quiet=False)
    assert left.value.exit_code == 130
    assert "what has come is kept" in screen.getvalue()
    assert len(list((tmp_path / "new").rglob("*.part"))) == 1
    paths = fetch("liveportrait", tmp_path / "new", quiet=True)
    assert Path(paths[0]).read_bytes() == b"appearance"
    assert [file.endswith("appearance_feature_extractor.pth") for file, _ in hub.asked].count(
        True
    ) == 1


def test_sizes_are_told_in_megabytes() -> None:
    assert megabytes(635_000_000) == "about 635 MB"
    assert megabytes(909_052) == "about 0.9 MB"
    assert megabytes(None) == "of unknown size"
