from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

import mien
from e2e.ending import Ending
from fakes.clips import astronaut, moving_face, write_clip

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]


def facts(path: Path) -> tuple[tuple[int, int], Fraction, int]:
    """Size, rate and number of frames of a film."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = sum(1 for _ in container.decode(stream))
        return (stream.width, stream.height), stream.average_rate, frames


def test_a_portrait_follows_a_film(run: Run, portrait: Path, clip: Path) -> None:
    ending = run("animate", portrait, "--driving", clip, "-o", "out.mp4")
    assert (ending.code, ending.out) == (0, "out.mp4\n")
    assert facts(Path("out.mp4")) == ((192, 192), Fraction(25), 30)
    assert [path.name for path in Path().iterdir()] == ["out.mp4"]


def test_the_result_moves_as_the_driver_does(run: Run, portrait: Path, clip: Path) -> None:
    run("animate", portrait, "--driving", clip, "-o", "frames")
    first, later = (cv2.imread(f"frames/{name}.png").astype(int) for name in ("000000", "000006"))
    source = cv2.imread(str(portrait)).astype(int)
    assert np.abs(first - source).mean() < 3
    assert np.abs(later - source).mean() > 5


def test_a_report_is_printed_as_json(run: Run, portrait: Path, clip: Path) -> None:
    ending = run("animate", portrait, "--driving", clip, "-o", "out.mp4", "--json")
    report = json.loads(ending.out)
    assert (report["frames"], report["rate"], report["size"]) == (30, "25/1", [192, 192])
    assert (report["faces_found"], report["faces_lost"]) == (1, 0)
    assert {"prepare", "drive", "render", "paste", "encode", "total"} <= set(report["seconds"])


def test_without_an_output_the_result_goes_to_outputs(run: Run, portrait: Path, clip: Path) -> None:
    ending = run("animate", portrait, "--driving", clip, "--max-frames", 2)
    assert Path(ending.out.strip()).is_file()
    assert ending.out.startswith("outputs/animate_")


@pytest.mark.parametrize("name", ["out.webm", "out.gif", "out.webp"])
def test_the_extension_decides_what_is_written(
    run: Run, portrait: Path, clip: Path, name: str
) -> None:
    ending = run("animate", portrait, "--driving", clip, "--max-frames", 4, "-o", name)
    assert (ending.code, ending.out) == (0, f"{name}\n")
    assert Path(name).stat().st_size > 1000


def test_sound_of_the_driver_is_kept_unless_refused(run: Run, portrait: Path, clip: Path) -> None:
    run("animate", portrait, "--driving", clip, "-o", "loud.mp4")
    run("animate", portrait, "--driving", clip, "-o", "mute.mp4", "--keep-audio", "none")
    with av.open("loud.mp4") as loud, av.open("mute.mp4") as mute:
        assert len(loud.streams.audio) == 1
        assert len(mute.streams.audio) == 0
        length_s = float(loud.streams.audio[0].duration * loud.streams.audio[0].time_base)
    assert length_s == pytest.approx(30 / 25, abs=1 / 25)


def test_a_window_of_the_driver_at_another_rate(run: Run, portrait: Path, clip: Path) -> None:
    window = ("--start", 0.2, "--duration", 0.8, "--fps", 29.97)
    run("animate", portrait, "--driving", clip, "-o", "out.mp4", *window)
    assert facts(Path("out.mp4"))[1:] == (Fraction(30000, 1001), 24)


@pytest.mark.parametrize("loop", ["repeat", "pingpong", "hold"])
def test_a_short_driver_goes_on(run: Run, portrait: Path, clip: Path, loop: str) -> None:
    run("animate", portrait, "-d", clip, "-o", "out.mp4", "--loop", loop, "--duration", 2)
    assert facts(Path("out.mp4"))[2] == 50


def test_a_picture_can_drive(run: Run, portrait: Path) -> None:
    run("animate", portrait, "--driving", portrait, "-o", "out.mp4", "--duration", 0.5)
    assert facts(Path("out.mp4")) == ((192, 192), Fraction(30), 15)


@pytest.mark.parametrize(
    ("options", "size"),
    [
        (("--size", "96"), (96, 96)),
        (("--size", "200x100"), (200, 100)),
        (("--side-by-side",), (3 * 192, 192)),
        (("--no-paste-back", "--size", "128"), (128, 128)),
        (("--no-paste-back", "--crop-scale", "1.5"), None),
    ],
)
def test_the_result_has_the_size_asked_for(
    run: Run, portrait: Path, clip: Path, options: tuple[str, ...], size: tuple[int, int] | None
) -> None:
    ending = run("animate", portrait, "-d", clip, "-o", "out.mp4", "--max-frames", 2, *options)
    assert ending.code == 0
    if size is None:
        assert max(facts(Path("out.mp4"))[0]) < 192
    else:
        assert facts(Path("out.mp4"))[0] == size


@pytest.mark.parametrize("options", [("--absolute",), ("--multiplier", "0"), ("--region", "pose")])
def test_options_of_the_motion_change_the_result(
    run: Run, portrait: Path, clip: Path, options: tuple[str, ...]
) -> None:
    for name, extra in (("plain", ()), ("changed", options)):
        run("animate", portrait, "-d", clip, "--max-frames", 3, "-o", name, *extra)
    plain, changed = (cv2.imread(f"{name}/000002.png") for name in ("plain", "changed"))
    assert not np.array_equal(plain, changed)


def test_two_faces_move_together(run: Run, tmp_path: Path, clip: Path) -> None:
    face = astronaut()[10:202, 128:320]

    wide = np.full((192, 400, 3), 200, np.uint8)
    wide[:, :192] = face
    wide[16:176, 230:390] = cv2.resize(face, (160, 160), interpolation=cv2.INTER_AREA)
    cv2.imwrite("two.png", cv2.cvtColor(wide, cv2.COLOR_RGB2BGR))
    both = run("animate", "two.png", "-d", clip, "-o", "all", "--face", "all", "--json")
    assert json.loads(both.out)["faces_found"] == 2
    run("animate", "two.png", "-d", clip, "-o", "second", "--face", 2)
    before = cv2.imread("two.png").astype(int)
    both_moved = np.abs(cv2.imread("all/000006.png") - before)
    second_moved = np.abs(cv2.imread("second/000006.png") - before)
    assert both_moved[:, :192].mean() > 3
    assert both_moved[:, 230:].mean() > 3
    assert second_moved[:, :150].mean() == 0
    assert second_moved[:, 230:].mean() > 3


@pytest.mark.parametrize("name", ["out.webm", "out.webp", "out"])
def test_transparency_survives(run: Run, clip: Path, name: str) -> None:
    face = astronaut()[10:202, 128:320]
    alpha = np.zeros((192, 192), np.uint8)
    cv2.circle(alpha, (96, 96), 90, 255, -1)
    PillowImage.fromarray(np.dstack([face, alpha])).save("cut.png")
    run("animate", "cut.png", "-d", clip, "-o", name, "--max-frames", 2)
    if name == "out.webm":
        with av.open(name) as container:
            codec = av.CodecContext.create("libvpx-vp9", "r")
            packet = next(container.demux(video=0))
            corner = codec.decode(packet)[0].to_ndarray(format="rgba")[2, 2]
    else:
        with PillowImage.open(name if name != "out" else "out/000000.png") as picture:
            corner = picture.convert("RGBA").getpixel((2, 2))
    assert corner[3] < 8


def test_where_transparency_cannot_be_kept_it_becomes_white(run: Run, clip: Path) -> None:
    face = np.dstack([astronaut()[10:202, 128:320], np.full((192, 192), 255, np.uint8)])
    face[:8, :, 3] = 0
    PillowImage.fromarray(face).save("cut.png")
    at_rest = ("--max-frames", 1, "--multiplier", 0)
    run("animate", "cut.png", "-d", clip, "-o", "out.mp4", *at_rest)
    with av.open("out.mp4") as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert picture[2, 96].min() > 245


def save_as(kind: str) -> Path:
    face = PillowImage.fromarray(astronaut()[10:202, 128:320])
    deep = (np.asarray(face.convert("L")).astype(np.uint16) * 257).astype(np.uint16)
    pictures = {
        "grey.png": face.convert("L"),
        "palette.png": face.convert("P", palette=PillowImage.Palette.ADAPTIVE),
        "cmyk.jpg": face.convert("CMYK"),
        "deep.png": PillowImage.fromarray(deep),
        "animated.gif": face,
    }
    more = [face.rotate(3)] if kind == "animated.gif" else []
    extra = {"save_all": True, "append_images": more} if more else {}
    pictures[kind].save(kind, **extra)
    return Path(kind)


@pytest.mark.parametrize(
    "kind", ["grey.png", "palette.png", "cmyk.jpg", "deep.png", "animated.gif"]
)
def test_pictures_of_many_kinds_are_taken(run: Run, clip: Path, kind: str) -> None:
    ending = run("animate", save_as(kind), "-d", clip, "-o", "out.mp4", "--max-frames", 2)
    assert (ending.code, ending.err) == (0, "")


def test_a_lost_face_is_bridged_and_counted(run: Run, portrait: Path) -> None:
    pictures = list(moving_face(40))
    pictures[15:25] = [np.full_like(pictures[0], 90)] * 10
    write_clip(Path("gap.mp4"), pictures)
    ending = run("animate", portrait, "-d", "gap.mp4", "-o", "out.mp4", "--json")
    report = json.loads(ending.out)
    assert report["frames"] == 40
    assert 8 <= report["faces_lost"] <= 12


def test_python_does_what_the_command_does(
    run: Run, portrait: Path, clip: Path, tmp_path: Path
) -> None:
    run("animate", portrait, "--driving", clip, "-o", "a", "--max-frames", 3)
    seen: list[mien.Progress] = []
    report = mien.animate(
        portrait, driving=clip, output=tmp_path / "b", max_frames=3, progress=seen.append
    )
    assert (report.frames, report.size) == (3, (192, 192))
    assert seen == [mien.Progress(number, 3) for number in (1, 2, 3)]
    for name in ("000000.png", "000002.png"):
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()


def test_an_exception_in_the_progress_callback_ends_the_run(portrait: Path, clip: Path) -> None:
    class EnoughError(Exception):
        pass

    def stop(step: mien.Progress) -> None:
        if step.done == 2:
            raise EnoughError

    with pytest.raises(EnoughError):
        mien.animate(portrait, driving=clip, output="out.mp4", progress=stop)
    assert not Path("out.mp4").exists()


def test_the_demo_writes_a_film_and_a_contact_sheet(run: Run, portrait: Path) -> None:
    ending = run("demo", portrait, "-o", "demo.mp4")
    film, sheet, speed = ending.out.splitlines()
    assert (film, sheet) == ("demo.mp4", "demo.png")
    assert speed.endswith("frames per second")
    assert facts(Path(film)) == ((192, 192), Fraction(30), 360)
    assert cv2.imread(sheet).shape == (784, 1044, 3)
