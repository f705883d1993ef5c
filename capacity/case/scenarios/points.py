"""Loads and generators that come on top of what the meters saw."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from capacity.case.derived.graph import names
from capacity.case.scenarios.following import METERED_COLUMN
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN
from capacity.tables.scenario import PointLoad
from capacity.units import kvar_of_kw


def add_point_loads(net: Any, points: Iterable[PointLoad]) -> None:
    """Point loads as rows of ``net.load``; their places are known to be right."""
    import pandapower as pp

    points = tuple(points)
    if not points:
        return
    bus_of = dict(zip(names(net.bus, "bus"), net.bus.index, strict=True))
    lv_bus_of = dict(zip(names(net.trafo, "trafo"), net.trafo["lv_bus"], strict=True))
    for point in points:
        bus = lv_bus_of[point.transformer_id] if point.transformer_id else bus_of[point.node_id]
        at = pp.create_load(
            net,
            bus=int(bus),
            p_mw=point.p_kw / 1000.0,
            q_mvar=kvar_of_kw(point.p_kw, point.power_factor) / 1000.0,
            name=point.load_id,
        )
        mark_on_top(net, "load", pd.Index([at]), point.profile)


def mark_on_top(net: Any, table: str, rows: pd.Index, profile: str | None) -> None:
    """Say of new rows that no meter has seen them, and which profile they follow."""
    frame = net[table]
    if METERED_COLUMN not in frame.columns:
        frame[METERED_COLUMN] = pd.Series(True, index=frame.index, dtype=object)
    for name in (PROFILE_COLUMN, PROFILE_Q_COLUMN) if table == "load" else (PROFILE_COLUMN,):
        if name not in frame.columns:
            frame[name] = pd.Series(None, index=frame.index, dtype=object)
    frame[METERED_COLUMN] = frame[METERED_COLUMN].astype(object)
    frame.loc[rows, PROFILE_COLUMN] = profile
    frame.loc[rows, METERED_COLUMN] = False
