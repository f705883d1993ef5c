"""Where units of work run: processes of this machine, or any executor, with only so many under way at once."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from typing import Any, TypeVar

Result = TypeVar("Result")
Jobs = Mapping[str, tuple[Any, ...]]


def work_through(
    task: Callable[..., Result], jobs: Jobs, *, at_once: int, executor: Executor | None = None
) -> Iterator[tuple[str, Result | BaseException]]:
    """Results of ``task(*jobs[name])`` by name, as they come; an exception stands in the place of its result.

    Parameters
    ----------
    task : a top-level function; it and its arguments must be picklable.
    at_once : jobs that have been handed over and are not finished, at most: what bounds memory.
    executor : where they run; by default ``at_once`` fresh processes. A process that dies (no memory left) takes the
        jobs under way with it: these are done once more, each alone, so that only the one to blame fails.
    """
    if executor is not None:
        yield from _streamed(executor, task, jobs, at_once)
        return
    waiting, lost = dict(jobs), {}
    while waiting:
        with _processes(min(at_once, len(waiting))) as pool:
            for name, outcome in _streamed(pool, task, dict(waiting), at_once):
                job = waiting.pop(name)
                if isinstance(outcome, BrokenExecutor):
                    lost[name] = job
                else:
                    yield name, outcome
    for name, job in lost.items():
        with _processes(1) as pool:
            yield from _streamed(pool, task, {name: job}, 1)


def _streamed(
    executor: Executor, task: Callable[..., Result], jobs: Jobs, at_once: int
) -> Iterator[tuple[str, Result | BaseException]]:
    """As :func:`work_through`; hands over no more jobs once the executor is broken."""
    coming, broken = iter(jobs.items()), False
    running: dict[Future[Result], str] = {}
    while True:
        while not broken and len(running) < at_once and (one := next(coming, None)) is not None:
            try:
                running[executor.submit(task, *one[1])] = one[0]
            except BrokenExecutor as refusal:
                broken = True
                yield one[0], refusal
        if not running:
            return
        for future in _finished(running):
            error = future.exception()
            broken = broken or isinstance(error, BrokenExecutor)
            yield running.pop(future), future.result() if error is None else error


def _finished(running: Mapping[Future[Result], str]) -> list[Future[Result]]:
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    return [future for future in running if future in done]


def _processes(count: int) -> ProcessPoolExecutor:
    """Fresh processes: threads and locks of this one do not survive in a forked one, and Windows has no other kind."""
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for ever, and go on writing beside the next attempt."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent watch").start()
