"""Many futures of a case at once: scenario × year × draw on an executor, streamed to files, resumable."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capacity.matrix.run import run_matrix as run_matrix
    from capacity.matrix.summary import fan_of as fan_of
    from capacity.matrix.summary import outlook_of as outlook_of
    from capacity.matrix.summary import read_cells as read_cells

_HOME = {
    "run_matrix": "capacity.matrix.run",
    "fan_of": "capacity.matrix.summary",
    "outlook_of": "capacity.matrix.summary",
    "read_cells": "capacity.matrix.summary",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
