"""How the service is set up: one table, from which come the flags of ``mien serve``, their
environment variables (``MIEN_`` and the name), the keys of the TOML file and docs/serving.md.

It imports nothing of the web, so that ``mien --help`` stays quick.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from mien.checks import check_choice, check_number, check_whole
from mien.engines.settings import EngineSettings
from mien.errors import OptionError

Api = Literal["avatar", "frames"]
APIS: tuple[Api, ...] = get_args(Api)
RunIn = Literal["process", "inline"]
RUN_IN: tuple[RunIn, ...] = get_args(RunIn)
LogFormat = Literal["text", "json"]
LOG_FORMATS: tuple[LogFormat, ...] = get_args(LogFormat)
_PORTS: dict[Api, int] = {"avatar": 8001, "frames": 8081}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Said:
    """What the help says of a setting, under which heading, and what stands for its value."""

    help: str
    panel: str
    metavar: str | None = None


_NET, _WORK, _KEEP, _LIMITS, _SAFETY, _LOGS = (
    "Network", "Work", "What is kept", "Limits", "Safety", "Logs",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """The settings of ``mien serve`` with their defaults; OptionError when one of them cannot be
    honoured. Sizes in millions of bytes or pixels, times in the unit that the name ends with."""

    api: Annotated[
        str, Said("Whose GET /health and port: avatar (8001) or frames (8081).", _NET, "NAME")
    ] = "avatar"
    host: Annotated[
        str, Said("Address to listen on. Others than this machine's own need keys.", _NET, "HOST")
    ] = "127.0.0.1"
    port: Annotated[
        int | None, Said("Port; 0 takes a free one. Default: that of --api.", _NET, "N")
    ] = None
    cors_origins: Annotated[
        tuple[str, ...],
        Said("Origin of web pages that may call the service; give it again for more.", _NET, "URL"),
    ] = ()
    ice_servers: Annotated[
        tuple[str, ...],
        Said(
            "STUN or TURN server of WebRTC: stun:host:port, turn:name:password@host:port; again "
            "for more.",
            _NET,
            "URL",
        ),
    ] = ()
    turn_secret: Annotated[
        str | None,
        Said("Shared with TURN servers given as turn:host:port; names end in a day.", _NET, "KEY"),
    ] = None

    engine: Annotated[str, Said("Engine where a request names none.", _WORK, "NAME")] = "mesh"
    device: Annotated[str, Said("Where engines run: auto, cpu, cuda, cuda:N.", _WORK)] = "auto"
    models_dir: Annotated[
        str | None, Said("Where weights are looked for first.", _WORK, "FOLDER")
    ] = None
    run_in: Annotated[
        str, Said("Where work runs: process, or inline in the server's own.", _WORK, "WORD")
    ] = "process"
    workers: Annotated[
        int, Said("Processes that work; 0 is one per GPU or core, at least 2.", _WORK, "N")
    ] = 0
    engine_memory_mb: Annotated[
        int, Said("Engines that each worker keeps; beyond it the longest unused go.", _WORK, "MB")
    ] = 9000
    portrait_cache_mb: Annotated[
        int, Said("Prepared portraits that each worker keeps.", _WORK, "MB")
    ] = 512
    frame_cache_mb: Annotated[int, Said("Finished frames that are kept.", _WORK, "MB")] = 64
    live_sessions: Annotated[
        int | None,
        Said("Live faces at the same time; 0 none. Default: one per core, at least 2.", _WORK, "N"),
    ] = None
    webrtc_kbps: Annotated[
        int, Said("Most of a video over WebRTC, in 1000 bits a second.", _WORK, "N")
    ] = 2500

    data_dir: Annotated[
        str | None,
        Said("Uploads, jobs, keys and results. Default: mien in XDG_DATA_HOME.", _KEEP, "FOLDER"),
    ] = None
    store: Annotated[
        str | None,
        Said("Results elsewhere: a folder, or s3://bucket/prefix.", _KEEP, "URL"),
    ] = None
    retention_h: Annotated[
        float, Said("Results and uploads unused for longer are deleted.", _KEEP, "HOURS")
    ] = 168.0
    retention_mb: Annotated[
        int, Said("Beyond this the oldest results and uploads are deleted.", _KEEP, "MB")
    ] = 20_000

    max_upload_mb: Annotated[int, Said("Largest request.", _LIMITS, "MB")] = 512
    max_portrait_mb: Annotated[int, Said("Largest portrait.", _LIMITS, "MB")] = 32
    max_megapixels: Annotated[int, Said("Largest picture.", _LIMITS, "N")] = 50
    max_duration_s: Annotated[float, Said("Longest film or sound.", _LIMITS, "S")] = 600.0
    max_frames: Annotated[int, Said("Most frames of a result.", _LIMITS, "N")] = 36_000
    queue_size: Annotated[int, Said("Jobs that may wait.", _LIMITS, "N")] = 100
    jobs_per_key: Annotated[int, Said("Jobs of one key that may wait or run.", _LIMITS, "N")] = 20
    requests_per_key: Annotated[
        int, Said("Requests of one key at the same time.", _LIMITS, "N")
    ] = 64
    sessions_per_key: Annotated[int, Said("Live faces of one key.", _LIMITS, "N")] = 4
    session_idle_s: Annotated[
        float, Said("Live faces that nobody watches or talks to are closed.", _LIMITS, "S")
    ] = 60.0
    peers: Annotated[
        int, Said("WebRTC connections in all; streams and pushes as many each.", _LIMITS, "N")
    ] = 32
    peers_per_session: Annotated[
        int,
        Said("WebRTC connections of one live face; streams and pushes as many each.", _LIMITS, "N"),
    ] = 4

    api_key: Annotated[
        tuple[str, ...],
        Said("A key that callers must show, beside those of `mien keys`.", _SAFETY, "KEY"),
    ] = ()
    push_to: Annotated[
        tuple[str, ...],
        Said(
            "Host, or host:port, that live faces may be pushed to by RTMP; again for more.",
            _SAFETY,
            "HOST",
        ),
    ] = ()
    insecure: Annotated[bool, Said("Listen beyond this machine without keys.", _SAFETY)] = False
    compat_empty_zip: Annotated[
        bool, Said("POST /predict/ answers a missing file and no face with an empty ZIP.", _SAFETY)
    ] = False
    drain_s: Annotated[
        float, Said("How long running jobs may go on after SIGTERM.", _SAFETY, "S")
    ] = 30.0

    log_format: Annotated[str, Said("text or json.", _LOGS, "WORD")] = "text"
    tracing: Annotated[
        bool, Said("Send OpenTelemetry traces, as OTEL_... variables say.", _LOGS)
    ] = False

    def __post_init__(self) -> None:
        check_choice("--api", self.api, APIS)
        check_choice("--run-in", self.run_in, RUN_IN)
        check_choice("--log-format", self.log_format, LOG_FORMATS)
        if self.port is not None:
            check_whole("--port", self.port, least=0, most=65535)
        if self.live_sessions is not None:
            check_whole("--live-sessions", self.live_sessions, least=0, most=1000)
        for option, count, least in (
            ("--workers", self.workers, 0),
            ("--queue-size", self.queue_size, 1),
            ("--jobs-per-key", self.jobs_per_key, 1),
            ("--requests-per-key", self.requests_per_key, 1),
            ("--sessions-per-key", self.sessions_per_key, 1),
            ("--peers", self.peers, 0),
            ("--peers-per-session", self.peers_per_session, 0),
            ("--webrtc-kbps", self.webrtc_kbps, 100),
            ("--max-frames", self.max_frames, 1),
            ("--max-megapixels", self.max_megapixels, 1),
            ("--max-upload-mb", self.max_upload_mb, 1),
            ("--max-portrait-mb", self.max_portrait_mb, 1),
            ("--engine-memory-mb", self.engine_memory_mb, 1),
            ("--portrait-cache-mb", self.portrait_cache_mb, 0),
            ("--frame-cache-mb", self.frame_cache_mb, 0),
            ("--retention-mb", self.retention_mb, 1),
        ):
            check_whole(option, count, least=least, most=10**9)
        for option, amount in (
            ("--retention-h", self.retention_h),
            ("--max-duration-s", self.max_duration_s),
            ("--session-idle-s", self.session_idle_s),
            ("--drain-s", self.drain_s),
        ):
            check_number(option, amount, 0, 10**7)
        for option, place in (
            ("--data-dir", self.data_dir),
            ("--store", self.store),
            ("--models-dir", self.models_dir),
            ("--host", self.host),
        ):
            if place is not None and not place.strip():
                raise OptionError(option, "is empty; give it a value or leave it out")
        for key in self.api_key:
            if len(key) < 16:
                raise OptionError("--api-key", "is too short; give 16 characters or more")
        object.__setattr__(self, "cors_origins", tuple(self.cors_origins))
        object.__setattr__(self, "ice_servers", tuple(self.ice_servers))
        object.__setattr__(self, "push_to", tuple(self.push_to))
        object.__setattr__(self, "api_key", tuple(self.api_key))

    @property
    def bound_port(self) -> int:
        """The port, or that of the API."""
        return _PORTS[self.api] if self.port is None else self.port  # type: ignore[index]

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can call."""
        return self.host in LOOPBACK

    @property
    def folder(self) -> Path:
        """Where everything lies that outlives the service."""
        if self.data_dir:
            return Path(self.data_dir)
        base = os.environ.get("XDG_DATA_HOME") or Path("~/.local/share").expanduser()
        return Path(base) / "mien"

    @property
    def default_engine(self) -> EngineSettings:
        """What renders where a request names no engine. Raises OptionError."""
        return EngineSettings(
            self.engine,
            device=self.device,
            models_dir=None if self.models_dir is None else Path(self.models_dir),
        )
