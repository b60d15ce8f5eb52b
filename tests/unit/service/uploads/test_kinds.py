"""Tests of what a file is taken for by its first bytes."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from fakes.clips import moving_face, write_clip
from fakes.templates import blendshape_template, liveportrait, old_pickle
from mien.service.uploads.kinds import HEAD_BYTES, form_of, is_heic
from mien.templates import write_template

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (b"\x89PNG\r\n\x1a\n....", ".png"),
        (b"\xff\xd8\xff\xe0..", ".jpg"),
        (b"GIF89a....", ".gif"),
        (b"RIFF....WEBPVP8 ", ".webp"),
        (b"BM1234\0\0\0\0....", ".bmp"),
        (b"II*\0....", ".tif"),
        (b"MM\0*....", ".tif"),
        (b"\0\0\0\x1cftypavif....", ".avif"),
        (b"\0\0\0\x18ftypmp42....", ".mp4"),
        (b"\0\0\0\x14ftypqt  ....", ".mov"),
        (b"\0\0\0\x08wide....", ".mov"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", ".webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", ".mkv"),
        (b"RIFF....AVI LIST", ".avi"),
        (b"FLV\x01....", ".flv"),
        (b"OggS....", ".ogv"),
        (b"\x47" + bytes(187) + b"\x47" + bytes(99), ".ts"),
        (b"\0\0\1\xba....", ".mpg"),
        (b"RIFF....WAVEfmt ", ".wav"),
        (b"fLaC....", ".flac"),
        (b"ID3\x04....", ".mp3"),
        (b"\xff\xfb\x90\x00", ".mp3"),
        (b"\xff\xf1\x50\x80", ".aac"),
        (b"FORM....AIFF", ".aiff"),
        (b".snd....", ".au"),
        (b"caff....", ".caf"),
        (b"#!AMR\n", ".amr"),
    ],
)
def test_common_forms_are_known(head: bytes, extension: str) -> None:
    form = form_of(head)
    assert form is not None
    assert form.extension == extension


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"x",
        b"\xff",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/x",
        b"ffconcat version 1.0\nfile '/etc/passwd'",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<svg onload=alert(1)>",
        b"<!DOCTYPE html><script>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0",
        b"8BPS\0\1",
        b"PK\x03\x04....",
        b"\x1f\x8b\x08....",
        b"MZ....",
        b"\x7fELF....",
        b"<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'/>",
        b"GIF88a",
        b"BMW is a car",
        b"G" + b"ordinary words " * 20,
        b"\0\0\0\x18ftypheic....",
        b"FORM....ILBM",
        b"RIFF....ACON",
        b"{'a': 1}",
        b"(lp0\ncos\nsystem\n",
    ],
)
def test_nothing_else_is_taken(head: bytes) -> None:
    assert form_of(head) is None


def test_pictures_of_phones_are_told_apart() -> None:
    assert is_heic(b"\0\0\0\x18ftypheic....")
    assert not is_heic(b"\0\0\0\x18ftypmp42....")


def test_templates_are_known(tmp_path: Path) -> None:
    write_template(tmp_path / "x.mien", blendshape_template())
    heads = [
        ((tmp_path / "x.mien").read_bytes(), ".mien"),
        (old_pickle(liveportrait()), ".pkl"),
        *((pickle.dumps(liveportrait(), protocol), ".pkl") for protocol in (2, 3, 4, 5)),
    ]
    for data, extension in heads:
        form = form_of(data[:HEAD_BYTES])
        assert form is not None
        assert (form.family, form.extension) == ("template", extension)


@pytest.mark.parametrize("extension", [".mp4", ".mov", ".mkv", ".avi", ".ts", ".flv"])
def test_what_encoders_write_is_known(tmp_path: Path, extension: str) -> None:
    clip = write_clip(tmp_path / f"x{extension}", moving_face(3, 64))
    form = form_of(clip.read_bytes()[:HEAD_BYTES])
    assert form is not None
    assert form.extension == extension
