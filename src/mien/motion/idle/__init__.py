"""What a face does while it waits: seeded motion that leads back into itself."""

from mien.motion.idle.library import IDLES, Idle, attending, find_idle, idle_moment

__all__ = ["IDLES", "Idle", "attending", "find_idle", "idle_moment"]
