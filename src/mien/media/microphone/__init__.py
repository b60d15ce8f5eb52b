"""Microphones: a device, or a sound file that stands in for one."""

from mien.media.microphone.base import Microphone, SoundBlock
from mien.media.microphone.choice import open_microphone

__all__ = ["Microphone", "SoundBlock", "open_microphone"]
