"""Names of things in the store. They are ours: no word of a caller is in them."""

from __future__ import annotations

import re

from mien.service.errors import NotFoundError
from mien.service.store.refusals import NOT_THERE

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}"
_KEY = re.compile(rf"{_NAME}(/{_NAME}){{0,4}}", re.ASCII)


def checked_key(key: str) -> str:
    """The key, if it can be one. Raises NotFoundError: what cannot be named cannot be there."""
    if _KEY.fullmatch(key) is None:
        raise NotFoundError(NOT_THERE)
    return key
