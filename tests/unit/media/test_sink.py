from __future__ import annotations

import os
import subprocess
import tracemalloc
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as PillowImage

from fakes.media_files import number_of, numbered
from mien.errors import OutputError
from mien.media import open_sink, open_video, read_still
from mien.types import Frame, Image

pytestmark = pytest.mark.unit

NTSC = Fraction(30000, 1001)
KINDS = ["a.mp4", "a.webm", "a.gif", "a.webp", "frames"]


def write(
    path: Path | str, pictures: list[Image], rate: Fraction = NTSC, **options: object
) -> None:
    height, width = pictures[0].shape[:2]
    with open_sink(path, size=(width, height), rate=rate, **options) as sink:  # type: ignore[arg-type]
        for pts, picture in enumerate(pictures):
            sink.write(Frame(picture, pts, 1 / rate))


def write_until(error: type[BaseException], path: Path, force: bool = False) -> None:
    with open_sink(path, size=(64, 48), rate=NTSC, force=force) as sink:
        for number in range(3):
            sink.write(Frame(numbered(number), number, 1 / NTSC))
        raise error


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def disc(number: int, size: int = 64) -> Image:
    """RGBA: an orange disc that walks to the right over nothing."""
    y, x = np.mgrid[:size, :size]
    inside = (x - 12 - 4 * number) ** 2 + (y - 32) ** 2 < 100
    picture = np.zeros((size, size, 4), np.uint8)
    picture[..., :3] = (230, 120, 40)
    picture[..., 3] = inside * 255
    return picture


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
@pytest.mark.parametrize("rate", [NTSC, Fraction(25), Fraction(24000, 1001), Fraction(60)])
def test_videos_have_the_exact_rate_and_all_frames(
    tmp_path: Path, name: str, rate: Fraction
) -> None:
    write(tmp_path / name, [numbered(k) for k in range(20)], rate)
    with open_video(tmp_path / name) as video:
        assert video.info.rate == rate
        assert [number_of(frame.pixels) for frame in video] == list(range(20))
    assert names_in(tmp_path) == [name]


def test_an_mp4_plays_everywhere(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4", [numbered(k) for k in range(5)])
    with av.open(str(tmp_path / "a.mp4")) as file:
        context = file.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.profile) == ("h264", "yuv420p", "High")
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert context.color_range == 1
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.gif", "a.webp", "frames"])
def test_colours_come_back(tmp_path: Path, name: str) -> None:
    picture = np.zeros((64, 96, 3), np.uint8)
    for column, colour in enumerate([(200, 60, 30), (30, 180, 60), (40, 60, 190)]):
        picture[:, 32 * column : 32 * (column + 1)] = colour
    write(tmp_path / name, [picture] * 4)
    if name.startswith("a.") and name != "a.webp":
        with open_video(tmp_path / name) as video:
            got = next(iter(video)).pixels
    else:
        got = read_still(
            tmp_path / name / "000003.png" if name == "frames" else tmp_path / name
        ).pixels
    for column in (16, 48, 80):
        assert (
            np.abs(got[24:40, column - 4 : column + 4].astype(int) - picture[32, column]).mean() < 5
        )


@pytest.mark.parametrize("name", KINDS)
def test_odd_sizes_are_written(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, [numbered(k, (63, 47)) for k in range(3)])
    if name in ("a.mp4", "a.webm"):
        with open_video(tmp_path / name) as video:
            assert (video.info.width, video.info.height) == (64, 48)
            assert [number_of(frame.pixels[-1:, -1:]) for frame in video] == [0, 1, 2]
    else:
        first = tmp_path / "frames/000000.png" if name == "frames" else tmp_path / name
        assert read_still(first).pixels.shape == (47, 63, 3)


@pytest.mark.parametrize("rate", [NTSC, Fraction(25), Fraction(50), Fraction(12)])
@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_animations_keep_their_pace_and_repeat(tmp_path: Path, name: str, rate: Fraction) -> None:
    write(tmp_path / name, [numbered(k % 20) for k in range(31)], rate)
    with PillowImage.open(tmp_path / name) as picture:
        assert picture.n_frames == 31  # type: ignore[attr-defined]
        assert picture.info["loop"] == 0
        durations = []
        for index in range(30):
            picture.seek(index)
            picture.load()
            durations.append(picture.info["duration"])
            shown = number_of(np.asarray(picture.convert("RGB")))
            assert abs(shown - index % 20) <= 1
    assert abs(sum(durations) - 30 / rate * 1000) <= 10
    assert max(durations) - min(durations) <= 10


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(10), Fraction(50)])
def test_a_gif_is_read_back_at_its_own_rate(tmp_path: Path, rate: Fraction) -> None:
    write(tmp_path / "a.gif", [numbered(k) for k in range(20)], rate)
    with open_video(tmp_path / "a.gif") as video:
        assert video.info.rate == rate
        shown = [number_of(frame.pixels) for frame in video]
    assert len(shown) == 20
    assert np.abs(np.array(shown) - range(20)).max() <= 1


def test_a_gif_faster_than_browsers_play_loses_frames_not_speed(tmp_path: Path) -> None:
    write(tmp_path / "a.gif", [numbered(k) for k in range(60)], Fraction(120))
    with PillowImage.open(tmp_path / "a.gif") as picture:
        assert 20 <= picture.n_frames <= 30  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["a.webp", "a.gif", "frames"])
def test_alpha_survives_and_leaves_no_trail(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, [disc(k) for k in range(6)], alpha=True)
    for number in range(6):
        if name == "frames":
            portrait = read_still(tmp_path / name / f"{number:06d}.png")
            assert portrait.alpha is not None
            pixels, alpha = portrait.pixels, portrait.alpha
        else:
            with PillowImage.open(tmp_path / name) as picture:
                picture.seek(number)
                rgba = np.asarray(picture.convert("RGBA"))
            pixels, alpha = rgba[..., :3], rgba[..., 3]
        wanted = disc(number)
        assert np.abs(alpha.astype(int) - wanted[..., 3]).mean() < 1
        inside = wanted[..., 3] > 0
        assert np.abs(pixels[inside].astype(int) - (230, 120, 40)).mean() < 20


def test_alpha_survives_in_webm(tmp_path: Path) -> None:
    write(tmp_path / "a.webm", [disc(k) for k in range(6)], alpha=True)
    with av.open(str(tmp_path / "a.webm")) as file:
        decoder = av.CodecContext.create("libvpx-vp9", "r")
        frames = [f for packet in file.demux(video=0) for f in decoder.decode(packet)]
    assert len(frames) == 6
    for number, frame in enumerate(frames):
        alpha = frame.to_ndarray(format="rgba")[..., 3]
        assert np.abs(alpha.astype(int) - disc(number)[..., 3]).mean() < 3


@pytest.mark.parametrize("name", KINDS)
def test_without_alpha_the_transparent_is_black(tmp_path: Path, name: str) -> None:
    with open_sink(tmp_path / name, size=(64, 64), rate=NTSC) as sink:
        assert not sink.alpha
        for number in range(3):
            sink.write(Frame(disc(number), number, 1 / NTSC))
    first = tmp_path / "frames/000000.png" if name == "frames" else tmp_path / name
    if name in ("a.mp4", "a.webm"):
        with open_video(first) as video:
            pixels = next(iter(video)).pixels
    else:
        portrait = read_still(first)
        assert portrait.alpha is None
        pixels = portrait.pixels
    assert pixels[:10].mean() < 6


def test_mp4_says_that_it_has_no_alpha(tmp_path: Path) -> None:
    with open_sink(tmp_path / "a.mp4", size=(64, 64), rate=NTSC, alpha=True) as sink:
        assert not sink.alpha
        sink.write(Frame(disc(0), 0, 1 / NTSC))


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_an_interrupted_run_leaves_nothing(
    tmp_path: Path, name: str, error: type[BaseException]
) -> None:
    with pytest.raises(error):
        write_until(error, tmp_path / name)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", KINDS)
def test_an_interrupted_run_leaves_the_old_result(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, [numbered(1)] * 3)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(KeyboardInterrupt):
        write_until(KeyboardInterrupt, tmp_path / name, force=True)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("name", KINDS)
def test_an_existing_output_needs_force(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, [numbered(1)] * 3)
    with pytest.raises(OutputError, match="--force"):
        write(tmp_path / name, [numbered(1)])
    write(tmp_path / name, [numbered(1)], force=True)
    assert names_in(tmp_path) == [name]
    if name == "frames":
        assert names_in(tmp_path / name) == ["000000.png"]


def test_an_empty_folder_is_filled_and_a_foreign_one_never_touched(tmp_path: Path) -> None:
    (tmp_path / "new.d").mkdir()
    write(tmp_path / "new.d", [numbered(1)])
    assert names_in(tmp_path / "new.d") == ["000000.png"]
    write(f"{tmp_path}/v1.2/", [numbered(1)])
    assert names_in(tmp_path / "v1.2") == ["000000.png"]
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    with pytest.raises(OutputError, match="other files"):
        write(tmp_path / "home", [numbered(1)], force=True)


@pytest.mark.parametrize("name", KINDS)
def test_without_frames_there_is_no_output(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(OutputError, match="no frame"),
        open_sink(tmp_path / name, size=(64, 48), rate=NTSC),
    ):
        pass
    assert names_in(tmp_path) == []


def test_places_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"unknown kind \.avi; give one of \.mp4, \.webm"):
        write(tmp_path / "a.avi", [numbered(1)])
    with pytest.raises(OutputError, match="does not exist"):
        write(tmp_path / "none" / "a.mp4", [numbered(1)])
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a file"):
        write(tmp_path / "file", [numbered(1)])
    with pytest.raises(OutputError, match="cannot be written"):
        write(tmp_path / ("x" * 300 + ".mp4"), [numbered(1)])
    with pytest.raises(OutputError, match="smaller"):
        open_sink(tmp_path / "a.webp", size=(20_000, 10), rate=NTSC)
    assert names_in(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="not writable"):
        write(tmp_path / "a.mp4", [numbered(1)])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        done = False
    if not done:
        pytest.skip("a small tmpfs cannot be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("num_frames", [12, 60])
@pytest.mark.parametrize("name", KINDS)
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(
    small_disk: Path, name: str, num_frames: int
) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(OutputError, match="no space left on the disk"):
        write(
            small_disk / name,
            [rng.integers(0, 256, (256, 256, 3), dtype=np.uint8) for _ in range(num_frames)],
        )
    assert names_in(small_disk) == []


@pytest.mark.parametrize("name", KINDS)
def test_a_longer_result_takes_no_more_memory(tmp_path: Path, name: str) -> None:
    def peak_of(number: int) -> int:
        tracemalloc.start()
        with open_sink(tmp_path / name, size=(64, 48), rate=NTSC, force=True) as sink:
            for pts in range(number):
                sink.write(Frame(numbered(pts % 70), pts, 1 / NTSC))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_of(200) < peak_of(40) + 200_000


@pytest.mark.parametrize("name", ["a:b.mp4", "http:x.webm", "a:b.gif", "a:b.webp", "a%d:b"])
def test_a_name_is_never_taken_for_a_protocol(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(name, [numbered(1)])
    assert names_in(tmp_path) == [name]


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_an_output_needs_a_name(name: str) -> None:
    with pytest.raises(OutputError, match="names no file"):
        open_sink(name, size=(64, 48), rate=NTSC, force=True)
