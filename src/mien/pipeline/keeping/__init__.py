"""What a long-lived process keeps from one task to the next."""

from mien.pipeline.keeping.engines import KeptEngine
from mien.pipeline.keeping.keeper import Keeper, KeeperStatus, borrowed_engine
from mien.pipeline.keeping.lru import ByteLru, LruStatus

__all__ = ["ByteLru", "Keeper", "KeeperStatus", "KeptEngine", "LruStatus", "borrowed_engine"]
