"""When each phoneme of a known text is said: the best path through its graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.speech.decoding import Logs
from mien.speech.text.graph import Graph

_BEAM = 250.0
"""States whose score lies further below the best are given up."""
_CHANGE = -1.0
"""For every new phoneme: keeps paths from taking detours."""


@dataclass(frozen=True, slots=True)
class Path:
    """phones: (T,) phoneme of each frame. occurrence: (T,) counts up where a new one begins."""

    phones: NDArray[np.int64]
    occurrence: NDArray[np.int64]


def best_path(logs: Logs, graph: Graph) -> Path | None:
    """The likeliest path for (frames, phonemes) scores; None if the text does not fit in.

    Only a window of states around the best is kept alive, so a long text costs no more a frame.
    """
    states = _visited(logs, graph)
    if states is None:
        return None
    return Path(graph.phones[states], graph.occurrence[states])


def _visited(logs: Logs, graph: Graph) -> NDArray[np.int64] | None:
    frames, count = len(logs), len(graph.phones)
    if not frames:
        return None
    reach = int(
        np.max(np.arange(count) - np.where(graph.before < count, graph.before, count).min(1))
    )
    reach = max(reach, 2)
    score = np.full(count + 1, -np.inf)
    score[graph.first] = logs[0, graph.phones[graph.first]]
    low, high = 0, int(graph.first.max()) + 1
    choices: list[tuple[int, NDArray[np.int8]]] = [(0, np.zeros(0, np.int8))]
    for t in range(1, frames):
        end = min(count, high + reach)
        window = slice(low, end)
        entries = score[graph.before[window]]
        picked = entries.argmax(axis=1)
        entering = entries[np.arange(end - low), picked]
        entering = entering + np.where(graph.lasting[window], 0.0, _CHANGE)
        staying = np.where(graph.lasting[window], score[window], -np.inf)
        stays = staying >= entering
        best = np.where(stays, staying, entering) + logs[t, graph.phones[window]]
        score[window] = best
        choices.append((low, np.where(stays, -1, picked).astype(np.int8)))
        alive = np.flatnonzero(best > best.max() - _BEAM)
        if not len(alive):
            return None
        score[low : low + int(alive[0])] = -np.inf
        high = low + int(alive[-1]) + 1
        score[high:end] = -np.inf
        low += int(alive[0])
    ends = graph.last[np.isfinite(score[graph.last])]
    if not len(ends):
        return None
    return _traced(choices, graph, int(ends[score[ends].argmax()]))


def _traced(
    choices: list[tuple[int, NDArray[np.int8]]], graph: Graph, state: int
) -> NDArray[np.int64]:
    states = np.empty(len(choices), np.int64)
    for t in range(len(choices) - 1, -1, -1):
        states[t] = state
        low, chosen = choices[t]
        if t and chosen[state - low] >= 0:
            state = int(graph.before[state, chosen[state - low]])
    return states
