"""Which microphone is meant."""

from __future__ import annotations

from pathlib import Path

from mien.media.microphone.base import Microphone
from mien.media.microphone.device import MicrophoneDevice
from mien.media.microphone.sound_file import SoundFile

DEFAULT = "default"
"""The system's own choice."""


def open_microphone(microphone: int | str | Path, *, loop: bool = False) -> Microphone:
    """``default``, the number of a device or a part of its name, or a sound file, or a video for
    its sound, that stands in for one; ``loop``: for ever.

    Raises UnreadableMediaError for one that cannot be opened, OptionError without PortAudio.
    """
    if microphone == DEFAULT:
        return MicrophoneDevice(None)
    if isinstance(microphone, int) or str(microphone).isdecimal():
        return MicrophoneDevice(int(microphone))  # type: ignore[arg-type]
    if isinstance(microphone, Path) or _is_file(microphone):
        return SoundFile(microphone, loop=loop)
    return MicrophoneDevice(microphone)


def _is_file(name: str) -> bool:
    """What is there, or looks as if it should be: a name with a folder or an ending."""
    path = Path(name)
    return path.exists() or path.suffix != "" or len(path.parts) > 1
