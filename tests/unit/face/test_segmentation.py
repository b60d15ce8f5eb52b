from __future__ import annotations

import numpy as np
import pytest

from mien.face import Segmenter, segment_portrait

pytestmark = pytest.mark.unit


def test_the_astronaut_is_a_person_and_the_wall_is_not(astronaut):
    mask = segment_portrait(astronaut)
    assert mask.shape == (512, 512)
    assert mask.dtype == np.uint8
    assert np.percentile(mask[100:400, 180:240], 2) > 200
    assert mask[:200, 380:].max() < 60


def test_the_mask_has_the_size_of_the_picture_whatever_its_proportions(astronaut):
    assert segment_portrait(astronaut[:300, 50:451]).shape == (300, 401)


def test_many_pictures_are_separated_as_one_is(astronaut):
    segmenter = Segmenter()
    for picture in (astronaut, astronaut[:, ::-1]):
        assert np.array_equal(segmenter.segment(picture), segment_portrait(picture))
