from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage

from fakes.clips import astronaut
from fakes.sounds import HELLO
from mien.errors import MienWarning, NoFaceError, OptionError, UnreadableMediaError
from mien.pipeline.clip.pictures import head_and_shoulders
from mien.pipeline.clip.request import Clip
from mien.pipeline.clip.sounds import samples_of

pytestmark = pytest.mark.unit

PICTURE = astronaut()[:288, 64:352]


def sources(folder: Path) -> dict[str, Any]:
    path = folder / "me.png"
    PillowImage.fromarray(PICTURE).save(path)
    planes = PICTURE.transpose(2, 0, 1)
    return {
        "path": path,
        "name": str(path),
        "Pillow": PillowImage.fromarray(PICTURE),
        "float32": (planes / 255).astype(np.float32),
        "float64": planes / 255,
    }


def test_every_form_of_a_picture_gives_the_same_head_and_shoulders(tmp_path: Path) -> None:
    portrait, face = head_and_shoulders(PICTURE, 96)
    assert portrait.pixels.shape == (96, 96, 3)
    assert face.landmarks.shape == (478, 3)
    middle = face.landmarks[:468, :2].mean(axis=0)
    assert 36 < middle[0] < 60
    assert 30 < middle[1] < 56
    for name, source in sources(tmp_path).items():
        other, _ = head_and_shoulders(source, 96)
        assert np.array_equal(other.pixels, portrait.pixels), name


def test_transparency_is_laid_on_white() -> None:
    clear = np.dstack([PICTURE, np.full(PICTURE.shape[:2], 255, np.uint8)])
    clear[:20, :, 3] = 0
    portrait, _ = head_and_shoulders(clear, 96)
    assert portrait.pixels[0, 0].min() > 240


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (np.zeros((64, 64), np.uint8), r"has shape \(64, 64\)"),
        (np.zeros((1, 64, 64, 3), np.uint8), r"has shape \(1, 64, 64, 3\)"),
        (np.zeros((3, 64, 64), np.uint8), r"is uint8 \(3, 64, 64\), which has no 3 channels at"),
        (np.zeros((64, 64, 3), np.float32), r"is float32 \(64, 64, 3\), which has no 3 channels"),
        (np.full((3, 64, 64), 255.0), "values from 0 to 255; floats are wanted in 0..1"),
        (np.full((3, 64, 64), -0.5), "values from -0.5"),
        (np.full((3, 64, 64), np.nan), "floats are wanted in 0..1"),
        (np.zeros((64, 64, 3), np.int32), "holds int32"),
        (np.broadcast_to(np.uint8(0), (20_000, 20_001, 3)), "more than 100 megapixels"),
        (3, "is int"),
        ({}, "is dict"),
    ],
)
def test_what_is_no_picture_is_told_so(source: Any, complaint: str) -> None:
    with pytest.raises(OptionError, match=complaint):
        head_and_shoulders(source, 64)


def test_a_picture_without_a_face_and_a_tiny_one_are_refused() -> None:
    with pytest.raises(NoFaceError, match="source_image: no face"):
        head_and_shoulders(np.zeros((64, 64, 3), np.uint8), 64)
    with pytest.raises(UnreadableMediaError, match="source_image: is only 8x64 pixels"):
        head_and_shoulders(np.zeros((64, 8, 3), np.uint8), 64)


def test_sound_is_cut_to_the_clip_with_a_warning() -> None:
    with pytest.warns(MienWarning, match=r"lasts 2.00 s; only the first 1.5 s"):
        samples, rate = samples_of(np.zeros(48_000, np.float32), 24_000, 1.5)
    assert (len(samples), rate) == (36_000, 24_000)
    with pytest.warns(MienWarning):
        stereo, _ = samples_of(np.zeros((2, 48_000), np.int16), 24_000, 1.0)
    assert stereo.shape == (2, 24_000)
    with pytest.warns(MienWarning):
        read, rate = samples_of(HELLO, 24_000, 1.0)
    assert (len(read), rate) == (16_000, 16_000)


def test_sound_that_fits_is_left_alone() -> None:
    samples, _ = samples_of(np.zeros((48_000, 2), np.float32), 24_000, 2.0)
    assert samples.shape == (48_000, 2)


@pytest.mark.parametrize(
    ("audio", "complaint"),
    [
        (np.zeros(0, np.float32), "holds no samples"),
        (np.full(100, np.nan), "not finite"),
        (np.full(100, 2e4), "reaches 20000"),
        (np.zeros((2, 2, 100)), r"is float64 \(2, 2, 100\)"),
        (np.array(["a"]), "driving_audio: is"),
        ([[0.0], [0.0, 0.0]], "rows of several lengths"),
        (3, "is int"),
    ],
)
def test_what_is_no_sound_is_told_so(audio: Any, complaint: str) -> None:
    with pytest.raises(OptionError, match=complaint):
        samples_of(audio, 24_000, 1.0)


def test_a_sample_rate_is_one() -> None:
    with pytest.raises(OptionError, match="sample_rate: 24 is not"):
        samples_of(np.zeros(100), 24, 1.0)
    with pytest.raises(OptionError, match="sample_rate: 'fast' is not"):
        samples_of(np.zeros(100), "fast", 1.0)  # type: ignore[arg-type]
    with pytest.raises(UnreadableMediaError):
        samples_of("nothing.wav", 24_000, 1.0)


def test_the_defaults_are_45_seconds_at_24_frames_and_512_pixels() -> None:
    assert Clip().shape == (1080, 3, 512, 512)


@pytest.mark.parametrize(
    "wrong",
    [
        {"fps": 0},
        {"duration": 0.0},
        {"duration": float("nan")},
        {"size": 8},
        {"size": 512.0},
        {"seed": -1},
        {"seed": 1.5},
        {"intensity": 2.0},
        {"liveliness": -1.0},
        {"gaze": (2.0, 0.0)},
        {"expression_preset": ["happy"]},
        {"text": b"hello"},
        {"strict": "no"},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=next(iter(wrong))):
        Clip(**wrong)
