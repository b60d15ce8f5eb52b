from __future__ import annotations

import sys
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fakes.sounds import write_sound
from fakes.virtual_time import VirtualTime
from mien.errors import OptionError, UnreadableMediaError
from mien.media.microphone import open_microphone
from mien.media.microphone.sound_file import SoundFile

pytestmark = pytest.mark.unit

RATE = 48_000


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    """105 ms that rise."""
    return write_sound(tmp_path / "ramp.wav", np.linspace(0, 0.5, 5040, dtype=np.float32), RATE)


def test_a_sound_file_plays_at_its_own_pace(ramp: Path) -> None:
    time = VirtualTime()
    microphone = SoundFile(ramp, now=time.now)
    assert microphone.take() == []
    time.sleep(0.05)
    first = microphone.take()
    assert [len(block.samples) for block in first] == [960, 960]
    assert [block.began_s for block in first] == pytest.approx([100.0, 100.02])
    assert not microphone.is_over
    time.sleep(1.0)
    rest = microphone.take()
    assert [len(block.samples) for block in rest] == [960, 960, 960, 240]
    assert microphone.is_over
    samples = np.concatenate([block.samples for block in first + rest])
    assert np.abs(samples - np.linspace(0, 16_383, 5040)).max() <= 2
    microphone.close()


def test_a_looped_one_begins_again_without_a_gap(ramp: Path) -> None:
    time = VirtualTime()
    microphone = SoundFile(ramp, loop=True, now=time.now)
    microphone.take()
    time.sleep(0.225)
    samples = np.concatenate([block.samples for block in microphone.take()])
    assert len(samples) >= 2 * 5040
    assert np.array_equal(samples[:5040], samples[5040:10_080])
    assert not microphone.is_over
    microphone.close()


def test_a_looped_one_without_sound_is_over_at_once(tmp_path: Path) -> None:
    time = VirtualTime()
    with wave.open(str(tmp_path / "none.wav"), "wb") as writer:
        writer.setparams((1, 2, RATE, 0, "NONE", ""))
    microphone = SoundFile(tmp_path / "none.wav", loop=True, now=time.now)
    microphone.take()
    time.sleep(1.0)
    assert microphone.take() == []
    assert microphone.is_over
    microphone.close()


def test_who_slept_hears_the_last_second(ramp: Path) -> None:
    time = VirtualTime()
    microphone = SoundFile(ramp, loop=True, now=time.now)
    microphone.take()
    time.sleep(5.0)
    blocks = microphone.take()
    assert len(blocks) == 50
    assert blocks[-1].began_s == pytest.approx(104.98, abs=0.021)
    microphone.close()


def test_without_a_package_or_portaudio_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(OptionError, match=r"pip install 'mien\[live\]'"):
        open_microphone("default")
    monkeypatch.delitem(sys.modules, "sounddevice")
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(OptionError, match="needs the library PortAudio"):
        open_microphone("default")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMediaError, match=r"nothing\.wav: does not exist"):
        open_microphone(str(tmp_path / "nothing.wav"))


class PortAudioError(Exception):
    pass


class InputStream:
    """A device that hears one block as soon as it starts."""

    def __init__(self, *, samplerate: int, blocksize: int, callback: Any, **rest: object) -> None:
        self.asked = {"samplerate": samplerate, "blocksize": blocksize, **rest}
        self._callback, self._size = callback, blocksize
        self.closed = False

    def start(self) -> None:
        self._callback(np.full((self._size, 1), 7, np.int16), self._size, None, None)

    def close(self) -> None:
        self.closed = True


def _query(device: object, kind: str) -> dict[str, float]:
    if device not in (None, 1, "USB"):
        raise ValueError(f"No input device matching {device!r}")
    return {"default_samplerate": 44_100.0}


@pytest.fixture
def portaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    package = SimpleNamespace(
        InputStream=InputStream, PortAudioError=PortAudioError, query_devices=_query
    )
    monkeypatch.setitem(sys.modules, "sounddevice", package)


@pytest.mark.parametrize("device", ["default", "1", 1, "USB"])
@pytest.mark.usefixtures("portaudio")
def test_a_device_hears_at_its_own_rate(device: int | str) -> None:
    microphone: Any = open_microphone(device)
    (block,) = microphone.take()
    assert (microphone.rate, len(block.samples), block.samples[0]) == (44_100, 882, 7)
    assert microphone.take() == []
    assert not microphone.is_over
    microphone.close()
    assert microphone._stream.closed


@pytest.mark.usefixtures("portaudio")
def test_a_device_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UnreadableMediaError, match=r"microphone 'Nope': cannot be opened \(No"):
        open_microphone("Nope")
