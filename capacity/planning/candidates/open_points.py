"""Ties that stand open, and where a network could be opened instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from capacity.planning.candidates.grid import Grid


@dataclass(frozen=True)
class Tie:
    """An open switch between two buses, or at one end of a line (``line``) that hangs on the other bus."""

    switch_id: str
    near: int
    far: int
    line: int | None


def open_ties(grid: Grid, level: str) -> list[Tie]:
    """Ties between supplied buses of a level, each from both sides, by the switch's id."""
    found = []
    for switch, row in grid.net.switch[~grid.net.switch["closed"].astype(bool)].iterrows():
        ends = _ends(grid, row)
        if ends and all(grid.buses.at[bus, "level"] == level and grid.buses.at[bus, "island"] >= 0 for bus in ends):
            line = int(row["element"]) if row["et"] == "l" else None
            name = switch_id(grid, int(switch))
            found += [Tie(name, ends[0], ends[1], line), Tie(name, ends[1], ends[0], line)]
    return sorted(found, key=lambda tie: (tie.switch_id, tie.near))


def openings(grid: Grid, near: int, far: int) -> Iterator[int]:
    """Buses between ``near`` and its source which would hang on ``far`` if the link above them were opened.

    Nearest first; none where ``far`` hangs below them too. A feeder's first section is never among them.
    """
    beyond = set(grid.up(far))
    way = [bus for bus in grid.up(near) if grid.parent[bus] >= 0]
    for bus in way:
        if bus in beyond:
            return
        if grid.above[bus][0] == "trafo" or (grid.buses.at[bus, "level"] == "mv" and _is_head(grid, bus)):
            return
        yield bus


def closed_switch_above(grid: Grid, bus: int) -> str | None:
    """The closed switch in the link between a bus and the bus above; None where there is none."""
    kind, index = grid.above[bus]
    if kind == "switch":
        return switch_id(grid, index)
    switch = grid.net.switch
    at_line = switch[(switch["et"] == "l") & (switch["element"] == index) & switch["closed"].astype(bool)]
    return switch_id(grid, int(at_line.index[0])) if kind == "line" and len(at_line) else None


def switch_id(grid: Grid, switch: int) -> str:
    """The id of a switch, as the case knows it."""
    name = grid.net.switch["name"].get(switch) if "name" in grid.net.switch.columns else None
    return f"switch {switch}" if name is None or pd.isna(name) or not str(name).strip() else str(name).strip()


def _is_head(grid: Grid, bus: int) -> bool:
    """Whether no 10 kV line lies above the link of a bus."""
    return len(grid.lines_up(grid.parent[bus], "mv")) == 0


def _ends(grid: Grid, row: pd.Series) -> tuple[int, int] | None:
    at, element = int(row["bus"]), int(row["element"])
    if row["et"] == "b":
        return at, element
    if row["et"] != "l" or not bool(grid.net.line.at[element, "in_service"]):
        return None
    switch = grid.net.switch
    same = switch[(switch["et"] == "l") & (switch["element"] == element) & ~switch["closed"].astype(bool)]
    ends = [int(grid.net.line.at[element, end]) for end in ("from_bus", "to_bus")]
    other = [bus for bus in ends if bus != at]
    return (at, other[0]) if len(same) == 1 and len(other) == 1 else None
