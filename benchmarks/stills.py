"""What a still costs on one core: of a portrait that is known and of a new one, by parts, and in
every format. Ratios are to something of the same run, so that they hold on a busy machine."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image as PillowImage

import mien
from benchmarks.figures import summary
from benchmarks.material import save_portrait
from benchmarks.one_core import one_core
from mien.engines.settings import EngineSettings
from mien.media import PictureKind, encode_picture
from mien.media.picture_bytes import PICTURE_KINDS
from mien.pipeline.keeping import Keeper
from mien.pipeline.options import AnimateOptions
from mien.pipeline.portraits.casting import content_of
from mien.pipeline.stills import motion_of, open_studio
from mien.service.tasks.stills import Look, StillsTask
from mien.types import Image, Progress

SIDE = 512
RUNS = 30
NEW_PORTRAITS = 8
EMOTIONS = ("neutral", "happy", "sad", "surprised", "angry", "disgusted", "fearful")


def measure() -> dict[str, object]:
    """Milliseconds of CPU at 512 x 512 pixels."""
    with one_core(), TemporaryDirectory() as folder, Keeper() as keeper:
        portrait = save_portrait(Path(folder) / "me.png", SIDE)
        first = _took(_make, keeper, portrait, EMOTIONS[:1], "jpg")
        stills = {kind: _lone(keeper, portrait, kind) for kind in PICTURE_KINDS}
        seven = [_took(_make, keeper, portrait, EMOTIONS, "png") for _ in range(RUNS // 4)]
        return {
            "first_in_process_ms": round(1000 * first, 1),
            "still": {kind: summary(took, "cpu_ms", scale=1000) for kind, took in stills.items()},
            "by_parts": _by_parts(keeper, portrait, median(stills["jpg"])),
            "seven_png": summary(seven, "cpu_ms", scale=1000),
            "new_portrait": _new_portraits(portrait, Path(folder)),
            "encoders": _encoders(mien.read_still(portrait).pixels),
        }


def _make(
    keeper: Keeper, portrait: Path, emotions: Sequence[str], kind: PictureKind
) -> tuple[object, ...]:
    looks = tuple(Look(emotion) for emotion in emotions)
    task = StillsTask(portrait, content_of(portrait), looks, EngineSettings(), SIDE, format=kind)
    return task.run(keeper, _ignore)


def _ignore(step: Progress) -> None:
    pass


def _took(work: Callable[..., object], *given: object) -> float:
    """Seconds of CPU."""
    started = time.process_time()
    work(*given)
    return time.process_time() - started


def _lone(keeper: Keeper, portrait: Path, kind: PictureKind) -> list[float]:
    """Seconds of stills that are asked for one by one."""
    emotions = [EMOTIONS[number % len(EMOTIONS)] for number in range(RUNS)]
    for emotion in EMOTIONS:  # what each needs is made when it is first shown
        _make(keeper, portrait, (emotion,), kind)
    return [_took(_make, keeper, portrait, (emotion,), kind) for emotion in emotions]


def _by_parts(keeper: Keeper, portrait: Path, lone_jpg_s: float) -> dict[str, float]:
    """Of the frames of one run of as many stills, and what a lone one takes beside them."""
    known = mien.load_expressions()
    moments = [known[EMOTIONS[number % len(EMOTIONS)]].moment() for number in range(RUNS)]
    options = AnimateOptions(size=SIDE)
    with open_studio(portrait, options, keep_alpha=False, keeper=keeper) as studio:
        started, encode = time.process_time(), 0.0
        for picture in studio.stills(motion_of(moments)):
            encode += _took(encode_picture, picture, "jpg")
        run = time.process_time() - started
        seconds = studio.watch.seconds
    parts = {name: round(1000 * seconds[name] / RUNS, 2) for name in ("drive", "render", "paste")}
    return {
        **{f"{name}_ms": took for name, took in parts.items()},
        "encode_jpg_ms": round(1000 * encode / RUNS, 2),
        "lone_still_over_one_of_many": round(lone_jpg_s * RUNS / run, 2),
    }


def _new_portraits(portrait: Path, folder: Path) -> dict[str, object]:
    """Of portraits never seen before: the parts of preparing one, and its first still with a
    keeper against one without."""
    files = [folder / f"{number}.png" for number in range(NEW_PORTRAITS)]
    for number, each in enumerate(files):
        _change(portrait, each, number)
    read = [_took(mien.read_still, each) for each in files]
    portraits = [mien.read_still(each) for each in files]
    with Keeper() as keeper, keeper.engine("mesh") as engine:
        faces = [keeper.find_faces(each.pixels)[0] for each in portraits]
        find = [_took(keeper.find_faces, each.pixels) for each in portraits]
        prepare = [_took(engine.prepare, *both) for both in zip(portraits, faces, strict=True)]
    with Keeper() as keeper:
        _make(keeper, portrait, EMOTIONS[:1], "jpg")
        kept = [_took(_make, keeper, each, EMOTIONS[1:2], "jpg") for each in files]
    alone = [_took(_make, Keeper(), each, EMOTIONS[1:2], "jpg") for each in files]
    return {
        "read": summary(read, "cpu_ms", scale=1000),
        "find_faces": summary(find, "cpu_ms", scale=1000),
        "prepare": summary(prepare, "cpu_ms", scale=1000),
        "first_still": summary(kept, "cpu_ms", scale=1000),
        "first_still_without_keeper_over_with": round(median(alone) / median(kept), 2),
    }


def _change(portrait: Path, path: Path, number: int) -> None:
    """The portrait with one pixel that makes it another content."""
    pixels = mien.read_still(portrait).pixels.copy()
    pixels[0, 0] = number
    path.write_bytes(encode_picture(pixels, "png"))


def _encoders(pixels: Image) -> dict[str, object]:
    """Ours against Pillow with nothing said but the quality."""
    plain: dict[PictureKind, tuple[str, dict[str, int]]] = {
        "png": ("PNG", {}),
        "jpg": ("JPEG", {"quality": 90}),
        "webp": ("WEBP", {"quality": 90}),
    }
    return {
        kind: _against(partial(encode_picture, pixels, kind), partial(_saved, pixels, form, said))
        for kind, (form, said) in plain.items()
    }


def _saved(pixels: Image, form: str, said: dict[str, int]) -> bytes:
    file = io.BytesIO()
    PillowImage.fromarray(pixels).save(file, form, **said)
    return file.getvalue()


def _against(ours: Callable[[], bytes], plain: Callable[[], bytes]) -> dict[str, float]:
    took = {name: [_took(work) for _ in range(10)] for name, work in (("o", ours), ("p", plain))}
    return {
        "median_cpu_ms": round(1000 * float(np.median(took["o"])), 2),
        "kilobytes": round(len(ours()) / 1000, 1),
        "plain_time_over_ours": round(median(took["p"]) / median(took["o"]), 2),
        "our_size_over_plain": round(len(ours()) / len(plain()), 2),
    }
