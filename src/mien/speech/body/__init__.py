"""Head, brows and lids of somebody who speaks."""

from mien.speech.body.hearing import Emphasis
from mien.speech.body.language import (
    LIVELINESS,
    BodyLanguage,
    body_language,
    check_liveliness,
)

__all__ = ["LIVELINESS", "BodyLanguage", "Emphasis", "body_language", "check_liveliness"]
