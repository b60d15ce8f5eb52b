"""Visemes: what a mouth looks like while it speaks."""

from mien.speech.visemes.accuracy import LipsyncAccuracy, measure_lipsync_accuracy
from mien.speech.visemes.hearing import audio_to_visemes
from mien.speech.visemes.interpolation import interpolate_visemes
from mien.speech.visemes.segments import VisemeSegment
from mien.speech.visemes.shapes import VISEMES, Viseme
from mien.speech.visemes.smoothing import smooth_viseme_sequence
from mien.speech.visemes.table import phoneme_to_viseme, viseme_blendshapes
from mien.speech.visemes.track import VisemeTrack, visemes_from_segments
from mien.speech.visemes.validation import validate_viseme_sequence

__all__ = [
    "VISEMES",
    "LipsyncAccuracy",
    "Viseme",
    "VisemeSegment",
    "VisemeTrack",
    "audio_to_visemes",
    "interpolate_visemes",
    "measure_lipsync_accuracy",
    "phoneme_to_viseme",
    "smooth_viseme_sequence",
    "validate_viseme_sequence",
    "viseme_blendshapes",
    "visemes_from_segments",
]
