from __future__ import annotations

from pathlib import Path

import pytest

from mien.errors import InputError
from mien.pipeline.spoken_text import read_spoken_text

pytestmark = pytest.mark.unit


def test_without_text_there_is_none() -> None:
    assert read_spoken_text(None, None) is None


def test_text_comes_as_it_is_or_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"\xef\xbb\xbfHello, w\xc3\xb6rld.\n")
    assert read_spoken_text("Hello", None) == "Hello"
    assert read_spoken_text(None, path) == "Hello, wörld.\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty; leave it out"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        (b"a" * 1_000_001, "is larger than 1 MB"),
        (None, "does not exist"),
    ],
)
def test_a_file_without_text_is_refused(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as refused:
        read_spoken_text(None, path)
    assert "text.txt" in str(refused.value)


def test_two_texts_are_one_too_many() -> None:
    with pytest.raises(InputError, match="--text: and --text-file exclude each other"):
        read_spoken_text("Hello", "text.txt")
    with pytest.raises(InputError, match="--text: is empty"):
        read_spoken_text("  ", None)
