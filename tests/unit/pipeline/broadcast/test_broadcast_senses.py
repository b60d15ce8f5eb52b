from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from fakes.live_face import FakeFace
from mien.errors import MienWarning
from mien.media.camera import CameraPicture
from mien.media.microphone import SoundBlock
from mien.pipeline.broadcast.ear import Ear
from mien.pipeline.broadcast.eye import Eye
from mien.pipeline.broadcast.gate import Gate
from mien.pipeline.broadcast.tally import Tally

pytestmark = pytest.mark.unit

BLOCK_S = 0.02


def block(level_db: float, seed: int = 0) -> Any:
    noise = np.random.default_rng(seed).normal(0, 32_768 * 10 ** (level_db / 20), 960)
    return noise.clip(-32_768, 32_767).astype(np.int16)


def heard(gate: Gate, level_db: float, seconds: float) -> list[bool]:
    return [gate.hear(block(level_db), BLOCK_S) for _ in range(round(seconds / BLOCK_S))]


def test_a_gate_opens_for_speech_and_closes_half_a_second_after_it() -> None:
    gate = Gate()
    assert not any(heard(gate, -70, 2))
    assert all(heard(gate, -25, 1))
    after = heard(gate, -70, 2)
    assert after == [True] * 24 + [False] * 76


def test_a_gate_stays_closed_in_a_noisy_room_and_opens_above_it() -> None:
    gate = Gate()
    heard(gate, -48, 5)
    assert not any(heard(gate, -48, 5))
    assert any(heard(gate, -30, 0.1))


def test_what_is_loud_from_the_first_moment_is_heard() -> None:
    assert all(heard(Gate(), -20, 30))
    assert not any(heard(Gate(), -200, 1))


class Microphone:
    rate = 48_000
    is_over = False

    def __init__(self) -> None:
        self.blocks: list[SoundBlock] = []

    def take(self) -> list[SoundBlock]:
        taken, self.blocks = self.blocks, []
        return taken

    def close(self) -> None:
        pass


def test_sound_that_would_wait_for_long_is_left_out() -> None:
    microphone, face = Microphone(), FakeFace(25)
    ear = Ear(microphone, face, 25)  # type: ignore[arg-type]
    microphone.blocks = [SoundBlock(block(-20), 0.0)] * 50
    ear.listen()
    assert face.waiting_s == pytest.approx(0.2, abs=0.021)


def test_each_time_somebody_speaks_is_measured_once() -> None:
    microphone, face = Microphone(), FakeFace(25)
    ear = Ear(microphone, face, 25)  # type: ignore[arg-type]
    delays, now_s = [], 0.0
    for number in range(200):
        loud = 30 <= number % 100 < 55
        level = -20 if loud else -90
        microphone.blocks = [SoundBlock(block(level), now_s + n * BLOCK_S) for n in (0, 1)]
        now_s += 2 * BLOCK_S
        ear.listen()
        delays += ear.said(face.step(), now_s)
    assert len(delays) == 2
    assert delays == pytest.approx([0.18, 0.18], abs=0.05)
    assert not ear.is_over
    microphone.is_over = True
    ear.listen()
    assert ear.is_over


class Lens:
    name = "camera 0"
    is_over = False

    def __init__(self) -> None:
        self.problem: str | None = None
        self.picture: CameraPicture | None = None

    def newest(self) -> CameraPicture | None:
        return self.picture


@pytest.mark.parametrize("mirror", [False, True])
def test_a_mirror_changes_left_and_right(mirror: bool) -> None:
    lens, face = Lens(), FakeFace(25)
    eye = Eye(lens, face, mirror=mirror)  # type: ignore[arg-type]
    assert eye.look() is None
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:, 0] = 255
    lens.picture = CameraPicture(pixels, 3.0)
    assert eye.look() == 3.0
    assert face.seen[0][0, -1 if mirror else 0, 0] == 255
    assert face.seen[0].flags.c_contiguous


def test_who_shuts_the_eye_is_not_followed() -> None:
    lens, face = Lens(), FakeFace(25)
    eye = Eye(lens, face, mirror=False)  # type: ignore[arg-type]
    lens.picture = CameraPicture(np.zeros((16, 16, 3), np.uint8), 0.0)
    eye.is_shut = True
    assert eye.look() is None
    assert face.seen == []


def test_a_camera_without_a_face_is_told_once() -> None:
    lens, face = Lens(), FakeFace(25)
    eye = Eye(lens, face, mirror=False)  # type: ignore[arg-type]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        eye.tell(2.9)
        face.sees_face = False
        eye.tell(2.9)
        assert told == []
        for _ in range(5):
            eye.tell(2.9)
    assert [str(each.message) for each in told] == [
        "camera 0 shows no face; the portrait idles until it does"
    ]
    assert told[0].category is MienWarning


def test_a_camera_that_is_lost_is_told_each_time() -> None:
    lens, face = Lens(), FakeFace(25)
    eye = Eye(lens, face, mirror=False)  # type: ignore[arg-type]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for problem in (None, "camera 0: gone", "camera 0: gone", None, "camera 0: gone"):
            lens.problem = problem
            eye.tell(5.0)
    assert [str(each.message) for each in told] == ["camera 0: gone; the face idles meanwhile"] * 2


def test_a_tally_tells_medians_and_percentiles() -> None:
    tally = Tally()
    for frames in (1, 1, 3):
        tally.shown(frames)
    for delay_ms in range(101):
        tally.followed(delay_ms / 1000)
    tally.spoke([0.15, 0.17])
    assert (tally.num_shown, tally.num_dropped) == (3, 2)
    assert (tally.picture_delay_ms, tally.picture_delay_p95_ms) == (50.0, 95.0)
    assert tally.sound_delay_ms == 160.0
