from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

import mien
from e2e.ending import Ending
from fakes.clips import astronaut, still_life
from mien.engines.mesh.openness import opening_ratios
from mien.media import open_video
from mien.motion.pose import angles_from_rotation, fit_pose, to_head

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]


def pixels(path: str | Path) -> np.ndarray:
    return mien.read_still(path).pixels.astype(int)


@pytest.mark.parametrize("sliders", [(), ("--smile", 0, "--zoom", 1, "--set", "jawOpen=0")])
def test_nothing_edited_is_the_picture_itself(run: Run, sliders: tuple[object, ...]) -> None:
    PillowImage.fromarray(astronaut()).save("me.png")
    assert run("edit", "me.png", *sliders, "-o", "same.png") == Ending(0, "same.png\n", "")
    assert np.array_equal(pixels("same.png"), astronaut())


def test_an_edit_stays_near_the_face(run: Run, portrait: Path) -> None:
    PillowImage.fromarray(astronaut()).save("me.png")
    run("edit", "me.png", "--smile", -1, "-o", "sad.png")
    changed = np.abs(pixels("sad.png") - astronaut()).max(axis=2) > 0
    rows, columns = np.nonzero(changed)
    assert rows.size
    assert rows.max() < 280
    assert columns.min() > 120


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.webp", "WEBP")]
)
def test_a_picture_is_written_as_its_name_says(
    run: Run, portrait: Path, name: str, kind: str
) -> None:
    done = run("edit", portrait, "--wink-left", 1, "-o", name)
    assert (done.code, done.out) == (0, f"{name}\n")
    with PillowImage.open(name) as picture:
        assert (picture.format, picture.size) == (kind, (192, 192))


def test_transparency_is_kept(run: Run) -> None:
    alpha = np.full((512, 512), 255, np.uint8)
    alpha[:, :40] = 0
    PillowImage.fromarray(np.dstack([astronaut(), alpha])).save("cut.png")
    run("edit", "cut.png", "--yaw", 5, "-o", "out.png")
    with PillowImage.open("out.png") as picture:
        assert picture.mode == "RGBA"
        assert np.asarray(picture)[:, :40, 3].max() == 0


def test_a_film_stays_a_film_with_its_sound(run: Run, clip: Path) -> None:
    done = run("edit", clip, "--smile", 1, "-o", "out.mp4", "--json", "-q")
    report = json.loads(done.out)
    assert (report["frames"], report["rate"]) == (30, "25/1")
    with open_video("out.mp4") as video:
        assert video.info.has_audio
        assert (video.info.num_frames, video.info.width) == (30, 256)


def test_the_report_of_a_picture(run: Run, portrait: Path) -> None:
    report = json.loads(run("edit", portrait, "--brow", 1, "-o", "out.png", "--json").out)
    assert (report["output"], report["size"], report["faces_found"]) == ("out.png", [192, 192], 1)


class Reading:
    """What a tracker sees in the astronaut's picture after an edit."""

    def __init__(self, folder: Path, **edits: float) -> None:
        PillowImage.fromarray(astronaut()).save(folder / "me.png")
        shown = folder / "edited.png"
        mien.edit(folder / "me.png", mien.Edits(**edits), output=shown, force=True)
        landmarks = mien.find_faces(mien.read_still(shown).pixels)[0].landmarks
        pose = fit_pose(landmarks)
        self.head = to_head(np.asarray(landmarks, float), pose)
        self.yaw, self.pitch, self.roll = angles_from_rotation(pose.rotation)
        self.scale = pose.scale
        self.x, self.y = landmarks[[33, 263], :2].mean(axis=0)
        self.right_eye, self.left_eye, self.lips = opening_ratios(self.head)
        self.corners = -self.head[[61, 291], 1].mean()
        self.mouth_width = np.linalg.norm(self.head[291] - self.head[61])
        self.mouth_x = self.head[[61, 291], 0].mean()
        self.brows = -self.head[[105, 334], 1].mean()
        self.gaze_x = self.head[[468, 473], 0].mean()
        self.gaze_y = -self.head[[468, 473], 1].mean()


@pytest.fixture(scope="module")
def rest(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    return Reading(tmp_path_factory.mktemp("rest"))


@pytest.mark.parametrize(
    ("slider", "value", "seen", "least"),
    [
        ("smile", -1.0, "corners", -0.02),
        ("smile", 1.0, "mouth_width", 0.02),
        ("grin", 1.0, "mouth_width", 0.03),
        ("purse", 1.0, "mouth_width", -0.1),
        ("pout", 1.0, "mouth_x", 0.02),
        ("pout", -1.0, "mouth_x", -0.02),
        ("lip_close", 1.0, "lips", -0.1),
        ("lip_close", -1.0, "lips", 0.1),
        ("brow", 1.0, "brows", 0.03),
        ("brow", -1.0, "brows", -0.03),
        ("wink_left", 1.0, "left_eye", -0.15),
        ("wink_right", 1.0, "right_eye", -0.15),
        ("gaze_x", 1.0, "gaze_x", 0.04),
        ("gaze_x", -1.0, "gaze_x", -0.04),
        ("gaze_y", 1.0, "gaze_y", 0.01),
        ("gaze_y", -1.0, "gaze_y", -0.01),
        ("move_x", 1.0, "x", 8.0),
        ("move_y", 1.0, "y", -8.0),
        ("zoom", 1.2, "scale", 5.0),
    ],
)
def test_a_tracker_sees_what_a_slider_says(
    rest: Reading, tmp_path: Path, slider: str, value: float, seen: str, least: float
) -> None:
    change = getattr(Reading(tmp_path, **{slider: value}), seen) - getattr(rest, seen)
    assert change * np.sign(least) > abs(least)


@pytest.mark.parametrize(
    ("slider", "degrees"),
    [("yaw", 10), ("yaw", -10), ("pitch", 8), ("pitch", -8), ("roll", 10), ("roll", -10)],
)
def test_the_head_turns_by_the_stated_degrees(
    rest: Reading, tmp_path: Path, slider: str, degrees: float
) -> None:
    turned = getattr(Reading(tmp_path, **{slider: degrees}), slider) - getattr(rest, slider)
    # trackers under-read faces that were warped, in pitch most
    assert abs(turned - degrees) < 1.5 + 0.3 * abs(degrees)


@pytest.mark.parametrize("ratio", [0.25, 0.45])
def test_eyes_open_as_far_as_they_are_told(tmp_path: Path, ratio: float) -> None:
    reading = Reading(tmp_path, eyes_open=ratio)
    assert reading.right_eye == pytest.approx(ratio, abs=0.06)
    assert reading.left_eye == pytest.approx(ratio, abs=0.06)


@pytest.mark.parametrize("ratio", [0.0, 0.3])
def test_lips_open_as_far_as_they_are_told(tmp_path: Path, ratio: float) -> None:
    assert Reading(tmp_path, lips_open=ratio).lips == pytest.approx(ratio, abs=0.08)


# bad input


@pytest.fixture
def refused(run: Run) -> Callable[..., str]:
    def check(*arguments: object) -> str:
        before = sorted(Path().iterdir())
        ending = run(*arguments)
        assert (ending.code, ending.out) == (2, "")
        assert ending.err.startswith("mien: ")
        assert ending.err.count("\n") == 1
        assert sorted(Path().iterdir()) == before
        return ending.err

    return check


Refused = Callable[..., str]


def test_values_out_of_range(refused: Refused, portrait: Path) -> None:
    line = refused("edit", portrait, "--yaw", 40, "-o", "out.png")
    assert "--yaw: 40 is not a number from -25 to 25" in line
    assert "--smile: nan" in refused("edit", portrait, "--smile", "nan", "-o", "out.png")
    assert "--set jawOpen: 2 is" in refused("edit", portrait, "--set", "jawOpen=2", "-o", "a.png")


def test_shapes_that_are_none(refused: Refused, portrait: Path) -> None:
    line = refused("edit", portrait, "--set", "jawopen=0.4", "-o", "out.png")
    assert "did you mean jawOpen" in line
    assert "write jawOpen=0.4" in refused("edit", portrait, "--set", "jawOpen", "-o", "out.png")
    twice = ("--set", "jawOpen=.1", "--set", "jawOpen=.9")
    assert "--set: 'jawOpen' is set twice" in refused("edit", portrait, *twice, "-o", "out.png")


def test_a_picture_does_not_become_a_film_nor_a_film_a_picture(
    refused: Refused, portrait: Path, clip: Path
) -> None:
    assert "is no name of a picture" in refused("edit", portrait, "-o", "out.mp4")
    assert "is a film; end it with .mp4" in refused("edit", clip, "-o", "out.png")


def test_a_picture_without_a_face(refused: Refused) -> None:
    cv2.imwrite("wall.png", next(still_life(1)))
    assert "no face was found" in refused("edit", "wall.png", "-o", "out.png")
    assert "no face was found" in refused("crop", "wall.png", "-o", "out.png")


# cropping


@pytest.mark.parametrize("kind", ["upper-body", "face"])
def test_a_crop_and_its_transform(run: Run, kind: str) -> None:
    PillowImage.fromarray(astronaut()).save("me.png")
    done = run("crop", "me.png", "--kind", kind, "--size", 256, "-o", "out.png", "--json")
    report = json.loads(done.out)
    assert (report["kind"], report["size"], report["faces_found"]) == (kind, [256, 256], 1)
    matrix, box = np.array(report["matrix"]), np.array(report["box"])
    ends = box @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(ends + 0.5, [[0, 0], [256, 0], [256, 256], [0, 256]], atol=1e-6)
    # the same landmarks are found where the transform says
    before = mien.find_faces(astronaut())[0].landmarks[:468, :2]
    after = mien.find_faces(mien.read_still("out.png").pixels)[0].landmarks[:468, :2]
    expected = before @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(after - expected).mean() < 256 * 0.015


def test_the_transform_is_printed_after_the_path(run: Run, portrait: Path) -> None:
    path, *rows = run("crop", portrait, "-o", "out.png").out.splitlines()
    assert path == "out.png"
    assert [len(row.split()) for row in rows] == [3, 3]


def test_what_lies_beyond_a_transparent_picture_is_transparent(run: Run, portrait: Path) -> None:
    alpha = np.full((192, 192), 254, np.uint8)
    face = np.dstack([pixels(portrait).astype(np.uint8), alpha])
    PillowImage.fromarray(face).save("cut.png")
    run("crop", "cut.png", "--scale", 4, "-o", "out.png")
    with PillowImage.open("out.png") as picture:
        corner = np.asarray(picture)[-1, 0]
    assert corner[3] == 0


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("--kind", "nose", "--kind: 'nose' is none of upper-body, face"),
        ("--size", 8, "--size: 8 is not between 16 and 4096"),
        ("--scale", "nan", "--scale: nan is not a number from 1 to 10"),
        ("--face", 0, "--face: 0 is not a whole number from 1"),
        ("--face", 3, "has one face, so there is no face 3"),
        ("-o", "out.mp4", "is no name of a picture"),
    ],
)
def test_a_crop_that_cannot_be_made(
    refused: Refused, portrait: Path, option: str, value: object, line: str
) -> None:
    arguments = {"-o": "out.png", option: value}
    flat = [word for pair in arguments.items() for word in pair]
    assert line in refused("crop", portrait, *flat)


def test_a_film_cannot_be_cropped(refused: Refused, clip: Path) -> None:
    assert "is a video; give a picture" in refused("crop", clip, "-o", "out.png")
