"""A live face on this machine: a camera and a microphone in; windows, files and streams out."""

from mien.pipeline.broadcast.loop import Broadcast
from mien.pipeline.broadcast.shot import Outlet, Shot
from mien.pipeline.broadcast.tally import Tally

__all__ = ["Broadcast", "Outlet", "Shot", "Tally"]
