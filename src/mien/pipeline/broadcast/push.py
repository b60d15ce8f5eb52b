"""A live face as a stream to a receiver, which may be away for a while."""

from __future__ import annotations

import threading
import warnings
from fractions import Fraction
from types import TracebackType
from typing import Self

from mien.errors import MienWarning, OptionError, OutputError
from mien.media.live_mux import LiveOutput, open_live_output
from mien.media.live_targets import live_target
from mien.pipeline.broadcast.shot import Shot

_OPTION = "--push"
_AGAIN_S = 3.0


def check_receiver(url: str) -> None:
    """Raises OptionError for what is no address of a receiver."""
    try:
        live_target(url)
    except OptionError as error:
        problem = str(error).removeprefix(f"{error.option}: ")
        raise OptionError(_OPTION, problem) from None


class PushOutlet:
    """A stream that is lost is opened again, every three seconds, until it is there."""

    def __init__(self, url: str, size: tuple[int, int], fps: int) -> None:
        """Waits ten seconds at most. Raises OptionError for an address that is none, OutputError
        when nobody answers there."""
        self._url, self._size, self._rate = url, size, Fraction(fps)
        self._output: LiveOutput | None = self._open()
        self._ending = threading.Event()
        self._opening: threading.Thread | None = None

    def show(self, shot: Shot) -> None:
        """Hand it over."""
        output = self._output
        if output is None:
            return
        try:
            output.write_sound(shot.sound, shot.sound_s)
            output.write(shot.picture, shot.time_s)
        except OutputError as error:
            self._output = None
            warnings.warn(f"{error}; opened again as soon as possible", MienWarning, stacklevel=2)
            self._opening = threading.Thread(
                target=self._open_again, args=(output,), name="mien-push", daemon=True
            )
            self._opening.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending.set()
        if self._opening is not None:
            self._opening.join()
        if self._output is not None:
            self._output.close()

    def _open(self) -> LiveOutput:
        return open_live_output(self._url, size=self._size, rate=self._rate, sound=True)

    def _open_again(self, lost: LiveOutput) -> None:
        lost.close()
        while not self._ending.wait(_AGAIN_S):
            try:
                self._output = self._open()
            except OutputError:
                continue
            return
