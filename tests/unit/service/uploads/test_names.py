"""Tests of names as they are shown."""

from __future__ import annotations

import pytest

from mien.service.uploads.names import shown_name

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("me.png", "me.png"),
        ("", ""),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\face.jpg", "face.jpg"),
        ("a\0b\r\nc\x1b[31m.png", "abc[31m.png"),
        ("gnp\u202e.exe", "gnp.exe"),
        ("\ud800x", "x"),
        (" päge 1.png ", "päge 1.png"),
        ("x" * 5000 + ".png", "x" * 100),
        ("folder/", ""),
    ],
)
def test_names_keep_what_can_be_seen_of_their_last_part(name: str, shown: str) -> None:
    assert shown_name(name) == shown
