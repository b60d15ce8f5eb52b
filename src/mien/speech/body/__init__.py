"""What a head does while it speaks."""

from mien.speech.body.hearing import Emphasis
from mien.speech.body.language import BodyLanguage, body_language

__all__ = ["BodyLanguage", "Emphasis", "body_language"]
