"""Time of a piece of work, and several contestants measured in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

SHORT_S = 60.0
"""A contestant that takes longer than this is measured once."""

Result = TypeVar("Result", covariant=True)


@dataclass(frozen=True)
class Spent:
    """Wall time, and processor time of all threads of the process."""

    wall_s: float = 0.0
    cpu_s: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s)


class Stopwatch:
    """Adds up the time spent inside ``with`` blocks."""

    def __init__(self) -> None:
        self.spent = Spent()
        self._began = (0.0, 0.0)

    def __enter__(self) -> Stopwatch:
        self._began = (time.perf_counter(), time.process_time())
        return self

    def __exit__(self, *_: object) -> None:
        wall_s, cpu_s = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        self.spent = self.spent + Spent(wall_s, cpu_s)


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What one pass of a contestant gave, and what its parts took (``solve`` and whatever comes beside it)."""

    result: Result
    parts: dict[str, Spent]

    @property
    def spent(self) -> Spent:
        """All parts together."""
        return sum(self.parts.values(), Spent())


@dataclass(frozen=True)
class Best(Generic[Result]):
    """The quickest of ``passes`` passes."""

    outcome: Outcome[Result]
    passes: int


def in_turn(
    contestants: Sequence[Callable[[], Outcome[Result]]], repetitions: int, short_s: float = SHORT_S
) -> list[Best[Result]]:
    """The quickest pass of each contestant, in their order.

    Every contestant runs once per round, one after the other, so that a busy minute of the machine meets all of them.
    One that took longer than ``short_s`` runs in the first round only.
    """
    best: list[Best[Result] | None] = [None] * len(contestants)
    for _ in range(max(1, repetitions)):
        for number, run in enumerate(contestants):
            before = best[number]
            if before is None:
                best[number] = Best(run(), 1)
            elif before.outcome.spent.wall_s <= short_s:
                outcome = run()
                quicker = outcome.spent.wall_s < before.outcome.spent.wall_s
                best[number] = Best(outcome if quicker else before.outcome, before.passes + 1)
    return [found for found in best if found is not None]
