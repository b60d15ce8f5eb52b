from __future__ import annotations

import pickle
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import av
import numpy as np
import pytest

from fakes.clips import astronaut, moving_face, write_clip
from fakes.templates import liveportrait
from mien.pipeline.options import AnimateOptions
from mien.pipeline.verbs.predicting import Prediction, PredictOptions, predict
from mien.templates import read_template
from mien.types import Framing, Image, Progress

pytestmark = pytest.mark.unit

PORTRAIT = Path(str(files("mien").joinpath("data", "astronaut.png")))
FILM_RATE = Fraction(30000, 1001)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("driver") / "driver.mp4"
    return write_clip(path, moving_face(8, 192), rate=FILM_RATE, sound_s=0.3)


@pytest.fixture(scope="module")
def made(driver: Path, tmp_path_factory: pytest.TempPathFactory) -> Prediction:
    folder = tmp_path_factory.mktemp("made")
    return predict(PORTRAIT, driver, folder, PredictOptions(AnimateOptions()))


def pictures(path: Path) -> list[Image]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def facts(path: Path | None) -> tuple[int, int, Fraction, int, int]:
    """Width, height, rate, number of frames, number of sounds."""
    assert path is not None
    with av.open(str(path)) as container:
        stream, sounds = container.streams.video[0], len(container.streams.audio)
        frames = sum(1 for _ in container.decode(stream))
        return stream.width, stream.height, stream.average_rate, frames, sounds


def test_crop_and_whole_picture_come_silent_and_with_sound(made: Prediction) -> None:
    assert facts(made.crop) == (1024, 512, FILM_RATE, 8, 0)
    assert facts(made.crop_heard) == (1024, 512, FILM_RATE, 8, 1)
    assert facts(made.whole) == (512, 512, FILM_RATE, 8, 0)
    assert facts(made.whole_heard) == (512, 512, FILM_RATE, 8, 1)


def test_the_driver_is_on_the_left_and_the_result_on_the_right(
    made: Prediction, driver: Path
) -> None:
    """The driver's crop is larger than the whole driver, and black where that ends."""
    shown, film = pictures(made.crop)[0], pictures(driver)[0]
    right = shown[:, 512:].astype(int)
    assert shown[256, 3].max() < 20 < film[:, :6].mean()
    assert right[:, :6].mean() > 60
    face = astronaut()[40:360, 60:380]
    assert np.abs(right.mean(axis=(0, 1)) - face.mean(axis=(0, 1))).max() < 60


def test_the_whole_picture_moves_only_around_the_face(made: Prediction) -> None:
    last, portrait = pictures(made.whole)[-1].astype(int), astronaut().astype(int)
    change = np.abs(last - portrait).mean(axis=2)
    assert change[60:180, 160:290].mean() > 8 > 5 > change[400:, :200].mean()


def test_the_drivers_motion_is_a_template_of_as_many_frames(made: Prediction) -> None:
    assert made.motion is not None
    template = read_template(made.motion)
    assert (template.num_frames, template.rate) == (8, 30)
    assert template.keypoints is not None
    assert template.ratios is not None


def test_a_template_is_not_shown_and_not_written_again(tmp_path: Path) -> None:
    motion = tmp_path / "motion.pkl"
    motion.write_bytes(pickle.dumps(liveportrait(3)))
    folder = tmp_path / "made"
    folder.mkdir()
    options = PredictOptions(AnimateOptions(), of_template=True)
    made = predict(PORTRAIT, motion, folder, options)
    assert facts(made.crop) == (512, 512, Fraction(25), 3, 0)
    assert (made.motion, made.crop_heard, made.whole_heard) == (None, None, None)
    assert sorted(path.name for path in folder.iterdir()) == ["crop.mp4", "whole.mp4"]


def test_a_film_moves_on_under_the_driver(driver: Path, tmp_path: Path) -> None:
    """At its own rate, as long as the shorter of the two; its own sound is not kept."""
    film = write_clip(tmp_path / "film.mp4", moving_face(4, 128), rate=Fraction(20), sound_s=0.2)
    silent = write_clip(tmp_path / "silent.mp4", moving_face(8, 128))
    folder = tmp_path / "made"
    folder.mkdir()
    steps: list[Progress] = []
    options = PredictOptions(
        AnimateOptions(head_rotation="replace"), paste_back=False, driver_crop=None
    )
    made = predict(film, silent, folder, options, progress=steps.append)
    assert facts(made.crop) == (1024, 512, Fraction(20), 4, 0)
    assert facts(made.whole) == (128, 128, Fraction(20), 4, 0)
    assert steps[-1] == Progress(4, 4)
    assert made.whole_heard is None
    for before, after in zip(pictures(film), pictures(made.whole), strict=True):
        assert np.abs(before.astype(int) - after).mean() < 4


def test_what_is_shown_of_the_driver_can_be_moved(driver: Path, tmp_path: Path) -> None:
    black = []
    for name, framing in (("near", Framing(1.4)), ("aside", Framing(1.4, 0.5))):
        folder = tmp_path / name
        folder.mkdir()
        options = PredictOptions(AnimateOptions(max_frames=1), driver_crop=framing)
        left = pictures(predict(PORTRAIT, driver, folder, options).crop)[0][:, :512]
        black.append(
            [(left[:, half].max(axis=2) < 20).mean() for half in (np.s_[:256], np.s_[256:])]
        )
    assert max(black[0]) < 0.1
    assert black[1][1] > black[1][0] + 0.2
