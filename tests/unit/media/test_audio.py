from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fakes.media_files import number_of, numbered, tone, write_clip, write_sound
from mien.errors import UnreadableMediaError
from mien.media import AudioTrack, open_sink, open_video
from mien.media.audio import SAMPLE_RATE, AudioReader, open_sound, sound_length
from mien.types import Frame

pytestmark = pytest.mark.unit

NTSC = Fraction(30000, 1001)


def beeps(times_s: list[float], total_s: float, rate: int = 44_100) -> Any:
    samples = np.zeros(round(total_s * rate))
    for time in times_s:
        start = round(time * rate)
        beep = tone(0.1, rate)[: len(samples) - start]
        samples[start : start + len(beep)] = beep
    return samples


def onsets(samples: Any, rate: int = SAMPLE_RATE) -> list[float]:
    """Seconds at which a beep sets in."""
    loud = np.abs(samples) > 0.2
    quiet_before = 0.05
    found: list[float] = []
    last = -1.0
    for index in np.flatnonzero(loud):
        time = index / rate
        if time - last > quiet_before:
            found.append(time)
        last = time
    return found


def sound_in(path: Path) -> tuple[Any, float]:
    """Samples of a result and the time of the first one."""
    with av.open(str(path)) as file:
        resampler = av.AudioResampler("fltp", "mono", SAMPLE_RATE)
        frames = list(file.decode(audio=0))
        start = float(frames[0].pts * frames[0].time_base)
        blocks = [b for f in [*frames, None] for b in resampler.resample(f)]
    return np.concatenate([b.to_ndarray()[0] for b in blocks]), start


def copy(source: Path, target: Path, *, loop: bool = False, turns: int = 1, **window: Any) -> None:
    with open_video(source, **window) as video:
        size = (video.info.width, video.info.height)
        track = video.audio(loop=loop)
        assert track is not None
        with open_sink(target, size=size, rate=video.info.rate, audio=track) as sink:
            for _ in range(turns):
                for frame in video:
                    sink.write(Frame(frame.pixels, sink.num_written, frame.time_base))


def clip_with_flash(path: Path, codec: str = "aac", rate: int = 44_100) -> Path:
    """Two seconds; a flash on picture 30 and a beep that starts with it."""
    pictures = [numbered(60 if k == 30 else 0) for k in range(60)]
    sound = (beeps([30 / float(NTSC)], 60 / float(NTSC), rate), rate, codec)
    options = {"crf": "4", "g": "12", "bf": "0"}
    return write_clip(path, pictures, rate=NTSC, sound=sound, options=options)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
@pytest.mark.parametrize("start", [0, 7, 25])
def test_the_beep_stays_with_the_flash(tmp_path: Path, name: str, start: int) -> None:
    source = clip_with_flash(tmp_path / "in.mp4")
    copy(source, tmp_path / name, start_s=start / float(NTSC), max_frames=35)
    with open_video(tmp_path / name) as video:
        flash = [number_of(frame.pixels) > 30 for frame in video].index(True)
    assert flash == 30 - start
    samples, begin = sound_in(tmp_path / name)
    (beep,) = onsets(samples)
    assert abs(beep + begin - flash / float(NTSC)) < 1 / float(NTSC) / 2
    assert abs(begin + len(samples) / SAMPLE_RATE - 35 / float(NTSC)) < 0.03


@pytest.mark.parametrize(("codec", "rate"), [("aac", 44_100), ("aac", 16_000), ("mp3", 22_050)])
def test_all_kinds_of_sound_arrive_in_time(tmp_path: Path, codec: str, rate: int) -> None:
    source = clip_with_flash(tmp_path / "in.mkv", codec, rate)
    copy(source, tmp_path / "out.mp4")
    samples, begin = sound_in(tmp_path / "out.mp4")
    (beep,) = onsets(samples)
    assert abs(beep + begin - 30 / float(NTSC)) < 1 / float(NTSC)


def test_a_repeated_driver_repeats_its_sound_in_step(tmp_path: Path) -> None:
    source = clip_with_flash(tmp_path / "in.mp4")
    copy(source, tmp_path / "out.mp4", loop=True, turns=4, max_frames=40)
    samples, begin = sound_in(tmp_path / "out.mp4")
    wanted = [(30 + 40 * turn) / float(NTSC) for turn in range(4)]
    assert np.abs(np.array(onsets(samples)) + begin - wanted).max() < 0.5 / float(NTSC)


def test_after_the_sound_comes_silence(tmp_path: Path) -> None:
    source = clip_with_flash(tmp_path / "in.mp4")
    copy(source, tmp_path / "out.mp4", turns=3)
    samples, _ = sound_in(tmp_path / "out.mp4")
    assert len(onsets(samples)) == 1
    assert abs(len(samples) / SAMPLE_RATE - 180 / float(NTSC)) < 0.03


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "frames"])
def test_outputs_without_sound_leave_it_out(tmp_path: Path, name: str) -> None:
    copy(clip_with_flash(tmp_path / "in.mp4"), tmp_path / name, max_frames=3)
    assert (tmp_path / name).exists()


def test_a_gap_in_the_sound_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "gap.mkv"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=48_000)
        stream.codec_context.layout = "mono"
        for start in (0.0, 1.0):
            block = (tone(0.2, 48_000) * 20_000).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(block, "s16", "mono")
            frame.sample_rate, frame.pts = 48_000, round(start * 48_000)
            frame.time_base = Fraction(1, 48_000)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    reader = AudioReader(AudioTrack(path))
    found = onsets(reader.read(2 * SAMPLE_RATE)[0])
    reader.close()
    assert np.abs(np.array(found) - [0.0, 1.0]).max() < 0.003


def test_reading_in_bits_equals_reading_at_once(tmp_path: Path) -> None:
    track = AudioTrack(write_sound(tmp_path / "a.m4a", tone(1.0)), Fraction(1, 10), Fraction(1, 2))
    once = AudioReader(track).read(40_000)
    bits = AudioReader(track)
    joined = np.concatenate([bits.read(number) for number in (1, 0, 999, 1000, 38_000)], axis=1)
    assert np.array_equal(once, joined)
    assert not once[:, 24_000:].any()
    assert once[:, 23_000:24_000].any()


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    silent = write_clip(tmp_path / "a.mp4", [numbered(1)] * 3)
    with open_video(silent) as video:
        assert video.audio() is None
    with pytest.raises(UnreadableMediaError, match="no sound"):
        AudioReader(AudioTrack(silent))


@pytest.mark.parametrize("name", ["voice.wav", "voice.flac", "voice.mp3", "voice.ogg", "voice.m4a"])
def test_sound_files_of_many_kinds_are_as_long_as_they_play(tmp_path: Path, name: str) -> None:
    codecs = {".wav": "pcm_s16le", ".flac": "flac", ".mp3": "libmp3lame", ".ogg": "libopus"}
    path = tmp_path / name
    codec = codecs.get(path.suffix, "aac")
    if codec in ("flac", "pcm_s16le"):
        _write_plain(path, codec, seconds=1.3)
    else:
        write_sound(path, tone(1.3, SAMPLE_RATE), SAMPLE_RATE, codec)
    track = open_sound(path)
    assert float(sound_length(track)) == pytest.approx(1.3, abs=0.06)


def _write_plain(path: Path, codec: str, *, seconds: float) -> None:
    samples = (tone(seconds) * 32000).astype(np.int16)
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=44_100)
        stream.codec_context.layout = "mono"
        stream.codec_context.format = "s16"
        for start in range(0, len(samples), 1024):
            block = np.ascontiguousarray(samples[None, start : start + 1024])
            frame = av.AudioFrame.from_ndarray(block, "s16", "mono")
            frame.sample_rate, frame.pts, frame.time_base = 44_100, start, Fraction(1, 44_100)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def test_the_sound_of_a_video_serves_too(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_clip(path, [numbered(k) for k in range(25)], sound=(tone(1.0), 44_100, "aac"))
    assert float(sound_length(open_sound(path))) == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"RIFF\xff\xff\xff\xffWAVEfmt "])
def test_what_is_no_sound_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(content)
    with pytest.raises(UnreadableMediaError, match=r"voice\.wav"):
        open_sound(path)


def test_a_video_without_sound_is_no_sound(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "mute.mp4", [numbered(k) for k in range(5)])
    with pytest.raises(UnreadableMediaError, match="holds no sound"):
        open_sound(path)


def test_sound_beyond_all_bounds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.media.audio.LONGEST_S", 1)
    path = write_sound(tmp_path / "long.m4a", tone(1.5))
    with pytest.raises(UnreadableMediaError, match="plays for more than"):
        sound_length(open_sound(path))
