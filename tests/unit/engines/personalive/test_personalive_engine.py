"""The engine around the networks: what it can be asked for, and what it keeps of a portrait."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.engines import EngineSettings, engine_info, load_engine
from mien.engines.base import check_engine, check_settings
from mien.engines.personalive.engine import PersonaLiveEngine
from mien.engines.personalive.resting import RestingNetworks
from mien.errors import MissingWeightsError, OptionError
from mien.face import find_faces, paste
from mien.pipeline.measuring.material import sample_portrait
from mien.types import Face, Framing, Image, MotionOptions, Portrait, Rendered
from mien.weights.residents import MemoryBudget, Resident

pytestmark = pytest.mark.unit
SETTINGS = EngineSettings("personalive", resolution=256)


class Looking:
    """Networks that only look: what they were shown is what they know."""

    device = torch.device("cpu")

    def __init__(self) -> None:
        self.closed = False

    def read_reference(self, picture: Image) -> Image:
        assert not self.closed
        return picture

    def paint(self, latents: Any) -> Any:
        return latents

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="module")
def portrait() -> tuple[Portrait, Face]:
    """A face in the middle of a larger picture."""
    pixels = np.pad(sample_portrait(160).pixels, ((60, 40), (70, 90), (0, 0)), "edge")
    return Portrait(pixels), find_faces(pixels)[0]


@pytest.fixture
def engine() -> PersonaLiveEngine:
    return PersonaLiveEngine(SETTINGS, Looking())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "option"),
    [
        (MotionOptions(multiplier=0.5), "--multiplier"),
        (MotionOptions(region="lip"), "--region"),
        (MotionOptions(eyes_open=0.0), "--eyes-open"),
        (MotionOptions(lips_open=0.2), "--lips-open"),
        (MotionOptions(retarget=frozenset({"eyes"})), "--retarget"),
        (MotionOptions(normalize_lips=True), "--normalize-lips"),
    ],
)
def test_what_a_film_does_not_show_is_not_its_own_to_do(
    options: MotionOptions, option: str
) -> None:
    with pytest.raises(OptionError, match=f"{option}: personalive moves the whole face"):
        PersonaLiveEngine.check(SETTINGS, options)


def test_seeds_and_absolute_motion_are(engine: PersonaLiveEngine) -> None:
    engine.check(SETTINGS, MotionOptions(relative=False, seed=7))


def test_its_own_settings_are_honoured_and_no_others() -> None:
    check_settings(
        replace(SETTINGS, steps=8, guidance=2.0, decoder="tiny", offload=True, precision="bf16")
    )
    for other in ({"stitching": False}, {"batch": 4}, {"tier": "fast"}, {"species": "animals"}):
        with pytest.raises(OptionError, match="engine personalive has"):
            check_settings(replace(SETTINGS, **other))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"steps": 5}, "--steps: 5 is not a multiple of 4 from 4 to 32"),
        ({"steps": 0}, "--steps: 0 is not"),
        ({"steps": 36}, "--steps: 36 is not"),
        ({"steps": 4.0}, "--steps: 4 is not"),
        ({"resolution": 500}, "--resolution: 500 is not a multiple of 64 from 256 to 1024"),
        ({"resolution": 192}, "--resolution: 192 is not"),
        ({"guidance": 0.5}, "--guidance: 0.5 is not a number from 1 to 5"),
        ({"decoder": "small"}, "--decoder: 'small' is none of full, tiny"),
        ({"offload": 1}, "--offload: 1 is not true or false"),
    ],
)
def test_what_the_networks_cannot_do_is_refused(chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        EngineSettings("personalive", **chosen)


def test_it_tells_how_it_draws() -> None:
    info = engine_info("personalive")
    assert (info.channels, info.chunk_frames, info.latency_frames) == (("pixels",), 4, 16)
    assert "research" in info.licence


def test_missing_weights_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    settings = replace(SETTINGS, models_dir=tmp_path)
    with pytest.raises(MissingWeightsError) as told:
        load_engine(settings)
    message = str(told.value)
    for words in (
        "denoising_unet.pth",
        "12.1 GB",
        "mien models download personalive",
        "--engine mesh works",
    ):
        assert words in message
    with pytest.raises(MissingWeightsError):
        check_engine(settings)


def test_the_crop_is_drawn_at_the_resolution_that_was_asked_for(
    engine: PersonaLiveEngine, portrait: tuple[Portrait, Face]
) -> None:
    source = engine.prepare(*portrait)
    assert source.reference.shape == (256, 256, 3)  # type: ignore[attr-defined]
    assert source.coverage is None
    tight = engine.prepare(*portrait, framing=Framing(1.5))
    assert tight.crop.box[2] - tight.crop.box[0] < source.crop.box[2] - source.crop.box[0]


def test_its_edges_are_soft_where_the_picture_goes_on(
    engine: PersonaLiveEngine, portrait: tuple[Portrait, Face]
) -> None:
    weight = engine.prepare(*portrait, framing=Framing(1.5)).weight
    assert not weight[[0, -1]].any()
    assert not weight[:, [0, -1]].any()
    assert (weight[20:-20, 20:-20] == 255).all()
    whole = engine.prepare(Portrait(sample_portrait(160).pixels), portrait[1])
    assert (whole.weight == 255).sum() > (weight == 255).sum(), "not at the picture's own edges"


def test_a_square_drawn_as_it_was_seen_leaves_the_picture_as_it_is(
    engine: PersonaLiveEngine, portrait: tuple[Portrait, Face]
) -> None:
    picture, _ = portrait
    source = engine.prepare(*portrait, framing=Framing(2.0))
    seen: Image = source.reference  # type: ignore[assignment]
    drawn = Rendered(seen, source.weight, source.crop.to_picture, 0, 1)  # type: ignore[arg-type]
    difference = np.abs(paste(picture.pixels, drawn).astype(int) - picture.pixels)
    assert difference.mean() < 1.0, "in the very same place"


def test_transparency_stays_where_it_is(
    engine: PersonaLiveEngine, portrait: tuple[Portrait, Face]
) -> None:
    picture, face = portrait
    alpha = np.zeros(picture.pixels.shape[:2], np.uint8)
    alpha[:, alpha.shape[1] // 2 :] = 255
    coverage = engine.prepare(replace(picture, alpha=alpha), face).coverage
    assert coverage is not None
    assert coverage.shape == (256, 256)
    assert set(np.unique(coverage[:, 20])) == {0}
    assert set(np.unique(coverage[:, -20])) == {255}


def test_films_are_no_portraits(engine: PersonaLiveEngine) -> None:
    assert not engine.info.films
    with pytest.raises(OptionError, match="pictures, not films"):
        engine.animate_film(iter([]), None, MotionOptions())  # type: ignore[arg-type]


def test_networks_rest_while_others_need_the_room() -> None:
    opened: list[Looking] = []

    def open_networks() -> Looking:
        opened.append(Looking())
        return opened[-1]

    budget = MemoryBudget(15, clock=count().__next__)
    resting = RestingNetworks(open_networks, 10, budget)  # type: ignore[arg-type]
    assert resting.device == torch.device("cpu")
    with Resident(Looking, memory_mb=10, budget=budget).working():
        assert opened[0].closed
    assert resting.paint(5) == 5  # type: ignore[arg-type, comparison-overlap]
    assert len(opened) == 2
    resting.close()
    assert opened[1].closed


def test_nothing_heavy_is_imported_to_know_of_it() -> None:
    asked = (
        "import sys; from mien.engines.base import check_settings, engine_info, EngineSettings;"
        "engine_info('personalive'); check_settings(EngineSettings('personalive'));"
        "print([each for each in ('torch', 'diffusers', 'transformers') if each in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
