"""Let a synthesizer read sentences and write down when it says which phone.

    synthesize.py espeak SENTENCES OUT.npz --first 0 --count 2000
    synthesize.py flite:rms ... | festival:ked ... | pico:en-US ... | diphone:lp ...

Needs Debian's libespeak-ng1, flite, festival and its voices; ``ttspico`` and ``pocketsphinx`` from
PyPI for pico, whose phones come from forced alignment because it tells no times itself.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import random
import re
import subprocess
import tempfile
import warnings
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import resample_poly

from phoneme_network.corpus import RATE, Utterance, utterance, write

Segments = list[tuple[float, str]]
ESPEAK = json.loads((Path(__file__).parent / "espeak_phones.json").read_text())
STOPS = {"P", "B", "T", "D", "K", "G", "CH", "JH"}
VARIANTS = (
    "f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "klatt",
    "klatt2", "klatt3", "klatt4", "klatt5", "klatt6", "croak", "grandma", "grandpa",
    "Alicia", "Andrea", "Annie", "anika", "belinda", "steph", "linda", "aunty", "adam",
    "Alex", "Andy", "benjamin", "boris", "caleb", "david", "Denis", "Diogo", "ed", "edward",
    "Gene", "gustave", "Henrique", "Hugo", "iven", "jacky", "john", "Lee", "marcelo",
    "marco", "max", "michael", "michel", "miguel", "mike", "norbert", "pablo", "paul",
    "pedro", "quincy", "rob", "robert", "sandro", "shelby", "Storm", "travis", "victor",
    "zac",
)  # fmt: skip


def read_wave(path: Path) -> np.ndarray:
    """Samples as int16 at 16 kHz, whatever rate the file has."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        rate = file.getframerate()
    return at_16k(samples, rate)


def at_16k(samples: np.ndarray, rate: int) -> np.ndarray:
    if rate == RATE:
        return samples
    common = np.gcd(rate, RATE)
    found = resample_poly(samples.astype(np.float32), RATE // common, rate // common)
    return np.asarray(np.clip(np.round(found), -32768, 32767), np.int16)


class EspeakEvent(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = [
        ("type", ctypes.c_int), ("unique", ctypes.c_uint), ("position", ctypes.c_int),
        ("length", ctypes.c_int), ("milliseconds", ctypes.c_int), ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p), ("name", ctypes.c_char * 8),
    ]  # fmt: skip


class Espeak:
    """libespeak-ng with the events of its phonemes."""

    RATE_SETTING, PITCH_SETTING, RANGE_SETTING = 1, 3, 4
    PHONEME, END = 7, 0

    def __init__(self) -> None:
        self.lib = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = self.lib.espeak_Initialize(2, 0, None, 1)
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(EspeakEvent)
        )
        self._callback = kind(self._heard)
        self.lib.espeak_SetSynthCallback(self._callback)

    def _heard(self, wav: Any, count: int, events: Any) -> int:
        if wav and count:
            self.parts.append(np.ctypeslib.as_array(wav, (count,)).copy())
        n = 0
        while events[n].type != self.END:
            if events[n].type == self.PHONEME:
                self.events.append((events[n].sample, events[n].name.decode("utf8", "replace")))
            n += 1
        return 0

    def speak(
        self, text: str, voice: str, speed: int, pitch: int, variation: int
    ) -> Utterance | None:
        self.parts: list[np.ndarray] = []
        self.events: list[tuple[int, str]] = []
        if self.lib.espeak_SetVoiceByName(voice.encode()):
            raise SystemExit(f"espeak-ng has no voice {voice}")
        for setting, value in (
            (self.RATE_SETTING, speed), (self.PITCH_SETTING, pitch), (self.RANGE_SETTING, variation)
        ):  # fmt: skip
            self.lib.espeak_SetParameter(setting, value, 0)
        data = text.encode() + b"\0"
        self.lib.espeak_Synth(data, len(data), 0, 1, 0, 1, None, None)
        if not self.parts:
            return None
        samples = np.concatenate(self.parts)
        return utterance(at_16k(samples, self.rate), self._segments(samples))

    def _segments(self, samples: np.ndarray) -> Segments:
        """Ends of the phones; a stop begins with the silence that espeak counts before it."""
        starts: list[tuple[float, str]] = [(0.0, "SIL")]
        for n, (sample, name) in enumerate(self.events):
            end = self.events[n + 1][0] if n + 1 < len(self.events) else len(samples)
            names = ESPEAK.get(name, "?").split()
            if names[0] in STOPS and starts[-1][1] != "SIL":
                sample = closure_start(samples, sample)
            starts.append((sample / self.rate, names[0]))
            if len(names) == 2:
                starts.append(((sample + 0.6 * (end - sample)) / self.rate, names[1]))
        ends = [start for start, _ in starts[1:]] + [len(samples) / self.rate]
        return [(end, name) for end, (_, name) in zip(ends, starts, strict=True)]


def closure_start(samples: np.ndarray, at: int) -> int:
    """First sample of the run of zeros that ends at ``at``."""
    begun = min(at, len(samples))
    floor = max(0, begun - 2600)
    while begun > floor and samples[begun - 1] == 0:
        begun -= 1
    return begun


def espeak_reader(_: str, rng: random.Random) -> Callable[[str], Utterance | None]:
    engine = Espeak()
    accents = ["en-us"] * 8 + ["en-us-nyc", "gmw/en", "en-gb-x-rp", "en-029", "en-gb-scotland"]

    def speak(text: str) -> Utterance | None:
        variant = rng.choice(VARIANTS)
        voice = rng.choice(accents) + ("" if rng.random() < 0.12 else f"+{variant}")
        return engine.speak(
            text, voice, rng.randint(115, 215), rng.randint(15, 85), rng.randint(20, 80)
        )

    return speak


def flite_reader(voice: str, rng: random.Random) -> Callable[[str], Utterance | None]:
    means = {"kal": 105, "kal16": 105, "rms": 100, "awb": 125, "slt": 170}
    voice, _, high = voice.partition("+")  # rms+high: at the pitch of a woman
    lift = 1.7 if high else 1.0

    def speak(text: str) -> Utterance | None:
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            stretch, mean = rng.uniform(0.75, 1.3), lift * means[voice] * rng.uniform(0.75, 1.5)
            done = subprocess.run(
                ["flite", "-voice", voice, "-psdur", "--setf", f"duration_stretch={stretch}",
                 "--setf", f"int_f0_target_mean={mean}", "-t", text, "-o", file.name],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            samples = read_wave(Path(file.name))
        pairs = [part.rsplit(":", 1) for part in done.stdout.split()]
        return utterance(samples, [(float(end), name) for name, end in pairs])

    return speak


def read_labels(path: Path) -> Segments:
    """A festival .lab file: a line ``#``, then ``end 100 phone``."""
    rows = [line.split() for line in path.read_text().splitlines()[1:]]
    return [(float(row[0]), row[2]) for row in rows if len(row) == 3]


def festival_utterances(
    programme: list[str], work: Path
) -> Iterator[tuple[int, np.ndarray, Segments]]:
    """Run the lines of Scheme, each of which saves N.wav and N.lab; yields what came of them."""
    script = work / "speak.scm"
    script.write_text("\n".join(programme))
    subprocess.run(["festival", "-b", str(script)], check=False, capture_output=True)
    for path in sorted(work.glob("*.lab"), key=lambda p: int(p.stem)):
        wav = path.with_suffix(".wav")
        if wav.exists():
            yield int(path.stem), read_wave(wav), read_labels(path)


def save_lines(work: Path, n: int, utterance_form: str) -> str:
    return (
        f"(unwind-protect (begin (set! u (utt.synth {utterance_form})) "
        f'(utt.save.segs u "{work}/{n}.lab") (utt.save.wave u "{work}/{n}.wav" \'riff)) nil)'
    )


def festival_corpus(voice: str, texts: list[str], rng: random.Random) -> list[Utterance]:
    """kal, ked or slt_hts reading English."""
    names = {"kal": "kal_diphone", "ked": "ked_diphone", "slt_hts": "cmu_us_slt_arctic_hts"}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        programme = [f"(voice_{names[voice]})"]
        for n, text in enumerate(texts):
            programme.append(f"(Parameter.set 'Duration_Stretch {rng.uniform(0.8, 1.25):.3f})")
            programme.append(save_lines(work, n, f'(Utterance Text "{text}")'))
        return [utterance(s, labels) for _, s, labels in festival_utterances(programme, work)]


def diphone_corpus(voice: str, count: int, rng: random.Random) -> list[Utterance]:
    """A speaker of another language saying nonsense of the phones that English has too."""
    table = json.loads((Path(__file__).parent / "foreign_phones.json").read_text())[voice]
    phones, silence, pitch = table["phones"], table["silence"], table["pitch"]
    vowels = [p for p, arpabet in phones.items() if arpabet[0] in "AEIOU"]
    consonants = [p for p in phones if p not in vowels]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        programme = [f"(voice_{table['voice']})"]
        for n in range(count):
            said = [(silence, rng.uniform(0.15, 0.3))]
            for _ in range(rng.randint(5, 14)):
                if rng.random() < 0.9:
                    said.append((rng.choice(consonants), rng.uniform(0.05, 0.13)))
                said.append((rng.choice(vowels), rng.uniform(0.05, 0.19)))
            said.append((silence, 0.2))
            height = pitch * rng.uniform(0.8, 1.25)
            form = " ".join(
                f"({p} {d:.3f} (0.0 {height * rng.uniform(0.85, 1.15):.0f}))" for p, d in said
            )
            programme.append(save_lines(work, n, f"(Utterance Segments ({form}))"))
        return [
            utterance(
                s, [(end, phones.get(p, "SIL" if p == silence else "?")) for end, p in labels]
            )
            for _, s, labels in festival_utterances(programme, work)
        ]


def pico_reader(language: str, rng: random.Random) -> Callable[[str], Utterance | None]:
    from pocketsphinx import Decoder
    from ttspico import TtsEngine

    warnings.simplefilter("ignore")
    engine, decoder = TtsEngine(language), Decoder(lm=None, loglevel="FATAL")

    def decode(pcm: bytes) -> None:
        decoder.start_stream()
        decoder.start_utt()
        decoder.process_raw(pcm, no_search=False, full_utt=True)
        decoder.end_utt()

    def speak(text: str) -> Utterance | None:
        engine.rate, engine.pitch = rng.randint(80, 130), rng.randint(80, 125)
        samples = np.frombuffer(engine.speak(text), np.int16)
        padded = np.concatenate([np.zeros(2400, np.int16), samples, np.zeros(1600, np.int16)])
        noisy = padded + np.random.default_rng(len(samples)).normal(0, 3, len(padded))
        pcm = np.clip(noisy, -32768, 32767).astype(np.int16)
        try:
            decoder.set_align_text(re.sub(r"[^a-z' ]", "", text.lower()))
            decode(pcm.tobytes())
            decoder.set_alignment()
            decode(pcm.tobytes())
            phones = list(decoder.get_alignment().phones())
        except (RuntimeError, TypeError, AttributeError):
            return None  # aligned in no way: one sentence less
        return utterance(pcm, [((p.start + p.duration) / 100, p.name) for p in phones])

    return speak


READERS = {"espeak": espeak_reader, "flite": flite_reader, "pico": pico_reader}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("voice", help="engine or engine:voice")
    parser.add_argument("sentences", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000)
    args = parser.parse_args()
    engine, _, voice = args.voice.partition(":")
    rng = random.Random(f"{args.voice} {args.first}")
    texts = args.sentences.read_text().splitlines()[args.first : args.first + args.count]
    if engine == "festival":
        made = festival_corpus(voice, texts, rng)
    elif engine == "diphone":
        made = diphone_corpus(voice, args.count, rng)
    else:
        speak = READERS[engine](voice, rng)
        made = [u for u in map(speak, texts) if u is not None]
    write(args.output, made)
    seconds = sum(len(u.samples) for u in made) / RATE
    unknown = sum(int((u.phones == 255).sum()) for u in made)
    print(f"{args.output.name}: {len(made)} utterances, {seconds / 60:.1f} min, {unknown} unknown")


if __name__ == "__main__":
    main()
