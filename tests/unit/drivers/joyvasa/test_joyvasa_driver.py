"""Motion of whole recordings, by small networks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
import pytest

from fakes.joyvasa_weights import SMALL, small_joyvasa
from mien.drivers.joyvasa import JoyVasa, JoyVasaSettings
from mien.drivers.joyvasa.making import MotionMaker
from mien.drivers.joyvasa.recipe import recipe_model
from mien.errors import EngineUnavailableError, OptionError
from mien.types import Floats, Motion, MotionFrame

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def joyvasa() -> Iterator[JoyVasa]:
    driver = small_joyvasa(steps=2)
    yield driver
    driver.close()


def voice(seconds: float = 1.29, rate: int = 16_000, seed: int = 0) -> Floats:
    draw = np.random.Generator(np.random.PCG64(seed))
    return (0.1 * draw.standard_normal(round(seconds * rate))).astype(np.float32)


def with_small(joyvasa: JoyVasa, **chosen: Any) -> JoyVasaSettings:
    return JoyVasaSettings(device="cpu", **{"steps": 2, **chosen})


def numbers(motion: Motion | list[MotionFrame]) -> Floats:
    frames = motion if isinstance(motion, list) else list(motion.frames)
    return np.array([
        [*f.keypoints.expression.ravel(), *f.rotation.ravel(), *f.keypoints.translation]
        for f in frames
    ])  # fmt: skip


def test_the_motion_lasts_as_long_as_the_sound(joyvasa: JoyVasa) -> None:
    motion = joyvasa.drive(voice(), 16_000)
    assert (motion.rate, motion.num_frames) == (25, 32)
    frames = list(motion.frames)
    assert [frame.pts for frame in frames] == list(range(32))
    assert {frame.time_base for frame in frames} == {Fraction(1, 25)}
    assert motion.reference.landmarks is None
    assert len(np.unique(numbers(frames), axis=0)) == 32


@pytest.mark.parametrize("fps", [Fraction(12), Fraction(24), Fraction(30_000, 1001), Fraction(60)])
def test_any_rate_shows_the_same_motion(joyvasa: JoyVasa, fps: Fraction) -> None:
    native = numbers(joyvasa.drive(voice(), 16_000, num_frames=33))
    motion = joyvasa.drive(voice(), 16_000, fps=fps)
    frames = list(motion.frames)
    assert len(frames) == motion.num_frames == round(Fraction("1.29") * fps)
    assert {frame.time_base for frame in frames} == {1 / fps}
    place = np.clip((np.arange(len(frames)) + 0.5) / float(fps) * 25 - 0.5, 0, len(native) - 1)
    for column in (0, 40, 62):  # of the expression, which is blended number by number
        wanted = np.interp(place, np.arange(len(native)), native[:, column])
        np.testing.assert_allclose(numbers(frames)[:, column], wanted, atol=1e-5)


@pytest.mark.parametrize("lead_in", [True, False])
@pytest.mark.parametrize("seconds", [0.001, 0.039, 0.04, 0.479, 0.48, 0.481, 0.56, 0.96])
def test_no_length_of_sound_loses_or_adds_frames(
    joyvasa: JoyVasa, seconds: float, lead_in: bool
) -> None:
    settings = with_small(joyvasa, lead_in=lead_in)
    motion = joyvasa.drive(voice(seconds), 16_000, settings)
    assert len(list(motion.frames)) == max(1, round(Fraction(round(seconds * 16_000), 640)))


def test_more_frames_than_sound_stand_still(joyvasa: JoyVasa) -> None:
    made = numbers(joyvasa.drive(voice(0.2), 16_000, num_frames=20))
    assert len(made) == 20
    assert (made[10:] == made[-1]).all()
    assert len(numbers(joyvasa.drive(voice(0.2), 16_000, num_frames=3))) == 3


def test_the_same_seed_gives_the_same_motion_and_another_another(joyvasa: JoyVasa) -> None:
    first, again, other = (numbers(joyvasa.drive(voice(), 16_000, seed=seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_speech_moves_the_face(joyvasa: JoyVasa) -> None:
    one, other = (numbers(joyvasa.drive(voice(seed=seed), 16_000)) for seed in (1, 2))
    assert np.abs(one - other).max() > 1e-4


def test_other_rates_of_sound_are_brought_to_the_networks(joyvasa: JoyVasa) -> None:
    time_s = np.arange(48_000) / 48_000
    tone = (0.2 * np.sin(2 * np.pi * 300 * time_s)).astype(np.float32)
    fine = numbers(joyvasa.drive(tone, 48_000))
    coarse = numbers(joyvasa.drive(tone[::3], 16_000))
    np.testing.assert_allclose(fine, coarse, atol=2e-3)


def test_windows_are_made_as_they_are_asked_for(
    joyvasa: JoyVasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    make = MotionMaker.make

    def counted(self: MotionMaker, placed: Any, samples: Floats, count: int) -> Floats:
        made.append(count)
        return make(self, placed, samples, count)

    monkeypatch.setattr(MotionMaker, "make", counted)
    motion = joyvasa.drive(voice(30.0), 16_000)
    assert made == [SMALL.denoiser.window]  # for the reference
    list(islice(motion.frames, 9))  # after two that lead in
    assert len(made) == 1
    list(islice(motion.frames, 10))
    assert len(made) == 2


def test_the_first_frame_that_leads_in_is_the_reference(joyvasa: JoyVasa) -> None:
    with_lead, without = (
        joyvasa.drive(voice(), 16_000, with_small(joyvasa, lead_in=lead)) for lead in (True, False)
    )
    assert not np.array_equal(
        with_lead.reference.keypoints.expression, next(with_lead.frames).keypoints.expression
    )
    np.testing.assert_array_equal(
        without.reference.keypoints.expression, next(without.frames).keypoints.expression
    )


def test_all_that_is_chosen_counts(joyvasa: JoyVasa) -> None:
    plain = numbers(joyvasa.drive(voice(0.5), 16_000))
    for chosen in (
        {"guidance": 4.0},
        {"guidance": 1.0},
        {"steps": 1},
        {"steps": 50},
        {"head_motion": 0.5},
        {"expression_motion": 0.5},
        {"pose_smoothing": "upstream"},
        {"pose_smoothing": "none"},
        {"lead_in": False},
        {"positions": "per-position"},
    ):
        other = numbers(joyvasa.drive(voice(0.5), 16_000, with_small(joyvasa, **chosen)))
        assert np.abs(plain - other).max() > 1e-6, chosen


def test_half_precision_makes_nearly_the_same_motion(joyvasa: JoyVasa) -> None:
    settings = JoyVasaSettings(device="cpu", steps=2, precision="bf16")
    half = JoyVasa(settings, recipe_model(settings, SMALL))
    plain = numbers(joyvasa.drive(voice(0.5), 16_000))
    change = np.abs(numbers(half.drive(voice(0.5), 16_000)) - plain)[:, :63].max()
    assert 0.0 < change < 0.1 * np.ptp(plain[:, :63])


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({"samples": np.zeros(0, np.float32)}, "samples"),
        ({"samples": np.full(900, np.nan, np.float32)}, "samples"),
        ({"samples": np.zeros((2, 2, 2), np.float32)}, "samples"),
        ({"rate_hz": 10}, "sample_rate"),
        ({"fps": Fraction(0)}, "--fps"),
        ({"num_frames": 0}, "num_frames"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_driven_by_is_refused(
    joyvasa: JoyVasa, given: dict[str, Any], option: str
) -> None:
    arguments = {"samples": voice(0.1), "rate_hz": 16_000} | given
    with pytest.raises(OptionError) as refused:
        joyvasa.drive(**arguments)
    assert refused.value.option == option


def test_numbers_that_break_in_half_precision_are_told() -> None:
    driver = small_joyvasa(steps=2)
    bias = driver._loaded().placed.network.denoising_net.motion_dec[2].bias
    bias.data.fill_(float("inf"))
    with pytest.raises(EngineUnavailableError, match="not finite; choose --precision fp32"):
        driver.drive(voice(0.1), 16_000)


def test_a_closed_driver_says_so() -> None:
    driver = small_joyvasa()
    driver.reset()
    driver.close()
    driver.close()
    with pytest.raises(EngineUnavailableError, match="was closed"):
        driver.drive(voice(0.1), 16_000)
    assert JoyVasa.memory_mb > 400
