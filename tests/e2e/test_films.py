from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import mien
from e2e.ending import Ending
from fakes.clips import moving_face, still_life, write_clip, write_sound
from fakes.templates import liveportrait, turned
from mien.face import find_faces
from mien.motion.pose import angles_from_rotation, fit_pose
from mien.types import Floats, Image

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portrait that moves: 20 frames at 20 per second, 192 x 192, with sound."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return write_clip(path, moving_face(20, 192), rate=Fraction(20), sound_s=1.0)


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("voice") / "voice.m4a", 1.4)


def pictures(path: Path) -> list[Image]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def facts(path: Path) -> tuple[tuple[int, int], Fraction, int, int]:
    """Size, rate, number of frames, number of sounds."""
    with av.open(str(path)) as container:
        stream, sounds = container.streams.video[0], len(container.streams.audio)
        frames = sum(1 for _ in container.decode(stream))
        return (stream.width, stream.height), stream.average_rate, frames, sounds


def sound_s(path: Path) -> float:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        return float(stream.duration * stream.time_base)


def test_a_film_follows_a_film(run: Run, film: Path, clip: Path) -> None:
    """In its own size and rate, as long as the shorter of the two: the film."""
    ending = run("animate", film, "-d", clip, "-o", "out.mp4", "--json")
    assert ending.code == 0
    report = json.loads(ending.out)
    assert (report["faces_found"], report["faces_lost"], report["frames"]) == (1, 0, 20)
    assert facts(Path("out.mp4")) == ((192, 192), Fraction(20), 20, 1)
    assert [path.name for path in Path().iterdir()] == ["out.mp4"]


def test_a_driver_that_ends_earlier_ends_the_result(run: Run, film: Path, clip: Path) -> None:
    run("animate", film, "-d", clip, "--start", 0.7, "-o", "short.mp4")
    run("animate", film, "-d", clip, "--start", 0.7, "--loop", "pingpong", "-o", "full.mp4")
    assert facts(Path("short.mp4"))[2] == 10
    assert facts(Path("full.mp4"))[2] == 20


def test_the_drivers_rotation_takes_the_place_of_the_films(run: Run, film: Path) -> None:
    """The film's head leans by 8 degrees to either side; the driver's by 2, forth and back."""
    root = {**liveportrait(20), "output_fps": 20}
    for number, moment in enumerate(root["motion"]):
        moment["exp"] = np.zeros((1, 21, 3), np.float32)
        moment["R"] = turned(roll=2.0 * (-1) ** (number // 10))
    Path("leaning.pkl").write_bytes(pickle.dumps(root))
    told = ("animate", film, "-d", "leaning.pkl", "-o")
    assert run(*told, "added.mp4").code == 0
    assert run(*told, "replaced.mp4", "--head-rotation", "replace").code == 0
    added, replaced = (leaning(Path(name)) for name in ("added.mp4", "replaced.mp4"))
    assert np.ptp(added) > 8
    assert np.abs(replaced[:10] - 2).max() < 1.5
    assert np.abs(replaced[10:] + 2).max() < 2


def leaning(path: Path) -> Floats:
    """Degrees of roll in each picture, tracked anew."""
    faces = [find_faces(picture)[0] for picture in pictures(path)]
    poses = [fit_pose(face.landmarks) for face in faces]
    return np.array([angles_from_rotation(pose.rotation)[2] for pose in poses])


@pytest.mark.parametrize("driver", ["idle:blink", "portrait"])
def test_what_does_not_end_by_itself_goes_on_as_long_as_the_film(
    run: Run, film: Path, portrait: Path, driver: str
) -> None:
    given = portrait if driver == "portrait" else driver
    run("animate", film, "-d", given, "-o", "out.mp4")
    assert facts(Path("out.mp4"))[1:3] == (Fraction(20), 20)


def test_a_driver_that_does_nothing_gives_the_film_back(run: Run, film: Path, clip: Path) -> None:
    run("animate", film, "-d", clip, "--multiplier", 0, "-o", "out/")
    for number, wanted in enumerate(pictures(film)):
        found = cv2.cvtColor(cv2.imread(f"out/{number:06d}.png"), cv2.COLOR_BGR2RGB)
        assert np.abs(found.astype(int) - wanted).max() <= 4
        assert np.abs(found.astype(int) - wanted).mean() < 0.5


@pytest.mark.parametrize(
    ("options", "sounds", "length_s"),
    [
        ((), 1, 1.0),
        (("--keep-audio", "driving"), 1, 1.0),
        (("--keep-audio", "none"), 0, 0.0),
    ],
)
def test_whose_sound_goes_with_a_film(
    run: Run, film: Path, clip: Path, options: tuple[str, ...], sounds: int, length_s: float
) -> None:
    run("animate", film, "-d", clip, "-o", "out.mp4", *options)
    assert facts(Path("out.mp4"))[3] == sounds
    if sounds:
        assert sound_s(Path("out.mp4")) == pytest.approx(length_s, abs=0.06)


def test_size_rate_and_length_can_be_chosen(run: Run, film: Path, clip: Path) -> None:
    asked = ("--size", 96, "--fps", 10, "--duration", 0.5)
    run("animate", film, "-d", clip, "-o", "out.mp4", *asked)
    assert facts(Path("out.mp4"))[:3] == ((96, 96), Fraction(10), 5)


@pytest.mark.parametrize("options", [("--no-paste-back",), ("--side-by-side",)])
def test_crop_and_row_of_a_film_keep_their_size(
    run: Run, film: Path, clip: Path, options: tuple[str, ...]
) -> None:
    ending = run("animate", film, "-d", clip, "-o", "out.mp4", "--max-frames", 6, *options)
    assert ending.code == 0
    assert facts(Path("out.mp4"))[2] == 6


def with_a_gap() -> Iterator[Image]:
    shown = list(moving_face(16, 192))
    yield from shown[:6]
    yield from islice(still_life(4, 192), 4)
    yield from shown[6:]


@pytest.mark.parametrize("options", [(), ("--no-paste-back",)])
def test_frames_without_the_face_pass_through_and_are_counted(
    run: Run, clip: Path, options: tuple[str, ...]
) -> None:
    film = write_clip(Path("gap.mp4"), with_a_gap(), rate=Fraction(20))
    ending = run("animate", film, "-d", clip, "-o", "out.mp4", "--json", *options)
    report = json.loads(ending.out)
    assert report["frames"] == 20
    assert 3 <= report["faces_lost"] <= 5
    if not options:
        before, after = pictures(film)[7], pictures(Path("out.mp4"))[7]
        assert np.abs(before.astype(int) - after).mean() < 3


def test_a_film_without_a_face_is_refused(run: Run, clip: Path) -> None:
    film = write_clip(Path("void.mp4"), still_life(25, 96))
    ending = run("animate", film, "-d", clip, "-o", "out.mp4")
    assert ending.code == 2
    assert ending.err.count("\n") == 1
    assert "void.mp4: no face is seen in the first second" in ending.err
    assert not Path("out.mp4").exists()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--face", "all"), "--face: all is for pictures"),
        (("--face", "3"), "has one face"),
        (("--loop", "repeat", "--audio", "nothing.wav"), "nothing.wav"),
    ],
)
def test_what_films_cannot_do_is_said_in_one_line(
    run: Run, film: Path, clip: Path, options: tuple[str, ...], complaint: str
) -> None:
    ending = run("animate", film, "-d", clip, "-o", "out.mp4", *options)
    assert (ending.code, ending.err.count("\n")) == (2, 1)
    assert complaint in ending.err
    assert not Path("out.mp4").exists()


def test_a_picture_has_no_sound_to_keep(run: Run, portrait: Path, clip: Path) -> None:
    ending = run("animate", portrait, "-d", clip, "-o", "out.mp4", "--keep-audio", "source")
    assert ending.code == 2
    assert "--keep-audio" in ending.err


def test_a_loop_goes_on_as_long_as_the_sound(
    run: Run, portrait: Path, clip: Path, voice: Path
) -> None:
    sound = ("--audio", voice, "--loop", "repeat")
    run("animate", portrait, "-d", clip, "--duration", 0.4, "--audio", voice, "-o", "short.mp4")
    run("animate", portrait, "-d", clip, *sound, "-o", "out.mp4")
    assert facts(Path("out.mp4"))[2] == pytest.approx(35, abs=1)
    assert sound_s(Path("out.mp4")) == pytest.approx(1.4, abs=0.06)
    assert sound_s(Path("short.mp4")) == pytest.approx(0.4, abs=0.06)


def test_a_sound_of_ones_own_beside_another_is_refused(
    run: Run, portrait: Path, clip: Path, voice: Path
) -> None:
    both = ("--audio", voice, "--keep-audio", "driving")
    ending = run("animate", portrait, "-d", clip, "-o", "out.mp4", *both)
    assert ending.code == 2
    assert "--audio" in ending.err


def test_a_result_does_not_replace_the_sound_it_is_made_of(
    run: Run, portrait: Path, clip: Path, voice: Path
) -> None:
    ending = run("animate", portrait, "-d", clip, "--audio", voice, "-o", voice, "--force")
    assert ending.code == 2
    assert voice.stat().st_size > 1000


@pytest.mark.parametrize("driver", ["portrait", "idle:blink"])
def test_what_stands_still_goes_on_as_long_as_the_sound_too(
    run: Run, portrait: Path, voice: Path, driver: str
) -> None:
    given = portrait if driver == "portrait" else driver
    run("animate", portrait, "-d", given, "--audio", voice, "--loop", "hold", "-o", "out.mp4")
    assert facts(Path("out.mp4"))[2] == pytest.approx(42, abs=2)


def test_a_run_with_a_film_can_be_stopped(film: Path, clip: Path, tmp_path: Path) -> None:
    class EnoughError(Exception):
        pass

    def stop(step: mien.Progress) -> None:
        assert step.total == 20
        if step.done == 3:
            raise EnoughError

    before = threading.active_count()
    with pytest.raises(EnoughError):
        mien.animate(film, driving=clip, output=tmp_path / "out.mp4", progress=stop)
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before
