"""What a long-lived process keeps from one task to the next."""

from mien.pipeline.keeping.keeper import Keeper
from mien.pipeline.keeping.lru import ByteLru, LruStatus

__all__ = ["ByteLru", "Keeper", "LruStatus"]
