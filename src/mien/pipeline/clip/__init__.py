"""A talking clip as an array: what video pipelines call."""

from mien.pipeline.clip.actor import Actor, load_actor, load_liveportrait
from mien.pipeline.clip.config import TalkConfig

__all__ = ["Actor", "TalkConfig", "load_actor", "load_liveportrait"]
