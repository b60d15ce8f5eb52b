from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fakes.keypoint_motion import STITCHED, LinearCorrectors, driving, resting, source
from mien.engines.liveportrait.algebra import (
    NEUTRAL,
    DriveOptions,
    DrivingMotion,
    Mover,
    Setting,
    SourceMotion,
)
from mien.engines.liveportrait.algebra.hull import motion_gain
from mien.engines.liveportrait.algebra.merging import animal_on_canvas
from mien.engines.liveportrait.algebra.readings import place
from mien.engines.liveportrait.algebra.regions import OWN_EXPRESSION, region_mask
from mien.types import REGIONS, Floats, MotionOptions, Region

pytestmark = pytest.mark.unit

FACE = source()
REFERENCE = driving(5)
FRAME = driving(6)


def mover(
    face: SourceMotion = FACE,
    reference: DrivingMotion = REFERENCE,
    *,
    stitching: bool = False,
    film: bool = False,
    made: bool = False,
    still: bool = False,
    engine: dict[str, Any] | None = None,
    **motion: Any,
) -> Mover:
    options = DriveOptions(MotionOptions(**motion), stitching=stitching, **(engine or {}))
    setting = Setting(options, reference, film=film, made=made, still=still)
    return Mover(setting, LinearCorrectors(face), face)


def shown_expression(keypoints: Floats, rotation: Floats, scale: float, moved: Floats) -> Floats:
    """The expression that keypoints on the canvas show."""
    return np.asarray((keypoints - moved * (1, 1, 0)) / scale - FACE.canonical @ rotation)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("option", ["expression-friendly", "pose-friendly"])
def test_a_driver_at_rest_gives_the_source_back(region: Region, option: str) -> None:
    moves = mover(region=region, engine={"driving_option": option})
    assert np.allclose(moves.picture(FACE, REFERENCE), FACE.keypoints, atol=1e-6)


def test_no_multiplier_gives_the_source_back_whatever_the_motion() -> None:
    frame = replace(FRAME, own_expression=0.0, closure=1.0)
    moves = mover(multiplier=0.0, stitching=True)
    assert np.array_equal(moves.picture(FACE, frame), FACE.keypoints)


def test_the_multiplier_stretches_the_way() -> None:
    once, twice = (mover(multiplier=m).picture(FACE, FRAME) for m in (1.0, 2.0))
    assert np.allclose(twice - FACE.keypoints, 2 * (once - FACE.keypoints), atol=1e-6)


def test_relative_motion_adds_the_drivers_change() -> None:
    made = mover().picture(FACE, FRAME)
    wanted = place(
        FACE.canonical,
        FRAME.rotation @ REFERENCE.rotation.T @ FACE.rotation,
        FACE.expression + FRAME.expression - REFERENCE.expression,
        FACE.scale * FRAME.scale / REFERENCE.scale,
        FACE.translation + FRAME.translation - REFERENCE.translation,
    )
    assert np.allclose(made, wanted, atol=1e-6)


def test_a_film_can_take_the_drivers_rotation_in_place_of_its_own() -> None:
    made = mover(film=True, head_rotation="replace", engine={"smoothing": None})
    expression = FACE.expression + FRAME.expression - REFERENCE.expression
    mask = region_mask("all", whole=False)
    wanted = place(
        FACE.canonical,
        FRAME.rotation,
        np.where(mask, expression, FACE.expression),
        FACE.scale,
        FACE.translation,
    )
    assert np.allclose(made.picture(FACE, FRAME), wanted, atol=1e-6)


def test_a_picture_has_no_rotation_to_be_replaced() -> None:
    made = mover(head_rotation="replace").picture(FACE, FRAME)
    assert np.array_equal(made, mover().picture(FACE, FRAME))


def test_absolute_motion_is_the_drivers_but_for_size_and_shape() -> None:
    made = mover(relative=False).picture(FACE, FRAME)
    shown = shown_expression(made, FRAME.rotation, FACE.scale, FRAME.translation)
    mask = region_mask("all", whole=False)
    assert np.allclose(shown[mask], FRAME.expression[mask], atol=1e-6)
    assert np.allclose(shown[~mask], FACE.expression[~mask], atol=1e-6)
    assert not mask[[0, 7, 10]].any()


@pytest.mark.parametrize("region", ["lip", "eyes", "exp"])
def test_a_region_moves_alone(region: Region) -> None:
    made = mover(region=region).picture(FACE, FRAME)
    shown = shown_expression(made, FACE.rotation, FACE.scale, FACE.translation)
    mask = region_mask(region, whole=True)
    change = FACE.expression + FRAME.expression - REFERENCE.expression
    assert np.allclose(shown[mask], change[mask], atol=1e-6)
    assert np.allclose(shown[~mask], FACE.expression[~mask], atol=1e-6)


def test_pose_alone_turns_and_moves_at_the_sources_size() -> None:
    made = mover(region="pose").picture(FACE, FRAME)
    turned = FRAME.rotation @ REFERENCE.rotation.T @ FACE.rotation
    moved = FACE.translation + FRAME.translation - REFERENCE.translation
    shown = shown_expression(made, turned, FACE.scale, moved)
    assert np.allclose(shown, FACE.expression, atol=1e-6)


def test_a_single_driving_picture_counts_against_the_neutral_face() -> None:
    made = mover(reference=FRAME, still=True).picture(FACE, FRAME)
    shown = shown_expression(made, FACE.rotation, FACE.scale, FACE.translation)
    assert np.allclose(shown, FACE.expression + FRAME.expression - NEUTRAL, atol=1e-6)


def test_stitching_corrects_what_was_driven() -> None:
    loose, held = (mover(stitching=on).picture(FACE, FRAME) for on in (False, True))
    assert np.allclose(held[0], loose[0] + STITCHED, atol=1e-6)
    assert np.allclose(held[1:], loose[1:], atol=1e-6)


class TestOwnExpression:
    def shown(self, share: float, **motion: Any) -> Floats:
        frame = resting(own_expression=share)
        made = mover(reference=resting(), **motion).picture(FACE, frame)
        return shown_expression(made, FACE.rotation, FACE.scale, FACE.translation)

    def test_an_emotion_replaces_the_lower_face(self) -> None:
        shown = self.shown(0.0)
        assert np.allclose(shown[OWN_EXPRESSION], NEUTRAL[OWN_EXPRESSION], atol=1e-6)

    def test_eyes_brows_and_the_shape_of_the_head_stay(self) -> None:
        shown = self.shown(0.0)
        assert np.allclose(shown[~OWN_EXPRESSION], FACE.expression[~OWN_EXPRESSION], atol=1e-6)
        assert not OWN_EXPRESSION[[0, 1, 2, 11, 13, 15, 16, 18]].any()

    def test_half_of_it_stays_at_half(self) -> None:
        half = (self.shown(0.0) + self.shown(1.0)) / 2
        assert np.allclose(self.shown(0.5), half, atol=1e-6)

    def test_no_more_goes_than_there_is(self) -> None:
        assert np.allclose(self.shown(0.0, multiplier=1.8), self.shown(0.0), atol=1e-6)

    def test_it_stays_where_the_region_does_not_reach(self) -> None:
        assert np.allclose(self.shown(0.0, region="eyes"), FACE.expression, atol=1e-6)


class TestFilms:
    faces = tuple(source(seed) for seed in range(20, 28))

    def test_places_and_sizes_stay_the_films(self) -> None:
        still = replace(REFERENCE, scale=3.0, translation=np.ones(3))
        moves = mover(self.faces[0], film=True, engine={"smoothing": None})
        for face, made in zip(self.faces, moves.film((f, still) for f in self.faces), strict=True):
            assert np.allclose(made, face.keypoints, atol=1e-6)

    def test_edits_move_and_zoom_a_film_too(self) -> None:
        zoomed = replace(REFERENCE, scale=REFERENCE.scale * 1.2)
        moves = mover(self.faces[0], film=True, made=True, engine={"smoothing": None})
        for face, made in zip(self.faces, moves.film((f, zoomed) for f in self.faces), strict=True):
            middle = face.translation * (1, 1, 0)
            assert np.allclose(made - middle, 1.2 * (face.keypoints - middle), atol=1e-6)

    def test_the_shorter_of_the_two_ends_it(self) -> None:
        moves = mover(self.faces[0], film=True)
        pairs = zip(self.faces[:5], [FRAME] * 3, strict=False)
        assert len(list(moves.film(pairs))) == 3

    def test_smoothing_waits_for_a_few_frames(self) -> None:
        assert mover(film=True).latency == 5
        assert mover(film=True, still=True).latency == 0
        assert mover(film=True, engine={"smoothing": None}).latency == 0
        assert mover().latency == 0

    def test_eyes_are_held_as_far_open_as_in_the_first_picture(self) -> None:
        blinking = [replace(FACE, ratios=np.array((r, r, 0.0))) for r in (0.3, 0.02)]
        moves = mover(blinking[0], film=True, engine={"hold_eyes": True, "smoothing": None})
        opened, shut = moves.film((face, REFERENCE) for face in blinking)
        assert np.allclose(opened, FACE.keypoints, atol=1e-6)
        assert not np.allclose(shut, FACE.keypoints, atol=1e-3)


class TestAnimals:
    animal = source(ratios=None)

    def moves(self, **motion: Any) -> Mover:
        return mover(self.animal, engine={"species": "animals"}, **motion)

    def test_the_drivers_first_frame_gives_the_animal_back(self) -> None:
        made = self.moves().picture(self.animal, REFERENCE)
        assert np.allclose(made, self.animal.keypoints, atol=1e-6)

    def test_everything_moves_with_the_driver(self) -> None:
        made = self.moves().picture(self.animal, FRAME)
        assert (np.abs(made - self.animal.keypoints).max(axis=1) > 1e-4).all()

    def test_it_moves_as_much_more_as_it_is_larger(self) -> None:
        start, end = (animal_on_canvas(self.animal, frame) for frame in (REFERENCE, FRAME))
        made = self.moves().picture(self.animal, FRAME) - self.animal.keypoints
        gain = motion_gain(self.animal.keypoints, start)
        assert gain != pytest.approx(1, abs=1e-3)
        assert np.allclose(made, gain * (end - start), atol=1e-6)


def test_readings_of_a_still_face_are_asked_for_once() -> None:
    correctors = LinearCorrectors(FACE)
    options = DriveOptions(MotionOptions(eyes_open=0.4, lips_open=0.1))
    moves = Mover(Setting(options, REFERENCE), correctors, FACE)
    for seed in range(10):
        moves.picture(FACE, driving(seed))
    assert correctors.num_asked == 2
