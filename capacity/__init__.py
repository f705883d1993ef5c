"""capacity: plan and disclose the connection capacity of a distribution grid.

>>> import capacity
>>> case = capacity.load_case("networks/lanxi")          # doctest: +SKIP
>>> issues = capacity.check(case)                        # doctest: +SKIP
>>> run = capacity.run_study(case)                       # doctest: +SKIP
>>> run.areas[["name", "status", "allowed_kva"]]         # doctest: +SKIP
>>> capacity.assess(case, kw=120, at=(99.203, 25.103))   # doctest: +SKIP
>>> capacity.make_plan(case).plan.projects               # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capacity.applications.requests.showing import options_table as options_table
    from capacity.assessing import open_assessor as open_assessor
    from capacity.assessing.asking import assess as assess
    from capacity.case import apply_scenario as apply_scenario
    from capacity.case import load_case as load_case
    from capacity.case import load_scenario as load_scenario
    from capacity.case import write_case as write_case
    from capacity.figures import draw_all as draw_all
    from capacity.month import run_month as run_month
    from capacity.policy import load_policy as load_policy
    from capacity.reinforcing import make_plan as make_plan
    from capacity.reinforcing import verify_plan as verify_plan
    from capacity.runs import compare_runs as compare_runs
    from capacity.runs import read_plan as read_plan
    from capacity.runs import read_run as read_run
    from capacity.runs import write_plan as write_plan
    from capacity.runs import write_run as write_run
    from capacity.study import check as check
    from capacity.study import run_study as run_study
    from capacity.tables.case import Case as Case
    from capacity.tables.case import Window as Window
    from capacity.tables.run import Run as Run

_HOME = {
    "Case": "capacity.tables.case",
    "Run": "capacity.tables.run",
    "Window": "capacity.tables.case",
    "apply_scenario": "capacity.case",
    "assess": "capacity.assessing.asking",
    "check": "capacity.study",
    "compare_runs": "capacity.runs",
    "draw_all": "capacity.figures",
    "load_case": "capacity.case",
    "load_policy": "capacity.policy",
    "load_scenario": "capacity.case",
    "make_plan": "capacity.reinforcing",
    "open_assessor": "capacity.assessing",
    "options_table": "capacity.applications.requests.showing",
    "read_plan": "capacity.runs",
    "read_run": "capacity.runs",
    "run_month": "capacity.month",
    "run_study": "capacity.study",
    "verify_plan": "capacity.reinforcing",
    "write_case": "capacity.case",
    "write_plan": "capacity.runs",
    "write_run": "capacity.runs",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
