"""Where a result may go, and how it gets there."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from mien.errors import OutputError
from mien.media.staging import Staging

pytestmark = pytest.mark.unit


def write(target: Path, text: str, *, force: bool = False) -> None:
    with Staging(target, folder=False, force=force).writing() as path:
        path.write_text(text)


def link(place: Path, to: str | Path) -> Path:
    place.symlink_to(to)
    return place


@pytest.mark.parametrize("end", ["nowhere/x.png", "nowhere.png", "there.png", "a.png"])
@pytest.mark.parametrize("folder", [False, True])
def test_a_link_exists_wherever_it_leads(tmp_path: Path, end: str, folder: bool) -> None:
    (tmp_path / "there.png").write_text("precious")
    place = link(tmp_path / "a.png", end)
    with pytest.raises(OutputError):
        Staging(place, folder=folder, force=False)
    assert place.is_symlink()
    assert (tmp_path / "there.png").read_text() == "precious"


@pytest.mark.parametrize("end", ["there.png", "new.png"])
def test_by_force_what_a_link_leads_to_is_replaced_and_the_link_stays(
    tmp_path: Path, end: str
) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "there.png").write_text("old")
    place = link(tmp_path / "a.png", Path("far") / end)
    write(place, "new", force=True)
    assert place.is_symlink()
    assert (tmp_path / "far" / end).read_text() == "new"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "far"]


@pytest.mark.parametrize(
    ("end", "problem"),
    [
        ("no/such/x.png", "a.png: the folder .*no/such does not exist; make it first"),
        ("a.png", "a.png: is a link that leads in a circle"),
        ("/", "a.png: is a folder"),
    ],
)
def test_a_link_that_leads_to_no_place_is_refused_even_by_force(
    tmp_path: Path, end: str, problem: str
) -> None:
    with pytest.raises(OutputError, match=problem):
        Staging(link(tmp_path / "a.png", end), folder=False, force=True)


def test_a_linked_folder_is_replaced_where_it_is(tmp_path: Path) -> None:
    frames = tmp_path / "far" / "frames"
    frames.mkdir(parents=True)
    (frames / "000001.png").write_text("old")
    place = link(tmp_path / "out", frames)
    staging = Staging(place, folder=True, force=True)
    staging.create()
    (staging.path / "000002.png").write_text("new")
    staging.commit()
    assert place.is_symlink()
    assert [p.name for p in frames.iterdir()] == ["000002.png"]
    assert [p.name for p in frames.parent.iterdir()] == ["frames"]


@pytest.mark.parametrize("inside", ["x.png", "deeper/x.png"])
def test_a_place_inside_a_file_is_named_as_what_it_is(tmp_path: Path, inside: str) -> None:
    (tmp_path / "me.jpg").touch()
    with pytest.raises(OutputError, match=r"me\.jpg is a file, not a folder"):
        Staging(tmp_path / "me.jpg" / inside, folder=False, force=False)


@pytest.mark.parametrize("folder", [False, True])
def test_a_name_that_the_file_system_cannot_hold_is_refused(tmp_path: Path, folder: bool) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        Staging(tmp_path / ("x" * 300), folder=folder, force=False)


def test_what_fails_while_it_is_written_leaves_what_was_there(tmp_path: Path) -> None:
    def fill_the_disk(path: Path) -> None:
        path.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    target = tmp_path / "a.json"
    target.write_text("old")
    with (
        pytest.raises(OutputError, match=r"a\.json: no space left"),
        Staging(target, folder=False, force=True).writing() as path,
    ):
        fill_the_disk(path)
    assert [place.name for place in tmp_path.iterdir()] == ["a.json"]
    assert target.read_text() == "old"


def test_what_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    with (
        pytest.raises(OutputError, match=r"a\.json: exists already"),
        Staging(target, folder=False, force=False).writing(),
    ):
        target.write_text("theirs")
    assert [place.name for place in tmp_path.iterdir()] == ["a.json"]
    assert target.read_text() == "theirs"
