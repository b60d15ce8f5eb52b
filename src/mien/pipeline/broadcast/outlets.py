"""Which outlets are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mien.errors import OptionError
from mien.media import open_sink
from mien.pipeline.broadcast.background import Background
from mien.pipeline.broadcast.film import FilmOutlet
from mien.pipeline.broadcast.push import PushOutlet, check_receiver
from mien.pipeline.broadcast.shot import Outlet
from mien.pipeline.broadcast.virtual_camera import VirtualCamera, check_package
from mien.pipeline.broadcast.window import Window, has_display
from mien.pipeline.options import MIN_SIDE


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where the pictures go."""

    window: bool
    virtual_camera: bool
    push: str | None
    path: str | Path | None
    force: bool

    @classmethod
    def of(
        cls,
        window: bool | None,
        virtual_camera: bool,
        push: str | None,
        path: str | Path | None,
        *,
        force: bool,
    ) -> Outlets:
        """A window if nothing else is asked for. Raises OptionError where nothing can be shown,
        OutputError for a file that cannot be written."""
        elsewhere = virtual_camera or push is not None or path is not None
        windowed = not elsewhere if window is None else window
        if not (windowed or elsewhere):
            raise OptionError("--no-window", "leaves nothing to show; give -o FILE or another one")
        if windowed and not has_display():
            ways = "give -o FILE, --virtual-camera or --push URL"
            raise OptionError("--window", f"there is no display here; {ways}")
        if virtual_camera:
            check_package()
        if push is not None:
            check_receiver(push)
        if path is not None:
            open_sink(path, size=(MIN_SIDE, MIN_SIDE), rate=Fraction(1), force=force)
        return cls(windowed, virtual_camera, push, path, force)

    def open(
        self, stack: ExitStack, size: tuple[int, int], fps: int, *, sound: bool
    ) -> tuple[Sequence[Outlet], Window | None]:
        """All of them, those first that show at once, and the window; closed with the stack."""
        outlets: list[Outlet] = []
        screen = None
        if self.virtual_camera:
            outlets.append(stack.enter_context(VirtualCamera(size, fps)))
        if self.push is not None:
            outlets.append(stack.enter_context(PushOutlet(self.push, size, fps)))
        if self.path is not None:
            film = FilmOutlet(self.path, size, fps, sound=sound, force=self.force)
            outlets.append(stack.enter_context(Background(film)))
        if self.window:
            screen = stack.enter_context(Window(size))
            outlets.append(screen)
        return outlets, screen
