"""The Hugging Face hub and its cache on this machine.

The library is imported on use: it takes a third of a second. It reads ``HF_HOME``,
``HF_HUB_CACHE``, ``HF_HUB_OFFLINE``, ``HF_ENDPOINT`` and the tokens by itself.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mien.errors import DownloadError

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Published:
    """A file as the hub has it now.

    tag: what names this version. size: bytes. blob: its place in the cache.
    """

    file: str
    url: str
    tag: str
    size: int
    blob: Path

    @property
    def sha256(self) -> str | None:
        """What large files are tagged with."""
        return self.tag if _SHA256.fullmatch(self.tag) else None


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


def published(repository: str, path: str) -> Published:
    """Ask the hub for the newest version of a file. Raises DownloadError."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import repo_folder_name

    file = f"{repository}/{path}"
    url = hf_hub_url(repository, path)
    with refusals(file):
        found = get_hf_file_metadata(url)
    if not found.etag or "/" in found.etag or found.size is None:
        raise DownloadError(file, "the answer is not that of a Hugging Face hub")
    folder = cache_folder() / repo_folder_name(repo_id=repository, repo_type="model")
    return Published(file, url, found.etag, found.size, folder / "blobs" / found.etag)


def register(repository: str, path: str) -> Path:
    """Enter a file whose blob is in the cache under its name there. Raises DownloadError."""
    from huggingface_hub import hf_hub_download

    with refusals(f"{repository}/{path}"):
        return Path(hf_hub_download(repository, path))


@contextmanager
def refusals(file: str) -> Generator[None]:
    """Turns what the library raises into one line about ``file``. Errors of the disk pass."""
    try:
        yield
    except DownloadError:
        raise
    except Exception as error:  # its errors have no root of their own, and differ by version
        if _is_of_the_disk(error):
            raise
        raise DownloadError(file, _reason(error)) from None


def _is_of_the_disk(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno is not None


def _reason(error: Exception) -> str:
    from huggingface_hub import errors

    if isinstance(error, errors.OfflineModeIsEnabled):
        return (
            "cannot be downloaded, since HF_HUB_OFFLINE is set; unset it, or copy the files into a "
            "folder and name that with --models-dir"
        )
    absent, unreached = errors.EntryNotFoundError, errors.LocalEntryNotFoundError
    if isinstance(error, absent) and not isinstance(error, unreached):
        return "the hub has no such file"
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        if isinstance(error, errors.RepositoryNotFoundError) or status in (401, 403):
            return "the hub gives no access; log in with `hf auth login`, or set HF_TOKEN"
        return f"the hub answered {status}; try again later"
    words = " ".join(str(error).split())[:80] or type(error).__name__
    return f"the hub cannot be reached ({words}); check the network and run the command again"
