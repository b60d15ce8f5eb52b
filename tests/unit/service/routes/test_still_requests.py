from __future__ import annotations

from typing import Any, cast

import pytest
from pydantic import ValidationError

from mien.errors import ExpressionError, OptionError
from mien.motion.edits import Edits
from mien.motion.expressions import find_expression, load_expressions
from mien.service.rendering import Renderer
from mien.service.routes.stills import StillAsked

pytestmark = pytest.mark.unit

PORTRAIT = "ab" * 32


class Names:
    """What the renderer knows of expressions."""

    def expression(self, name: str) -> str:
        return find_expression(load_expressions(), name.lower()).name


NAMES = cast(Renderer, Names())


def asked(**fields: Any) -> StillAsked:
    return StillAsked.model_validate({"portrait": PORTRAIT} | fields)


def test_an_expression_a_feeling_or_edits_are_what_is_seen() -> None:
    look = asked(emotion="Happy", intensity=0.5).look(NAMES)
    assert (look.expression, look.intensity, look.edits) == ("happy", 0.5, None)
    look = asked(valence=0.5, arousal=-1).look(NAMES)
    assert (look.valence, look.arousal, look.edits) == (0.5, -1, None)
    look = asked(edits={"smile": 0.5, "zoom": None, "shapes": {"jawOpen": 0.1}}).look(NAMES)
    assert look.edits == Edits(smile=0.5, shapes={"jawOpen": 0.1})


def test_nothing_said_leaves_the_portrait_as_it_is() -> None:
    look = asked().look(NAMES)
    assert look.edits == Edits()
    assert look.expression is None


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"emotion": "happy", "edits": {}}, "edits: cannot be combined with emotion"),
        ({"emotion": "happy", "valence": 0}, "valence: cannot be combined with emotion"),
        ({"valence": 0}, "arousal: is missing"),
        ({"arousal": 0}, "valence: is missing"),
    ],
)
def test_looks_that_contradict_each_other_are_told(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(OptionError, match=problem):
        asked(**fields).look(NAMES)


def test_an_expression_that_there_is_not_is_told() -> None:
    with pytest.raises(ExpressionError, match="there is none of that name"):
        asked(emotion="smug").look(NAMES)


def test_a_size_is_a_side_or_both() -> None:
    assert asked().pixels() is None
    assert asked(size=64).pixels() == 64
    assert asked(width=64, height=32).pixels() == (64, 32)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"width": 64}, "height: is missing"),
        ({"height": 64, "size": 64}, "width: is missing"),
        ({"width": 64, "height": 64, "size": 64}, "size: cannot be combined"),
    ],
)
def test_sizes_that_contradict_each_other_are_told(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(OptionError, match=problem):
        asked(**fields).pixels()


@pytest.mark.parametrize(
    "fields",
    [
        {"portrait": "../../etc/passwd"},
        {"portrait": PORTRAIT.upper()},
        {"intensity": "0.5"},
        {"intensity": True},
        {"intensity": 1.01},
        {"intensity": float("nan")},
        {"size": 64.5},
        {"size": 10**6},
        {"format": "exe"},
        {"quality": 0},
        {"face": 0},
        {"face": True},
        {"colour": "red"},
        {"edits": {"smirk": 1}},
        {"edits": {"smile": 2}},
        {"edits": {"shapes": {"nose": 1}}},
        {"edits": {"shapes": {"jawOpen": 1.5}}},
    ],
)
def test_what_is_of_the_wrong_type_or_range_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        asked(**fields)
