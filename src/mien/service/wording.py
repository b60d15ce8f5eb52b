"""What callers are told of an error: nothing of the disk that the service runs on."""

from __future__ import annotations

import re
from pathlib import Path

from mien.errors import InputError, MienError, MissingWeightsError, WeightsError

_FOLDER = "models"
"""The option that a wrong folder of weights is told as; whoever runs the service chose it."""
_FLAG = re.compile(r"(?<![\w-])--(?:no-)?([a-z][a-z-]*)")
"""An option of the command line, anywhere in a message."""


def public_words(error: MienError) -> str:
    """The message as a caller may read it: files by the names they have here without their
    folders, options as fields, and of weights how to get them. Whoever runs the service sees the
    whole with the command that is named."""
    if isinstance(error, MissingWeightsError) and error.names_folders:
        how = f"`mien models download {error.bundle}` fetches them"
        return f"engine {error.engine}: its weights are not here; {how}"
    if isinstance(error, WeightsError):
        return "files of weights cannot be used; `mien models verify` says which, and why"
    if getattr(error, "option", None) == _FOLDER:
        return "weights are looked for in what is no folder; `mien doctor` says where"
    words = str(error)
    path = getattr(error, "path", None)
    if isinstance(error, InputError) and path:
        words = words.replace(str(path), Path(str(path)).name)
    return _FLAG.sub(lambda flag: flag[1].replace("-", "_"), words)
