from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mien.errors import OptionError
from mien.motion.arkit import SHAPE_INDEX
from mien.motion.idle import idle_moment
from mien.motion.moment import Moment
from mien.motion.noise import FOREVER_S
from mien.speech.body import BodyLanguage, Emphasis, body_language
from mien.speech.body.hearing import HEARD_S, heard
from mien.speech.phonemes import SpokenPhoneme
from mien.speech.prosody import STEP_S, Prosody
from mien.types import Floats

pytestmark = pytest.mark.unit

LOUD_DB, SOFT_DB = -12.0, -20.0
SYLLABLE_S = 0.2
BLINK = SHAPE_INDEX["eyeBlinkLeft"]


def sentence(
    num_syllables: int, stressed: tuple[int, ...], start_s: float = 0.0
) -> tuple[list[SpokenPhoneme], Prosody]:
    """The phonemes of "da da DA da", and the prosody of each 10 ms from 0 on."""
    segments, levels, pitches = [], [SOFT_DB] * round(start_s / STEP_S), []
    pitches += [0.0] * len(levels)
    for number in range(num_syllables):
        at = start_s + number * SYLLABLE_S
        segments.append(SpokenPhoneme(at, at + 0.08, "D", 1.0))
        segments.append(SpokenPhoneme(at + 0.08, at + SYLLABLE_S, "AA", 1.0))
        loud = number in stressed
        levels += [LOUD_DB if loud else SOFT_DB] * 20
        pitches += [150.0 if loud else 110.0] * 20
    return segments, Prosody(np.array(levels, np.float32), np.array(pitches, np.float32))


def talk(num_phrases: int = 12, pause_s: float = 0.4) -> tuple[list[SpokenPhoneme], Prosody]:
    """Phrases of ten syllables with pauses between."""
    segments: list[SpokenPhoneme] = []
    levels, pitches = [], []
    for number in range(num_phrases):
        start_s = number * (10 * SYLLABLE_S + pause_s)
        said, sound = sentence(10, (2 + number % 3, 7))
        segments += [p._replace(start_s=p.start_s + start_s, end_s=p.end_s + start_s) for p in said]
        quiet = np.zeros(round(pause_s / STEP_S), np.float32)
        levels += [sound.level_db, quiet - 80.0]
        pitches += [sound.pitch_hz, quiet]
    return segments, Prosody(np.concatenate(levels), np.concatenate(pitches))


def angles(body: BodyLanguage, times: Floats) -> Floats:
    return np.array([body.moment_at(float(t)).angles for t in times])


def still(_time_s: float) -> Moment:
    return Moment()


def test_stressed_syllables_are_accents() -> None:
    segments, sound = sentence(16, (4, 9, 13))
    starts = [accent.start_s for accent in heard(segments, sound).accents]
    for number in (4, 9, 13):
        assert any(abs(s - number * SYLLABLE_S - 0.08) < 1e-6 for s in starts)
    assert len(starts) <= 5


def test_an_even_voice_is_not_nodded_to_on_every_syllable() -> None:
    segments, sound = sentence(40, ())
    assert 0 < len(heard(segments, sound).accents) < 10


def test_accents_keep_their_distance_and_brows_rise_rarely() -> None:
    segments, sound = sentence(60, tuple(range(0, 60, 2)))
    accents = heard(segments, sound).accents
    assert all(b.start_s - a.start_s >= 0.35 for a, b in pairwise(accents))
    raised = [accent.start_s for accent in accents if accent.raises_brows]
    assert len(raised) < len(accents) / 2
    assert all(b - a >= 3.0 for a, b in pairwise(raised))


def test_the_head_nods_on_the_stress_and_not_before() -> None:
    segments, sound = sentence(10, (5,), start_s=1.0)
    body = body_language(segments, sound, idle=still, seed=4)
    (accent,) = [a for a in body.emphasis.accents if abs(a.start_s - 2.08) < 1e-6]
    before = angles(body, np.array([accent.start_s - 0.05, accent.start_s]))
    after = angles(body, np.array([accent.start_s + 0.2]))
    assert np.abs(after - before[1]).max() > 0.8
    assert np.abs(before[1] - before[0]).max() < 0.5


def test_motion_is_smooth() -> None:
    segments, sound = talk()
    body = body_language(segments, sound, liveliness=1.0)
    turned = angles(body, np.arange(0.0, 9.0, 0.01))
    assert np.abs(np.diff(turned, axis=0)).max() < 0.6
    assert np.abs(np.diff(turned, 2, axis=0)).max() < 0.12


def test_natural_heads_turn_by_a_few_degrees() -> None:
    segments, sound = talk()
    turned = angles(body_language(segments, sound), np.arange(0.0, 28.0, 0.05))
    assert 0.6 < turned.std(axis=0).max() < 2.5
    assert np.abs(turned).max() < 9.0


def test_livelier_heads_move_more() -> None:
    segments, sound = talk(4)
    times = np.arange(0.0, 9.0, 0.05)
    moved = [
        np.abs(angles(body_language(segments, sound, liveliness=amount), times)).sum()
        for amount in (0.0, 0.2, 0.5, 0.8, 1.0)
    ]
    assert moved[0] == 0.0
    assert all(less < more for less, more in pairwise(moved))


def test_without_liveliness_only_the_lids_move() -> None:
    segments, sound = talk(4)
    body = body_language(segments, sound, liveliness=0.0)
    moments = [body.moment_at(float(t)) for t in np.arange(0.0, 9.0, 0.02)]
    weights = np.array([m.weights for m in moments])
    assert weights[:, BLINK].max() > 0.9
    others = np.delete(weights, [BLINK, SHAPE_INDEX["eyeBlinkRight"]], axis=1)
    assert not others.any()
    assert all(m.translation == (0.0, 0.0) and m.scale == 1.0 for m in moments)


@pytest.mark.parametrize("pause_s", [0.2, 0.6, 3.0])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_blinks_come_fifteen_to_twenty_five_times_a_minute(pause_s: float, seed: int) -> None:
    segments, sound = talk(int(120 / (10 * SYLLABLE_S + pause_s)), pause_s)
    body = body_language(segments, sound, liveliness=0.0, seed=seed)
    times = np.arange(0.0, 120.0, 0.06)
    shut = np.array([body.moment_at(float(t)).weights[BLINK] > 0.5 for t in times])
    assert 30 <= (shut[1:] & ~shut[:-1]).sum() <= 50


def test_many_blinks_happen_where_phrases_end() -> None:
    segments, sound = talk(25)
    body = body_language(segments, sound, liveliness=0.0)
    times = np.arange(0.0, 60.0, 0.01)
    shut = np.array([body.moment_at(float(t)).weights[BLINK] > 0.05 for t in times])
    begun = times[1:][shut[1:] & ~shut[:-1]]
    in_pauses = sum(any(0.0 <= t - p < 0.15 for p in body.emphasis.pauses) for t in begun)
    assert in_pauses > len(begun) / 3


def test_silence_idles() -> None:
    nothing = Prosody(np.zeros(0, np.float32), np.zeros(0, np.float32))
    body, idle = body_language([], nothing, seed=5), idle_moment("natural", 5, FOREVER_S)
    for time_s in (0.3, 7.1):
        now, expected = body.moment_at(time_s), idle(time_s)
        assert now.angles == pytest.approx(expected.angles)
        blink = [BLINK, SHAPE_INDEX["eyeBlinkRight"]]
        looks = [i for name, i in SHAPE_INDEX.items() if name.startswith("eyeLook")]
        others = np.delete(now.weights - expected.weights, blink + looks)
        np.testing.assert_allclose(others, 0.0, atol=1e-6)


def test_eyes_stay_where_they_look_while_the_head_nods() -> None:
    segments, sound = talk(2)
    body = body_language(segments, sound, idle=still)
    moments = [body.moment_at(t) for t in np.arange(0.0, 4.0, 0.05).tolist()]
    turned = max(moments, key=lambda moment: abs(moment.angles[0]))
    to_the_right = turned.angles[0] > 0.0
    assert abs(turned.angles[0]) > 0.5
    looks_back = turned.weights[SHAPE_INDEX["eyeLookInLeft" if to_the_right else "eyeLookInRight"]]
    assert looks_back == pytest.approx(0.9 * abs(turned.angles[0]) / 30.0, rel=1e-3)


def test_the_seed_decides() -> None:
    segments, sound = talk(3)
    times = np.arange(0.0, 6.0, 0.1)
    one, again, other = (
        angles(body_language(segments, sound, seed=seed, idle=still), times) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.5


def test_a_listener_who_hears_it_as_it_comes_sees_the_same() -> None:
    segments, sound = talk(4)
    whole = body_language(segments, sound, idle=still, seed=3)
    growing = BodyLanguage(Emphasis(), still, seed=3)
    waiting, times = list(segments), np.arange(0.0, 9.0, 0.04)
    for time_s in times.tolist():
        now_s = time_s + HEARD_S + 0.02
        while waiting and waiting[0].start_s + HEARD_S <= now_s:
            growing.emphasis.hear(waiting.pop(0), sound)
        if not any(s.start_s < now_s and s.end_s > now_s - HEARD_S for s in segments):
            growing.emphasis.fall_silent(now_s)
        growing.emphasis.forget(time_s - 2.0)
        now, expected = growing.moment_at(time_s), whole.moment_at(time_s)
        assert now.angles == pytest.approx(expected.angles, abs=1e-9)
        np.testing.assert_allclose(now.weights, expected.weights, atol=1e-6)
    assert len(growing.emphasis.accents) < 6
    assert len(growing.emphasis.phrases) < 4


@pytest.mark.parametrize("liveliness", [-0.1, 1.1, float("nan")])
def test_liveliness_is_between_0_and_1(liveliness: float) -> None:
    segments, sound = sentence(2, ())
    with pytest.raises(OptionError, match="liveliness"):
        body_language(segments, sound, liveliness=liveliness)
