"""Numbers that no motion can have are refused before anything is made."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import mien
from fakes.clips import moving_face, write_clip
from mien.drivers import (
    drive_idle,
    drive_with_emotions,
    drive_with_image,
    drive_with_moments,
    drive_with_template,
    drive_with_video,
    tell_story,
)
from mien.drivers.edits import drive_with_edits
from mien.drivers.length import checked_rate
from mien.errors import OptionError
from mien.face import MeshTracker
from mien.motion.edits import Edits
from mien.motion.moment import REST
from mien.templates import record_motion, write_template
from mien.types import Motion

pytestmark = pytest.mark.unit

DATA = Path(mien.__file__).parent / "data"
NAN, INFINITE = float("nan"), float("inf")
Drive = Callable[..., Motion]


@pytest.fixture
def laugh(tmp_path: Path) -> Path:
    path = tmp_path / "laugh.mien"
    write_template(path, record_motion(drive_idle("nod", max_frames=20)))
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", moving_face(3))


@pytest.fixture(params=["idle", "emotions", "image", "template", "video"])
def drive(request: pytest.FixtureRequest, laugh: Path, clip: Path) -> Drive:
    """A driver, given all but numbers."""
    drivers: dict[str, Drive] = {
        "idle": lambda **numbers: drive_idle("nod", **numbers),
        "emotions": lambda **numbers: drive_with_emotions("0:happy", **numbers),
        "image": lambda **numbers: drive_with_image(DATA / "astronaut.png", **numbers),
        "video": lambda **numbers: drive_with_video(clip, MeshTracker(), **numbers),
        "template": lambda **numbers: drive_with_template(laugh, **numbers),
    }
    return drivers[request.param]


@pytest.mark.parametrize("fps", [0, Fraction(0), -25, 241, NAN, INFINITE, "25", 10**400])
def test_a_rate_that_no_film_has_is_refused(drive: Drive, fps: Any) -> None:
    with pytest.raises(OptionError, match=r"^--fps: .* is not a number from 1 to 240$"):
        drive(fps=fps)


@pytest.mark.parametrize("duration_s", [0, -1, NAN, INFINITE, 86_401, "4"])
def test_a_length_that_cannot_be_is_refused(drive: Drive, duration_s: Any) -> None:
    with pytest.raises(OptionError, match=r"^--duration: .* is not a time above 0 and up to"):
        drive(duration_s=duration_s)


@pytest.mark.parametrize("max_frames", [0, -1, 1.5, "3"])
def test_a_number_of_frames_that_cannot_be_is_refused(drive: Drive, max_frames: Any) -> None:
    with pytest.raises(OptionError, match=r"^--max-frames: .* is not a whole number from 1$"):
        drive(max_frames=max_frames)


def test_a_rate_may_be_any_kind_of_number(drive: Drive) -> None:
    motion = drive(fps=25, max_frames=2, duration_s=1)
    assert motion.rate == Fraction(25)
    assert all(frame.time_base == Fraction(1, 25) for frame in motion.frames)


@pytest.mark.parametrize(
    ("given", "rate"), [(29.97, Fraction(2997, 100)), (1 / 3 + 24, Fraction(73, 3))]
)
def test_a_decimal_rate_becomes_a_fraction_that_files_can_hold(given: Any, rate: Fraction) -> None:
    assert checked_rate(given) == rate


@pytest.mark.parametrize("fps", [0, "25"])
def test_made_motion_checks_its_numbers(fps: Any) -> None:
    with pytest.raises(OptionError, match="--fps"):
        drive_with_moments(lambda _: REST, fps=fps, num_frames=1)
    with pytest.raises(OptionError, match="--fps"):
        drive_with_edits(Edits(), fps=fps, num_frames=1)
    with pytest.raises(OptionError, match="--fps"):
        tell_story(DATA / "hello.ogg", fps)
    for num_frames in (-1, 2.5, "3"):
        with pytest.raises(OptionError, match="num_frames"):
            drive_with_edits(Edits(), fps=Fraction(25), num_frames=num_frames)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "option"),
    [({"start_s": -1}, "--start"), ({"start_s": "x"}, "--start"), ({"loop": "ever"}, "--loop")],
)
def test_a_template_checks_where_it_begins_and_how_it_goes_on(
    laugh: Path, given: dict[str, Any], option: str
) -> None:
    with pytest.raises(OptionError, match=option):
        drive_with_template(laugh, **given)
