"""Work that blocks runs in threads of its own, a bounded number with a bounded queue; never in the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Busy(Exception):
    """As many are waiting as may."""


class TooLong(Exception):
    """The answer takes longer than it may. Work that was begun goes on to its end: a thread cannot be stopped."""


class Pool:
    """So many threads, so many waiting."""

    def __init__(self, name: str, workers: int, waiting: int, seconds: float) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._most, self._seconds = workers + waiting, seconds
        self._inside = 0

    @property
    def inside(self) -> int:
        """How many are worked on or waiting."""
        return self._inside

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises.

        Raises
        ------
        Busy, TooLong
            See there.
        """
        if self._inside >= self._most:
            raise Busy
        self._inside += 1  # the event loop alone counts, so that no lock is needed
        loop, working = asyncio.get_running_loop(), self._executor.submit(work)
        future = asyncio.wrap_future(working)
        working.add_done_callback(lambda _: loop.call_soon_threadsafe(self._left))
        future.add_done_callback(_taken_note_of)
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._seconds)
        except TimeoutError:
            if future.done():  # the work itself raised it
                raise
            working.cancel()  # what was still waiting for a thread is not begun any more
            raise TooLong from None

    def close(self) -> None:
        """Wait for what is being worked on; what waits is dropped."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _left(self) -> None:
        self._inside -= 1


def _taken_note_of(future: asyncio.Future[T]) -> None:
    """Somebody who stopped waiting does not make the loop complain of an error that nobody fetched."""
    if not future.cancelled():
        future.exception()
