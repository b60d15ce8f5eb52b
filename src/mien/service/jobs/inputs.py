"""Uploads as jobs need them: kept for a job until it ends, whatever becomes of the uploads."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from mien.errors import OutputError
from mien.media.staging import describe
from mien.service.errors import NotFoundError


class Inputs:
    """In ``folder``/jobs/<id of the job>: second names of the files, which take no room, or copies
    where there can be none. Everything here blocks."""

    def __init__(self, folder: Path) -> None:
        """``folder``: the service's."""
        self._folder = folder
        self._kept = folder / "jobs"

    def keep(self, job: str, files: Mapping[str, str]) -> dict[str, str]:
        """Where these files are for this job, below the service's folder so that it can be moved.
        Raises NotFoundError for one that has gone, and OutputError; nothing stays then."""
        place = self._kept / job
        try:
            if files:
                place.mkdir(mode=0o700, parents=True)
            for path in files.values():
                _share(Path(path), place / Path(path).name)
        except FileNotFoundError:
            self.drop(job)
            raise NotFoundError("an upload has just been deleted; send the file again") from None
        except OSError as error:
            self.drop(job)
            raise OutputError("the job's files", describe(error)) from None
        return {
            id: str((place / Path(path).name).relative_to(self._folder))
            for id, path in files.items()
        }

    def drop(self, job: str) -> None:
        """The job has ended."""
        shutil.rmtree(self._kept / job, ignore_errors=True)

    def drop_all_but(self, jobs: Collection[str]) -> None:
        """What other jobs had has no use any more."""
        with suppress(OSError):
            for place in [*self._kept.iterdir()]:
                if place.name not in jobs:
                    self.drop(place.name)


def _share(path: Path, name: Path) -> None:
    try:
        os.link(path, name)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without second names
        shutil.copyfile(path, name)
