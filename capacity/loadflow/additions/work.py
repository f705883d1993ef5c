"""Units of work on an executor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import Any, TypeVar

from capacity.loadflow.additions.setting import Setting
from capacity.tables.additions import Progress

Result = TypeVar("Result")


class Work:
    """Runs tasks on the executor and counts them."""

    def __init__(self, setting: Setting, executor: Executor, progress: Progress | None) -> None:
        self._executor, self._progress = executor, progress
        self._done, self._total = 0, 3 * len(setting.feeders) + len(setting.model.networks)

    def over(self, task: Callable[..., Result], arguments: Iterable[tuple[Any, ...]]) -> list[Result]:
        """Results of ``task`` in the order of its arguments."""
        jobs = [self._executor.submit(task, *one) for one in arguments]
        results = []
        for job in jobs:
            results.append(job.result())
            self._done += 1
            if self._progress is not None:
                self._progress(min(self._done, self._total), self._total)
        return results
