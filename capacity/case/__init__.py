"""Reading, importing, deriving and writing network cases.

Everything is imported when it is first asked for, so that ``import capacity.case`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capacity.case.pandapower_json import import_pandapower as import_pandapower
    from capacity.case.reading import load_case as load_case
    from capacity.case.scenario import apply_scenario as apply_scenario
    from capacity.case.scenario import load_scenario as load_scenario
    from capacity.case.simbench import import_simbench as import_simbench
    from capacity.case.topology import derive_topology as derive_topology
    from capacity.case.writing import write_case as write_case

_HOME = {
    "apply_scenario": "capacity.case.scenario",
    "derive_topology": "capacity.case.topology",
    "import_pandapower": "capacity.case.pandapower_json",
    "import_simbench": "capacity.case.simbench",
    "load_case": "capacity.case.reading",
    "load_scenario": "capacity.case.scenario",
    "write_case": "capacity.case.writing",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
