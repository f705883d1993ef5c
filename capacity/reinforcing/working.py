"""Units of work of one plan, done in processes or on an executor."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from capacity.city.pool import Jobs, work_through

Progress = Callable[[str, int, int], None]
Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Work:
    """What every unit of work of one plan has in common."""

    folder: Path
    ground_file: Path
    draw: int
    seed: int
    at_once: int
    executor: Executor | None
    tell: Progress


def done(work: Work, stage: str, task: Callable[..., Outcome], jobs: Jobs) -> dict[str, Outcome]:
    """Every job done, in processes; the first error is raised."""
    found: dict[str, Outcome] = {}
    work.tell(stage, 0, len(jobs))
    for name, outcome in work_through(task, jobs, at_once=work.at_once, executor=work.executor):
        if isinstance(outcome, BaseException):
            raise outcome
        found[name] = outcome
        work.tell(stage, len(found), len(jobs))
    return {name: found[name] for name in jobs}
