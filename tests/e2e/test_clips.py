from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mien
from fakes.clips import astronaut
from fakes.sounds import hello

pytestmark = pytest.mark.e2e

SAMPLES, RATE = hello(0.5)
PICTURE = astronaut()[:320, 64:384]
SHORT: dict[str, Any] = {"sample_rate": RATE, "duration": 0.5, "size": 96}
SHAPE = (12, 3, 96, 96)


@pytest.fixture(scope="module")
def actor() -> Iterator[mien.Actor]:
    with mien.load_actor() as actor:
        yield actor


@pytest.fixture(scope="module")
def clip(actor: mien.Actor) -> Any:
    return actor.animate(PICTURE, SAMPLES, **SHORT)


def test_a_clip_is_frames_of_planes_from_0_to_1(clip: Any) -> None:
    assert (clip.shape, clip.dtype) == (SHAPE, np.float32)
    assert 0 <= clip.min() < 0.1 < 0.9 < clip.max() <= 1
    assert np.abs(clip - clip[0]).max() > 0.1


def test_the_same_again_gives_the_same_bytes(clip: Any, actor: mien.Actor) -> None:
    assert np.array_equal(actor.animate(PICTURE, SAMPLES, **SHORT), clip)


def test_the_seed_changes_the_clip(clip: Any, actor: mien.Actor) -> None:
    assert not np.array_equal(actor.animate(PICTURE, SAMPLES, **SHORT, seed=1), clip)


@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8"])
def test_an_output_is_written_in_place_and_returned(
    clip: Any, actor: mien.Actor, tmp_path: Path, dtype: str
) -> None:
    buffer = np.lib.format.open_memmap(tmp_path / "clip.npy", "w+", np.dtype(dtype), SHAPE)
    assert actor.animate(PICTURE, SAMPLES, **SHORT, output=buffer) is buffer
    buffer.flush()
    written = np.load(tmp_path / "clip.npy")
    unit = 255 if dtype == "uint8" else 1
    assert np.array_equal(written, np.rint(clip * 255) if unit == 255 else clip.astype(dtype))


def test_frames_come_one_by_one_as_in_the_clip(clip: Any, actor: mien.Actor) -> None:
    frames = list(actor.frames(PICTURE, SAMPLES, **SHORT))
    assert np.array_equal(np.stack(frames), clip)
    upright = next(actor.frames(PICTURE, SAMPLES, **SHORT, layout="hwc", dtype=np.uint8))
    assert (upright.shape, upright.dtype) == ((96, 96, 3), np.uint8)
    assert np.array_equal(upright, np.rint(clip[0].transpose(1, 2, 0) * 255))


def test_wrong_input_is_told_before_the_first_frame_is_asked_for(actor: mien.Actor) -> None:
    with pytest.raises(mien.OptionError, match="layout"):
        actor.frames(PICTURE, SAMPLES, **SHORT, layout="nchw")  # type: ignore[arg-type]
    with pytest.raises(mien.OptionError, match="source_image"):
        actor.frames(np.zeros(3), SAMPLES, **SHORT)
    with pytest.raises(mien.OptionError, match=r"output: has shape \(1, 3, 96, 96\)"):
        actor.animate(PICTURE, SAMPLES, **SHORT, output=np.zeros((1, 3, 96, 96)))
    with pytest.raises(mien.OptionError, match="progress: is int; give a function"):
        actor.animate(PICTURE, SAMPLES, **SHORT, progress=3)  # type: ignore[arg-type]


def test_after_the_sound_the_face_idles(actor: mien.Actor) -> None:
    longer = actor.animate(PICTURE, SAMPLES[: RATE // 4], sample_rate=RATE, duration=1.5, size=96)
    assert longer.shape == (36, 3, 96, 96)
    assert np.abs(np.diff(longer[-8:], axis=0)).max() > 0


def test_warnings_point_to_the_call(actor: mien.Actor) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        actor.animate(
            PICTURE, SAMPLES, sample_rate=RATE, duration=0.1, size=64, expression_preset="gleeful"
        )
        next(actor.frames(PICTURE, SAMPLES, sample_rate=RATE, duration=0.1, size=64))
    assert [warning.category for warning in caught] == [mien.MienWarning] * 3
    assert {Path(warning.filename).name for warning in caught} == {"test_clips.py"}
    with pytest.raises(mien.ExpressionError):
        actor.animate(PICTURE, SAMPLES, **SHORT, expression_preset="gleeful", strict=True)


def test_settings_come_from_a_file_and_a_call_wins(tmp_path: Path) -> None:
    file = tmp_path / "talk.yaml"
    file.write_text(f"fps: 10\nduration: 0.4\nsize: 64\nsample_rate: {RATE}\n")
    short = SAMPLES[: RATE // 5]
    with mien.load_actor(config=file) as actor:
        assert actor.animate(PICTURE, short).shape == (4, 3, 64, 64)
        assert actor.animate(PICTURE, short, duration=0.2).shape == (2, 3, 64, 64)


@pytest.mark.parametrize(
    ("choice", "complaint"),
    [
        ({"engine": "magic"}, "--engine"),
        ({"engine": ["mesh"]}, "--engine"),
        ({"precision": "fp16"}, "--precision: fp16: engine mesh has nothing to choose there"),
        ({"device": "cuda"}, "--device: cuda: engine mesh has only cpu"),
        ({"config": {"fps": 24}}, "config: is dict; give a TalkConfig or a YAML file"),
    ],
)
def test_an_engine_is_not_asked_for_what_it_has_not(choice: Any, complaint: str) -> None:
    with pytest.raises(mien.OptionError, match=complaint):
        mien.load_actor(**choice)


def test_progress_is_told_and_may_stop_the_work(actor: mien.Actor) -> None:
    steps: list[mien.Progress] = []

    def stop(step: mien.Progress) -> None:
        steps.append(step)
        if step.done == 4:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        actor.animate(PICTURE, SAMPLES, **SHORT, progress=stop)
    assert [(step.done, step.total) for step in steps] == [(n, 12) for n in (1, 2, 3, 4)]
