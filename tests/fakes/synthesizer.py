"""A synthesizer of speech that is none: a program that is called as eSpeak NG is called, and says
one sound whatever it is given."""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np

from mien.media import read_speech

_TABLE = """\
Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  de              --/M      German             gmw/de
 5  en-us           --/M      English_(America)  gmw/en-US            (en 3)
"""
_HANGING = 'echo $$ > "$folder/hangs"; exec sleep 600'
_SAYING = 'cat > "$folder/heard"; printf "%s " "$@" > "$folder/asked"; cat "$folder/sound.wav"'


def fake_synthesizer(
    folder: Path, sound: Path | None = None, *, hangs: bool = False, says: str = _SAYING
) -> Path:
    """A folder for the PATH with one in it. sound: what it says; a tone if left out. What it was
    given lies in ``heard``, with which arguments in ``asked``. hangs: it never ends, and writes
    its process into ``hangs``. says: the shell that speaks."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_sound(folder / "sound.wav", sound)
    (folder / "voices").write_text(_TABLE)
    script = folder / "espeak-ng"
    script.write_text(
        f"#!/bin/sh\nfolder='{folder}'\n"
        'if [ "$1" = --voices ]; then exec cat "$folder/voices"; fi\n'
        f"{_HANGING if hangs else says}\n"
    )
    script.chmod(0o755)
    return folder


def _write_sound(path: Path, sound: Path | None) -> None:
    """With a length in its header that is not true, as of programs that write as they speak."""
    if sound is None:
        seconds = np.arange(4000) / 16_000
        samples, rate = np.sin(2 * np.pi * 220 * seconds) * 0.5, 16_000
    else:
        samples, rate = read_speech(sound)
    with wave.open(str(path), "wb") as writer:
        writer.setparams((1, 2, rate, 0, "NONE", ""))
        writer.writeframes((samples * 32767).astype("<i2").tobytes())
    data = bytearray(path.read_bytes())
    data[4:8] = data[40:44] = (0x7FFF_F000).to_bytes(4, sys.byteorder)
    path.write_bytes(data)
