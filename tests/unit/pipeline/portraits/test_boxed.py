from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.errors import NoFaceError, OptionError
from mien.pipeline.portraits.boxed import face_in, on_canvas
from mien.pipeline.portraits.canvas import fit
from mien.types import Portrait

pytestmark = pytest.mark.unit
EMPTY = Portrait(np.full((200, 300, 3), 127, np.uint8))
SIDES = st.integers(32, 400)


@given(SIDES, SIDES, st.one_of(SIDES, st.tuples(SIDES, SIDES)))
def test_a_box_goes_where_the_canvas_puts_its_part_of_the_picture(
    width: int, height: int, size: int | tuple[int, int]
) -> None:
    marked = np.zeros((height, width), np.uint8)
    box = (width // 4, height // 4, width // 2, height // 2)
    marked[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = 255
    fitted = fit(marked, size)
    rows, columns = np.nonzero(fitted > 127)
    x, y, wide, high = on_canvas(box, (width, height), (fitted.shape[1], fitted.shape[0]))
    found = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    assert np.abs(np.subtract(found, [x, y, x + wide, y + high])).max() <= 2


def test_an_animals_face_is_a_mean_face_in_its_box() -> None:
    face = face_in(EMPTY, (100, 50, 80, 80), "animals", "cat.png")
    assert face.box == (100, 50, 80, 80)
    low, high = face.landmarks[:, :2].min(axis=0), face.landmarks[:, :2].max(axis=0)
    assert (low >= (100, 50)).all()
    assert (high <= (180, 130)).all()
    assert max(high - low) == pytest.approx(80)


def test_a_box_without_a_face_is_refused_by_the_name_of_the_picture() -> None:
    with pytest.raises(NoFaceError, match=r"wall\.png: no face was found in the --box"):
        face_in(EMPTY, (100, 50, 80, 80), "humans", "wall.png")


@pytest.mark.parametrize("box", [(300, 0, 9, 9), (0, 200, 9, 9), (-9, 0, 9, 9), (0, -9, 9, 9)])
def test_a_box_beside_the_picture_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(OptionError, match="--box: lies beside the picture, which is 300x200"):
        face_in(EMPTY, box, "animals", "cat.png")
