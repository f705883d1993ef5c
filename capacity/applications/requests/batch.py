"""Many requests put to an assessor in one order, and in another to see what it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import pandas as pd

from capacity.applications.requests.book import Ordered
from capacity.applications.requests.comparing import Answer, assessed, compared
from capacity.applications.requests.orders import ORDERS, in_listed_order, in_order, read_order
from capacity.applications.requests.reading import Filed
from capacity.tables.assessment import Assessor, Request
from capacity.tables.words import Word

RECEIVED = "received"
Told = Callable[[int, int], None]
"""Told how many requests are done, of how many."""


@dataclass(frozen=True)
class Queue:
    """Requests in an order, and what that order is called."""

    name: Word
    filed: tuple[Filed, ...]


@dataclass(frozen=True)
class Answered:
    """The answers in one order, beside the requests."""

    queue: Queue
    answers: tuple[Answer, ...]
    rows: pd.DataFrame

    @property
    def ordered(self) -> Ordered:
        """For the workbook."""
        return Ordered(self.queue.name, self.rows)


@dataclass(frozen=True)
class Batch:
    """Answers in order of receipt, and where another order was asked about, in that one with what it changes."""

    first: Answered
    other: Answered | None = None
    comparison: pd.DataFrame | None = None


def queues(filed: Sequence[Filed], order: str = RECEIVED) -> tuple[Queue, Queue | None]:
    """The order of receipt, and the other one that is asked about, if any.

    Parameters
    ----------
    order : one of ``ORDERS``, or the path of a file that lists the ids.

    Raises
    ------
    InputError
        The file of ids cannot be read, or does not name every request once.
    """
    first = Queue(ORDERS[RECEIVED], in_order(filed, RECEIVED))
    if order == RECEIVED:
        return first, None
    if order in ORDERS:
        return first, Queue(ORDERS[order], in_order(filed, order))
    path = Path(order)
    listed = in_listed_order(filed, read_order(path), path.name)
    return first, Queue(Word(f"按清单 {path.name}", f"as listed in {path.name}"), listed)


def assess_queues(assessor: Assessor, first: Queue, other: Queue | None = None, told: Told | None = None) -> Batch:
    """Put the requests to the assessor in each order, every one seeing what the earlier ones reserve."""
    total = len(first.filed) * (1 if other is None else 2)
    answered = _answered(assessor, first, 0, total, told)
    if other is None:
        return Batch(answered)
    again = _answered(assessor, other, len(first.filed), total, told)
    return Batch(answered, again, compared(answered.rows, again.rows))


def _answered(assessor: Assessor, queue: Queue, done: int, total: int, told: Told | None) -> Answered:
    requests = _Telling([one.request for one in queue.filed], done, total, told)
    answers = assessor.assess_in_order(requests)
    return Answered(queue, answers, assessed(queue.filed, answers))


class _Telling(Sequence[Request]):
    """Requests that tell how far they have been taken up: a queue of hundreds takes minutes."""

    def __init__(self, requests: Sequence[Request], done: int, total: int, told: Told | None) -> None:
        self._requests, self._done, self._total, self._told = requests, done, total, told

    def __len__(self) -> int:
        return len(self._requests)

    @overload
    def __getitem__(self, index: int) -> Request: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Request]: ...
    def __getitem__(self, index: int | slice) -> Request | Sequence[Request]:
        return self._requests[index]

    def __iter__(self) -> Iterator[Request]:
        for number, request in enumerate(self._requests):
            if self._told is not None:
                self._told(self._done + number, self._total)
            yield request
