from __future__ import annotations

from pathlib import Path

import pytest

from fakes.media_files import numbered, write_clip
from mien.media.truncation import missing_bytes

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm", "avi"])
def test_a_whole_file_misses_nothing(tmp_path: Path, suffix: str) -> None:
    codec = "libvpx" if suffix == "webm" else "libx264"
    clip = write_clip(tmp_path / f"a.{suffix}", [numbered(1)] * 3, codec=codec, options={"g": "5"})
    assert missing_bytes(clip) == 0


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_every_missing_byte_is_counted(tmp_path: Path, suffix: str) -> None:
    clip = write_clip(tmp_path / f"a.{suffix}", [numbered(1)] * 3)
    data = clip.read_bytes()
    clip.write_bytes(data[:-10])
    assert missing_bytes(clip) == 10


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    for data in (b"", b"x", b"GIF89a" + bytes(20), b"\x1a\x45\xdf\xa3", b"\0\0\0\x01ftyp"):
        (tmp_path / "other").write_bytes(data)
        assert missing_bytes(tmp_path / "other") == 0


def test_trailing_rubbish_is_ignored(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", [numbered(1)] * 3)
    clip.write_bytes(clip.read_bytes() + bytes(100))
    assert missing_bytes(clip) == 0


def test_a_live_recording_without_a_length_is_whole(tmp_path: Path) -> None:
    unknown = bytes.fromhex("1a45dfa3 80 18538067 01ffffffffffffff".replace(" ", ""))
    (tmp_path / "live.webm").write_bytes(unknown + bytes(50))
    assert missing_bytes(tmp_path / "live.webm") == 0
