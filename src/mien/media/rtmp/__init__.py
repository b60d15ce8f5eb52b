"""Live streams to a receiver over RTMP and RTMPS, as publishers speak it.

FFmpeg's RTMP cannot be used from here: PyAV connects and ends with the interpreter's lock held and
without a limit of time, so a receiver that says nothing stops every thread for ever (PyAV 18).
"""

from mien.media.rtmp.address import RtmpAddress
from mien.media.rtmp.publisher import RtmpPublisher

__all__ = ["RtmpAddress", "RtmpPublisher"]
