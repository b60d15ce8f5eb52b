"""Faces that live: sessions, the processes that render them, and who watches."""

from mien.service.live.packets import Form, LivePacket
from mien.service.live.session import LiveSession, State
from mien.service.live.sessions import LiveSessions
from mien.service.live.subscription import Subscription

__all__ = ["Form", "LivePacket", "LiveSession", "LiveSessions", "State", "Subscription"]
