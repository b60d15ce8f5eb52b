from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mien.errors import TimelineError
from mien.motion.timeline import Keyframe, Timeline
from mien.pipeline.emotions import read_emotions

pytestmark = pytest.mark.unit

STORY = Timeline([Keyframe(1.5, "happy", 0.8)])
JSON = '{"keyframes": [{"time": 1.5, "expression": "happy", "intensity": 0.8}]}'


def test_text_a_file_and_a_timeline_say_the_same(tmp_path: Path) -> None:
    file = tmp_path / "story.json"
    file.write_text(JSON)
    unusual = tmp_path / "story"
    unusual.write_text(JSON)
    for given in ("1.5:happy:0.8", file, str(file), unusual, STORY):
        assert read_emotions(given) == STORY


@pytest.mark.parametrize("given", [5, ["0:happy"], b"0:happy"])
def test_what_is_neither_text_nor_timeline_nor_path_is_refused(given: Any) -> None:
    with pytest.raises(TimelineError, match=r"--emotions: .* is neither a timeline nor its text"):
        read_emotions(given)


def test_complaints_about_text_name_the_option() -> None:
    with pytest.raises(TimelineError, match=r"^--emotions: "):
        read_emotions("happy")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b" " * 4_000_001, "characters long"),
        (b'{"keyframes": []}', "is empty"),
    ],
)
def test_complaints_about_a_file_name_it(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "story.json"
    file.write_bytes(content)
    with pytest.raises(TimelineError, match=problem) as caught:
        read_emotions(str(file))
    assert caught.value.timeline == str(file)


@pytest.mark.parametrize("name", ["nothing.json", "folder.json", "pipe.json", "a\0b.json"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(TimelineError, match=r"not a file|cannot be read"):
        read_emotions(tmp_path / name)


def test_a_mark_before_the_text_of_a_file_is_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "story.json"
    file.write_text('{"keyframes": [{"time": 0, "expression": "sad"}]}', encoding="utf-8-sig")
    assert [key.expression for key in read_emotions(file).keyframes] == ["sad"]
