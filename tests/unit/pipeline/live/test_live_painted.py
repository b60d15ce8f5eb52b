from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.chunked_engine import DELAY
from fakes.clips import moving_face
from fakes.lip_painter import FakePainter
from mien.engines.base import ENGINES
from mien.engines.settings import EngineSettings
from mien.errors import MissingWeightsError, OptionError
from mien.media.speech import read_speech
from mien.motion.arkit import SHAPE_INDEX
from mien.pipeline.keeping import Keeper, Model
from mien.pipeline.live import AUDIO_RATE, LiveFace, LiveOptions, LiveStep
from mien.pipeline.live.actor import Actor
from mien.retouch.musetalk.settings import MuseTalkSettings
from mien.types import Floats, Image
from mien.weights import bundle_named

pytestmark = pytest.mark.unit

DATA = Path(str(files("mien") / "data"))
ASTRONAUT = DATA / "astronaut.png"
GREEN = 0, 200, 0


@dataclass
class Painter(FakePainter):
    """Paints green, and remembers for which frames it heard how loud a sound."""

    told: dict[int, float] = field(default_factory=dict)

    def paint(self, latents: Floats, prompts: Floats) -> Image:
        self.told |= {round(float(p[0, 0])): float(p[0, 1]) for p in prompts}
        return np.full((len(latents), self.side, self.side, 3), GREEN, np.uint8)


class Lender(Keeper):
    """Lends that painter in the place of networks."""

    def __init__(self) -> None:
        super().__init__()
        self.painter, self.num_lent = Painter(), 0
        self.asked: list[Any] = []

    @contextmanager
    def _lend_painter(self) -> Generator[Any]:
        self.num_lent += 1
        yield self.painter
        self.num_lent -= 1

    def lend(self, model: Model[Any]) -> Any:
        if not isinstance(model.settings, MuseTalkSettings):
            return super().lend(model)
        self.asked.append(model.settings)
        return self._lend_painter()


@pytest.fixture
def keeper() -> Iterator[Lender]:
    with Lender() as kept:
        yield kept


@pytest.fixture
def options(tmp_path: Path) -> LiveOptions:
    for artifact in bundle_named("musetalk").artifacts:  # they are only looked for
        path = tmp_path / artifact.place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    musetalk = MuseTalkSettings(models_dir=tmp_path)
    return LiveOptions(size=128, lips="musetalk", musetalk=musetalk)


@pytest.fixture
def face(keeper: Lender, options: LiveOptions) -> Iterator[LiveFace]:
    live = LiveFace(ASTRONAUT, options, keeper)
    yield live
    live.close()


def beeps(seconds: float, rate: int = AUDIO_RATE) -> NDArray[np.int16]:
    """A low tone that is never twice as loud."""
    at = np.arange(round(seconds * rate)) / rate
    tone = np.sin(2 * np.pi * 300 * at) * (0.55 + 0.35 * np.sin(5 * at + at**2))
    return (tone * 32_000).astype(np.int16)


def steps(face: LiveFace, *lengths: int) -> list[LiveStep]:
    return [face.step(length) for length in lengths]


def loudness(went_out: NDArray[np.float64], pts: int, fps: int) -> float:
    """Of what goes out from 80 ms before a frame until 120 ms after it."""
    start, end = (max(0, round((pts / fps + shift) * AUDIO_RATE)) for shift in (-0.08, 0.12))
    part = went_out[start:end]
    return math.sqrt(float(np.mean(part**2))) if len(part) else 0.0


def assert_lips_said(painter: Painter, came: list[LiveStep], fps: int, since: int = 0) -> None:
    """Every frame from that one on heard what goes out around it, and nothing else."""
    went_out = np.concatenate([step.sound for step in came]) / 32_768
    known = int(len(went_out) / AUDIO_RATE * fps - 0.2 * fps)
    shown = [step.pts for step in came]
    assert sorted(painter.told) == shown
    for pts in (pts for pts in shown if since <= pts < known):
        assert painter.told[pts] == pytest.approx(loudness(went_out, pts, fps), abs=0.01), pts


def test_each_frame_has_the_lips_of_the_sound_that_goes_out_with_it(
    keeper: Lender, options: LiveOptions
) -> None:
    fps = 24
    face = LiveFace(ASTRONAUT, replace(options, fps=fps), keeper)
    came = steps(face, 1, 1, 2)
    face.push_audio(beeps(0.6), AUDIO_RATE)
    came += steps(face, *[1] * (fps // 5), 3, 1, fps // 5, *[1] * (fps // 2))
    face.close()
    assert max(keeper.painter.told.values()) > 0.3
    assert_lips_said(keeper.painter, came, fps)


@pytest.mark.parametrize("before", [0, 9])
def test_after_a_clear_the_mouth_is_still_within_100_ms(
    face: LiveFace, keeper: Lender, before: int
) -> None:
    face.push_audio(beeps(5.0), AUDIO_RATE)
    came = steps(face, *[1] * before)
    face.clear()
    came += steps(face, *[1] * 10)
    face.clear()  # once more, with nothing to say
    came += steps(face, 2)
    assert not any(keeper.painter.told[pts] for pts in keeper.painter.told if pts >= before + 3)
    face.push_audio(beeps(0.5, 16_000), 16_000)  # and what is said then has its lips
    came += steps(face, *[1] * 20)
    assert max(keeper.painter.told[pts] for pts in keeper.painter.told if pts > before + 14) > 0.3
    assert_lips_said(keeper.painter, came, 25, before)


def test_the_mouth_is_painted_and_nothing_else(keeper: Lender, options: LiveOptions) -> None:
    painted, plain = (
        LiveFace(ASTRONAUT, replace(options, lips=lips), keeper) for lips in ("musetalk", "engine")
    )
    one, other = painted.step(5).picture.astype(int), plain.step(5).picture.astype(int)
    changed = np.abs(one - other).max(axis=2) > 8
    rows, columns = np.nonzero(changed)
    assert 100 < len(rows) < 0.1 * changed.size
    assert rows.min() > 25
    assert rows.max() < 70
    assert columns.min() > 35
    assert columns.max() < 80
    painted.close()
    plain.close()
    assert keeper.asked == [replace(options.musetalk or MuseTalkSettings(), batch=1)]
    assert keeper.num_lent == 0


def test_transparent_pictures_stay_so(keeper: Lender, options: LiveOptions) -> None:
    painted, plain = (
        LiveFace(ASTRONAUT, replace(options, transparent=True, lips=lips), keeper)
        for lips in ("musetalk", "engine")
    )
    one, other = painted.step().picture, plain.step().picture
    painted.close()
    plain.close()
    assert one.shape == (128, 128, 4)
    np.testing.assert_array_equal(one[..., 3], other[..., 3])
    assert np.abs(one[..., :3].astype(int) - other[..., :3]).max() > 50


def test_lips_go_on_while_one_portrait_becomes_another_and_a_camera_moves_it(
    face: LiveFace, keeper: Lender
) -> None:
    for picture in moving_face(1):
        face.push_frame(picture)
    face.step()
    assert face.sees_face
    face.set_portrait(ASTRONAUT, 0.2)
    steps(face, *[1] * 8)
    assert sorted(keeper.painter.told) == list(range(9))


def test_lips_over_late_pictures_say_what_goes_out_with_them_and_close_at_once(
    keeper: Lender, options: LiveOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENGINES, "chunked", "fakes.chunked_engine:ChunkedEngine")
    late = replace(options, engine=EngineSettings("chunked"))
    face = LiveFace(ASTRONAUT, late, keeper)
    came = steps(face, 1, 1, 2)
    face.push_audio(beeps(3.0), AUDIO_RATE)
    came += steps(face, *[1] * DELAY, 3, *[1] * 10)
    assert max(np.abs(step.sound).max() for step in came[-5:]) > 1000
    assert_lips_said(keeper.painter, came, 25)
    face.clear()
    cleared = came[-1].pts
    came += steps(face, *[1] * 10)
    assert not any(keeper.painter.told[pts] for pts in keeper.painter.told if pts >= cleared + 3)
    face.push_audio(beeps(0.5, 16_000), 16_000)
    came += steps(face, *[1] * (DELAY + 20))
    assert max(keeper.painter.told[pts] for pts in keeper.painter.told if pts > cleared + 14) > 0.3
    assert_lips_said(keeper.painter, came, 25, cleared + 1)
    assert face.settle(60.0)
    face.close()


def test_speech_leaves_the_mouth_to_who_paints_it() -> None:
    jaw, (samples, rate) = SHAPE_INDEX["jawOpen"], read_speech(DATA / "hello.ogg")
    for mouth in (True, False):
        actor = Actor(25, "blink", 0, mouth=mouth)
        actor.push_audio(samples[:rate], rate, None)
        moved = [actor.step(1)[1].weights[jaw] for _ in range(25)]
        assert (max(moved) > 0.1) == mouth


def test_weights_that_are_missing_are_told_before_anything_is_borrowed(
    keeper: Lender, options: LiveOptions, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    nowhere = MuseTalkSettings(models_dir=tmp_path / "empty")
    with pytest.raises(MissingWeightsError):
        LiveFace(ASTRONAUT, replace(options, musetalk=nowhere), keeper)
    with pytest.raises(OptionError, match="lips"):
        LiveFace(ASTRONAUT, replace(options, lips="none"), keeper)  # type: ignore[arg-type]
    assert not keeper.asked


def test_a_portrait_that_cannot_be_shown_leaves_nothing_borrowed(
    keeper: Lender, options: LiveOptions
) -> None:
    with pytest.raises(OptionError):
        LiveFace(ASTRONAUT, replace(options, size=1), keeper)
    assert keeper.num_lent == 0
