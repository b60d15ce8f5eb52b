"""Mouth cues in the manner of Rhubarb Lip Sync, for the animation programs that read them.

Each phoneme has one of Rhubarb's shapes, after the descriptions in its manual; a diphthong has
two, half its time each. Nothing is left out and nothing put in between: Rhubarb itself also looks
at the neighbours of a sound.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from mien.speech.visemes.shapes import CueName
from mien.speech.visemes.table import phoneme_to_viseme
from mien.speech.visemes.track import VisemeTrack

_REST: CueName = "X"


class MouthCue(NamedTuple):
    """One of Rhubarb's mouth shapes, and for how long. Times in hundredths of a second."""

    start: int
    end: int
    shape: CueName


def mouth_cues(track: VisemeTrack) -> list[MouthCue]:
    """The cues of a track from 0 to its end, without gaps; neighbours differ. Where a phoneme is
    shorter than the hundredth of a second in which cues count, it has none."""
    cues: list[MouthCue] = []
    end = int(track.duration_s * 100)
    at = 0
    for start_s, end_s, shape in _shapes(track):
        begun, over = min(round(start_s * 100), end), min(round(end_s * 100), end)
        _add(cues, MouthCue(at, begun, _REST))
        _add(cues, MouthCue(begun, over, shape))
        at = max(at, over)
    _add(cues, MouthCue(at, end, _REST))
    return cues


def rhubarb_tsv(track: VisemeTrack) -> Iterator[str]:
    """Lines of Rhubarb's TSV: when a shape begins; the last one is the end of the sound."""
    for cue in mouth_cues(track):
        yield f"{_seconds(cue.start)}\t{cue.shape}\n"
    yield f"{_seconds(int(track.duration_s * 100))}\t{_REST}\n"


def rhubarb_json(track: VisemeTrack, sound_file: str) -> Iterator[str]:
    """Lines of Rhubarb's JSON."""
    duration = _seconds(int(track.duration_s * 100))
    yield '{\n  "metadata": {\n'
    yield f'    "soundFile": {json.dumps(sound_file)},\n    "duration": {duration}\n  }},\n'
    yield '  "mouthCues": ['
    before = "\n"
    for cue in mouth_cues(track):
        times = f'"start": {_seconds(cue.start)}, "end": {_seconds(cue.end)}'
        yield f'{before}    {{ {times}, "value": "{cue.shape}" }}'
        before = ",\n"
    yield "\n  ]\n}\n"


def _shapes(track: VisemeTrack) -> Iterator[tuple[float, float, CueName]]:
    for segment in track.segments:
        viseme = phoneme_to_viseme(segment.phoneme)
        if viseme.end_cue is None:
            yield segment.start_s, segment.end_s, viseme.cue
        else:
            middle = (segment.start_s + segment.end_s) / 2
            yield segment.start_s, middle, viseme.cue
            yield middle, segment.end_s, viseme.end_cue


def _add(cues: list[MouthCue], cue: MouthCue) -> None:
    """Append a cue that lasts; one of the same shape grows."""
    if cue.end <= cue.start:
        return
    if cues and cues[-1].shape == cue.shape:
        cue = cue._replace(start=cues.pop().start)
    cues.append(cue)


def _seconds(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"
