"""Adding up time and taking turns; nothing here depends on how long anything takes."""

from __future__ import annotations

import pytest

from benchmarks.measure import Outcome, Spent, Stopwatch, in_turn


class Contestant:
    """Pretends to take given times, pass after pass, and notes when it ran."""

    def __init__(self, name: str, wall_s: list[float], log: list[str]) -> None:
        self.name, self.wall_s, self.log, self.passes = name, wall_s, log, 0

    def __call__(self) -> Outcome[str]:
        self.log.append(self.name)
        self.passes += 1
        return Outcome(f"{self.name}{self.passes}", {"solve": Spent(self.wall_s[self.passes - 1], 1.0)})


def test_in_turn__keeps_the_quickest_pass_with_its_result() -> None:
    log: list[str] = []
    quick, slow = Contestant("a", [3.0, 1.0, 2.0], log), Contestant("b", [5.0, 6.0, 7.0], log)
    first, second = in_turn([quick, slow], 3)
    assert log == ["a", "b", "a", "b", "a", "b"]
    assert (first.outcome.result, first.outcome.spent.wall_s, first.passes) == ("a2", 1.0, 3)
    assert (second.outcome.result, second.outcome.spent.wall_s, second.passes) == ("b1", 5.0, 3)


def test_in_turn__runs_what_is_long_only_once() -> None:
    log: list[str] = []
    found = in_turn([Contestant("short", [1.0, 1.0], log), Contestant("long", [61.0], log)], 2, short_s=60.0)
    assert log == ["short", "long", "short"]
    assert [best.passes for best in found] == [2, 1]


def test_outcome__adds_its_parts() -> None:
    outcome = Outcome(None, {"solve": Spent(1.0, 2.0), "statistics": Spent(0.5, 0.25)})
    assert outcome.spent == Spent(1.5, 2.25)


def test_stopwatch__adds_up_what_is_inside_its_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    walls, processors = iter([10.0, 13.0, 20.0, 24.0]), iter([1.0, 2.0, 5.0, 7.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(walls))
    monkeypatch.setattr("time.process_time", lambda: next(processors))
    watch = Stopwatch()
    for _ in range(2):
        with watch:
            pass
    assert watch.spent == Spent(7.0, 3.0)
