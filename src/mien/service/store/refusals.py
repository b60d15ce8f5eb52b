"""What a store complains of, in our words: no path of this machine, no address of a bucket."""

from __future__ import annotations

import logging
import os
import re
from typing import Final

from mien.errors import OutputError

NOT_THERE: Final = "there is no such result; it may have been deleted"
_log = logging.getLogger(__name__)
_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_STATUS = re.compile(r"\bstatus(?: code)?:? (\d{3})\b|\bwith status (\d{3})\b")


def refusal(error: Exception) -> OutputError:
    """The error that is told instead; the log has the whole story."""
    _log.error("the store of results: %s", str(error).split("\n", 1)[0])
    return OutputError("the store of results", f"{why(error)}; the service's operator must help")


def why(error: Exception) -> str:
    """The reason alone, as ``No space left on device``."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    words = str(error).split("\n", 1)[0]
    if found := _OS_ERROR.search(words):
        return os.strerror(int(found[1]))
    kind = type(error).__name__
    if kind in ("PermissionDeniedError", "UnauthenticatedError"):
        return "it does not accept the credentials"
    if found := _STATUS.search(words):
        return f"it answered {found[1] or found[2]}"
    return "it cannot be reached or does not work"
