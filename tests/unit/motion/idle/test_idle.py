from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.errors import OptionError
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.idle import IDLES, idle_moment
from mien.motion.moment import Moment
from mien.types import Floats

pytestmark = pytest.mark.unit

MINUTE = np.arange(0, 60, 1 / 30)


def everything(moment: Moment) -> Floats:
    """(58,) all that moves."""
    return np.concatenate([moment.weights, moment.angles, moment.translation, [moment.scale]])


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(list(IDLES)),
    st.integers(0, 2**40),
    st.floats(0.5, 4000.0),
    st.sampled_from([12.0, 25.0, 30000 / 1001, 60.0]),
)  # fmt: skip
def test_a_period_leads_into_itself_in_place_and_speed(
    name: str, seed: int, about_s: float, fps: float
) -> None:
    num_frames = max(2, round(about_s * fps))
    period = num_frames / fps
    at = idle_moment(name, seed, period)
    last, first, second = (everything(at((num_frames + i) / fps)) for i in (-1, 0, 1))
    np.testing.assert_allclose(last, everything(at(-1 / fps)), atol=1e-4)
    np.testing.assert_allclose(first, everything(at(0.0)), atol=1e-4)
    np.testing.assert_allclose(second, everything(at(1 / fps)), atol=1e-4)
    step = 1e-5
    before = (everything(at(period)) - everything(at(period - step))) / step
    after = (everything(at(step)) - everything(at(0.0))) / step
    np.testing.assert_allclose(before, after, atol=1.0)  # a closing lid reaches 20 a second


@pytest.mark.parametrize("name", IDLES)
def test_all_weights_are_between_0_and_1_and_own_expression_stays(name: str) -> None:
    at = idle_moment(name, 5, 60.0)
    for moment in map(at, MINUTE.tolist()):
        assert moment.weights.min() >= 0
        assert moment.weights.max() <= 1
        assert moment.own_expression == 1
        assert moment.closure == 0


def test_blinking_moves_nothing_but_the_lids() -> None:
    at = idle_moment("blink", 1, 60.0)
    lids = [SHAPE_INDEX["eyeBlinkLeft"], SHAPE_INDEX["eyeBlinkRight"]]
    moments = [everything(at(t)) for t in MINUTE.tolist()]
    moved = np.flatnonzero(np.ptp(moments, axis=0))
    assert sorted(moved) == sorted(lids)


def test_a_nod_lowers_the_head_gently_while_the_eyes_stay_on_the_watcher() -> None:
    at = idle_moment("nod", 2, 5.0)
    moments = [at(t) for t in np.arange(0, 5, 1 / 30).tolist()]
    pitch = np.array([m.angles[1] for m in moments])
    assert -7 < pitch.min() < -2.5
    assert np.abs(np.diff(pitch)).max() * 30 < 25
    lowest = moments[int(pitch.argmin())].weights
    assert lowest[SHAPE_INDEX["eyeLookUpLeft"]] > 0.05


def test_the_head_moves_little_and_slowly() -> None:
    moments = [idle_moment("natural", 3, 60.0)(t) for t in MINUTE.tolist()]
    angles = np.array([m.angles for m in moments])
    assert np.all((angles.std(axis=0) > 0.2) & (angles.std(axis=0) < 1.5))
    assert np.abs(angles).max() < 4
    places = np.array([m.translation for m in moments])
    assert np.abs(places).max() < 0.05


def test_most_of_the_sway_is_below_half_a_turn_per_second() -> None:
    at = idle_moment("natural", 4, 600.0)
    roll = np.array([at(t).angles[2] for t in np.arange(0, 600, 0.25).tolist()])
    power = np.abs(np.fft.rfft(roll - roll.mean())) ** 2
    hertz = np.fft.rfftfreq(len(roll), 0.25)
    assert power[hertz < 0.5].sum() > 0.98 * power.sum()


@pytest.mark.parametrize("seed", range(3))
def test_a_minute_does_not_repeat_itself(seed: int) -> None:
    at = idle_moment("natural", seed, 60.0)
    angles = np.array([at(t).angles for t in np.arange(0, 60, 0.1).tolist()])
    angles -= angles.mean(axis=0)
    spectrum = np.abs(np.fft.rfft(angles, axis=0)) ** 2
    correlation = np.fft.irfft(spectrum, len(angles), axis=0).sum(axis=1)
    away = correlation[50:-50] / correlation[0]  # five seconds and more
    assert away.max() < 0.55


def test_the_same_seed_moves_alike_and_another_does_not() -> None:
    one, same, other = (
        b"".join(everything(idle_moment("natural", seed, 20.0)(t)).tobytes() for t in MINUTE[:90])
        for seed in (3, 3, 4)
    )
    assert one == same
    assert one != other


def test_days_in_it_moves_as_smoothly_as_in_the_first_seconds() -> None:
    at = idle_moment("natural", 0, 1e6)
    for begin in (0.0, 9e5):
        angles = np.array([at(begin + step / 60).angles for step in range(600)])
        assert angles.std() > 0.2
        assert np.abs(np.diff(angles, n=2, axis=0)).max() < 0.06


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(OptionError, match="idle:smile is none of idle:blink, idle:nod, idle:nat"):
        idle_moment("smile", 0, 1.0)
