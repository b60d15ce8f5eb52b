"""Words said aloud by a synthesizer that is installed on this machine: eSpeak NG, or eSpeak.

It is a program of its own, never a shell; the words go to it by its standard input.
"""

from __future__ import annotations

import io
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
import wave
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.checks import check_number
from mien.errors import OptionError, SynthesizerError

SYNTHESIZERS = ("espeak-ng", "espeak")
"""Programs that are looked for on the PATH, in this order; both take the same arguments."""
MOST_CHARACTERS = 2000
SLOWEST, FASTEST = 0.5, 2.0
INSTALL = (
    "no speech synthesizer is installed here; install espeak-ng (`apt-get install espeak-ng`, "
    "`brew install espeak-ng`), or give a recording"
)
_WORDS_PER_MINUTE = 175
"""What eSpeak calls normal."""
_PREFERRED = ("en-us", "en-gb", "en")
"""Voices, the best first: lips are most exact in English."""
_LONGEST_S = 60.0
_MOST_BYTES = 40_000_000
"""A quarter of an hour of eSpeak's sound: 22 050 samples of 16 bit a second."""
_LOOK_S = 0.05
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Voice:
    """id: the tag of its language, as ``en-us``. name: for people."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Voices:
    """What can speak here. synthesizer: its program. default: the id of the voice that is taken
    where none is named."""

    synthesizer: str
    voices: tuple[Voice, ...]
    default: str


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """samples: (S,), int16, mono, ``rate`` a second. voice: its id. text: what was said, where
    lips can make use of it: in English."""

    samples: NDArray[np.int16]
    rate: int
    voice: str
    text: str | None

    def wav(self) -> bytes:
        """As a file."""
        file = io.BytesIO()
        with wave.open(file, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(self.rate)
            writer.writeframes(self.samples.tobytes())
        return file.getvalue()


def find_voices(waiting: Callable[[], None] = lambda: None) -> Voices:
    """The voices of the synthesizer that is installed here. Blocks for some milliseconds;
    ``waiting`` as :func:`say` has it. Raises SynthesizerError."""
    program = _program()
    found = _voices_in(_run([program, "--voices"], "", waiting).decode("utf-8", "replace"))
    if not found:
        raise SynthesizerError(f"{Path(program).name} names no voices; install it anew")
    known = {voice.id for voice in found}
    default = next((each for each in _PREFERRED if each in known), found[0].id)
    return Voices(Path(program).name, found, default)


def say(
    text: str,
    voice: str | None = None,
    *,
    rate: float = 1.0,
    waiting: Callable[[], None] = lambda: None,
) -> Spoken:
    """The sound of a text of at most 2000 characters. voice: an id of :func:`find_voices`. rate:
    0.5 (slow) to 2 (fast). waiting: called some twenty times a second meanwhile; what it raises
    ends the synthesizer.

    Raises OptionError for what cannot be said, SynthesizerError where nothing can speak.
    """
    check_number("--rate", rate, SLOWEST, FASTEST)
    said = _sayable(text)
    known = find_voices(waiting)
    chosen = known.default if voice is None else voice
    if chosen not in {each.id for each in known.voices}:
        raise OptionError("--voice", f"{chosen!r} is none of {known.synthesizer}'s, as en-us is")
    pace = str(round(rate * _WORDS_PER_MINUTE))
    command = [_program(), "--stdin", "--stdout", "-b", "1", "-v", chosen, "-s", pace]
    samples, hertz = _read(_run(command, said, waiting))
    if not samples.size:
        raise OptionError("--say", "holds nothing that can be said; write words")
    return Spoken(samples, hertz, chosen, said if chosen.startswith("en") else None)


@contextmanager
def said_in_file(spoken: Spoken) -> Generator[Path]:
    """A WAV file of it for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="mien-") as folder:
        path = Path(folder) / "speech.wav"
        path.write_bytes(spoken.wav())
        yield path


def _program() -> str:
    for name in SYNTHESIZERS:
        if (found := shutil.which(name)) is not None:
            return found
    raise SynthesizerError(INSTALL)


def _sayable(text: str) -> str:
    """On one line, without what eSpeak takes for phonemes. Raises OptionError."""
    printable = "".join(each if each.isprintable() else " " for each in text)
    words = " ".join(re.sub(r"\[(?=\[)", "[ ", printable).split())
    if not words:
        raise OptionError("--say", "is empty; write what is to be said")
    if len(words) > MOST_CHARACTERS:
        raise OptionError(
            "--say", f"has {len(words)} characters; {MOST_CHARACTERS} are said at once"
        )
    return words


def _voices_in(table: str) -> tuple[Voice, ...]:
    """Lines of priority, language, age and sex, name, file; the first of a language counts."""
    found: dict[str, Voice] = {}
    for line in table.splitlines():
        columns = line.split()
        if len(columns) >= 5 and columns[0].isdigit():
            found.setdefault(columns[1], Voice(columns[1], columns[3].replace("_", " ")))
    return tuple(found.values())


def _read(wav: bytes) -> tuple[NDArray[np.int16], int]:
    """Samples of a WAV file whose header cannot know how long it is. Raises SynthesizerError."""
    try:
        with wave.open(io.BytesIO(wav), "rb") as reader:
            if (reader.getnchannels(), reader.getsampwidth()) != (1, 2):
                raise wave.Error("neither mono nor 16 bit")
            data = reader.readframes(len(wav))
            return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16), (
                reader.getframerate()
            )
    except (wave.Error, EOFError) as error:
        raise SynthesizerError(
            f"the synthesizer's sound cannot be read ({error}); install it anew"
        ) from None


def _run(command: Sequence[str], text: str, waiting: Callable[[], None]) -> bytes:
    """What a program writes that reads the text. Raises SynthesizerError."""
    name = Path(command[0]).name
    with tempfile.TemporaryFile() as said:
        said.write(text.encode("utf-8", "replace"))
        said.seek(0)
        try:
            process = subprocess.Popen(
                command, stdin=said, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise SynthesizerError(f"{name} cannot be run: {error.strerror}") from None
    with process:
        try:
            written = _written(process, name, waiting)
            status = process.wait(_LONGEST_S)
        except subprocess.TimeoutExpired:
            raise SynthesizerError(f"{name} does not end; install it anew") from None
        finally:
            process.kill()
    if status:
        raise SynthesizerError(f"{name} failed with status {status}; install it anew")
    return written


def _written(process: subprocess.Popen[bytes], name: str, waiting: Callable[[], None]) -> bytes:
    assert process.stdout is not None
    pipe, length = process.stdout.fileno(), 0
    pieces: list[bytes] = []
    deadline = time.monotonic() + _LONGEST_S
    while True:
        waiting()
        if time.monotonic() > deadline:
            raise SynthesizerError(f"{name} takes too long; install it anew")
        if not select.select([pipe], [], [], _LOOK_S)[0]:
            continue
        piece = os.read(pipe, _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        length += len(piece)
        if length > _MOST_BYTES:
            raise OptionError("--say", "becomes too long a sound; say less at once")
