"""What callers call their files: for showing only, and made harmless for that."""

from __future__ import annotations

import unicodedata

_LONGEST = 100


def shown_name(name: str) -> str:
    """The last part of a path without what cannot be seen: control characters, marks that turn
    the direction of writing, halves of characters. At most 100 characters; may be empty."""
    last = name[-4096:].replace("\\", "/").rpartition("/")[2]
    visible = "".join(each for each in last if not unicodedata.category(each).startswith("C"))
    return visible.strip()[:_LONGEST]
