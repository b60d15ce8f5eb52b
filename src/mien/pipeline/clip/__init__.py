"""A talking clip as an array: what video pipelines call."""

from mien.pipeline.clip.actor import Actor, load_actor
from mien.pipeline.clip.config import TalkConfig

__all__ = ["Actor", "TalkConfig", "load_actor"]
