from __future__ import annotations

import pytest

from mien.errors import OptionError
from mien.service.routes.emotion_lists import listed

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "fields",
    [
        ["happy", "sad", "calm"],
        ["happy,sad, calm"],
        ['["happy", "sad", "calm"]'],
        ["happy", '["sad"]', "calm,"],
    ],
)
def test_a_list_may_come_in_any_of_its_ways(fields: list[str]) -> None:
    assert [name.strip() for name in listed(fields)] == ["happy", "sad", "calm"]


@pytest.mark.parametrize(
    "fields",
    [[], [""], [",,"], ["[]"], ["[1]"], ['["happy"'], ["[" * 100_000], ["[[]]"], ["happy," * 51]],
)
def test_what_is_no_list_of_names_is_told(fields: list[str]) -> None:
    with pytest.raises(OptionError, match="emotions"):
        listed(fields)
