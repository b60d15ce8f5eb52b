from __future__ import annotations

import os
import tracemalloc
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as PillowImage

from fakes.media_files import number_of, numbered, tone, write_clip, write_sound
from mien.errors import OptionError, UnreadableMediaError
from mien.media import open_video, sniff
from mien.media.decoding import MAX_VIDEO_SIDE

pytestmark = pytest.mark.unit

NTSC = Fraction(30000, 1001)


def numbers(path: Path, **options: object) -> list[int]:
    with open_video(path, **options) as video:  # type: ignore[arg-type]
        return [number_of(frame.pixels) for frame in video]


def problem_of(path: Path | str) -> str:
    with pytest.raises(UnreadableMediaError) as caught, open_video(path) as video:
        list(video)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("rate", [NTSC, Fraction(24000, 1001), Fraction(25), Fraction(50)])
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_exact_rates_stay_exact(tmp_path: Path, rate: Fraction, suffix: str) -> None:
    clip = write_clip(tmp_path / f"a.{suffix}", [numbered(k) for k in range(40)], rate=rate)
    with open_video(clip) as video:
        frames = list(video)
    assert video.info.rate == rate
    assert video.info.num_frames == 40
    assert (video.info.width, video.info.height, video.info.has_audio) == (64, 48, False)
    assert [number_of(frame.pixels) for frame in frames] == list(range(40))
    assert [frame.pts for frame in frames] == list(range(40))
    assert {frame.time_base for frame in frames} == {1 / rate}


def test_a_variable_rate_is_resampled_by_timestamps(tmp_path: Path) -> None:
    ticks = [0, 40, 80, 400, 410, 440, 480]  # milliseconds
    clip = write_clip(
        tmp_path / "v.mp4", [numbered(k) for k in range(7)], ticks=ticks,
        time_base=Fraction(1, 1000),
    )  # fmt: skip
    got = numbers(clip, fps=Fraction(25))
    assert got[:12] == [0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 5]
    assert got[12] == 6


def test_another_rate_may_be_asked_for(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", [numbered(k) for k in range(20)], rate=50)
    assert numbers(clip, fps=Fraction(25)) == list(range(0, 20, 2))
    assert numbers(clip, fps=Fraction(100)) == [k // 2 for k in range(40)]


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
@pytest.mark.parametrize("first", [0, 5, 12, 29])
def test_a_window_starts_at_its_exact_frame(tmp_path: Path, first: int, suffix: str) -> None:
    clip = write_clip(tmp_path / f"a.{suffix}", [numbered(k) for k in range(40)], rate=NTSC)
    got = numbers(clip, start_s=first / float(NTSC), duration_s=10 / float(NTSC))
    assert got == list(range(first, first + 10))
    assert numbers(clip, start_s=first / float(NTSC), max_frames=3) == [first, first + 1, first + 2]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "gif"])
def test_backwards_is_forwards_reversed(tmp_path: Path, suffix: str, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("mien.media.video._REVERSE_BYTES", 7 * 64 * 48 * 3 // 2)  # chunks of 7
    pictures = [numbered(k) for k in range(40)]
    clip = tmp_path / f"a.{suffix}"
    if suffix == "gif":
        first, *others = [PillowImage.fromarray(picture) for picture in pictures]
        first.save(clip, save_all=True, append_images=others, duration=40)
    else:
        write_clip(clip, pictures)
    for window in ({}, {"max_frames": 16}, {"start_s": 0.4, "duration_s": 0.8}):
        with open_video(clip, **window) as video:  # type: ignore[arg-type]
            forwards = [frame.pixels for frame in video]
        with open_video(clip, reverse=True, **window) as video:  # type: ignore[arg-type]
            backwards = list(video)
        assert len(forwards) == len(backwards) > 10
        assert [frame.pts for frame in backwards] == list(range(len(backwards)))
        for one, other in zip(forwards, reversed(backwards), strict=True):
            assert np.array_equal(one, other.pixels)


def test_a_video_can_be_read_again(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", [numbered(k) for k in range(8)])
    with open_video(clip) as video:
        assert [number_of(f.pixels) for f in video] == [number_of(f.pixels) for f in video]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_rotation_metadata_is_respected(tmp_path: Path, degrees: int) -> None:
    upright = np.zeros((48, 64, 3), np.uint8)
    upright[:16, :16] = 255  # top left
    # The stored picture is turned clockwise; players turn it back counter-clockwise.
    stored = np.ascontiguousarray(np.rot90(upright, -degrees // 90))
    clip = write_clip(
        tmp_path / "r.mp4", [stored] * 3, prepare=lambda s: s.set_display_rotation(degrees)
    )
    with open_video(clip) as video:
        frame = next(iter(video))
    assert (video.info.width, video.info.height) == (64, 48)
    assert np.abs(frame.pixels.astype(int) - upright).mean() < 4


def test_oblong_pixels_become_square(tmp_path: Path) -> None:
    def prepare(stream: object) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(3, 2)  # type: ignore[attr-defined]

    clip = write_clip(tmp_path / "s.mp4", [numbered(3)] * 3, prepare=prepare)
    with open_video(clip) as video:
        assert next(iter(video)).pixels.shape == (48, 96, 3)
    assert (video.info.width, video.info.height) == (96, 48)


@pytest.mark.parametrize(
    ("matrix", "kr", "kb"), [(1, 0.2126, 0.0722), (5, 0.299, 0.114), (9, 0.2627, 0.0593)]
)
@pytest.mark.parametrize("full", [False, True])
def test_colour_tags_are_respected(
    tmp_path: Path, matrix: int, kr: float, kb: float, full: bool
) -> None:
    red, green, blue = 0.8, 0.3, 0.2
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    chroma = np.array([(blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr)])
    levels = (
        [luma * 255, *(chroma * 255 + 128)] if full else [16 + luma * 219, *(chroma * 224 + 128)]
    )
    frame = av.VideoFrame(64, 48, "yuv420p")
    for plane, level in zip(frame.planes, levels, strict=True):
        plane.update(bytes([round(level)]) * plane.buffer_size)
    frame.colorspace, frame.color_range, frame.pts = matrix, 2 if full else 1, 0
    with av.open(str(tmp_path / "c.mp4"), "w") as file:
        stream = file.add_stream("libx264", rate=25, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = matrix, 2 if full else 1
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    with open_video(tmp_path / "c.mp4") as video:
        got = next(iter(video)).pixels.reshape(-1, 3).mean(axis=0)
    assert np.abs(got - np.array([red, green, blue]) * 255).max() <= 3


def test_a_gif_is_a_video(tmp_path: Path) -> None:
    first, *others = [PillowImage.fromarray(numbered(k)) for k in range(6)]
    first.save(tmp_path / "a.gif", save_all=True, append_images=others, duration=100)
    assert sniff(tmp_path / "a.gif") == "animation"
    assert numbers(tmp_path / "a.gif") == list(range(6))


def test_a_gif_of_one_picture_is_a_picture(tmp_path: Path) -> None:
    picture = PillowImage.fromarray(numbered(3))
    picture.save(tmp_path / "a.gif", comment=b"hello" * 100)
    assert sniff(tmp_path / "a.gif") == "still"
    data = (tmp_path / "a.gif").read_bytes()
    for length in (4, 12, 13, 30, len(data) // 2):
        (tmp_path / "a.gif").write_bytes(data[:length])
        assert sniff(tmp_path / "a.gif") in ("still", "animation")


def test_a_file_of_one_picture_gives_one_frame(tmp_path: Path) -> None:
    assert numbers(write_clip(tmp_path / "one.mp4", [numbered(5)])) == [5]


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
@pytest.mark.parametrize("part", [0.3, 0.7, 0.98])
def test_a_truncated_video_is_refused(tmp_path: Path, suffix: str, part: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (12, 48, 64, 3), dtype=np.uint8)
    clip = write_clip(tmp_path / f"cut.{suffix}", list(noise))
    os.truncate(clip, int(clip.stat().st_size * part))
    message = problem_of(clip)
    assert "incomplete" in message or "damaged" in message


def test_a_truncated_video_with_its_index_in_front_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (12, 48, 64, 3), dtype=np.uint8)
    clip = write_clip(tmp_path / "a.mp4", list(noise))
    with (
        av.open(str(clip)) as source,
        av.open(
            str(tmp_path / "fast.mp4"), "w", container_options={"movflags": "+faststart"}
        ) as copy,
    ):
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    whole = (tmp_path / "fast.mp4").stat().st_size
    os.truncate(tmp_path / "fast.mp4", whole // 2)
    assert f"{whole - whole // 2} bytes are missing" in problem_of(tmp_path / "fast.mp4")


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    assert "only sound" in problem_of(write_sound(tmp_path / "voice.m4a", tone(0.2)))


def test_what_is_no_video_is_named(tmp_path: Path) -> None:
    PillowImage.fromarray(numbered(1)).save(tmp_path / "still.mp4", "PNG")
    assert "is a picture; give a video" in problem_of(tmp_path / "still.mp4")
    for name, data, words in [
        ("empty.mp4", b"", "0 bytes"),
        ("text.mp4", b"hello, this is text", "not a video"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "not a video"),
        ("concat.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n", "not a video"),
        ("rubbish.mp4", b"\x00\x00\x00\x18ftypisom" + bytes(100), "damaged"),
    ]:
        (tmp_path / name).write_bytes(data)
        assert words in problem_of(tmp_path / name)
    assert "folder" in problem_of(tmp_path)
    assert "does not exist" in problem_of(tmp_path / "none.mp4")
    assert "does not exist" in problem_of("http://localhost/none.mp4")


def test_frames_that_are_too_large_are_refused_before_decoding(tmp_path: Path) -> None:
    picture = numbered(1, (MAX_VIDEO_SIDE + 8, 16))
    clip = write_clip(tmp_path / "wide.mkv", [picture], codec="ffv1", options={"level": "3"})
    assert str(MAX_VIDEO_SIDE + 8) in problem_of(clip)


def test_a_window_outside_the_video_is_refused(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", [numbered(k) for k in range(25)])
    with pytest.raises(OptionError, match="beyond the end"):
        open_video(clip, start_s=5)
    for wrong in ({"start_s": -1.0}, {"start_s": float("nan")}, {"duration_s": 0.0},
                  {"max_frames": 0}, {"fps": Fraction(0)}, {"fps": Fraction(10**6)}):  # fmt: skip
        with pytest.raises(OptionError):
            open_video(clip, **wrong)  # type: ignore[arg-type]


def test_a_longer_video_takes_no_more_memory(tmp_path: Path) -> None:
    def peak_of(number: int) -> int:
        clip = write_clip(tmp_path / f"{number}.mp4", [numbered(k % 70) for k in range(number)])
        tracemalloc.start()
        with open_video(clip) as video:
            for _ in video:
                pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_of(200) < peak_of(20) + 100_000
