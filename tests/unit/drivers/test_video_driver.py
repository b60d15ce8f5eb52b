from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pytest

from fakes.clips import moving_face, still_life
from mien.drivers import drive_with_video
from mien.drivers.looping import Loop
from mien.errors import NoFaceError, OptionError, UnreadableMediaError
from mien.face import MeshTracker
from mien.motion.pose import angles_from_rotation
from mien.types import Image, MotionFrame

pytestmark = pytest.mark.unit

Film = Callable[[Iterable[Image]], Path]


def rolls(frames: Iterable[MotionFrame]) -> list[float]:
    return [angles_from_rotation(frame.rotation)[2] for frame in frames]


def test_a_moving_face_is_followed(film: Film, tracker: MeshTracker) -> None:
    motion = drive_with_video(film(moving_face(12)), tracker)
    assert (motion.rate, motion.num_frames) == (Fraction(25), 12)
    frames = list(motion.frames)
    assert [f.pts for f in frames] == list(range(12))
    assert all(f.presence == 1 and f.landmarks is not None for f in frames)
    seen = rolls(frames)
    assert seen[6] - seen[0] == pytest.approx(-8 * np.sin(2 * np.pi * 6 / 25), abs=2)
    assert frames[6].scale == pytest.approx(1.1, abs=0.03)


def test_the_first_frame_is_the_reference_when_it_is_neutral_enough(
    film: Film, tracker: MeshTracker
) -> None:
    motion = drive_with_video(film(moving_face(4)), tracker, smooth=0)
    first = next(motion.frames)
    np.testing.assert_allclose(first.rotation, motion.reference.rotation, atol=1e-5)
    np.testing.assert_allclose(first.landmarks, motion.reference.landmarks, atol=1e-3)
    assert motion.reference.scale == 1
    assert motion.reference.pixels is not None


def test_a_reference_can_be_chosen_by_number(film: Film, tracker: MeshTracker) -> None:
    path = film(moving_face(8))
    motion = drive_with_video(path, tracker, reference=7, smooth=0)
    frames = list(motion.frames)
    assert rolls([motion.reference]) == pytest.approx(rolls([frames[6]]), abs=0.3)
    assert frames[0].scale < 0.95


def test_a_reference_outside_the_clip_is_named(film: Film, tracker: MeshTracker) -> None:
    with pytest.raises(OptionError, match="no frame 9: only 4 of"):
        drive_with_video(film(moving_face(4)), tracker, reference=9)


def test_a_reference_without_a_face_is_named(film: Film, tracker: MeshTracker) -> None:
    pictures = chain(still_life(2), moving_face(4))
    with pytest.raises(NoFaceError, match="frame 1, the reference"):
        drive_with_video(film(pictures), tracker, reference=1)


def test_a_clip_without_a_face_is_named(film: Film, tracker: MeshTracker) -> None:
    with pytest.raises(NoFaceError, match=r"driver\.mp4: no face is seen in the first second"):
        drive_with_video(film(still_life(30)), tracker)


def test_a_face_after_the_first_second_is_too_late(film: Film, tracker: MeshTracker) -> None:
    with pytest.raises(NoFaceError):
        drive_with_video(film(chain(still_life(26), moving_face(3))), tracker)


def test_a_face_within_the_first_second_will_do(film: Film, tracker: MeshTracker) -> None:
    frames = list(drive_with_video(film(chain(still_life(5), moving_face(6))), tracker).frames)
    assert [f.presence for f in frames[:5]] == [0] * 5
    assert [f.presence for f in frames[5:]] == [1] * 6


def test_a_lost_face_is_bridged_and_found_again(film: Film, tracker: MeshTracker) -> None:
    pictures = chain(moving_face(6), still_life(4), moving_face(6))
    frames = list(drive_with_video(film(pictures), tracker).frames)
    assert [f.presence < 1 for f in frames] == [False] * 6 + [True] * 4 + [False] * 6
    assert all(f.pixels is None for f in frames[6:10])


def test_a_part_of_the_clip_can_be_taken(film: Film, tracker: MeshTracker) -> None:
    motion = drive_with_video(film(moving_face(20)), tracker, start_s=0.2, duration_s=0.24)
    assert len(list(motion.frames)) == motion.num_frames == 6


def test_frames_can_be_limited(film: Film, tracker: MeshTracker) -> None:
    assert len(list(drive_with_video(film(moving_face(9)), tracker, max_frames=4).frames)) == 4


def test_another_rate_keeps_the_time(film: Film, tracker: MeshTracker) -> None:
    motion = drive_with_video(film(moving_face(10)), tracker, fps=Fraction(10))
    assert (motion.rate, len(list(motion.frames))) == (Fraction(10), 4)


@pytest.mark.parametrize("loop", ["repeat", "pingpong", "hold"])
def test_a_loop_carries_on_to_the_duration(film: Film, tracker: MeshTracker, loop: Loop) -> None:
    motion = drive_with_video(film(moving_face(5)), tracker, loop=loop, duration_s=0.44, smooth=0)
    frames = list(motion.frames)
    assert len(frames) == motion.num_frames == 11
    assert [f.pts for f in frames] == list(range(11))
    follows = {"repeat": 2, "pingpong": 1, "hold": 4}[loop]
    assert rolls([frames[7]]) == pytest.approx(rolls([frames[follows]]), abs=0.7)


def test_a_loop_without_an_end_is_refused(film: Film, tracker: MeshTracker) -> None:
    with pytest.raises(OptionError, match="needs --duration"):
        drive_with_video(film(moving_face(3)), tracker, loop="repeat")


def test_frames_are_tracked_only_as_they_are_wanted(film: Film) -> None:
    class Counting(MeshTracker):
        tracked = 0

        def track(self, image: Image) -> list:  # type: ignore[type-arg]
            self.tracked += 1
            return super().track(image)

    tracker = Counting()
    motion = drive_with_video(film(moving_face(20)), tracker, reference="first")
    assert tracker.tracked == 1
    list(islice(motion.frames, 3))
    assert tracker.tracked < 12


def test_what_is_no_video_is_named(tmp_path: Path, tracker: MeshTracker) -> None:
    path = tmp_path / "driver.mp4"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(UnreadableMediaError, match=r"driver\.mp4"):
        drive_with_video(path, tracker)
