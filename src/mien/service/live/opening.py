"""Live sessions as the settings want them."""

from __future__ import annotations

import os

from mien.engines.base import engine_info
from mien.engines.settings import EngineSettings
from mien.service.live.hosting import HostProcess
from mien.service.live.sessions import LiveSessions, SessionLimits
from mien.service.observing import Metrics
from mien.service.rendering.renderer import Renderer
from mien.service.settings import ServiceSettings
from mien.service.uploads.uploads import Uploads
from mien.service.workers.base import KeeperLimits
from mien.service.workers.choice import num_cores, variables_of, visible_gpus
from mien.service.workers.interpreter import can_start_interpreters

_CORES_PER_HOST = 4
"""Sessions of one process share its interpreter's lock, which holds them up beyond that."""
_LEAST_SESSIONS = 2


def open_live(
    settings: ServiceSettings,
    engine: EngineSettings,
    uploads: Uploads,
    renderer: Renderer,
    metrics: Metrics,
) -> LiveSessions:
    """Not started yet. Without processes there are no live sessions."""
    cores = num_cores()
    most = settings.live_sessions
    limits = SessionLimits(
        in_all=max(_LEAST_SESSIONS, cores) if most is None else most,
        per_owner=settings.sessions_per_key,
        idle_s=settings.session_idle_s,
    )
    hosts: list[HostProcess] = []
    if settings.run_in == "process" and can_start_interpreters():
        memory = KeeperLimits(settings.engine_memory_mb, settings.portrait_cache_mb)
        gpus = visible_gpus(os.environ) if settings.device in ("auto", "cuda") else ()
        on_gpu = bool(gpus) and "cuda" in engine_info(engine.name).devices
        num_hosts = len(gpus) if on_gpu else max(1, cores // _CORES_PER_HOST)
        variables = variables_of(num_hosts, gpus)
        hosts = [HostProcess(memory, each, engine) for each in variables]

    def count(engine: str, skipped: int) -> None:
        metrics.frames.labels(engine).inc()
        metrics.frames_dropped.inc(skipped)

    live = LiveSessions(hosts, uploads, limits, renderer.expression, count)
    metrics.sessions.set_function(lambda: live.num_live)
    return live
