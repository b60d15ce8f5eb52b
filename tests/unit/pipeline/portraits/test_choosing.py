from __future__ import annotations

import numpy as np
import pytest

from mien.errors import NoFaceError
from mien.pipeline.portraits.choosing import choose_faces
from mien.types import Face

pytestmark = pytest.mark.unit

FACES = [Face(np.full((478, 3), float(number)), 1.0) for number in range(3)]


def test_the_first_face_is_the_largest() -> None:
    assert choose_faces(FACES, 1, "me.jpg") == [FACES[0]]
    assert choose_faces(FACES, 3, "me.jpg") == [FACES[2]]


def test_all_faces_can_be_chosen() -> None:
    assert choose_faces(FACES, "all", "me.jpg") == FACES


def test_a_picture_without_a_face_is_named() -> None:
    with pytest.raises(NoFaceError, match=r"me\.jpg: no face was found"):
        choose_faces([], "all", "me.jpg")


def test_a_face_that_is_not_there_is_counted_for() -> None:
    with pytest.raises(NoFaceError, match="has 3 faces, so there is no face 4"):
        choose_faces(FACES, 4, "me.jpg")
    with pytest.raises(NoFaceError, match="has one face, so there is no face 2"):
        choose_faces(FACES[:1], 2, "me.jpg")
