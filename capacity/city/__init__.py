"""Running a whole city: its members one after another through an executor, then their tables put together.

``run_city`` is the flow, ``run_member`` the unit of work, ``pool`` where units of work run. Both are imported when they
are first asked for: a fresh process that only needs the pool is there sooner.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capacity.city.member import run_member as run_member
    from capacity.city.run import run_city as run_city

_HOME = {"run_city": "capacity.city.run", "run_member": "capacity.city.member"}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
