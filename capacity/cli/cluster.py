"""``--scheduler ADDR``: a Dask cluster as the place where units of work run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer

from capacity.cli.language import say

WAIT_S = 20
"""For the scheduler to answer, and for its first worker."""


@dataclass(frozen=True)
class Place:
    """Where units of work run: an executor and how many of them it works on at once; None leaves both to the study."""

    executor: Executor | None = None
    slots: int | None = None


@contextmanager
def place(scheduler: str | None) -> Iterator[Place]:
    """The cluster behind a scheduler's address; this machine without one.

    Raises
    ------
    typer.BadParameter
        The extra ``cluster`` is not installed, nothing answers at the address, no worker is there, or workers run
        another program than this one.
    """
    if scheduler is None:
        yield Place()
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise typer.BadParameter(
            say(
                '使用 --scheduler 须安装扩展 cluster：pip install "capacity[cluster]"',
                "--scheduler needs the extra 'cluster': pip install \"capacity[cluster]\"",
            )
        ) from error
    try:
        client = _untyped(Client)(scheduler, timeout=WAIT_S, set_as_default=False)
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        raise typer.BadParameter(
            say(
                f"“{scheduler}”没有应答的 Dask 调度器（{error}）；地址形如 tcp://主机:8786。",
                f"no Dask scheduler answers at '{scheduler}' ({error}); an address looks like tcp://host:8786.",
            )
        ) from error
    with client:
        slots = _slots(client, scheduler)
        _same_program(client)
        yield Place(client.get_executor(pure=False), slots)


def _untyped(thing: Any) -> Any:
    return thing


def _slots(client: Any, scheduler: str) -> int:
    """Threads of all workers."""
    try:
        client.wait_for_workers(1, timeout=WAIT_S)
    except TimeoutError as error:
        raise typer.BadParameter(
            say(f"调度器“{scheduler}”没有计算进程。", f"the scheduler '{scheduler}' has no workers.")
        ) from error
    return int(sum(client.nthreads().values()))


def _same_program(client: Any) -> None:
    """Refuse workers whose files of the program differ: their figures could not stand in one table."""
    from capacity.runs.program import program_version

    ours = program_version()
    theirs: dict[str, str] = client.run(program_version)
    if others := sorted(f"{worker} {version}" for worker, version in theirs.items() if version != ours):
        raise typer.BadParameter(
            say(
                f"以下计算进程的程序版本与本机（{ours}）不同，请统一安装：{'、'.join(others)}",
                f"these workers run another program than this one ({ours}); install the same: {', '.join(others)}",
            )
        )
