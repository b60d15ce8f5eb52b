"""The office of jobs, put together."""

from __future__ import annotations

from mien.service.clock import Clock
from mien.service.jobs.fair_queue import FairQueue
from mien.service.jobs.foreman import Foreman
from mien.service.jobs.inputs import Inputs
from mien.service.jobs.jobs import Jobs
from mien.service.jobs.ledger import Ledger
from mien.service.jobs.retention import Retention
from mien.service.jobs.workshop import Workshop
from mien.service.observing import Metrics
from mien.service.settings import ServiceSettings
from mien.service.store.results import ResultStore
from mien.service.tasks.jobs import JobLimits
from mien.service.uploads.uploads import Uploads
from mien.service.workers.base import Executor


def open_jobs(
    settings: ServiceSettings,
    executor: Executor,
    store: ResultStore,
    uploads: Uploads,
    metrics: Metrics,
) -> Jobs:
    """Not begun yet. Raises OptionError when the record of jobs cannot be used."""
    clock, ledger = Clock(), Ledger(settings.folder)
    inputs = Inputs(settings.folder)
    foreman = Foreman(
        ledger,
        Workshop(
            settings.folder,
            executor,
            store,
            engine=settings.default_engine,
            limits=JobLimits(settings.max_frames),
        ),
        inputs,
        FairQueue(settings.queue_size, settings.jobs_per_key),
        clock=clock,
        slots=lambda: max(1, executor.status.workers - 1),
        on_end=lambda record: metrics.jobs.labels(record.state).inc(),
    )
    retention = Retention(
        ledger,
        store,
        uploads,
        settings.folder / "uploads",
        clock,
        max_age_s=3600 * settings.retention_h,
        max_bytes=1_000_000 * settings.retention_mb,
    )
    return Jobs(ledger, foreman, inputs, retention, clock)
