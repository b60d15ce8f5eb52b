"""Templates on disk: what is read, and results that appear whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.templates import blendshape_template, liveportrait, old_pickle
from mien.errors import OutputError, TemplateError, UnreadableMediaError
from mien.media import sniff
from mien.templates import files, read_template, template_place, write_template

pytestmark = pytest.mark.unit


def test_the_content_and_not_the_name_says_what_a_file_is(tmp_path):
    pickled = tmp_path / "a.mien"
    pickled.write_bytes(old_pickle(liveportrait()))
    assert read_template(pickled).made_from == "a.mien"
    write_template(tmp_path / "b.mien", blendshape_template())
    (tmp_path / "b.mien").rename(tmp_path / "b.pkl")
    assert read_template(tmp_path / "b.pkl").made_from == "smile.mp4"
    assert sniff(pickled) == sniff(tmp_path / "b.pkl") == "template"


def test_a_table_whose_size_begins_as_a_pickle_does_is_still_a_table(tmp_path):
    path = tmp_path / "a.mien"
    beginnings = set()
    for length in range(1, 201):  # the name is part of the table
        written = replace(blendshape_template(), made_from="a" * length)
        write_template(path, written, force=True)
        beginnings.add(path.read_bytes()[:1])
        assert read_template(path).made_from == written.made_from
    assert b"\x80" in beginnings


@pytest.mark.parametrize(
    ("extension", "num_frames"),
    [(".mien", 3), (".pkl", 4), (".PKL", 4)],  # in a pickle the reference is a frame
)
def test_what_is_written_is_read(extension, num_frames, tmp_path):
    path = tmp_path / f"smile{extension}"
    write_template(path, blendshape_template())
    assert read_template(path).num_frames == num_frames
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "content",
    [b"hello", b"\x80\x04.", b"\x80", b"\x89PNG\r\n\x1a\n" + bytes(40), b"(dp0\n.", b"{}"],
)
def test_what_is_no_template_is_an_error_that_names_the_file(content, tmp_path):
    path = tmp_path / "x.pkl"
    path.write_bytes(content)
    with pytest.raises(TemplateError, match=r"x\.pkl: ") as caught:
        read_template(path)
    assert caught.value.path == str(path)


def test_what_is_no_file_is_an_error(tmp_path):
    (tmp_path / "empty.pkl").touch()
    for path in (tmp_path, tmp_path / "missing.pkl", tmp_path / "empty.pkl", Path("/dev/zero")):
        with pytest.raises(UnreadableMediaError):
            read_template(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    path = tmp_path / "large.mien"
    write_template(path, blendshape_template(20))
    with pytest.raises(TemplateError, match="larger"):
        read_template(path)


def test_a_file_is_replaced_by_force_only(tmp_path):
    path = tmp_path / "smile.mien"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="--force"):
        write_template(path, blendshape_template())
    assert path.read_bytes() == b"mine"
    write_template(path, blendshape_template(), force=True)
    assert read_template(path).num_frames == 3
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["x.mp4", "x", "", "missing/x.mien", "x" * 300 + ".mien"])
def test_a_place_that_cannot_be_written_is_an_error(name, tmp_path):
    with pytest.raises(OutputError):
        template_place(tmp_path / name if name else "")
