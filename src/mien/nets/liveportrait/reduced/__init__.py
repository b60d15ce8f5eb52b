"""The warping network and the generator with less arithmetic and the same results.

Every module here is made from a plain one with its weights, and is exact: what it leaves out is
either computed twice in the plain network, or not needed. docs/liveportrait-speed.md lists the
savings.
"""

from mien.nets.liveportrait.reduced.generator import ReducedGenerator, reduce_generator
from mien.nets.liveportrait.reduced.warping import ReducedWarping, SourceSide, reduce_warping

__all__ = [
    "ReducedGenerator",
    "ReducedWarping",
    "SourceSide",
    "reduce_generator",
    "reduce_warping",
]
