"""Where a result goes."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from mien.errors import OutputError

_FOLDER = Path("outputs")


@contextmanager
def result_path(
    output: str | Path | None,
    verb: str,
    now: datetime,
    *,
    inputs: tuple[str | Path, ...] = (),
    extension: str = ".mp4",
) -> Generator[str | Path]:
    """``output`` as it was given, or ``outputs/<verb>_<time>`` and the extension.

    The folder is made if need be, and removed again when the body fails and left it empty.
    Raises OutputError when that cannot be done, or when ``output`` is one of the ``inputs``,
    which not even ``--force`` may destroy.
    """
    if output is not None:
        if any(same_file(output, given) for given in inputs):
            raise OutputError(output, "is what is read; give another name")
        yield output
        return
    made = _make_folder()
    try:
        yield _FOLDER / f"{verb}_{now:%Y%m%d_%H%M%S}{extension}"
    except BaseException:
        if made:
            with suppress(OSError):  # somebody put something there meanwhile
                _FOLDER.rmdir()
        raise


def _make_folder() -> bool:
    """Whether it had to be made."""
    if _FOLDER.is_dir():
        return False
    try:
        _FOLDER.mkdir()
    except OSError as error:
        raise OutputError(_FOLDER, f"cannot be made ({error.strerror}); give --output") from None
    return True


def same_file(one: str | Path, other: str | Path) -> bool:
    """Whether two paths lead to one existing file."""
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):  # one of them does not exist, or cannot
        return False
