"""Viseme tracks as JSON, CSV and Rhubarb's mouth cues."""

from __future__ import annotations

import csv
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.motion.arkit import SHAPE_INDEX
from mien.speech.visemes import VisemeTrack, visemes_from_segments
from mien.speech.visemes.export import track_csv, track_json
from mien.speech.visemes.rhubarb import mouth_cues, rhubarb_json, rhubarb_tsv
from mien.speech.visemes.table import viseme_table

pytestmark = pytest.mark.unit


@pytest.fixture
def hi() -> VisemeTrack:
    """ "Hi", as Rhubarb's manual has it."""
    segments = [(0.05, 0.16, "HH"), (0.16, 0.43, "AY", 0.75)]
    return visemes_from_segments(segments, 10, 0.479)


def test_json_holds_segments_and_frames(hi: VisemeTrack) -> None:
    read = json.loads("".join(track_json(hi, 'h"i.wav')))
    assert {key: read[key] for key in ("audio", "duration", "rate", "backend", "warnings")} == {
        "audio": 'h"i.wav', "duration": 0.479, "rate": "10/1", "backend": "segments",
        "warnings": [],
    }  # fmt: skip
    assert read["segments"][1] == {
        "start": 0.16, "end": 0.43, "phoneme": "AY", "viseme": "aa", "confidence": 0.75,
    }  # fmt: skip
    assert [frame["time"] for frame in read["frames"]] == [0.05, 0.15, 0.25, 0.35, 0.45]
    frame = read["frames"][2]
    assert frame["viseme"] == "aa"
    assert frame["mouth"] == pytest.approx(hi.sequence[2].tolist(), abs=1e-4)
    jaw = hi.blendshapes[2, SHAPE_INDEX["jawOpen"]]
    assert frame["blendshapes"]["jawOpen"] == pytest.approx(jaw, abs=1e-4)
    assert all(0 < weight <= 1 for weight in frame["blendshapes"].values())


def test_json_of_nothing_is_json() -> None:
    read = json.loads("".join(track_json(visemes_from_segments([]), "a.wav")))
    assert (read["segments"], read["frames"]) == ([], [])


def test_csv_has_a_row_for_each_frame(hi: VisemeTrack) -> None:
    rows = list(csv.DictReader("".join(track_csv(hi)).splitlines()))
    assert list(rows[0]) == [
        "frame", "time", "viseme", "jaw_open", "lip_width", "lip_rounding", "closure",
    ]  # fmt: skip
    assert [int(row["frame"]) for row in rows] == [0, 1, 2, 3, 4]
    assert [row["viseme"] for row in rows] == list(hi.visemes)
    jaw = [float(row["jaw_open"]) for row in rows]
    assert np.allclose(jaw, hi.sequence[:, 0], atol=1e-4)


def test_tsv_says_when_shapes_begin_and_where_the_sound_ends(hi: VisemeTrack) -> None:
    expected = "0.00\tX\n0.05\tC\n0.16\tD\n0.30\tB\n0.43\tX\n0.47\tX\n"
    assert "".join(rhubarb_tsv(hi)) == expected


def test_rhubarbs_json_is_as_its_manual_shows(hi: VisemeTrack) -> None:
    text = "".join(rhubarb_json(hi, "hi.wav"))
    read = json.loads(text)
    assert read["metadata"] == {"soundFile": "hi.wav", "duration": 0.47}
    assert read["mouthCues"][2] == {"start": 0.16, "end": 0.30, "value": "D"}
    assert '    { "start": 0.00, "end": 0.05, "value": "X" },\n' in text


@pytest.mark.parametrize(
    ("phoneme", "shape"),
    [("P", "A"), ("M", "A"), ("S", "B"), ("K", "B"), ("IY", "B"), ("EH", "C"), ("AE", "C"),
     ("AA", "D"), ("AO", "E"), ("ER", "E"), ("UW", "F"), ("OW", "F"), ("W", "F"), ("F", "G"),
     ("V", "G"), ("L", "H"), ("SIL", "X")],
)  # fmt: skip
def test_shapes_are_those_that_rhubarbs_manual_names(phoneme: str, shape: str) -> None:
    (cue,) = mouth_cues(visemes_from_segments([(0, 1, phoneme)]))
    assert cue == (0, 100, shape)


def test_equal_neighbours_are_one_cue() -> None:
    cues = mouth_cues(visemes_from_segments([(0, 0.2, "S"), (0.2, 0.4, "T"), (0.4, 1, "P")]))
    assert cues == [(0, 40, "B"), (40, 100, "A")]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30), st.integers(0, 300), st.sampled_from([*viseme_table().phonemes])
        ),
        max_size=20,
    ),
    st.integers(0, 9000),
)
def test_cues_follow_each_other_from_beginning_to_end(parts: Any, extra: int) -> None:
    segments, at = [], 0
    for gap, length, phoneme in parts:
        segments.append(((at + gap) / 1000, (at + gap + length) / 1000, phoneme))
        at += gap + length
    duration_s = (at + extra) / 1000
    cues = mouth_cues(visemes_from_segments(segments, 24, duration_s))
    end = 0
    for before, cue in zip([None, *cues], cues, strict=False):
        assert cue.start == end < cue.end
        assert before is None or before.shape != cue.shape
        end = cue.end
    assert end == int(duration_s * 100)
