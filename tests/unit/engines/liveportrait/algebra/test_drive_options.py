from __future__ import annotations

from typing import Any

import pytest

from mien.engines.liveportrait.algebra import DriveOptions
from mien.errors import OptionError
from mien.types import MotionOptions

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "motion",
    [
        {"retarget": frozenset({"eyes"})},
        {"normalize_lips": True},
        {"eyes_open": 0.2},
        {"lips_open": 0.2},
        {"region": "lip"},
    ],
)
def test_animals_move_whole_and_nothing_is_known_of_their_openings(motion: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="animal"):
        DriveOptions(MotionOptions(**motion), species="animals")


def test_liveportraits_own_manner_knows_no_asked_openings() -> None:
    with pytest.raises(OptionError, match="--eyes-open"):
        DriveOptions(MotionOptions(eyes_open=0.2), manner="upstream")


@pytest.mark.parametrize(
    ("name", "value"),
    [("driving_option", "friendly"), ("species", "dogs"), ("smoothing", 0.0), ("smoothing", 2.0)],
)
def test_what_there_is_not_is_refused(name: str, value: Any) -> None:
    with pytest.raises(OptionError):
        DriveOptions(**{name: value})
