"""A live face in a window on the desktop, and the keys that are pressed there."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mien.errors import OptionError
from mien.pipeline.broadcast.shot import Shot

if TYPE_CHECKING:
    import tkinter

OPTION = "--window"
CLOSED = "closed"
"""Stands for a key where the window was closed."""
_TITLE = "Mien   q: quit   r: recalibrate   space: idle   0-9: emotions"


class Window:
    """Belongs to the thread that makes it, which must be the main one. It lives while ``keys`` is
    asked, which is best done a hundred times a second."""

    def __init__(self, size: tuple[int, int]) -> None:
        """Raises OptionError where there is no display, or no tkinter."""
        toolkit = _toolkit()
        try:
            self._root: tkinter.Tk = toolkit.Tk(className="Mien")
        except toolkit.TclError as error:
            problem = f"there is no display that can be used ({error}); give -o FILE"
            raise OptionError(OPTION, problem) from None
        self._error: type[Exception] = toolkit.TclError
        self._root.title(_TITLE)
        self._root.resizable(False, False)
        self._picture = toolkit.PhotoImage(master=self._root, width=size[0], height=size[1])
        toolkit.Label(self._root, image=self._picture, borderwidth=0).pack()
        self._pressed: list[str] = []
        self._root.bind("<Key>", lambda event: self._pressed.append(event.keysym))
        self._root.protocol("WM_DELETE_WINDOW", lambda: self._pressed.append(CLOSED))
        self._root.update()

    def show(self, shot: Shot) -> None:
        """At once; it has no sound."""
        height, width = shot.picture.shape[:2]
        try:
            self._picture.configure(
                data=b"P6 %d %d 255\n" % (width, height) + shot.picture.tobytes()
            )
            self._root.update()
        except self._error:  # it was closed from outside, with its display say
            self._pressed.append(CLOSED)

    def keys(self) -> list[str]:
        """Names of the keys that were pressed since the last time, as Tk calls them."""
        try:
            self._root.update()
        except self._error:
            self._pressed.append(CLOSED)
        pressed, self._pressed = self._pressed, []
        return pressed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Nothing of Tk may be left for another thread's garbage collection to find.
        del self._picture
        try:
            self._root.destroy()
        except self._error:
            return


def has_display() -> bool:
    """Whether a window can be hoped for."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY"))


def _toolkit() -> Any:
    try:
        import tkinter
    except ImportError:
        problem = "needs tkinter, a part of Python (Debian: apt install python3-tk)"
        raise OptionError(OPTION, problem) from None
    return tkinter
