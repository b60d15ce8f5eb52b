from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from fakes.synthesizer import fake_synthesizer
from mien.errors import OptionError, SynthesizerError
from mien.media import read_speech
from mien.pipeline.keeping import Keeper
from mien.pipeline.speaking import Voice, find_voices, said_in_file, say
from mien.service.tasks.speaking import SayTask

pytestmark = pytest.mark.unit


@pytest.fixture
def synthesizer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = fake_synthesizer(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def replace(synthesizer: Path, says: str) -> None:
    fake_synthesizer(synthesizer, says=says)


@pytest.mark.usefixtures("synthesizer")
def test_the_voices_are_told_and_english_is_the_default() -> None:
    found = find_voices()
    assert (found.synthesizer, found.default) == ("espeak-ng", "en-us")
    assert found.voices == (Voice("de", "German"), Voice("en-us", "English (America)"))


def test_words_go_by_standard_input_and_come_back_as_sound(synthesizer: Path) -> None:
    spoken = say("  Good\nmorning;\x00 $(date) [[[a]]] ", rate=2)
    assert (synthesizer / "heard").read_text() == "Good morning; $(date) [ [ [a]]]"
    assert (synthesizer / "asked").read_text() == "--stdin --stdout -b 1 -v en-us -s 350 "
    assert (spoken.samples.shape, spoken.rate, spoken.voice) == ((4000,), 16_000, "en-us")
    assert spoken.text == "Good morning; $(date) [ [ [a]]]"
    with said_in_file(spoken) as path:
        samples, rate = read_speech(path)
        assert (len(samples), rate) == (4000, 16_000)
    assert not path.exists()


@pytest.mark.usefixtures("synthesizer")
def test_lips_are_not_told_words_that_are_not_english() -> None:
    assert say("Guten Morgen", "de").text is None


@pytest.mark.usefixtures("synthesizer")
@pytest.mark.parametrize(
    ("text", "voice", "rate", "problem"),
    [
        (" \n", None, 1.0, "--say: is empty"),
        ("a" * 2001, None, 1.0, "--say: has 2001 characters"),
        ("a", "--help", 1.0, "--voice: '--help' is none of espeak-ng's"),
        ("a", None, 3.0, "--rate"),
    ],
)
def test_what_cannot_be_said_is_told(
    text: str, voice: str | None, rate: float, problem: str
) -> None:
    with pytest.raises(OptionError, match=problem):
        say(text, voice, rate=rate)


def test_a_machine_without_one_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SynthesizerError, match="install espeak-ng"):
        say("hello")


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        ("exit 3", "espeak-ng failed with status 3"),
        ("echo no sound", "cannot be read"),
        ("kill -9 $$", "espeak-ng failed with status -9"),
    ],
)
def test_one_that_fails_is_told(synthesizer: Path, says: str, problem: str) -> None:
    replace(synthesizer, says)
    with pytest.raises(SynthesizerError, match=problem):
        say("hello")


def test_silence_is_told(synthesizer: Path) -> None:
    replace(synthesizer, 'head -c 44 "$folder/sound.wav"')
    with pytest.raises(OptionError, match="nothing that can be said"):
        say("hello")


def test_more_sound_than_anybody_wants_ends_it(synthesizer: Path) -> None:
    replace(synthesizer, "exec cat /dev/zero")
    with pytest.raises(OptionError, match="too long a sound"):
        say("hello")


class Enough(BaseException):
    """Nobody waits any more."""


def test_who_no_longer_waits_ends_the_program(tmp_path: Path, synthesizer: Path) -> None:
    fake_synthesizer(synthesizer, hangs=True)
    hangs = synthesizer / "hangs"

    def progress(_: object) -> None:
        if hangs.exists() and hangs.read_text().strip():
            raise Enough

    with pytest.raises(Enough):
        SayTask("hello", None, 1.0).run(Keeper(), progress)
    with pytest.raises(ProcessLookupError):
        os.kill(int(hangs.read_text()), 0)


@pytest.mark.usefixtures("synthesizer")
def test_the_service_calls_the_words_text() -> None:
    with pytest.raises(OptionError, match=r"^text: is empty"):
        SayTask(" ", None, 1.0).run(Keeper(), lambda progress: None)


@pytest.mark.skipif(
    not (shutil.which("espeak-ng") or shutil.which("espeak")), reason="espeak-ng is not installed"
)
def test_a_real_one_speaks() -> None:
    spoken = say("Good morning.")
    assert 0.3 < len(spoken.samples) / spoken.rate < 5
    assert abs(spoken.samples).max() > 3000
    assert say("Good morning.", rate=0.5).samples.size > 1.5 * spoken.samples.size
