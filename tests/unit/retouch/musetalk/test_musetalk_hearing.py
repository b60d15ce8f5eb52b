"""Windows of sound: where they lie, across pieces, and while the sound still comes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fakes.musetalk_networks import HEARING
from mien.retouch.musetalk.hearing import SAMPLES_PER_FEATURE, Ear, Heard, windows
from mien.retouch.musetalk.listening import HOP, UNSURE, Listener
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


def listener_after(ear: Ear, sound: Floats, step: int) -> Listener:
    listener = Listener(ear)
    for at in range(0, len(sound), step):
        listener.push(sound[at : at + step])
    return listener


def test_what_comes_bit_by_bit_is_heard_in_steps_of_200_ms(ear: Ear, sound: Floats) -> None:
    listener = Listener(ear)
    told = []
    for at in range(0, 16000, 320):
        listener.push(sound[at : at + 320])
        told.append(listener.num_features)
    assert told[HOP + UNSURE - 2] == 0
    assert told[HOP + UNSURE - 1] == HOP
    assert told == [(n + 1 - UNSURE) // HOP * HOP for n in range(50)]


def test_a_frame_is_ready_when_its_sound_has_come(ear: Ear, sound: Floats) -> None:
    """120 to 340 ms after it, as long as it is pushed in small bits."""
    for rate in (Fraction(25), NTSC):
        listener, delays = Listener(ear), []
        for at in range(0, 24000, 160):
            before = listener.num_ready(rate)
            listener.push(sound[at : at + 160])
            ready = listener.num_ready(rate)
            came_s = (at + 160) / 16000
            delays += [came_s - float(n / rate) for n in range(before, ready)]
            windows(listener, rate, before, ready - before)
        assert len(delays) > 25
        assert min(delays) >= 0.12
        assert max(delays) <= 0.34 + 1e-6


def test_frames_that_are_ready_do_not_change_any_more(ear: Ear, sound: Floats) -> None:
    listener, seen = Listener(ear), []
    sound = sound[: 3 * 16000]
    for at in range(0, len(sound), 800):
        before = listener.num_ready(NTSC)
        listener.push(sound[at : at + 800])
        seen += list(windows(listener, NTSC, before, listener.num_ready(NTSC) - before))
        if before > 5:
            again = windows(listener, NTSC, before - 3, 3)
            np.testing.assert_array_equal(again, seen[before - 3 : before])
    listener.end()
    assert listener.num_features == len(sound) // SAMPLES_PER_FEATURE
    assert listener.num_ready(NTSC) == np.ceil(3 * float(NTSC))


def test_however_it_is_pushed_the_same_is_heard(ear: Ear, sound: Floats) -> None:
    small, large = (listener_after(ear, sound[:50000], step) for step in (640, 16000))
    assert small.num_features == large.num_features
    last = (small.num_features - 50, small.num_features)
    np.testing.assert_array_equal(small.features(*last), large.features(*last))


def test_it_is_heard_with_what_came_before_and_a_little_after(ear: Ear, sound: Floats) -> None:
    listener = listener_after(ear, sound[: 80 * SAMPLES_PER_FEATURE], 1600)
    assert listener.num_features == 70
    with_context = ear.listen(sound[: (70 + UNSURE) * SAMPLES_PER_FEATURE])
    np.testing.assert_array_equal(listener.features(60, 70), with_context[60:70])


def test_memory_does_not_grow_while_it_listens(ear: Ear, sound: Floats) -> None:
    listener = listener_after(ear, np.tile(sound, 2), 16000)
    assert len(listener._samples) <= ear.longest
    assert len(listener._features) <= 100
    assert listener.num_features > 600
    with pytest.raises(AssertionError, match="forgotten"):
        listener.features(10, 20)


def test_after_the_end_nothing_comes(ear: Ear, sound: Floats) -> None:
    listener = listener_after(ear, sound[:1000], 1000)
    listener.end()
    listener.end()
    assert listener.num_features == 3
    assert listener.num_ready(Fraction(25)) == 2
    assert not windows(listener, Fraction(25), 1, 1)[0].reshape(10, 5, -1)[5:].any()
    with pytest.raises(AssertionError, match="after the end"):
        listener.push(sound)
