"""Reading, importing, deriving and writing network cases.

Everything is imported when it is first asked for, so that ``import capacity.case`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capacity.case.city.reading import read_city as read_city
    from capacity.case.city.writing import write_city as write_city
    from capacity.case.derived.topology import derive_topology as derive_topology
    from capacity.case.folder.reading import load_case as load_case
    from capacity.case.folder.writing import write_case as write_case
    from capacity.case.importers.pandapower_json import import_pandapower as import_pandapower
    from capacity.case.importers.simbench import import_simbench as import_simbench
    from capacity.case.scenarios.future import apply_changes as apply_changes
    from capacity.case.scenarios.future import future_of as future_of
    from capacity.case.scenarios.future import what_was_drawn as what_was_drawn
    from capacity.case.scenarios.scenario import apply_scenario as apply_scenario
    from capacity.case.scenarios.scenario import load_scenario as load_scenario
    from capacity.case.synthetic.city import CityPlan as CityPlan
    from capacity.case.synthetic.city import city_parts as city_parts

_HOME = {
    "CityPlan": "capacity.case.synthetic.city",
    "city_parts": "capacity.case.synthetic.city",
    "read_city": "capacity.case.city.reading",
    "write_city": "capacity.case.city.writing",
    "apply_changes": "capacity.case.scenarios.future",
    "apply_scenario": "capacity.case.scenarios.scenario",
    "future_of": "capacity.case.scenarios.future",
    "what_was_drawn": "capacity.case.scenarios.future",
    "derive_topology": "capacity.case.derived.topology",
    "import_pandapower": "capacity.case.importers.pandapower_json",
    "import_simbench": "capacity.case.importers.simbench",
    "load_case": "capacity.case.folder.reading",
    "load_scenario": "capacity.case.scenarios.scenario",
    "write_case": "capacity.case.folder.writing",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
