from __future__ import annotations

from collections.abc import Iterable

import pytest

from mien.drivers.looping import Loop, looped

pytestmark = pytest.mark.unit


def abc(backwards: bool) -> Iterable[str]:
    return reversed("abc") if backwards else iter("abc")


@pytest.mark.parametrize(
    ("loop", "length", "played"),
    [
        ("none", None, "abc"),
        ("none", 2, "ab"),
        ("none", 9, "abc"),
        ("repeat", 8, "abcabcab"),
        ("pingpong", 9, "abcbabcba"),
        ("hold", 6, "abcccc"),
        ("hold", 2, "ab"),
    ],
)
def test_a_clip_goes_on_after_its_end(loop: Loop, length: int | None, played: str) -> None:
    assert "".join(looped(abc, loop, length)) == played


@pytest.mark.parametrize("loop", ["none", "repeat", "pingpong", "hold"])
def test_an_empty_clip_stays_empty(loop: Loop) -> None:
    assert list(looped(lambda backwards: [], loop, 5)) == []


def test_a_clip_of_one_picture_can_go_back_and_forth() -> None:
    """Every turning point is shown once, so it stands still."""
    assert list(looped(lambda backwards: ["a"], "pingpong", 1)) == ["a"]
