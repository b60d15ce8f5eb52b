"""Windows of sound: where they lie, and across pieces."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fakes.musetalk_networks import HEARING
from mien.retouch.musetalk.hearing import Ear, Heard, windows
from mien.retouch.musetalk.modules import recipe_module
from mien.types import Floats

pytestmark = pytest.mark.unit

NTSC = Fraction(30000, 1001)


class Counted:
    """Features that say which they are: the first is 1, and zero is silence."""

    def __init__(self, num_features: int) -> None:
        self.num_features = num_features

    def features(self, start: int, stop: int) -> Floats:
        numbers = np.arange(start, stop, dtype=np.float32) + 1
        inside = (numbers > 0) & (numbers <= self.num_features)
        return np.where(inside, numbers, 0)[:, None, None].astype(np.float32)


def window(number: int, rate: Fraction, **how: bool) -> list[int]:
    """The features of a window, counted from 0; -1 for silence."""
    (row,) = windows(Counted(5000), rate, number, 1, **how)
    return [int(each) - 1 for each in row.ravel()]


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), NTSC, Fraction(50), Fraction(12)])
def test_a_window_goes_from_80_ms_before_its_frame_to_120_after(rate: Fraction) -> None:
    assert window(0, rate) == [-1, -1, -1, -1, 0, 1, 2, 3, 4, 5]
    for number in (7, 100, 999):
        first = int(number * 50 / rate)
        assert window(number, rate) == list(range(first - 4, first + 6))


def test_a_film_of_29_97_frames_does_not_drift_away() -> None:
    """Upstream's whole 29 frames a second are 33 ms late after each second."""
    an_hour = int(NTSC * 90)
    assert window(an_hour, NTSC)[4] == int(an_hour * 50 / NTSC) == 4499
    assert window(an_hour, NTSC, upstream_compatible=True)[4] == 4650


def test_upstreams_padding_is_kept_for_comparisons() -> None:
    """At 24 frames a second it is 40 ms early; at 25 it is ours."""
    at_24 = window(100, Fraction(24))
    assert window(100, Fraction(24), upstream_compatible=True) == [each - 2 for each in at_24]
    assert window(100, Fraction(25), upstream_compatible=True) == window(100, Fraction(25))
    assert (
        window(100, Fraction(50), upstream_compatible=True)[0] == window(100, Fraction(50))[0] + 2
    )


def test_after_the_end_there_is_silence() -> None:
    (row,) = windows(Counted(10), Fraction(25), 4, 1)
    assert row.ravel().tolist() == [5, 6, 7, 8, 9, 10, 0, 0, 0, 0]
    assert windows(Counted(10), Fraction(25), 4, 0).shape == (0, 10, 1)


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear(recipe_module("hearing", 0, HEARING))


@pytest.fixture(scope="module")
def sound() -> Floats:
    """7 s of something that goes up and down."""
    draw = np.random.default_rng(5)
    loudness = np.repeat(draw.random(70), 1600)
    return (0.2 * loudness * draw.standard_normal(70 * 1600)).astype(np.float32)


def test_sound_is_heard_in_pieces_and_no_more_than_two_are_held(ear: Ear, sound: Floats) -> None:
    heard = Heard(sound[:-100], ear)
    assert heard.num_features == 349, "one for each 20 ms that are whole"
    whole = heard.features(0, 349)
    assert whole.shape == (349, 5, HEARING["d_model"])
    pieces = [ear.listen(sound[: 6 * 16000][at : at + 32000]) for at in (0, 32000, 64000)]
    np.testing.assert_array_equal(whole[:300], np.concatenate(pieces))
    across = windows(heard, Fraction(25), 49, 2)
    np.testing.assert_array_equal(across[0].reshape(10, 5, -1), whole[94:104])
    assert len(heard._pieces) == 2


def test_each_piece_is_listened_to_once_by_who_goes_forwards(ear: Ear, sound: Floats) -> None:
    class Watched(Ear):
        def __init__(self) -> None:
            self.__dict__.update(vars(ear))
            self.times = 0

        def listen(self, samples: Floats) -> Floats:
            self.times += 1
            return super().listen(samples)

    watched = Watched()
    heard = Heard(sound, watched)
    for number in range(0, 175, 3):
        windows(heard, Fraction(25), number, 3)
    assert watched.times == 4


def test_a_sound_of_nothing_is_silence(ear: Ear) -> None:
    heard = Heard(np.zeros(0, np.float32), ear)
    assert heard.num_features == 0
    assert not windows(heard, Fraction(25), 0, 3).any()
