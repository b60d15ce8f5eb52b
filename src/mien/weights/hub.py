"""What of the Hugging Face hub lies in its cache on this machine.

The library is imported on use: it takes a third of a second. It reads ``HF_HOME``,
``HF_HUB_CACHE``, ``HF_HUB_OFFLINE``, ``HF_ENDPOINT`` and the tokens by itself.
"""

from __future__ import annotations

import re
from pathlib import Path

_SHA256 = re.compile(r"[0-9a-f]{64}")


def cached_file(repository: str, path: str) -> Path | None:
    """The file of the repository's main branch in the cache, if it is there."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, path)
    return Path(found) if isinstance(found, str) else None


def cache_folder() -> Path:
    """Where the cache is."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def sha256_in_cache(path: Path) -> str | None:
    """The sha256 that the hub gave a file of the cache: large ones are stored under it."""
    name = path.resolve().name
    return name if _SHA256.fullmatch(name) else None
