"""Streams as the settings want them."""

from __future__ import annotations

from mien.service.observing import Metrics
from mien.service.settings import ServiceSettings
from mien.service.streams.hosts import PushHosts
from mien.service.streams.pushes import Pushes
from mien.service.streams.room import Room
from mien.service.streams.watching import Watchers


def open_watchers(settings: ServiceSettings, metrics: Metrics) -> Watchers:
    """None yet."""
    return Watchers(_room(settings, metrics, "http"))


def open_pushes(settings: ServiceSettings, metrics: Metrics) -> Pushes:
    """None yet. Raises OptionError."""
    return Pushes(PushHosts.parse(settings.push_to), _room(settings, metrics, "rtmp"))


def _room(settings: ServiceSettings, metrics: Metrics, kind: str) -> Room:
    count = metrics.streams.labels(kind).set
    return Room(each=settings.peers_per_session, all=settings.peers, on_count=count)
