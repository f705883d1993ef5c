"""Processes that assess for the service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from capacity.cli import printing
from capacity.cli.language import say

if TYPE_CHECKING:
    from capacity.cli.assess_opening import Opened
    from capacity.service import Service

MOST_WORKERS = 2
"""Processes begun without being asked for: each holds the whole case in memory."""


def usual_workers() -> int:
    """One per processor."""
    return min(MOST_WORKERS, os.cpu_count() or 1)


@contextmanager
def helped(service: Service, desk: Opened, count: int) -> Iterator[None]:
    """Let ``count`` processes assess for the service, where they are more than one and there are files to open."""
    from capacity.assessing import CaseAssessor, Crew

    own = desk.assessor
    if count == 1 or desk.files is None or not isinstance(own, CaseAssessor):
        yield
        return
    crew = Crew(own, desk.files, desk.snapshot, count)
    service.assessor = crew
    sentence = say(
        f"另有 {count} 个核定进程正在打开算例；就绪之前由服务进程核定。",
        f"{count} processes for assessments are opening the case; until they are ready the service assesses itself.",
    )
    printing.console.print(sentence, markup=False, highlight=False)
    try:
        yield
    finally:
        crew.close()
