"""Where uploads lie: ``folder``/<owner>/<id>.<extension>, beside it <id>.json with what is known of
it, and what was found out since. Everything here blocks."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from mien.errors import OutputError
from mien.media.staging import describe
from mien.service.errors import TooLargeError
from mien.service.security.keys import Owner
from mien.service.uploads.upload import Facts, Upload

_ID = re.compile(r"[0-9a-f]{64}")
_PART, _CARD = ".part", ".json"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """id: SHA-256 of all bytes, hex. head: the first of them."""

    id: str
    size: int
    head: bytes


def measure(file: BinaryIO, most: int, head: int) -> Measured:
    """Read a file once from its beginning. TooLargeError beyond ``most`` bytes."""
    file.seek(0)
    digest, size, first = hashlib.sha256(), 0, b""
    while chunk := file.read(_CHUNK):
        first = first or chunk[:head]
        size += len(chunk)
        if size > most:
            raise TooLargeError(f"the file has more than {most / 1e6:g} MB; make it smaller")
        digest.update(chunk)
    return Measured(digest.hexdigest(), size, first)


class Shelf:
    """The files. One user at a time for each id; ids may come from anywhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def clear_up(self) -> None:
        """Remove what servers that are no more left half written."""
        for path in self._folder.glob(f"*/.*{_PART}"):
            writer = path.name[1:].partition("-")[0]
            if not (writer.isdecimal() and _runs(int(writer))):
                with suppress(OSError):
                    path.unlink()

    def part(self, owner: Owner) -> Path:
        """A temporary name, which says who writes there."""
        return self._folder / owner / f".{os.getpid()}-{secrets.token_hex(8)}{_PART}"

    def take(self, file: BinaryIO, part: Path) -> None:
        """Copy the file to a temporary name. Raises OutputError; leaves nothing then."""
        with _written(part):
            part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.seek(0)
            with part.open("xb") as copy:
                shutil.copyfileobj(file, copy, _CHUNK)

    def place(self, owner: Owner, id: str, extension: str) -> Path:
        """Where the file of an id lies."""
        return self._folder / owner / f"{id}{extension}"

    def put(self, part: Path, upload: Upload) -> None:
        """Give the copy its name and write down what is known of it. Raises OutputError."""
        with _written(upload.path):
            part.replace(upload.path)
        self.note(upload, _CARD, json.dumps(_card(upload)).encode())

    def find(self, owner: Owner, id: str) -> Upload | None:
        """None where there is no such file, or not all of it."""
        if not _ID.fullmatch(id):
            return None
        try:
            said = json.loads((self._folder / owner / f"{id}{_CARD}").read_bytes())
            upload = self._upload(owner, id, said)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return upload if upload.path.is_file() else None

    def use(self, owner: Owner, id: str) -> Upload | None:
        """Find it; it is used now. Where nothing can be written it only ages."""
        upload = self.find(owner, id)
        if upload is not None:
            with suppress(OSError):
                os.utime(upload.path)
        return upload

    def all(self, owner: Owner) -> Iterator[Upload]:
        """All of an owner's, in no order."""
        for card in (self._folder / owner).glob(f"*{_CARD}"):
            if (upload := self.find(owner, card.name.removesuffix(_CARD))) is not None:
                yield upload

    def delete(self, owner: Owner, id: str) -> bool:
        """All of an id, also what a crash left of it; whoever reads it now can go on. False where
        there was no whole upload. Raises OutputError."""
        upload = self.find(owner, id)
        if _ID.fullmatch(id):
            card = self.place(owner, id, _CARD)
            with _written(card):
                # The card first: what is left without it is no upload.
                card.unlink(missing_ok=True)
                for path in card.parent.glob(f"{id}.*"):
                    path.unlink(missing_ok=True)
        return upload is not None

    def note(self, upload: Upload, suffix: str, data: bytes) -> None:
        """Keep something found out about an upload. Raises OutputError."""
        part = self.part(upload.owner)
        with _written(part):
            part.write_bytes(data)
            part.replace(upload.path.with_suffix(suffix))

    def noted(self, upload: Upload, suffix: str) -> bytes | None:
        """What was kept so."""
        with suppress(OSError):
            return upload.path.with_suffix(suffix).read_bytes()
        return None

    def _upload(self, owner: Owner, id: str, said: dict[str, Any]) -> Upload:
        return Upload(
            id=id,
            owner=owner,
            kind=said["kind"],
            path=self.place(owner, id, said["extension"]),
            size=said["size"],
            media_type=said["media_type"],
            name=said["name"],
            facts=Facts(**said["facts"]),
            created=said["created"],
        )


def _card(upload: Upload) -> dict[str, Any]:
    return {
        "kind": upload.kind,
        "extension": upload.path.suffix,
        "size": upload.size,
        "media_type": upload.media_type,
        "name": upload.name,
        "facts": asdict(upload.facts),
        "created": upload.created,
    }


def _runs(process: int) -> bool:
    """Whether it is another process that runs: this one has not begun to write."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # somebody else's
    return True


@contextmanager
def _written(path: Path) -> Generator[None]:
    """Faults of the disk as OutputError that names no folder; what is half written goes."""
    try:
        yield
    except BaseException as error:
        if path.suffix == _PART:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError("the upload", describe(error)) from None
        raise
