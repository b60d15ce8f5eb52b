"""Bad input: one clear line, exit code 2, nothing left behind."""

from __future__ import annotations

import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from e2e.ending import Ending
from fakes.clips import astronaut, moving_face, still_life, write_clip, write_sound

pytestmark = pytest.mark.e2e

Run = Callable[..., Ending]


@pytest.fixture
def refused(run: Run) -> Callable[..., str]:
    """Runs ``mien animate``; its one line on standard error, when it ended as it should."""

    def check(*arguments: object) -> str:
        before = sorted(Path().iterdir())
        ending = run("animate", *arguments)
        assert ending.code == 2
        assert ending.out == ""
        assert ending.err.startswith("mien: ")
        assert ending.err.count("\n") == 1
        assert sorted(Path().iterdir()) == before
        return ending.err

    return check


Refused = Callable[..., str]


# sources


def test_a_source_that_is_not_an_image(refused: Refused, clip: Path) -> None:
    Path("me.jpg").write_text("hello, I am a text")
    assert "me.jpg: is not a picture" in refused("me.jpg", "-d", clip, "-o", "out.mp4")


def test_a_truncated_jpeg(refused: Refused, clip: Path) -> None:
    PillowImage.fromarray(astronaut()).save("me.jpg")
    Path("me.jpg").write_bytes(Path("me.jpg").read_bytes()[:20_000])
    assert "me.jpg: is damaged" in refused("me.jpg", "-d", clip, "-o", "out.mp4")


def test_a_source_of_zero_bytes(refused: Refused, clip: Path) -> None:
    Path("me.png").touch()
    assert "me.png: is empty" in refused("me.png", "-d", clip, "-o", "out.mp4")


def test_an_enormous_picture(refused: Refused, clip: Path) -> None:
    Path("huge.png").write_bytes(white_png(30_000))
    assert "more than 100 megapixels" in refused("huge.png", "-d", clip, "-o", "out.mp4")


def test_a_tiny_picture(refused: Refused, clip: Path) -> None:
    PillowImage.fromarray(astronaut()[:16, :16]).save("tiny.png")
    assert "is only 16x16 pixels" in refused("tiny.png", "-d", clip, "-o", "out.mp4")


def test_a_picture_without_a_face(refused: Refused, clip: Path) -> None:
    PillowImage.fromarray(next(still_life(1))).save("wall.png")
    assert "wall.png: no face was found" in refused("wall.png", "-d", clip, "-o", "out.mp4")


def test_a_size_at_which_no_face_can_be_made_out(refused: Refused, portrait: Path) -> None:
    line = refused(portrait, "-d", "idle:nod", "--size", 16, "-o", "out.mp4")
    assert "no face was found at this --size; use a larger one" in line


def test_a_face_that_is_not_there(refused: Refused, portrait: Path, clip: Path) -> None:
    line = refused(portrait, "-d", clip, "-o", "out.mp4", "--face", 2)
    assert "has one face, so there is no face 2" in line


def test_a_source_that_does_not_exist(refused: Refused, clip: Path) -> None:
    assert "nobody.jpg: does not exist" in refused("nobody.jpg", "-d", clip, "-o", "out.mp4")


def test_a_source_that_is_a_folder(refused: Refused, clip: Path) -> None:
    Path("me").mkdir()
    assert "me: is a folder" in refused("me", "-d", clip, "-o", "out.mp4")


# drivers


def test_a_driver_that_does_not_exist(refused: Refused, portrait: Path) -> None:
    assert "no.mp4: does not exist" in refused(portrait, "-d", "no.mp4", "-o", "out.mp4")


def test_a_driver_of_zero_bytes(refused: Refused, portrait: Path) -> None:
    Path("clip.mp4").touch()
    assert "clip.mp4: is empty" in refused(portrait, "-d", "clip.mp4", "-o", "out.mp4")


def test_a_truncated_mp4(refused: Refused, portrait: Path, clip: Path) -> None:
    whole = clip.read_bytes()
    Path("clip.mp4").write_bytes(whole[: len(whole) // 2])
    assert "clip.mp4: is damaged" in refused(portrait, "-d", "clip.mp4", "-o", "out.mp4")


def test_a_driver_that_is_not_a_film(refused: Refused, portrait: Path) -> None:
    Path("clip.mp4").write_text("hello, I am a text")
    assert "clip.mp4: is not a video" in refused(portrait, "-d", "clip.mp4", "-o", "out.mp4")


def test_a_driver_without_pictures(refused: Refused, portrait: Path) -> None:
    write_sound(Path("song.mp4"), 1.0)
    assert "song.mp4: " in refused(portrait, "-d", "song.mp4", "-o", "out.mp4")


def test_a_driver_without_a_face(refused: Refused, portrait: Path) -> None:
    write_clip(Path("wall.mp4"), still_life(30))
    assert "wall.mp4: no face" in refused(portrait, "-d", "wall.mp4", "-o", "out.mp4")


def test_a_driver_without_a_face_in_its_first_second(refused: Refused, portrait: Path) -> None:
    write_clip(Path("late.mp4"), [*still_life(30), *moving_face(10)])
    line = refused(portrait, "-d", "late.mp4", "-o", "out.mp4")
    assert "no face is seen in the first second" in line


def test_a_driving_picture_without_a_face(refused: Refused, portrait: Path) -> None:
    PillowImage.fromarray(next(still_life(1))).save("wall.png")
    assert "wall.png: no face" in refused(portrait, "-d", "wall.png", "-o", "out.mp4")


def test_a_start_beyond_the_end(refused: Refused, portrait: Path, clip: Path) -> None:
    assert "--start: " in refused(portrait, "-d", clip, "-o", "out.mp4", "--start", 60)


def test_a_reference_beyond_the_end(refused: Refused, portrait: Path, clip: Path) -> None:
    assert "--reference: " in refused(portrait, "-d", clip, "-o", "out.mp4", "--reference", 500)


# outputs


def test_a_folder_that_is_missing(refused: Refused, portrait: Path, clip: Path) -> None:
    assert "the folder no/such does not exist" in refused(
        portrait, "-d", clip, "-o", "no/such/out.mp4"
    )


def test_an_output_that_exists(refused: Refused, run: Run, portrait: Path, clip: Path) -> None:
    Path("out.mp4").write_text("precious")
    assert "use --force" in refused(portrait, "-d", clip, "-o", "out.mp4")
    assert Path("out.mp4").read_text() == "precious"
    forced = run("animate", portrait, "-d", clip, "-o", "out.mp4", "--force", "--max-frames", 1)
    assert forced.code == 0
    assert Path("out.mp4").stat().st_size > 100


def test_a_contact_sheet_that_exists(run: Run, portrait: Path) -> None:
    Path("demo.png").write_text("precious")
    ending = run("demo", portrait, "-o", "demo.mp4")
    assert (ending.code, "demo.png: exists already" in ending.err) == (2, True)
    assert Path("demo.png").read_text() == "precious"


@pytest.mark.parametrize("verb", ["edit", "crop", "express", "demo"])
@pytest.mark.parametrize("end", ["nowhere/x.png", "out.png"])
def test_an_output_that_is_a_link_to_nowhere(run: Run, portrait: Path, verb: str, end: str) -> None:
    Path("out.png").symlink_to(end)
    extra = ("-e", "happy") if verb == "express" else ()
    output = "out.mp4" if verb == "demo" else "out.png"
    ending = run(verb, portrait, *extra, "-o", output)
    assert (ending.code, ending.err.count("\n")) == (2, 1)
    assert "out.png: " in ending.err
    assert [p.is_symlink() for p in Path().iterdir()] == [True]


def test_an_output_inside_a_file(refused: Refused, portrait: Path, clip: Path) -> None:
    Path("me.jpg").touch()
    line = refused(portrait, "-d", clip, "-o", "me.jpg/out.mp4")
    assert "me.jpg is a file, not a folder" in line


def test_a_name_that_is_too_long(run: Run, portrait: Path) -> None:
    ending = run("demo", portrait, "-o", "x" * 300 + ".mp4")
    assert (ending.code, ending.err.count("\n")) == (2, 1)
    assert "cannot be written: File name too long" in ending.err


def test_an_extension_nobody_knows(refused: Refused, portrait: Path, clip: Path) -> None:
    assert "unknown kind .avi" in refused(portrait, "-d", clip, "-o", "out.avi")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a tmpfs is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(refused: Refused, portrait: Path, clip: Path, full_disk: Path) -> None:
    target = full_disk / "out.mp4"
    line = refused(portrait, "-d", clip, "-o", target, "--size", 512)
    assert "no space left on the disk" in line
    assert list(full_disk.iterdir()) == []


def test_an_output_that_is_an_input(refused: Refused, portrait: Path, clip: Path) -> None:
    before = clip.read_bytes()
    assert "is what is read" in refused(portrait, "-d", clip, "-o", clip, "--force")
    assert clip.read_bytes() == before


@pytest.mark.parametrize("name", ["", "."])
def test_an_output_without_a_name(refused: Refused, portrait: Path, clip: Path, name: str) -> None:
    assert "names no file" in refused(portrait, "-d", clip, "-o", name, "--force")


def test_a_default_folder_is_not_left_empty(refused: Refused, clip: Path) -> None:
    refused("nobody.jpg", "-d", clip)


def test_an_empty_name(refused: Refused, clip: Path) -> None:
    assert "'': names no file" in refused("", "-d", clip)


# options


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--multiplier", "nan"),
        ("--multiplier", "much"),
        ("--smooth", "-1"),
        ("--max-frames", "-1"),
        ("--max-frames", "1.5"),
        ("--face", "0"),
        ("--face", "left"),
        ("--reference", "0"),
        ("--region", "nose"),
        ("--loop", "forever"),
        ("--keep-audio", "source"),
        ("--duration", "0"),
        ("--start", "-1"),
        ("--fps", "0"),
        ("--fps", "fast"),
        ("--size", "0"),
        ("--size", "640*480"),
        ("--crop-scale", "inf"),
        ("--engine", "magic"),
        ("--seed", "-1"),
        ("--no-such-option", "1"),
    ],
)
def test_an_option_that_cannot_be_honoured(
    refused: Refused, portrait: Path, clip: Path, option: str, value: str
) -> None:
    assert option in refused(portrait, "-d", clip, "-o", "out.mp4", option, value)


def test_a_driver_that_was_forgotten(refused: Refused, portrait: Path) -> None:
    assert "--driving: is needed" in refused(portrait)


def test_a_verb_nobody_knows(run: Run) -> None:
    ending = run("dance")
    assert (ending.code, ending.err.count("\n")) == (2, 1)
    assert "dance" in ending.err


@pytest.mark.parametrize(
    ("arguments", "end"),
    [
        (("edit", "me.jpg", "--smile"), "'--smile' requires an argument; see mien edit --help"),
        (("template", "make", "--fps"), "an argument; see mien template make --help"),
        (("edit", "me.jpg", "--smirk", "1"), "see mien edit --help"),
        (("--smile",), "see mien --help"),
        (("dance",), "see mien --help"),
        (("edit", "me.jpg", "--" + "y" * 5000), "yyy...; see mien edit --help"),
        (("y" * 5000,), "yyy...'; see mien --help"),
        (("edit", "me.jpg", "--set", "y" * 5000), "yyy...' has no =; write jawOpen=0.4"),
        (("crop", "me.jpg", "--kind", "y y" * 5000), "' is none of upper-body, face"),
        (("express", "me.jpg", "-e", "y" * 5000), "yyy...': there is none of that name"),
    ],
)
def test_a_mistyped_command_is_told_where_the_help_is(
    run: Run, arguments: tuple[str, ...], end: str
) -> None:
    ending = run(*arguments)
    assert (ending.code, ending.out, ending.err.count("\n")) == (2, "", 1)
    assert end in ending.err
    assert len(ending.err) < 300


def white_png(side: int) -> bytes:
    """A bilevel picture, a few kilobytes for any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    packer = zlib.compressobj(1)
    row = bytes(1) + np.full((side + 7) // 8, 255, np.uint8).tobytes()
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks
