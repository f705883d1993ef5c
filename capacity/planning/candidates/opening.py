"""How a 10 kV network is opened at a place: by the switch there, or by one that has to be bought."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.open_points import closed_switch_above
from capacity.tables.network_change import NetworkChange, RetireElement, SetSwitch


@dataclass(frozen=True)
class Opening:
    """What is opened; ``bought``: switches that are not there yet."""

    element_id: str
    change: NetworkChange
    bought: int


def opening_above(ground: Ground, bus: int) -> Opening | None:
    """How the link between a bus and the bus above is opened; None where it is no line and has no switch."""
    switch = closed_switch_above(ground.grid, bus)
    if switch is not None:
        return Opening(switch, SetSwitch(kind="set_switch", switch_id=switch, closed=False), 0)
    kind, index = ground.grid.above[bus]
    if kind != "line":
        return None
    line_id = ground.grid.line_id(index)
    return Opening(line_id, RetireElement(kind="retire", line_id=line_id), 1)
