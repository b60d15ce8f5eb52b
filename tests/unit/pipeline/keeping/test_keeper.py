from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

import mien
from fakes.clips import astronaut, moving_face, write_clip
from mien.engines.settings import EngineSettings
from mien.errors import NoFaceError, OptionError, UnreadableMediaError
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import AnimateOptions
from mien.pipeline.portraits.casting import cast_faces, content_of
from mien.types import Framing

pytestmark = pytest.mark.unit

FACE = np.ascontiguousarray(astronaut()[10:202, 128:320])


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("portrait") / "me.png", FACE)


def written(path: Path, pixels: np.ndarray) -> Path:
    order = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
    cv2.imwrite(str(path), cv2.cvtColor(pixels, order))
    return path


def cast(keeper: Keeper, source: Path, *, keep_alpha: bool = True, **options: object) -> object:
    """What was prepared: the same object if it was kept."""
    with cast_faces(source, AnimateOptions(**options), keep_alpha=keep_alpha, keeper=keeper) as it:
        return it.portrait


def test_a_picture_is_prepared_once(portrait: Path, tmp_path: Path) -> None:
    with Keeper() as keeper:
        first = cast(keeper, portrait)
        copy = tmp_path / "another name.png"
        copy.write_bytes(portrait.read_bytes())
        assert cast(keeper, copy) is first
        status = keeper.status.portraits
        assert (status.entries, status.hits, status.misses) == (1, 1, 1)
        assert [each.settings.name for each in keeper.status.engines] == ["mesh"]


def test_another_picture_of_the_same_name_is_another_one(portrait: Path, tmp_path: Path) -> None:
    source = tmp_path / "me.png"
    with Keeper() as keeper:
        source.write_bytes(portrait.read_bytes())
        first = cast(keeper, source)
        written(source, FACE[:, ::-1])
        assert cast(keeper, source) is not first


@pytest.mark.parametrize(
    "options",
    [
        {"size": 160},
        {"size": (192, 200)},
        {"framing": Framing(2.0)},
        {"box": (50.0, 30.0, 100.0, 120.0)},
        {"face": "all"},
        {"engine": EngineSettings(device="cpu")},
    ],
    ids=lambda options: next(iter(options)),
)
def test_whatever_changes_the_preparation_is_told_apart(portrait: Path, options: dict) -> None:
    with Keeper() as keeper:
        first = cast(keeper, portrait)
        assert cast(keeper, portrait, **options) is not first
        assert keeper.status.portraits.entries == 2


def test_an_opaque_picture_is_the_same_for_formats_with_and_without_transparency(
    portrait: Path,
) -> None:
    with Keeper() as keeper:
        first = cast(keeper, portrait, keep_alpha=False)
        assert cast(keeper, portrait, keep_alpha=True) is first


def test_a_transparent_picture_is_not(tmp_path: Path) -> None:
    alpha = np.full(FACE.shape[:2], 255, np.uint8)
    alpha[:20] = 0
    source = written(tmp_path / "cut.png", np.dstack([FACE, alpha]))
    with Keeper() as keeper:
        laid_on_white, clear = (
            cast(keeper, source, keep_alpha=False),
            cast(keeper, source, keep_alpha=True),
        )
        assert laid_on_white.alpha is None
        assert clear.alpha is not None
        assert cast(keeper, source, keep_alpha=False) is laid_on_white
        assert cast(keeper, source, keep_alpha=True) is clear


def test_a_keeper_without_memory_keeps_nothing(portrait: Path) -> None:
    with Keeper(engine_memory_mb=0, portrait_memory_mb=0) as keeper:
        assert cast(keeper, portrait) is not cast(keeper, portrait)
        assert keeper.status.engines == ()
        assert keeper.status.portraits.entries == 0


def test_memory_is_counted_as_what_the_arrays_take(portrait: Path) -> None:
    with Keeper() as keeper:
        cast(keeper, portrait)
        assert keeper.status.portraits.num_bytes > FACE.nbytes


def test_nothing_is_kept_of_what_cannot_be_prepared(tmp_path: Path) -> None:
    grey = written(tmp_path / "grey.png", np.full((64, 64, 3), 128, np.uint8))
    with Keeper() as keeper:
        with pytest.raises(NoFaceError):
            cast(keeper, grey)
        with pytest.raises(UnreadableMediaError, match="does not exist"):
            cast(keeper, tmp_path / "none.png")
        assert keeper.status.portraits.entries == 0
        assert keeper.status.engines == ()  # a bad picture is told before an engine is loaded


def test_a_closed_keeper_still_works_but_keeps_nothing(portrait: Path) -> None:
    keeper = Keeper()
    cast(keeper, portrait)
    keeper.close()
    assert keeper.status.engines == ()
    assert cast(keeper, portrait) is not None
    assert keeper.status.portraits.entries == 0
    assert keeper.status.engines == ()


def test_memory_below_nothing_is_refused() -> None:
    with pytest.raises(OptionError, match="portrait_memory_mb"):
        Keeper(portrait_memory_mb=-1)


def test_the_content_of_a_file_is_its_sha256(portrait: Path) -> None:
    assert content_of(portrait) == hashlib.sha256(portrait.read_bytes()).hexdigest()


def test_what_verbs_make_is_the_same_with_and_without_a_keeper(
    portrait: Path, tmp_path: Path
) -> None:
    def made(name: str, keeper: Keeper | None) -> list[bytes]:
        def path(kind: str) -> Path:
            return tmp_path / f"{name}{kind}"

        mien.express(portrait, emotion="happy", output=path("1.png"), keeper=keeper)
        mien.express(portrait, emotion="sad", output=path("2.jpg"), keeper=keeper)
        mien.edit(portrait, mien.Edits(lips_open=0.3), output=path("3.png"), keeper=keeper)
        mien.express(portrait, emotion="sad", output=path("4.mp4"), duration=0.12, keeper=keeper)
        return [path(kind).read_bytes() for kind in ("1.png", "2.jpg", "3.png", "4.mp4")]

    with Keeper() as keeper:
        plain = made("plain", None)
        assert made("first", keeper) == plain
        assert made("again", keeper) == plain
        # edits bound a picture less, films keep no transparency: this one is neither
        assert keeper.status.portraits.entries == 2
        assert len(keeper.status.engines) == 1


def test_films_borrow_the_same_engine(tmp_path: Path) -> None:
    film = write_clip(tmp_path / "film.mp4", moving_face(4))
    smile = mien.Edits(smile=0.7)
    with Keeper() as keeper:
        mien.edit(film, smile, output=tmp_path / "1.mp4", size=192)
        for name in ("2.mp4", "3.mp4"):
            mien.edit(film, smile, output=tmp_path / name, size=192, keeper=keeper)
        plain, first, again = ((tmp_path / f"{n}.mp4").read_bytes() for n in (1, 2, 3))
        assert plain == first == again
        assert [each.lent for each in keeper.status.engines] == [False]
