"""A result that appears whole or not at all: written beside its place, renamed at the end."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mien.errors import OutputError


@dataclass(frozen=True, slots=True)
class Contents:
    """What a folder of ours holds: a word for it, and the names of its files."""

    word: str
    names: re.Pattern[str]


FRAMES = Contents("frames", re.compile(r"\d{6,}\.png"))


class Staging:
    """The temporary place of one output, a file or a folder.

    A link counts as what exists; with ``force`` what it leads to is replaced, and the link stays.
    """

    def __init__(
        self, target: Path, *, folder: bool, force: bool, contents: Contents = FRAMES
    ) -> None:
        """Check that ``target`` may be written. Creates nothing. Raises OutputError."""
        self.target = target
        self._folder = folder
        self._contents = contents
        self._force = force
        part = f".{target.stem}.{secrets.token_hex(4)}.part{target.suffix}"
        try:
            self._place = link_end(target)
            self._check()
        except OSError as error:  # a name the file system cannot hold
            raise OutputError(target, describe(error)) from None
        self.path = self._place.parent / part  # beside it, where a rename is possible

    def create(self) -> None:
        """Make the temporary file or folder. Raises OutputError."""
        try:
            if self._folder:
                self.path.mkdir()
            else:
                self.path.touch(exist_ok=False)
        except (OSError, ValueError) as error:  # ValueError: a name with a null character
            raise OutputError(self.target, describe(error)) from None

    def commit(self) -> None:
        """Put the temporary in its place. Raises OutputError."""
        self._check()  # somebody may have put something there meanwhile
        try:
            if self._folder and self._place.is_dir():
                self._swap_folders()
            else:
                self.path.replace(self._place)
        except OSError as error:
            raise OutputError(self.target, describe(error)) from None

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """The temporary file to write to, put in its place when the block ends without an error,
        removed else. Raises OutputError, also for an OSError in the block."""
        self.create()
        try:
            yield self.path
            self.commit()
        except OSError as error:
            raise OutputError(self.target, describe(error)) from None
        finally:
            self.discard()

    def discard(self) -> None:
        """Leave nothing behind. Never raises OSError."""
        with suppress(OSError):
            if self._folder:
                shutil.rmtree(self.path, ignore_errors=True)
            else:
                self.path.unlink(missing_ok=True)

    def _check(self) -> None:
        _check_parent(self.target, self._place.parent)
        if self._folder:
            self._check_folder()
        elif self._place.is_dir():
            raise OutputError(self.target, "is a folder; give a file name")
        elif self._place.exists() and not self._place.is_file():
            raise OutputError(self.target, "is not a regular file")
        elif is_there(self.target) and not self._force:
            raise OutputError(self.target, "exists already; use --force to replace it")

    def _check_folder(self) -> None:
        word = self._contents.word
        if not self._place.exists():
            if is_there(self.target) and not self._force:
                raise OutputError(self.target, "exists already; use --force to replace it")
            return
        if not self._place.is_dir():
            raise OutputError(self.target, f"is a file; a folder of {word} was asked for")
        names = [entry.name for entry in self._place.iterdir()]
        if any(not self._contents.names.fullmatch(name) for name in names):
            # Even by force: a folder is replaced whole, and this one is not ours.
            raise OutputError(self.target, f"holds other files than {word}; give another folder")
        if names and not self._force:
            raise OutputError(self.target, f"holds {word} already; use --force to replace them")

    def _swap_folders(self) -> None:
        old = self.path.with_name(self.path.name + ".old")
        self._place.replace(old)
        try:
            self.path.replace(self._place)
        except OSError:
            old.replace(self._place)
            raise
        shutil.rmtree(old, ignore_errors=True)


def make_folder(path: Path) -> None:
    """Make a folder and those above it. Raises OutputError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # ValueError: as above
        raise OutputError(path, describe(error)) from None


def is_there(path: Path) -> bool:
    """Whether something has this name, be it a link that leads nowhere."""
    return os.path.lexists(path)


def link_end(path: Path) -> Path:
    """The path, or for a link the place it leads to in the end, which need not exist.

    OutputError for links that lead in a circle.
    """
    if not path.is_symlink():
        return path
    end = Path(os.path.realpath(path))
    if end.is_symlink():
        raise OutputError(path, "is a link that leads in a circle; remove it or give another name")
    return end


def _check_parent(path: Path, parent: Path) -> None:
    """OutputError about ``path`` unless files can be made in the folder ``parent``."""
    if not parent.is_dir():
        nearest = next((each for each in (parent, *parent.parents) if is_there(each)), parent)
        if is_there(nearest) and not nearest.is_dir():
            raise OutputError(path, f"{nearest} is a file, not a folder; give another place")
        raise OutputError(path, f"the folder {parent} does not exist; make it first")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(path, f"the folder {parent} is not writable")


def describe(error: BaseException) -> str:
    """What stopped the writing, in one line."""
    number = getattr(error, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT):
        return "no space left on the disk"
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"cannot be written: {reason}"
