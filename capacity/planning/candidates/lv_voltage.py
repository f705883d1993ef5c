"""Voltages of an LV network as the results have them, and what is missing to their limits."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capacity.planning.candidates.grid import Grid


@dataclass(frozen=True)
class LvVoltages:
    """Of one transformer's LV network.

    Attributes
    ----------
    short_pu : by how much each low node lies below its limit, by bus; empty where none is low.
    drop_pu : voltage lost on the way from the bus above to each bus, at the lowest voltage of both (never negative).
    voltage_pu : lowest voltage of each node, where known.
    busbar_pu : that of the LV busbar; NaN where unknown.
    """

    transformer_id: str
    short_pu: dict[int, float]
    drop_pu: dict[int, float]
    voltage_pu: dict[int, float]
    busbar_pu: float


def lv_voltages(grid: Grid, nodes: pd.DataFrame, transformer_id: str) -> LvVoltages:
    """What the results (``nodes`` by id) say of a network; nodes without a voltage are left out."""
    buses = [bus for bus in grid.lv_buses(transformer_id) if grid.bus_id(bus) in nodes.index]
    rows = nodes.loc[[grid.bus_id(bus) for bus in buses]].set_axis(buses)
    voltage = rows["voltage_min_pu"].astype(float)
    below = (rows["voltage_lower_pu"].astype(float) - voltage).dropna()
    above = pd.Series({bus: voltage.get(grid.parent[bus]) for bus in buses}, dtype=float)
    drop = (above - voltage).dropna().clip(lower=0.0)
    short = below[below > 0.0]
    return LvVoltages(
        transformer_id,
        {int(bus): float(value) for bus, value in short.items()},
        {int(bus): float(value) for bus, value in drop.items()},
        {int(bus): float(value) for bus, value in voltage.dropna().items()},
        float(voltage.get(grid.busbar(transformer_id), float("nan"))),
    )
