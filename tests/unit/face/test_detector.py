from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.face.detector import (
    FULL_RANGE,
    SHORT_RANGE,
    Detector,
    anchor_centers,
    decode,
    merge_overlapping,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("spec", "count"), [(SHORT_RANGE, 896), (FULL_RANGE, 2304)])
def test_there_is_one_anchor_for_each_output_of_the_network(spec, count):
    anchors = anchor_centers(spec)
    assert anchors.shape == (count, 2)
    assert anchors.min() > 0
    assert anchors.max() < 1


def test_anchors_run_along_the_rows_two_and_six_to_a_cell():
    anchors = anchor_centers(SHORT_RANGE)
    assert np.allclose(anchors[[0, 1, 2]], [[1 / 32, 1 / 32], [1 / 32, 1 / 32], [3 / 32, 1 / 32]])
    assert np.allclose(anchors[512:518], 1 / 16)
    assert np.allclose(anchors[-1], 15 / 16)


def test_decoding_adds_the_anchor_and_drops_the_unlikely_and_the_inside_out():
    anchors = anchor_centers(SHORT_RANGE)
    raw = np.zeros((896, 16), np.float32)
    raw[:, 2:4] = 12.8
    raw[7, :6] = [6.4, -6.4, 12.8, 25.6, 12.8, 0]
    raw[9, 2] = -1
    logits = np.full(896, -1.0, np.float32)
    logits[[7, 9, 20]] = 1, 5, 2
    boxes, keypoints, scores = decode(raw, logits, anchors, SHORT_RANGE)
    assert np.allclose(scores, 1 / (1 + np.exp([-2.0, -1.0])))
    assert np.allclose(
        boxes[1], np.tile(anchors[7], 2) + np.array([0.0, -0.15, 0.1, 0.05]), atol=1e-6
    )
    assert np.allclose(keypoints[1, 0], anchors[7] + [0.1, 0])
    assert keypoints.shape == (2, 6, 2)


def _raw(boxes):
    boxes = np.array(boxes, float)
    return boxes, np.repeat(boxes[:, None, :2], 6, axis=1)


def test_overlapping_detections_are_averaged_by_their_scores():
    boxes, keypoints = _raw([[0, 0, 1, 1], [0.2, 0, 1.2, 1], [5, 5, 6, 6]])
    merged = merge_overlapping(boxes, keypoints, np.array([0.9, 0.3, 0.2]))
    assert [found.score for found in merged] == [0.9, 0.2]
    assert np.allclose(merged[0].box, [0.05, 0, 1.05, 1])
    assert np.allclose(merged[0].keypoints[3], [0.05, 0])


def test_an_empty_box_is_merged_once():
    boxes, keypoints = _raw([[1, 1, 1, 1]])
    assert len(merge_overlapping(boxes, keypoints, np.array([0.8]))) == 1


@given(
    st.lists(
        st.tuples(*[st.floats(0, 1)] * 2, *[st.floats(0, 0.5)] * 2, st.floats(0.35, 1)), max_size=25
    )
)
def test_merging_keeps_the_best_score_first_and_stays_within_the_hull(found):
    found.sort(key=lambda item: -item[4])
    corners = [[x, y, x + w, y + h] for x, y, w, h, _ in found]
    boxes, keypoints = _raw(corners or np.zeros((0, 4)))
    scores = np.array([item[4] for item in found])
    merged = merge_overlapping(boxes, keypoints, scores)
    assert bool(merged) == bool(found)
    assert [item.score for item in merged] == sorted((m.score for m in merged), reverse=True)
    for item in merged:
        assert (item.box >= boxes.min(axis=0) - 1e-9).all()
        assert (item.box <= boxes.max(axis=0) + 1e-9).all()


@pytest.mark.parametrize("spec", [SHORT_RANGE, FULL_RANGE])
def test_nothing_is_detected_in_an_empty_picture(spec):
    assert Detector(spec).detect(np.zeros((100, 300, 3), np.uint8)) == []


def test_both_detectors_agree_on_the_astronaut(astronaut):
    (near,) = Detector(SHORT_RANGE).detect(astronaut)
    (far,) = Detector(FULL_RANGE).detect(astronaut)
    assert np.abs(near.box - far.box).max() < 25
    assert near.keypoints[0, 0] < near.keypoints[2, 0] < near.keypoints[1, 0]
