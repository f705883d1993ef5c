"""Loads and generators that come on top of what the meters saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from capacity.case.derived.graph import names
from capacity.case.scenarios.following import METERED_COLUMN
from capacity.tables.inputs.profiles import PROFILE_COLUMN, PROFILE_Q_COLUMN
from capacity.tables.scenario import PointLoad
from capacity.units import kvar_of_kw


def add_point_loads(net: Any, points: Iterable[PointLoad]) -> list[int]:
    """Point loads as rows of ``net.load``, whose places are known to be right; their buses in the same order."""
    import pandapower as pp

    points = tuple(points)
    if not points:
        return []
    bus_of = dict(zip(names(net.bus, "bus"), net.bus.index, strict=True))
    lv_bus_of = dict(zip(names(net.trafo, "trafo"), net.trafo["lv_bus"], strict=True))
    buses = [int(lv_bus_of[one.transformer_id] if one.transformer_id else bus_of[one.node_id]) for one in points]
    before = net.load.index
    pp.create_loads(
        net,
        buses,
        p_mw=[one.p_kw / 1000.0 for one in points],
        q_mvar=[kvar_of_kw(one.p_kw, one.power_factor) / 1000.0 for one in points],
        name=[one.load_id for one in points],
    )
    rows = net.load.index.difference(before)
    mark_on_top(net, "load", rows, [one.profile for one in points])
    return buses


def mark_on_top(net: Any, table: str, rows: pd.Index, profiles: Sequence[str | None]) -> None:
    """Say of new rows that no meter has seen them, and which profile each of them follows."""
    frame = net[table]
    if METERED_COLUMN not in frame.columns:
        frame[METERED_COLUMN] = pd.Series(True, index=frame.index, dtype=object)
    for name in (PROFILE_COLUMN, PROFILE_Q_COLUMN) if table == "load" else (PROFILE_COLUMN,):
        if name not in frame.columns:
            frame[name] = pd.Series(None, index=frame.index, dtype=object)
    frame[METERED_COLUMN] = frame[METERED_COLUMN].astype(object)
    frame[PROFILE_COLUMN] = frame[PROFILE_COLUMN].astype(object)
    frame.loc[rows, PROFILE_COLUMN] = pd.Series(list(profiles), index=rows, dtype=object)
    frame.loc[rows, METERED_COLUMN] = False
