from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from fakes.still_engine import StillEngine
from mien.engines.base import ENGINES, Engine, EngineInfo
from mien.engines.settings import EngineSettings
from mien.errors import EngineUnavailableError, NoFaceError
from mien.pipeline.keeping.keeper import engine_model
from mien.pipeline.keeping.shelf import Model, ModelShelf
from mien.weights.residents import MemoryBudget

pytestmark = pytest.mark.unit


class Diary(StillEngine):
    """Needs 100 MB and writes down what happens to it."""

    info: ClassVar[EngineInfo] = replace(StillEngine.info, name="diary", memory_mb=100)
    written: ClassVar[list[tuple[str, int]]] = []

    def __init__(self, settings: EngineSettings, *, budget: MemoryBudget | None = None) -> None:
        super().__init__(settings)
        self._write("loaded")

    def reset(self) -> None:
        self._write("reset")

    def close(self) -> None:
        self._write("closed")

    def _write(self, what: str) -> None:
        self.written.append((what, self.settings.batch))


class Broken(StillEngine):
    info: ClassVar[EngineInfo] = replace(StillEngine.info, name="broken", memory_mb=100)

    def __init__(self, settings: EngineSettings, *, budget: MemoryBudget | None = None) -> None:
        raise EngineUnavailableError("broken", "is broken")


def engine(number: int) -> EngineSettings:
    return EngineSettings("diary", batch=number)


def model(number: int) -> Model[Engine[Any]]:
    return engine_model(engine(number))


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "diary", f"{__name__}:Diary")
    monkeypatch.setitem(ENGINES, "broken", f"{__name__}:Broken")
    monkeypatch.setattr("mien.engines.base.check_settings", lambda settings: None)
    monkeypatch.setattr(Diary, "written", [])


def use(shelf: ModelShelf, number: int) -> Any:
    with shelf.lend(model(number)) as lent:
        return lent


def test_an_engine_is_loaded_once_and_reset_before_it_is_lent_again() -> None:
    shelf = ModelShelf(1000)
    first = use(shelf, 1)
    assert Diary.written == [("loaded", 1)]
    assert use(shelf, 1) is first
    assert Diary.written == [("loaded", 1), ("reset", 1)]


def test_other_settings_are_another_engine() -> None:
    shelf = ModelShelf(1000)
    assert use(shelf, 1) is not use(shelf, 2)
    assert use(shelf, 1).settings == engine(1)


def test_the_longest_unused_is_closed_before_another_one_is_loaded() -> None:
    shelf = ModelShelf(250)
    for number in (1, 2, 1, 3):
        use(shelf, number)
    assert Diary.written[-2:] == [("closed", 2), ("loaded", 3)]
    assert [each.settings for each in shelf.status] == [engine(1), engine(3)]


def test_an_engine_that_is_lent_is_lent_to_nobody_else() -> None:
    shelf = ModelShelf(1000)
    with shelf.lend(model(1)) as one, shelf.lend(model(1)) as other:
        assert one is not other
        assert [each.lent for each in shelf.status] == [True, True]
    assert [each.lent for each in shelf.status] == [False, False]


def test_engines_in_use_may_need_more_than_there_is_and_nobody_waits() -> None:
    shelf = ModelShelf(150)
    with shelf.lend(model(1)), shelf.lend(model(2)), shelf.lend(model(3)):
        assert sum(each.memory_mb for each in shelf.status) == 300
    assert [each.settings for each in shelf.status] == [engine(1)]
    assert Diary.written[-2:] == [("closed", 3), ("closed", 2)]


def test_one_that_is_larger_than_all_the_memory_is_closed_after_use() -> None:
    shelf = ModelShelf(99)
    use(shelf, 1)
    assert Diary.written == [("loaded", 1), ("closed", 1)]
    assert shelf.status == ()


def test_an_engine_is_closed_after_an_error_that_nobody_meant() -> None:
    shelf = ModelShelf(1000)
    with pytest.raises(ZeroDivisionError), shelf.lend(model(1)):
        raise ZeroDivisionError
    assert Diary.written == [("loaded", 1), ("closed", 1)]
    assert shelf.status == ()


def test_an_engine_comes_back_from_work_that_failed() -> None:
    shelf = ModelShelf(1000)
    with pytest.raises(NoFaceError), shelf.lend(model(1)):
        raise NoFaceError("me.jpg", "shows none")
    use(shelf, 1)
    assert Diary.written == [("loaded", 1), ("reset", 1)]


def test_one_that_cannot_be_loaded_leaves_no_trace() -> None:
    shelf = ModelShelf(1000)
    for _ in range(2):
        with (
            pytest.raises(EngineUnavailableError, match="is broken"),
            shelf.lend(engine_model(EngineSettings("broken"))),
        ):
            pass
    assert shelf.status == ()


def test_closing_takes_those_in_use_when_they_come_back() -> None:
    shelf = ModelShelf(1000)
    use(shelf, 2)
    with shelf.lend(model(1)):
        shelf.close()
        assert Diary.written == [("loaded", 2), ("loaded", 1), ("closed", 2)]
    assert Diary.written[-1] == ("closed", 1)
    use(shelf, 3)
    assert shelf.status == ()


def test_threads_never_share_an_engine() -> None:
    shelf, in_use, lock = ModelShelf(300), set(), threading.Lock()

    def work(number: int) -> None:
        for step in range(100):
            with shelf.lend(model(1 + (number + step) % 2)) as lent:
                with lock:
                    assert id(lent) not in in_use
                    in_use.add(id(lent))
                with lock:
                    in_use.remove(id(lent))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert sum(each.memory_mb for each in shelf.status) <= 300
    happened = [what for what, _ in Diary.written]
    assert happened.count("loaded") - happened.count("closed") == len(shelf.status)
