from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from mien.errors import InputError, NoFaceError, OptionError
from mien.media.speech import read_speech
from mien.pipeline.keeping import Keeper
from mien.pipeline.live import LiveFace, LiveOptions, LiveStep, SpeechFinished, SpeechStarted
from mien.pipeline.live.stage import cross_fade
from mien.types import Image

pytestmark = pytest.mark.unit

DATA = Path(str(files("mien") / "data"))
ASTRONAUT = DATA / "astronaut.png"
SMALL = LiveOptions(size=160)


@pytest.fixture(scope="module")
def keeper() -> Iterator[Keeper]:
    with Keeper() as kept:
        yield kept


@pytest.fixture
def face(keeper: Keeper) -> Iterator[LiveFace]:
    live = LiveFace(ASTRONAUT, SMALL, keeper)
    yield live
    live.close()


def _steps(face: LiveFace, count: int) -> list[LiveStep]:
    return [face.step() for _ in range(count)]


def _change(one: Image, other: Image) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def test_it_lives_without_being_told_anything(face: LiveFace) -> None:
    steps = _steps(face, 50)
    assert [step.pts for step in steps] == list(range(50))
    assert {step.picture.shape for step in steps} == {(160, 160, 3)}
    assert {len(step.sound) for step in steps} == {1920}
    assert not any(step.sound.any() for step in steps)
    assert _change(steps[0].picture, steps[-1].picture) > 0.1
    assert max(_change(a.picture, b.picture) for a, b in itertools.pairwise(steps)) < 4


def test_it_says_what_is_pushed_with_events_and_lips(face: LiveFace) -> None:
    face.step(5)
    samples, rate = read_speech(DATA / "hello.ogg")
    face.push_audio((samples[:16_000] * 32_767).astype(np.int16), rate, "hello")
    face.end_segment()
    events = [event for step in _steps(face, 40) for event in step.events]
    started, finished = events
    assert isinstance(started, SpeechStarted)
    assert isinstance(finished, SpeechFinished)
    assert 5 <= started.pts <= 9
    assert finished.pts in (started.pts + 25, started.pts + 24)
    assert (finished.position_s, finished.interrupted) == (1.0, False)


def test_clear_is_told_with_the_next_step(face: LiveFace) -> None:
    face.push_audio(np.ones(48_000, np.int16), 48_000, "a")
    face.step(10)
    face.clear()
    step = face.step()
    assert step.events == (SpeechFinished("a", 9, 0.4, True),)
    assert not step.sound.any()


def test_an_emotion_shows(face: LiveFace) -> None:
    before = face.step().picture
    face.set_emotion("surprised", 1.0, 0.2)
    after = face.step(8).picture
    assert _change(before, after) > 1.0


def test_the_same_seed_lives_the_same_life_whoever_else_does(keeper: Keeper) -> None:
    def life(seed: int) -> list[Image]:
        face = LiveFace(ASTRONAUT, replace(SMALL, seed=seed), keeper)
        shown = [step.picture for step in _steps(face, 25)]
        face.close()
        return shown

    alone = life(7)
    with ThreadPoolExecutor(2) as pool:
        together, other = pool.map(life, (7, 8))
    np.testing.assert_array_equal(alone, together)
    assert _change(alone[-1], other[-1]) > 0.1


def test_another_portrait_fades_in_at_the_same_size(face: LiveFace, tmp_path: Path) -> None:
    wide = Pictures.open(ASTRONAUT).convert("RGB").resize((300, 200), box=(60, 0, 460, 267))
    wide.point(lambda value: 255 - value // 4).save(tmp_path / "wide.png")
    face.prepare(tmp_path / "wide.png")
    before = face.step().picture
    face.set_portrait(tmp_path / "wide.png", 0.4)
    pictures = [step.picture for step in _steps(face, 15)]
    assert {picture.shape for picture in pictures} == {(160, 160, 3)}
    assert not pictures[-1][:20].any()  # a wide picture leaves room above
    changes = [_change(a, b) for a, b in zip([before, *pictures], pictures, strict=False)]
    assert 0 < max(changes) < _change(before, pictures[-1]) / 4


def test_a_portrait_without_a_face_changes_nothing(face: LiveFace, tmp_path: Path) -> None:
    Pictures.new("RGB", (200, 200), "grey").save(tmp_path / "grey.png")
    before = face.step().picture
    with pytest.raises(NoFaceError):
        face.set_portrait(tmp_path / "grey.png")
    assert _change(before, face.step().picture) < 4


def test_a_transparent_face_is_cut_out_at_full_size(keeper: Keeper) -> None:
    face = LiveFace(ASTRONAUT, replace(SMALL, transparent=True), keeper)
    pictures = [step.picture for step in _steps(face, 3)]
    face.close()
    assert pictures[-1].shape == (160, 160, 4)
    alpha = pictures[-1][..., 3]
    assert alpha[:40, :35].max() < 60  # behind her
    assert alpha[100:140, 40:80].min() > 240  # her suit
    assert alpha[30, 72] > 240  # her face


def test_transparent_pictures_fade_without_dark_seams() -> None:
    red = np.full((4, 4, 4), (200, 0, 0, 255), np.uint8)
    nothing = np.zeros((4, 4, 4), np.uint8)
    assert cross_fade(red, nothing, 0.25)[0, 0].tolist() == [200, 0, 0, 191]


def test_engines_are_given_back(keeper: Keeper) -> None:
    lent = sum(engine.lent for engine in keeper.status.engines)
    face = LiveFace(ASTRONAUT, SMALL, keeper)
    face.set_portrait(ASTRONAUT, 5.0)
    face.step()
    face.close()
    face.close()
    assert sum(engine.lent for engine in keeper.status.engines) == lent


@pytest.mark.parametrize(
    "options",
    [
        LiveOptions(fps=0),
        LiveOptions(fps=61),
        LiveOptions(idle="sleep"),
        LiveOptions(size=1),
        LiveOptions(seed=-1),
    ],
)
def test_options_that_cannot_be_are_refused(options: LiveOptions, keeper: Keeper) -> None:
    with pytest.raises(OptionError):
        LiveFace(ASTRONAUT, options, keeper)


def test_a_picture_that_is_not_there_is_refused(keeper: Keeper) -> None:
    with pytest.raises(InputError):
        LiveFace("nowhere.png", SMALL, keeper)
