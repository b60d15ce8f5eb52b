"""A viseme track as text: Mien's JSON, and CSV."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from mien.motion.arkit import BLENDSHAPES
from mien.speech.visemes.shapes import MOUTH
from mien.speech.visemes.track import VisemeTrack

_COLUMNS = ("frame", "time", "viseme", *MOUTH, "closure")


def track_json(track: VisemeTrack, sound_file: str) -> Iterator[str]:
    """Lines of JSON, one for each segment and frame. docs/visemes.md says what they hold."""
    facts = {
        "audio": sound_file,
        "duration": round(track.duration_s, 6),
        "rate": f"{track.fps.numerator}/{track.fps.denominator}",
        "backend": track.backend,
        "warnings": list(track.warnings),
    }
    yield "{\n"
    for name, fact in facts.items():
        yield f"{json.dumps(name)}: {json.dumps(fact)},\n"
    yield '"segments": ['
    yield from _listed(_segments(track))
    yield '],\n"frames": ['
    yield from _listed(_frames(track))
    yield "]\n}\n"


def track_csv(track: VisemeTrack) -> Iterator[str]:
    """Lines of CSV: a heading, and one for each frame."""
    yield ",".join(_COLUMNS) + "\n"
    for number, name in enumerate(track.visemes):
        mouth = ",".join(f"{value:.4f}" for value in track.sequence[number])
        time = f"{_time(track, number):.4f}"
        yield f"{number},{time},{name},{mouth},{track.closure[number]:g}\n"


def _segments(track: VisemeTrack) -> Iterator[dict[str, Any]]:
    for segment in track.segments:
        yield {
            "start": round(segment.start_s, 4),
            "end": round(segment.end_s, 4),
            "phoneme": segment.phoneme,
            "viseme": segment.viseme,
            "confidence": round(segment.confidence, 3),
        }


def _frames(track: VisemeTrack) -> Iterator[dict[str, Any]]:
    blendshapes = track.blendshapes
    for number, name in enumerate(track.visemes):
        weights = blendshapes[number]
        yield {
            "time": round(_time(track, number), 4),
            "viseme": name,
            "mouth": [round(float(value), 4) for value in track.sequence[number]],
            "closure": float(track.closure[number]),
            "blendshapes": {
                BLENDSHAPES[shape]: round(float(weights[shape]), 4)
                for shape in np.flatnonzero(weights)
            },
        }


def _time(track: VisemeTrack, frame: int) -> float:
    return float((2 * frame + 1) / (2 * track.fps))


def _listed(items: Iterable[object]) -> Iterator[str]:
    before = "\n"
    for item in items:
        yield before + json.dumps(item)
        before = ",\n"
    if before != "\n":
        yield "\n"
