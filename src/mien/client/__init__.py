"""A Mien service from Python: the same verbs waiting (`Client`) and awaited (`AsyncClient`)."""

from mien.client.answers import Health, Job, JobProgress, Output, Picture, Upload
from mien.client.async_client import AsyncClient
from mien.client.client import Client

__all__ = ["AsyncClient", "Client", "Health", "Job", "JobProgress", "Output", "Picture", "Upload"]
