"""Motion templates on disk."""

from __future__ import annotations

from pathlib import Path

from mien.errors import OutputError, TemplateError
from mien.media.sniff import require_file
from mien.media.staging import Staging
from mien.templates.export import template_to_pickle
from mien.templates.liveportrait import template_from_pickle
from mien.templates.mien_format import template_from_bytes, template_to_bytes
from mien.templates.problems import UnusableError
from mien.templates.template import MotionTemplate

TEMPLATE_EXTENSIONS = (".mien", ".pkl")
MOST_BYTES = 64_000_000
_PICKLE = b"\x80"
_SMALL_TABLE = bytes(5)
"""Bytes 4 to 8 of a ``.mien`` file, whose table's size may begin as a pickle does; in a pickle
opcodes or the length of a frame stand there."""


def read_template(path: str | Path) -> MotionTemplate:
    """A template from a ``.mien`` file or a LivePortrait pickle; the content says which.

    Nothing in the file is ever run. Raises TemplateError for what is no sound template,
    UnreadableMediaError for what is no file.
    """
    file = require_file(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UnusableError(f"is larger than {MOST_BYTES // 1_000_000} MB")
        data = _bytes(file)
        if data.startswith(_PICKLE) and data[3:8] != _SMALL_TABLE:
            return template_from_pickle(data, made_from=file.name)
        return template_from_bytes(data)
    except UnusableError as error:
        raise TemplateError(path, str(error)) from None


def write_template(path: str | Path, template: MotionTemplate, *, force: bool = False) -> None:
    """Write a template as ``.mien``, or as ``.pkl`` for LivePortrait: the extension says which.

    The file appears whole or not at all, and replaces another only with ``force``. Raises
    OutputError.
    """
    staging = template_place(path, force=force)
    as_pickle = staging.target.suffix.lower() == ".pkl"
    data = template_to_pickle(template) if as_pickle else template_to_bytes(template)
    with staging.writing() as temporary:
        temporary.write_bytes(data)


def template_place(path: str | Path, *, force: bool = False) -> Staging:
    """Where a template is to be written; OutputError, before any work, if it may not be."""
    target = Path(path)
    if target.suffix.lower() not in TEMPLATE_EXTENSIONS:
        known = " or ".join(TEMPLATE_EXTENSIONS)
        problem = f"is no name of a motion template; end it with {known}"
        raise OutputError(str(path) or "''", problem)
    return Staging(target, folder=False, force=force)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnusableError(f"cannot be read: {error.strerror}") from None
