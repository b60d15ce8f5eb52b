"""How well visemes match phonemes whose times are known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import OptionError, VisemeError
from mien.speech.visemes import VISEMES, measure_lipsync_accuracy, visemes_from_segments
from mien.speech.visemes.accuracy import Onset, _matches

pytestmark = pytest.mark.unit

TRUTH = [(0.0, 0.5, "SIL"), (0.5, 1.0, "AA"), (1.0, 1.25, "B"), (1.25, 2.0, "IY")]
LIMIT_S = 2 / 24


def moved(by_s: float) -> list[tuple[float, float, str]]:
    return [(max(0.0, start + by_s), end + by_s, phoneme) for start, end, phoneme in TRUTH]


def test_what_is_the_same_is_perfect() -> None:
    found = measure_lipsync_accuracy(TRUTH, TRUTH)
    assert (found.precision2, found.recall2, found.exact, found.closures) == (1, 1, 1, 1)
    assert (found.onset_ms, found.num_frames) == (0, 48)
    assert (found.num_closures, found.num_onsets) == (1, 4)


def test_a_track_counts_by_its_segments() -> None:
    assert measure_lipsync_accuracy(visemes_from_segments(TRUTH), TRUTH).exact == 1


def test_a_delay_of_two_frames_is_tolerated_and_measured() -> None:
    found = measure_lipsync_accuracy(moved(0.08), TRUTH)
    assert (found.precision2, found.recall2, found.closures) == (1, 1, 1)
    assert found.exact == pytest.approx(1 - 6 / 48)
    assert found.onset_ms == pytest.approx(80)


def test_a_delay_of_four_frames_is_not() -> None:
    found = measure_lipsync_accuracy(moved(4 / 24), TRUTH)
    assert found.precision2 == pytest.approx(1 - 6 / 48)
    assert found.closures == 0
    assert measure_lipsync_accuracy(moved(4 / 24), TRUTH, tolerance_frames=4).closures == 1


def test_a_chattering_answer_wins_recall_and_loses_precision() -> None:
    found = measure_lipsync_accuracy([(0, 2, "IY")], TRUTH)
    assert found.precision2 == pytest.approx(20 / 48)
    assert found.recall2 == pytest.approx(18 / 48)
    chatter = [(n / 24, (n + 1) / 24, ("AA", "IY", "B")[n % 3]) for n in range(48)]
    found = measure_lipsync_accuracy(chatter, TRUTH)
    assert found.recall2 > found.precision2


def test_phonemes_of_one_viseme_are_the_same() -> None:
    other = [(s, e, {"B": "M", "IY": "IH"}.get(p, p)) for s, e, p in TRUTH]
    assert measure_lipsync_accuracy(other, TRUTH).exact == 1


def test_visemes_alone_are_enough() -> None:
    names = [{"start": 0, "end": 1, "viseme": "aa"}, {"start": 1, "end": 2, "viseme": "PP"}]
    assert measure_lipsync_accuracy([(0, 1, "AA"), (1, 2, "P")], names).exact == 1


def test_sound_after_the_last_segment_is_silence() -> None:
    found = measure_lipsync_accuracy([(0, 4, "AA")], [(0, 2, "AA")], duration_s=4)
    assert found.exact == pytest.approx(0.5)


def test_a_reference_without_segments_is_refused() -> None:
    with pytest.raises(VisemeError, match="reference_segments: is empty"):
        measure_lipsync_accuracy(TRUTH, [])
    assert measure_lipsync_accuracy([], TRUTH).recall2 == 12 / 48


@pytest.mark.parametrize("tolerance", [-1, 101, 1.5])
def test_a_tolerance_that_makes_no_sense_is_refused(tolerance: float) -> None:
    with pytest.raises(OptionError, match="tolerance_frames"):
        measure_lipsync_accuracy(TRUTH, TRUTH, tolerance_frames=tolerance)  # type: ignore[arg-type]


ONSETS = st.lists(
    st.tuples(st.integers(0, 60).map(lambda n: n / 30), st.sampled_from(VISEMES[:3])), max_size=12
).map(sorted)


@given(ONSETS, ONSETS)
def test_the_matching_is_the_best_there_is(expected: list[Onset], found: list[Onset]) -> None:
    matches = _matches(expected, found, LIMIT_S)
    worth = sum(1 - 0.1 * abs(a[0] - b[0]) / LIMIT_S for a, b in matches)
    assert worth == pytest.approx(best_worth(expected, found))
    assert all(a[1] == b[1] for a, b in matches)


def best_worth(expected: list[Onset], found: list[Onset]) -> float:
    """The textbook's longest common subsequence, every cell of it."""
    rows = [[0.0] * (len(found) + 1) for _ in range(len(expected) + 1)]
    for i, (time, viseme) in enumerate(expected, 1):
        for j, (other_time, other) in enumerate(found, 1):
            gap = abs(time - other_time)
            gain = 1 - 0.1 * gap / LIMIT_S if viseme == other and gap <= LIMIT_S else -math.inf
            rows[i][j] = max(rows[i - 1][j], rows[i][j - 1], rows[i - 1][j - 1] + gain)
    return rows[-1][-1]


def test_a_long_recording_is_compared_whole() -> None:
    count = 20_000
    segments = [(n / 10, (n + 1) / 10, ("AA", "B", "IY")[n % 3]) for n in range(count)]
    assert measure_lipsync_accuracy(segments, segments).num_onsets == count
