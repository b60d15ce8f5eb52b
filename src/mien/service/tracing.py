"""Traces for OpenTelemetry, sent as the standard ``OTEL_`` variables say."""

from __future__ import annotations

from fastapi import FastAPI

from mien import __version__
from mien.errors import OptionError

_UNTRACED = (r"/(healthz|readyz|health|metrics)$",)


def add_tracing(app: FastAPI) -> None:
    """A span for each request; what is not sent yet is when the process ends. Raises OptionError
    without the packages for it."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from starlette.middleware.opentelemetry import OpenTelemetryMiddleware
    except ModuleNotFoundError as error:
        problem = f"needs the package {error.name}: pip install 'mien[tracing]'"
        raise OptionError("--tracing", problem) from None
    own = Resource({"service.name": "mien", "service.version": __version__})
    provider = TracerProvider(resource=own.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    app.add_middleware(OpenTelemetryMiddleware, tracer_provider=provider, excluded_urls=_UNTRACED)
