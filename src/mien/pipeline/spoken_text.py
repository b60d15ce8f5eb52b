"""What ``--text`` and ``--text-file`` say: the words of a recording."""

from __future__ import annotations

from pathlib import Path

from mien.errors import OptionError, UnreadableMediaError
from mien.media.sniff import require_file

_MAX_BYTES = 1_000_000


def read_spoken_text(text: str | None, text_file: str | Path | None) -> str | None:
    """The text as it is given or as the file (UTF-8, at most 1 MB) holds it; None without either.

    Raises OptionError for both at once and for an empty text, UnreadableMediaError for a file that
    cannot be read.
    """
    if text is not None and text_file is not None:
        raise OptionError("--text", "and --text-file exclude each other; give one of them")
    if text_file is not None:
        text = _content(text_file)
    if text is not None and not text.strip():
        option = "--text" if text_file is None else f"--text-file {text_file}"
        raise OptionError(option, "is empty; leave it out to have the sound recognised")
    return text


def _content(path: str | Path) -> str:
    try:
        with require_file(path).open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise UnreadableMediaError(path, f"is larger than {_MAX_BYTES // 1_000_000} MB")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableMediaError(path, "is not text in UTF-8") from None
    except OSError as error:
        raise UnreadableMediaError(path, f"cannot be read: {error.strerror}") from None
