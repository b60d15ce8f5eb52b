"""Mien's own format, and the way to it and back."""

from __future__ import annotations

import json
import pickle
import pickletools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from fakes.templates import blendshape_template, liveportrait, old_pickle
from mien.engines.liveportrait.algebra.rotation import rotation_from_degrees
from mien.templates.export import template_to_pickle
from mien.templates.header import read_header
from mien.templates.liveportrait import template_from_pickle
from mien.templates.mien_format import template_from_bytes, template_to_bytes
from mien.templates.problems import UnusableError
from mien.types import Floats

pytestmark = pytest.mark.unit

KEYPOINTS = template_to_bytes(template_from_pickle(old_pickle(liveportrait(ratios=True))))
BLENDSHAPES = template_to_bytes(blendshape_template())
LANDMARKS = template_to_bytes(blendshape_template(landmarks=True))
ALL = pytest.mark.parametrize("data", [KEYPOINTS, BLENDSHAPES, LANDMARKS])


def table(data: bytes) -> dict[str, Any]:
    size = int.from_bytes(data[:8], "little")
    return dict(json.loads(data[8 : 8 + size]))


def changed(
    data: bytes,
    tensors: dict[str, Floats | None] | None = None,
    facts: dict[str, object] | None = None,
) -> bytes:
    """The file with other tensors (None: without them) and other facts in its header."""
    known = {**load(data), **(tensors or {})}
    header = {**json.loads(table(data)["__metadata__"]["mien"]), **(facts or {})}
    kept = {name: values for name, values in known.items() if values is not None}
    return save(kept, {"mien": json.dumps(header)})


def problem(data: bytes) -> str:
    with pytest.raises(UnusableError) as caught:
        template_from_bytes(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# the way there and back


def test_blendshapes_come_back():
    template, back = blendshape_template(), template_from_bytes(BLENDSHAPES)
    assert back.rotation == pytest.approx(template.rotation, abs=1e-4)
    assert (back.translation == template.translation).all()
    assert (back.scale == template.scale).all()
    for name in ("blendshapes", "own_expression", "closure"):
        assert getattr(back, name) == pytest.approx(getattr(template, name), abs=5e-4)
    assert (back.rate, back.first_frame, back.num_frames, back.made_from) == (
        template.rate, 1, 3, "smile.mp4"
    )  # fmt: skip


@pytest.mark.parametrize("rate", [Fraction(1), Fraction(240), Fraction(23_999_999, 100_000)])
def test_any_frame_rate_comes_back(rate):
    template = replace(blendshape_template(), rate=rate)
    assert template_from_bytes(template_to_bytes(template)).rate == rate


def test_landmarks_come_back():
    template, back = blendshape_template(landmarks=True), template_from_bytes(LANDMARKS)
    assert template.landmarks is not None
    assert back.landmarks is not None
    for row in range(4):
        assert back.landmarks.at(row) == pytest.approx(template.landmarks.at(row), abs=1e-3)


def test_the_same_template_gives_the_same_bytes():
    assert template_to_bytes(blendshape_template()) == BLENDSHAPES


def test_a_file_says_what_it_is():
    facts = json.loads(table(KEYPOINTS)["__metadata__"]["mien"])
    assert facts == {
        "format": "mien-motion", "version": 1, "fps": "25/1", "frames": 4, "first_frame": 0,
        "made_from": "",
    }  # fmt: skip
    assert {name: values.dtype.str for name, values in load(KEYPOINTS).items()} == {
        "rotation": "<i2", "keypoints": "<f2", "ratios": "<f2"
    }  # fmt: skip


@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.booleans())
def test_keypoints_survive_pickle_to_mien_to_pickle(num_frames, seed, ratios):
    root = liveportrait(num_frames, ratios=ratios)
    chance = np.random.default_rng(seed)
    for item in root["motion"]:
        item["exp"] = chance.normal(0, 0.03, (1, 21, 3)).astype(np.float32)
    mine = template_from_bytes(template_to_bytes(template_from_pickle(pickle.dumps(root))))
    back = pickle.loads(template_to_pickle(mine))
    assert back.keys() == root.keys()
    assert (back["n_frames"], back["output_fps"]) == (num_frames, 25)
    for item, was in zip(back["motion"], root["motion"], strict=True):
        assert list(item) == [*was, "pitch", "yaw", "roll"]
        for key in was:
            value = item[key]
            assert value.dtype == np.float32
            assert value.shape == was[key].shape
            assert value == pytest.approx(was[key], rel=2**-11, abs=1e-4)
            if key == "exp":
                assert value == pytest.approx(was[key], rel=2**-11, abs=1e-7)
    if ratios:
        for key in ("c_eyes_lst", "c_lip_lst"):
            for value, was in zip(back[key], root[key], strict=True):
                assert value.shape == was.shape
                assert value == pytest.approx(was, rel=2**-11)


@given(st.tuples(st.floats(-80, 80), st.floats(-80, 80), st.floats(-80, 80)))
def test_the_angles_of_a_pickle_make_its_rotation(angles):
    root = liveportrait(1)
    root["motion"][0]["R"] = rotation_from_degrees(*angles)[None].astype(np.float32)
    (item,) = pickle.loads(template_to_pickle(template_from_pickle(pickle.dumps(root))))["motion"]
    named = [item[name] for name in ("pitch", "yaw", "roll")]
    assert [angle.shape for angle in named] == [(1, 1)] * 3
    again = rotation_from_degrees(*(float(angle[0, 0]) for angle in named))
    np.testing.assert_allclose(again, item["R"][0], atol=1e-5)


def test_a_pickle_that_is_written_holds_numpys_three_old_names_only():
    data = template_to_pickle(template_from_bytes(KEYPOINTS))
    steps = list(pickletools.genops(data))
    assert steps[0][1] == 4
    texts = [arg for opcode, arg, _ in steps if opcode.name == "SHORT_BINUNICODE"]
    assert [text for text in texts if "numpy" in text] == [
        "numpy.core.multiarray",
        "numpy",
        "numpy",
    ]
    assert sum(opcode.name == "STACK_GLOBAL" for opcode, _, _ in steps) == 3


def test_blendshapes_are_exported_as_keypoints():
    template = blendshape_template()
    back = template_from_pickle(template_to_pickle(template))
    # the reference stands apart, so it comes first
    assert back.num_frames == 4
    assert back.rate == 30
    travel = template.translation - template.translation[0]
    assert back.translation - back.translation[0] == pytest.approx(travel, abs=1e-4)
    assert back.scale == pytest.approx(template.scale, abs=1e-4)
    assert back.rotation == pytest.approx(template.rotation, abs=1e-5)
    smile = back.blendshapes[:, 23]
    assert (np.diff(smile) > 0).all()
    assert smile[3] == pytest.approx(0.75, abs=0.15)


def test_what_a_file_was_made_from_is_fit_for_a_terminal():
    name = changed(KEYPOINTS, facts={"made_from": "a\x1b[2J\nb\ud800"})
    assert template_from_bytes(name).made_from == "a?[2J?b?"


# damaged and hostile files


@ALL
def test_every_cut_of_a_file_is_refused(data):
    for end in {*range(min(len(data), 700)), *range(0, len(data), 97), len(data) - 1}:
        problem(data[:end])


@ALL
def test_what_follows_the_end_is_refused(data):
    problem(data + b"\0")


@pytest.mark.parametrize("size", [0, 1, 7, 65_536, 65_537, 2**63, 2**64 - 1])
def test_a_header_of_another_size_is_refused(size):
    problem(size.to_bytes(8, "little") + KEYPOINTS[8:])


@pytest.mark.parametrize(
    "header",
    [b"", b"{", b"[]", b"null", b'"a"', b"{}", b'{"__metadata__":[]}', b'{"__metadata__":{}}',
     b'{"__metadata__":{"mien":1}}', b'{"__metadata__":{"mien":"{"}}', b"[" * 60_000,
     b'{"a":' * 10_000, b'{"__metadata__":{"mien":"' + b"[" * 60_000 + b'"}}',
     b'{"__metadata__":{"mien":"[]"}}', b'{"__metadata__":{"mien":"{}"}}', b"\xff\xfe",
     b"9" * 60_000, b'{"a":1,"a":2}', b'{"a":1,"__metadata__":{"mien":"{}"}}',
     b'{"__metadata__":{"mien":"{\\"format\\":\\"\\ud800\\"}"}}'],
)  # fmt: skip
def test_a_header_that_makes_no_sense_is_refused(header):
    problem(len(header).to_bytes(8, "little") + header)


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        ({"version": 2}, "version 2; this Mien reads 1"), ({"version": "1"}, "no motion template"),
        ({"version": True}, "no motion template"), ({"format": "x"}, "no motion template"),
        ({"fps": 25}, "frame rate"), ({"fps": "0"}, "0 frames per second"),
        ({"fps": "1/0"}, "frame rate"), ({"fps": "-1"}, "frame rate"), ({"fps": "241"}, "241"),
        ({"fps": "9" * 5000}, "frame rate"), ({"fps": "9" * 12}, "frames per second"),
        ({"fps": "1/" + "9" * 12}, "frames per second"),
        ({"frames": 0}, "no frames"), ({"frames": -1}, "frames"), ({"frames": 3}, "shape"),
        ({"frames": 10**30}, "frames"), ({"frames": 4.0}, "frames"), ({"frames": True}, "frames"),
        ({"first_frame": 2}, "first_frame"), ({"first_frame": 1}, "shape"),
        ({"made_from": 1}, "made_from"), ({"made_from": "x" * 201}, "made_from"),
    ],
)  # fmt: skip
def test_facts_that_make_no_sense_are_refused(facts, part):
    assert part in problem(changed(KEYPOINTS, facts=facts))


def spoiled(values: Floats, number: float) -> Floats:
    values = values.copy()
    values.flat[-1] = number
    return values


@ALL
@pytest.mark.parametrize("number", [np.nan, np.inf, -60_000.0])
def test_numbers_beyond_reason_are_refused(data, number):
    for name, values in load(data).items():
        if values.dtype.kind == "f":
            problem(changed(data, {name: spoiled(values, number)}))


@ALL
def test_shapes_that_do_not_fit_are_refused(data):
    changes: list[Callable[[Floats], Floats]] = [
        lambda v: v[:-1], lambda v: v[None], lambda v: v.reshape(-1), lambda v: v[..., :-1],
        lambda v: np.concatenate([v, v]), lambda v: v[:0],
    ]  # fmt: skip
    for name, values in load(data).items():
        for change in changes:
            other = np.ascontiguousarray(change(values))
            if other.shape != values.shape:
                problem(changed(data, {name: other}))


@ALL
def test_other_kinds_of_numbers_are_refused(data):
    for name, values in load(data).items():
        assert name in problem(changed(data, {name: values.astype(np.float64)}))


@ALL
def test_missing_and_unknown_tensors_are_refused(data):
    for name in load(data).keys() - {"ratios"}:
        problem(changed(data, {name: None}))
    assert "'extra'" in problem(changed(data, {"extra": np.zeros(1, np.float32)}))


def test_keypoints_and_blendshapes_together_are_refused():
    problem(changed(KEYPOINTS, {"scale": np.ones(4, np.float32)}))
    problem(changed(KEYPOINTS, {"landmark_mean": np.ones((478, 3), np.float32)}))


def test_more_landmark_components_than_anybody_needs_are_refused():
    many = {
        "landmark_components": np.zeros((300, 478, 3), np.float16),
        "landmark_coefficients": np.zeros((4, 300), np.float16),
    }
    assert "300 landmark components" in problem(changed(LANDMARKS, many))


def test_rotations_without_length_are_refused():
    assert "rotation" in problem(changed(KEYPOINTS, {"rotation": np.zeros((4, 4), np.int16)}))


@given(st.data())
def test_changed_bytes_are_read_or_refused(data):
    whole = bytearray(data.draw(st.sampled_from([KEYPOINTS, BLENDSHAPES])))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(UnusableError):
        template_from_bytes(bytes(whole))


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data):
    problem(data)
    problem(len(data).to_bytes(8, "little") + data)


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ('{"a": 1, "a": 2}', "is damaged: its header says one thing twice"),
        ('{"a": ' + "9" * 5000 + "}", "is no motion template: its header is no JSON"),
        ("[]", "is no motion template: its header is no table"),
    ],
)
def test_a_header_that_makes_no_sense_is_described_in_our_own_words(
    table: str, wanted: str
) -> None:
    with pytest.raises(UnusableError) as caught:
        read_header(len(table).to_bytes(8, "little") + table.encode())
    assert str(caught.value) == wanted
