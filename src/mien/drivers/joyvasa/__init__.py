"""Motion made of speech by JoyVASA's networks (Cao et al. 2024), with its official weights.

Nothing here imports PyTorch before a model is loaded. docs/joyvasa.md tells what is upstream's and
what is ours.
"""

from mien.drivers.joyvasa.driver import JoyVasa
from mien.drivers.joyvasa.live import JoyVasaStream
from mien.drivers.joyvasa.settings import JoyVasaSettings

__all__ = ["JoyVasa", "JoyVasaSettings", "JoyVasaStream"]
