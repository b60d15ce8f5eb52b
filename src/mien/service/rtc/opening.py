"""Peers as the settings want them."""

from __future__ import annotations

from mien.service.observing import Metrics
from mien.service.rtc.ice import ice_servers
from mien.service.rtc.peers import Limits, Peers
from mien.service.rtc.tuning import tune
from mien.service.settings import ServiceSettings


def open_peers(settings: ServiceSettings, metrics: Metrics) -> Peers:
    """None yet. Raises OptionError."""
    servers = ice_servers(settings.ice_servers, settings.turn_secret)
    tune(settings.webrtc_kbps * 1000)
    limits = Limits(each=settings.peers_per_session, all=settings.peers)
    return Peers(servers, limits, metrics.peers.set)
