"""The ledger workbook: template, import, export, and appending readings.

Everything is imported when it is first asked for, so that ``import capacity.case.ledger`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capacity.case.ledger.appending import AppendReport as AppendReport
    from capacity.case.ledger.appending import append_readings as append_readings
    from capacity.case.ledger.exporting import export_readings as export_readings
    from capacity.case.ledger.exporting import export_workbook as export_workbook
    from capacity.case.ledger.importing import import_workbook as import_workbook
    from capacity.case.ledger.template import write_template as write_template

_HOME = {
    "AppendReport": "appending",
    "append_readings": "appending",
    "export_readings": "exporting",
    "export_workbook": "exporting",
    "import_workbook": "importing",
    "write_template": "template",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
