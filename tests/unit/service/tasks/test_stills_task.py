from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

import mien
from fakes.clips import astronaut
from mien.engines.settings import EngineSettings
from mien.errors import ExpressionError, NoFaceError, OptionError, UnreadableMediaError
from mien.motion.edits import Edits
from mien.pipeline.keeping import Keeper
from mien.service.tasks.stills import Inspected, InspectTask, Look, Still, StillsTask
from mien.types import Progress

pytestmark = pytest.mark.unit

FACE = np.ascontiguousarray(astronaut()[10:202, 128:320])


@pytest.fixture(scope="module")
def keeper() -> Iterator[Keeper]:
    with Keeper() as keeper:
        yield keeper


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("portrait") / "me.png", FACE)


def written(path: Path, pixels: np.ndarray) -> Path:
    order = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
    cv2.imwrite(str(path), cv2.cvtColor(pixels, order))
    return path


def quiet(step: Progress) -> None:
    pass


def key_of(source: Path) -> str:
    return hashlib.sha256(source.read_bytes()).hexdigest()


def task(source: Path, *looks: Look, **wanted: object) -> StillsTask:
    return StillsTask(source, key_of(source), looks, EngineSettings(), **wanted)


def one(keeper: Keeper, source: Path, look: Look, **wanted: object) -> Still:
    (still,) = task(source, look, **wanted).run(keeper, quiet)
    return still


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(PillowImage.open(io.BytesIO(data)))


def test_a_still_is_what_the_verb_makes(keeper: Keeper, portrait: Path, tmp_path: Path) -> None:
    still = one(keeper, portrait, Look("happy", 0.9))
    mien.express(portrait, emotion="happy", intensity=0.9, output=tmp_path / "a.png")
    assert np.array_equal(pixels(still.data), pixels((tmp_path / "a.png").read_bytes()))
    assert (still.width, still.height) == (192, 192)
    assert still.ms > 0


def test_a_feeling_is_what_the_verb_makes(keeper: Keeper, portrait: Path, tmp_path: Path) -> None:
    still = one(keeper, portrait, Look(valence=0.5, arousal=-0.2))
    mien.express(portrait, valence=0.5, arousal=-0.2, output=tmp_path / "a.png")
    assert np.array_equal(pixels(still.data), pixels((tmp_path / "a.png").read_bytes()))


def test_edits_are_what_the_verb_makes(keeper: Keeper, portrait: Path, tmp_path: Path) -> None:
    edits = Edits(smile=0.5, yaw=8, lips_open=0.3)
    still = one(keeper, portrait, Look(edits=edits))
    mien.edit(portrait, edits, output=tmp_path / "a.png")
    assert np.array_equal(pixels(still.data), pixels((tmp_path / "a.png").read_bytes()))


def test_a_look_without_anything_is_the_portrait(keeper: Keeper, portrait: Path) -> None:
    assert np.array_equal(pixels(one(keeper, portrait, Look()).data), FACE)


def test_equal_looks_are_equal_bytes_whatever_lies_between(keeper: Keeper, portrait: Path) -> None:
    looks = [Look("happy"), Look("angry"), Look(edits=Edits(eyes_open=0.1)), Look("happy")]
    stills = task(portrait, *looks, format="webp").run(keeper, quiet)
    assert stills[0].data == stills[3].data != stills[1].data


def test_threads_that_share_a_portrait_make_what_one_makes(portrait: Path) -> None:
    looks = [Look(name, 0.9) for name in ("happy", "angry", "surprised", "sad")] * 3
    with Keeper() as alone, Keeper() as shared, ThreadPoolExecutor(4) as threads:
        expected = [one(alone, portrait, look).data for look in looks]
        one(shared, portrait, Look())  # prepared, but never moved
        made = threads.map(lambda look: one(shared, portrait, look).data, looks)
        assert list(made) == expected
        assert shared.status.portraits.entries == 1


def test_a_portrait_is_prepared_once_for_all_looks_and_formats(portrait: Path) -> None:
    with Keeper() as keeper:
        for form in ("png", "jpg", "webp"):
            task(portrait, Look("sad"), Look("happy"), format=form).run(keeper, quiet)
        assert keeper.status.portraits.misses == 1
        assert keeper.status.portraits.entries == 1


@pytest.mark.parametrize(
    ("size", "shown"), [(None, (192, 192)), (96, (96, 96)), ((128, 160), (128, 160))]
)
def test_a_still_has_the_size_that_is_wanted(keeper: Keeper, portrait: Path, size, shown) -> None:
    still = one(keeper, portrait, Look("happy"), size=size, format="jpg")
    assert (still.width, still.height) == shown
    assert PillowImage.open(io.BytesIO(still.data)).size == shown


@pytest.mark.parametrize(
    ("form", "kind", "mode"),
    [("png", "PNG", "RGBA"), ("webp", "WEBP", "RGBA"), ("jpg", "JPEG", "RGB")],
)
def test_transparency_stays_where_the_format_knows_it(
    keeper: Keeper, tmp_path: Path, form, kind, mode
) -> None:
    alpha = np.full(FACE.shape[:2], 255, np.uint8)
    alpha[:16, :16] = 0
    source = written(tmp_path / "cut.png", np.dstack([FACE, alpha]))
    picture = PillowImage.open(io.BytesIO(one(keeper, source, Look("happy"), format=form).data))
    assert (picture.format, picture.mode) == (kind, mode)
    corner = picture.getpixel((0, 0))
    assert corner[3] == 0 if mode == "RGBA" else min(corner) > 250


def test_a_lower_quality_is_smaller(keeper: Keeper, portrait: Path) -> None:
    fine, coarse = (
        one(keeper, portrait, Look("happy"), format="jpg", quality=quality) for quality in (95, 40)
    )
    assert len(coarse.data) < len(fine.data)


def test_progress_is_told_after_each_still_and_may_stop_the_rest(
    keeper: Keeper, portrait: Path
) -> None:
    told: list[Progress] = []

    def listen(step: Progress) -> None:
        told.append(step)
        if step.done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        task(portrait, *[Look("happy")] * 5).run(keeper, listen)
    assert told == [Progress(1, 5), Progress(2, 5)]


def test_looks_are_checked_before_the_portrait_is_read(keeper: Keeper, tmp_path: Path) -> None:
    nowhere = StillsTask(
        tmp_path / "none.png", "0" * 64, (Look("happy"), Look("hapy")), EngineSettings()
    )
    with pytest.raises(ExpressionError, match=r"hapy.*there is none of that name"):
        nowhere.run(keeper, quiet)


@pytest.mark.parametrize(
    ("look", "complaint"),
    [
        (Look("happy", 1.5), "--intensity"),
        (Look("happy", valence=0.1, arousal=0.1), "goes without"),
        (Look(valence=0.1, arousal=0.1, edits=Edits()), "goes without"),
        (Look(valence=0.1), "--arousal: is missing"),
        (Look(arousal=0.1), "--valence: is missing"),
        (Look(valence=2.0, arousal=0.0), "--valence"),
    ],
)
def test_looks_that_cannot_be_are_refused(keeper: Keeper, portrait: Path, look, complaint) -> None:
    with pytest.raises(OptionError, match=complaint):
        one(keeper, portrait, look)


def test_a_portrait_without_a_face_cannot_be_shown(keeper: Keeper, tmp_path: Path) -> None:
    grey = written(tmp_path / "grey.png", np.full((64, 64, 3), 128, np.uint8))
    with pytest.raises(NoFaceError, match="no face was found"):
        one(keeper, grey, Look("happy"))


def test_tasks_and_what_comes_of_them_cross_processes(keeper: Keeper, portrait: Path) -> None:
    wanted = pickle.loads(pickle.dumps(task(portrait, Look(edits=Edits(smile=0.2)))))
    stills = wanted.run(keeper, quiet)
    assert pickle.loads(pickle.dumps(stills)) == stills


def inspected(keeper: Keeper, source: Path) -> Inspected:
    return InspectTask(source, key_of(source)).run(keeper, quiet)


def test_a_portrait_is_looked_at(keeper: Keeper, portrait: Path) -> None:
    found = inspected(keeper, portrait)
    assert (found.width, found.height) == (192, 192)
    ((left, top, width, height),) = found.faces
    assert 40 < left < 70
    assert 40 < top < 80
    assert 70 < width < 110
    assert 80 < height < 130
    with PillowImage.open(io.BytesIO(found.preview)) as preview:
        assert (preview.format, preview.size) == ("JPEG", (192, 192))


def test_all_faces_of_a_large_picture_are_found_in_its_own_pixels(
    keeper: Keeper, tmp_path: Path
) -> None:
    small = cv2.resize(FACE, (1000, 1000), interpolation=cv2.INTER_CUBIC)
    large = cv2.resize(FACE, (1600, 1600), interpolation=cv2.INTER_CUBIC)
    wide = np.full((1600, 2900, 3), 200, np.uint8)
    wide[:1000, :1000], wide[:, 1300:] = small, large
    found = inspected(keeper, written(tmp_path / "two.png", wide))
    assert (found.width, found.height) == (2900, 1600)
    first, second = found.faces
    assert first[0] > 1300 > second[0] + second[2]
    assert first[2] / second[2] == pytest.approx(1.6, rel=0.1)
    assert PillowImage.open(io.BytesIO(found.preview)).size == (256, 141)


def test_boxes_end_with_the_picture(keeper: Keeper, tmp_path: Path) -> None:
    half = written(tmp_path / "half.png", FACE[:, 70:])
    for left, top, width, height in inspected(keeper, half).faces:
        assert left >= 0 <= top
        assert left + width <= FACE.shape[1] - 71
        assert top + height <= FACE.shape[0] - 1


def test_a_picture_without_a_face_has_none(keeper: Keeper, tmp_path: Path) -> None:
    found = inspected(keeper, written(tmp_path / "grey.png", np.full((40, 600, 3), 128, np.uint8)))
    assert found.faces == ()
    assert PillowImage.open(io.BytesIO(found.preview)).size == (256, 17)


def test_a_file_that_is_no_picture_is_refused(keeper: Keeper, tmp_path: Path) -> None:
    source = tmp_path / "words.png"
    source.write_text("not a picture")
    with pytest.raises(UnreadableMediaError, match="is not a picture"):
        inspected(keeper, source)


def test_a_picture_too_small_for_faces_is_refused(keeper: Keeper, tmp_path: Path) -> None:
    with pytest.raises(UnreadableMediaError, match="only 20x20 pixels"):
        inspected(keeper, written(tmp_path / "tiny.png", np.zeros((20, 20, 3), np.uint8)))
