"""What a long-lived process keeps from one task to the next."""

from mien.pipeline.keeping.keeper import Keeper, KeeperStatus, borrowed_engine
from mien.pipeline.keeping.lru import ByteLru, LruStatus
from mien.pipeline.keeping.shelf import KeptModel, Model

__all__ = [
    "ByteLru",
    "Keeper",
    "KeeperStatus",
    "KeptModel",
    "LruStatus",
    "Model",
    "borrowed_engine",
]
