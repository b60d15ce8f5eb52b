"""What stands between a connection and the routes, in order."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from mien.service.faults import Faults
from mien.service.rtc.signposts import Signposts
from mien.service.security.guard import Guard
from mien.service.security.keys import Keys
from mien.service.security.limits import BoundedBodies, FewAtOnce, body_limits
from mien.service.security.pages import (
    ALLOWED_HEADERS,
    ALLOWED_METHODS,
    EXPOSED_HEADERS,
    OwnPages,
    QuietHeaders,
)
from mien.service.settings import ServiceSettings


def add_layers(app: FastAPI, settings: ServiceSettings, keys: Keys) -> None:
    """The last one added sees a request first: whose pages it comes from, whose key it shows, how
    many there are of it, and only then its body."""
    origins, loopback = settings.cors_origins, settings.on_loopback
    app.add_middleware(BoundedBodies, limits=body_limits(settings))
    app.add_middleware(FewAtOnce, most=settings.requests_per_key)
    app.add_middleware(Guard, keys=keys, always=not (loopback or settings.insecure))
    app.add_middleware(OwnPages, keys=keys, loopback=loopback, origins=origins)
    app.add_middleware(Faults)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=ALLOWED_METHODS,
            allow_headers=ALLOWED_HEADERS,
            expose_headers=EXPOSED_HEADERS,
        )
    app.add_middleware(Signposts, preflights=bool(origins))
    app.add_middleware(QuietHeaders)
