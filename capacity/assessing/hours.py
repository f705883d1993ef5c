"""What a connection could carry by month and hour of the day: the time-limited part of a staged offer (P16)."""

from __future__ import annotations

import pandas as pd

from capacity.assessing.ground import Ground
from capacity.headroom.node_profile import steps_of
from capacity.tables._schema import conform
from capacity.tables.additions import Addition
from capacity.tables.connection import Connection
from capacity.tables.node_profile import NODE_PROFILE


def hours_at(ground: Ground, connection: Connection, addition: Addition, asked_kva: float) -> pd.DataFrame:
    """The largest load in each month's hour alone: rows of ``tables.node_profile``."""
    cells = [(month, hour) for month in range(1, 13) for hour in range(24)]
    steps = [steps_of(ground.solved.timestamps, month, hour) for month, hour in cells]
    rows = [
        {
            "month": month,
            "hour": hour,
            "allowed_kva": room.kva,
            "binding_criterion": room.binding.criterion if room.binding else None,
            "binding_element": room.binding.element_id if room.binding else None,
            "binding_at": room.binding.at if room.binding else pd.NaT,
            "reason": "ok" if room.reason == "grid_limited" else room.reason,
        }
        for (month, hour), room in zip(cells, ground.rooms(connection, addition, asked_kva, steps), strict=True)
    ]
    return conform(pd.DataFrame(rows), NODE_PROFILE)
