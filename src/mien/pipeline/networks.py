"""The networks of a talking run beside the engine's, and the memory that they share with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from mien.drivers.joyvasa import JoyVasa, JoyVasaSettings
from mien.engines.base import engine_info
from mien.engines.settings import EngineSettings
from mien.errors import OptionError
from mien.pipeline.engine_choice import models_folder
from mien.pipeline.keeping import Keeper, Model
from mien.pipeline.keeping.device_memory import memory_of
from mien.pipeline.options import AnimateOptions
from mien.pipeline.speakers import JoyVasaSpeaker
from mien.retouch.base import Retouch
from mien.retouch.musetalk.lips import Lips
from mien.retouch.musetalk.loading import find_files
from mien.retouch.musetalk.memory import expected_memory_mb
from mien.retouch.musetalk.networks import MuseTalkNetworks
from mien.retouch.musetalk.options import LipsOptions
from mien.retouch.musetalk.resting import RestingPainter
from mien.retouch.musetalk.settings import MuseTalkSettings
from mien.speech.samples import mono_16k
from mien.types import Floats, Frame

_CHUNK_BYTES = 256_000_000
"""Of frames that wait for their lips where networks take turns: some 300 of 512 x 512 pixels."""


class Networks:
    """What a run borrows, from a keeper of its own unless it was given one."""

    def __init__(
        self,
        engine: EngineSettings,
        keeper: Keeper | None,
        budget_mb: int | None,
        stack: ExitStack,
    ) -> None:
        """engine: which renders, and where. budget_mb: of a keeper of its own; what the device has
        if None. stack: gives all of it back. Raises OptionError for both a keeper and a budget, and
        for a budget in which the engine has no room."""
        if keeper is not None and budget_mb is not None:
            raise OptionError("--vram-budget", "is the keeper's own: engine_memory_mb")
        self._engine, self._stack, self._budget_mb = engine, stack, budget_mb
        self.keeper = keeper
        self._check_room(engine.name, engine_info(engine.name).memory_mb)

    def joyvasa_speaker(self, settings: JoyVasaSettings | None, seed: int) -> JoyVasaSpeaker:
        """JoyVASA, set up as given, or where the engine runs. Raises MissingWeightsError and
        OptionError for what is known without loading it."""
        engine = self._engine
        chosen = settings or JoyVasaSettings(
            device=engine.device,
            models_dir=models_folder(engine.models_dir),
            species=engine.species,
        )
        JoyVasa.check_here(chosen)
        self._check_room("joyvasa", JoyVasa.memory_mb)
        return JoyVasaSpeaker(chosen, seed, self._kept(), self._stack)

    def lips(self, settings: MuseTalkSettings | None, options: AnimateOptions) -> PaintedLips:
        """MuseTalk, set up as given, or where the engine runs. Raises as :meth:`joyvasa_speaker`,
        and OptionError for what cannot be painted."""
        check_pasted(options.paste_back)
        engine = self._engine
        chosen = settings or musetalk_beside(engine)
        find_files(chosen)
        model = musetalk_model(chosen)
        self._check_room("musetalk", model.memory_mb)
        face = 1 if options.crop == "upper-body" else options.face
        beside_mb = engine_info(engine.name).memory_mb
        lips = LipsOptions(face=face, batch=chosen.batch)
        return PaintedLips(model, lips, beside_mb, self._kept(), self._stack)

    def _kept(self) -> Keeper:
        if self.keeper is None:
            memory_mb = self._budget_mb or memory_of(self._engine.device)
            self.keeper = self._stack.enter_context(Keeper(engine_memory_mb=memory_mb))
        return self.keeper

    def _check_room(self, name: str, memory_mb: int) -> None:
        if self._budget_mb is not None and memory_mb > self._budget_mb:
            problem = f"{self._budget_mb} MB is less than {name} needs alone: {memory_mb} MB"
            raise OptionError("--vram-budget", problem)


@dataclass(frozen=True, slots=True)
class PaintedLips:
    """MuseTalk's lips behind an engine. beside_mb: what the engine's networks need."""

    model: Model[RestingPainter]
    options: LipsOptions
    beside_mb: int
    keeper: Keeper
    stack: ExitStack

    def retouch(self, samples: Floats, rate_hz: int, fps: Fraction) -> Retouch:
        """What paints lips that say ``samples`` over frames of ``fps``.

        Where engine and lips do not fit into the keeper's budget together, many frames are made
        before any is painted, so that neither waits for the other often.
        """
        painter = self.stack.enter_context(self.keeper.lend(self.model))
        lips, sound = Lips(painter, self.options), mono_16k(samples, rate_hz)
        if self.keeper.budget.hold_both(painter.memory_mb, self.beside_mb):
            return partial(lips.retouch, samples=sound, rate=fps)
        return lambda frames: lips.retouch(in_chunks(frames), sound, fps)


def check_pasted(paste_back: bool) -> None:
    """OptionError unless lips that are painted have a whole picture to lie in."""
    if not paste_back:
        raise OptionError("--lips", "musetalk needs --paste-back: it looks for the face")


def in_chunks(frames: Iterator[Frame], most_bytes: int = _CHUNK_BYTES) -> Iterator[Frame]:
    """The same frames, of which as many are taken at once as fit into so many bytes: one at
    least."""
    chunk: list[Frame] = []
    num_bytes = 0
    for frame in frames:
        chunk.append(frame)
        num_bytes += frame.pixels.nbytes
        if num_bytes + frame.pixels.nbytes > most_bytes:
            yield from chunk
            chunk, num_bytes = [], 0
    yield from chunk


def musetalk_beside(engine: EngineSettings) -> MuseTalkSettings:
    """MuseTalk where an engine runs, with weights from the same folder and as large a decoder."""
    return MuseTalkSettings(
        device=engine.device,
        models_dir=models_folder(engine.models_dir),
        decoder=engine.decoder,
    )


def musetalk_model(settings: MuseTalkSettings) -> Model[RestingPainter]:
    """MuseTalk's networks, as what can be lent."""
    memory_mb = expected_memory_mb(settings)
    load = partial(MuseTalkNetworks.load, settings)
    return Model(settings, memory_mb, lambda budget: RestingPainter(load, memory_mb, budget))
