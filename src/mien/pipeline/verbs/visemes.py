"""Mouth shapes of a recording, written to a file: what ``mien visemes`` does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Literal, get_args

from mien.errors import OptionError, OutputError
from mien.media.staging import Staging
from mien.pipeline.options import parse_rate
from mien.pipeline.report import rate_text
from mien.pipeline.spoken_text import read_spoken_text
from mien.pipeline.target import result_path
from mien.speech.visemes import VisemeTrack, audio_to_visemes
from mien.speech.visemes.export import track_csv, track_json
from mien.speech.visemes.rhubarb import rhubarb_json, rhubarb_tsv

VisemeFormat = Literal["json", "csv", "rhubarb"]
FORMATS: tuple[VisemeFormat, ...] = get_args(VisemeFormat)
_EXTENSIONS: dict[VisemeFormat, tuple[str, ...]] = {
    "json": (".json",),
    "csv": (".csv",),
    "rhubarb": (".tsv", ".json"),
}
"""Of each format; the first where there is no name yet."""


@dataclass(frozen=True, slots=True)
class VisemesReport:
    """Facts of a run. backend: what recognised the sound. rate: frames per second, exact.
    warnings: one line each. seconds: wall time."""

    output: str
    format: VisemeFormat
    backend: str
    segments: int
    frames: int
    rate: Fraction
    duration_s: float
    warnings: tuple[str, ...]
    seconds: float

    def to_json(self) -> str:
        """One line of JSON; the rate is written as ``30000/1001``."""
        facts = asdict(self)
        facts["rate"] = rate_text(self.rate)
        return json.dumps(facts)


def write_visemes(
    audio: str | Path,
    output: str | Path | None = None,
    *,
    text: str | None = None,
    text_file: str | Path | None = None,
    fps: str | float | Fraction = 24,
    format: str | None = None,
    force: bool = False,
) -> VisemesReport:
    """Write what a mouth does while a recording plays. docs/visemes.md explains formats.

    ``format``: json, csv or rhubarb; without it the extension of ``output`` says it (.tsv is
    Rhubarb's). ``output``: default ``outputs/visemes_<date>_<time>``. Raises an InputError for bad
    input, before any file is written.
    """
    begun = time.perf_counter()
    inputs = (audio,) if text_file is None else (audio, text_file)
    rate = parse_rate(fps)
    known = _format_named(format)
    said = read_spoken_text(text, text_file)
    extension = _EXTENSIONS[known or "json"][0]
    now = datetime.now()
    with result_path(output, "visemes", now, inputs=inputs, extension=extension) as target:
        path = Path(target)
        kind = _format_of(path, known)
        staging = Staging(path, folder=False, force=force)
        track = audio_to_visemes(audio, fps=rate, text=said)
        lines = _lines(track, kind, path, Path(audio).name)
        with (
            staging.writing() as temporary,
            temporary.open("w", encoding="utf-8", newline="\n") as file,
        ):
            file.writelines(lines)
    return VisemesReport(
        output=str(path),
        format=kind,
        backend=track.backend,
        segments=len(track.segments),
        frames=len(track.visemes),
        rate=track.fps,
        duration_s=round(track.duration_s, 3),
        warnings=track.warnings,
        seconds=round(time.perf_counter() - begun, 4),
    )


def _format_named(name: str | None) -> VisemeFormat | None:
    for known in FORMATS:
        if known == name:
            return known
    if name is not None:
        raise OptionError("--format", f"{name!r} is unknown; choose {', '.join(FORMATS)}")
    return None


def _format_of(path: Path, known: VisemeFormat | None) -> VisemeFormat:
    extension = path.suffix.lower()
    for each in FORMATS if known is None else (known,):
        if extension in _EXTENSIONS[each]:
            return each
    formats = FORMATS if known is None else (known,)
    fitting = dict.fromkeys(end for each in formats for end in _EXTENSIONS[each])
    raise OutputError(path, f"is no name for visemes; end it with {' or '.join(fitting)}")


def _lines(track: VisemeTrack, kind: VisemeFormat, path: Path, sound: str) -> Iterator[str]:
    match kind:
        case "json":
            return track_json(track, sound)
        case "csv":
            return track_csv(track)
        case "rhubarb":
            as_tsv = path.suffix.lower() == ".tsv"
            return rhubarb_tsv(track) if as_tsv else rhubarb_json(track, sound)
