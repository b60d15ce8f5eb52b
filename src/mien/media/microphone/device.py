"""A microphone of this machine, through PortAudio."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

import numpy as np

from mien.checks import shown
from mien.errors import OptionError, UnreadableMediaError
from mien.media.microphone.base import BLOCK_S, SoundBlock

_MOST_BLOCKS = round(1 / BLOCK_S)


class MicrophoneDevice:
    """Hears from the moment that it is made."""

    def __init__(self, device: int | str | None) -> None:
        """device: number, or part of the name; None is the system's own choice. Raises
        OptionError without PortAudio, UnreadableMediaError without such a microphone."""
        audio = _portaudio()
        self._heard: deque[SoundBlock] = deque(maxlen=_MOST_BLOCKS)
        name = "the microphone" if device is None else f"microphone {shown(device)}"
        try:
            about = audio.query_devices(device, "input")
            self.rate = int(about["default_samplerate"])
            self._stream = audio.InputStream(
                device=device,
                channels=1,
                dtype="int16",
                samplerate=self.rate,
                blocksize=round(self.rate * BLOCK_S),
                latency="low",
                callback=self._hear,
            )
            self._stream.start()
        except (audio.PortAudioError, ValueError) as error:
            reason = " ".join(str(error).split())
            problem = f"cannot be opened ({reason}); give another one, or a sound file"
            raise UnreadableMediaError(name, problem) from None

    @property
    def is_over(self) -> bool:
        """A device has no end."""
        return False

    def take(self) -> list[SoundBlock]:
        """As of :class:`Microphone`."""
        return [self._heard.popleft() for _ in range(len(self._heard))]

    def close(self) -> None:
        """Let go of it."""
        self._stream.close()

    def _hear(self, samples: Any, frames: int, times: Any, status: Any) -> None:
        """Called in PortAudio's thread, when a block is full."""
        began_s = time.monotonic() - frames / self.rate
        self._heard.append(SoundBlock(np.array(samples[:, 0]), began_s))


def _portaudio() -> Any:
    try:
        import sounddevice
    except ModuleNotFoundError:
        problem = "needs the package sounddevice: pip install 'mien[live]'"
        raise OptionError("--microphone", problem) from None
    except OSError:  # what it says of a library that is not there
        problem = "needs the library PortAudio (Debian: apt install libportaudio2)"
        raise OptionError("--microphone", problem) from None
    return sounddevice
