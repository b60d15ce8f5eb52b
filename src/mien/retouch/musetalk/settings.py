"""How MuseTalk's networks are set up: where they run, how exactly, with which weights."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from mien.checks import check_choice, check_switch, check_whole, shown
from mien.errors import OptionError

Precision = Literal["auto", "fp32", "fp16", "bf16"]
Decoder = Literal["full", "tiny"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
DECODERS: tuple[Decoder, ...] = get_args(Decoder)
MAX_BATCH = 64
_DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MuseTalkSettings:
    """What can be chosen about MuseTalk's networks; ``auto`` leaves the choice to them.

    device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``. precision: of the arithmetic; ``auto`` is
    fp16 on a card, bf16 on a processor that multiplies it, else fp32. models_dir: where weights
    are looked for first; may be given as text. batch: faces that are painted together, 1 to 64:
    more of them are faster on a card and take more memory. decoder: ``tiny`` paints with a small
    network that was taught to do what the ``full`` one does, in a sixteenth of its arithmetic and
    with less detail. compiled: let torch compile the networks, which takes minutes at the first
    batch of each size; on a card alone.

    Raises OptionError for what cannot be.
    """

    device: str = "auto"
    precision: Precision = "auto"
    models_dir: Path | None = None
    batch: int = 8
    decoder: Decoder = "full"
    compiled: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.device, str) or not _DEVICE.fullmatch(self.device):
            problem = f"{shown(self.device)} is none of auto, cpu, cuda, cuda:0, cuda:1..."
            raise OptionError("--device", problem)
        check_choice("--precision", self.precision, PRECISIONS)
        check_whole("--batch", self.batch, least=1, most=MAX_BATCH)
        check_choice("--decoder", self.decoder, DECODERS)
        check_switch("compiled", self.compiled)
        object.__setattr__(self, "models_dir", _folder(self.models_dir))


def _folder(given: str | Path | None) -> Path | None:
    if given is not None and not (isinstance(given, str | Path) and str(given)):
        raise OptionError("--models-dir", f"{shown(given)} is not the path of a folder")
    return None if given is None else Path(given)


DEFAULT_SETTINGS = MuseTalkSettings()
