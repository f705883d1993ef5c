"""An LV network fed anew at one of its nodes, with the line above it opened: what that does by estimate."""

from __future__ import annotations

from dataclasses import dataclass

from capacity.planning.candidates.conductors import SINGLE_PHASE, line_at
from capacity.planning.candidates.grid import drop_ohm
from capacity.planning.candidates.ground import Ground
from capacity.planning.candidates.lv_voltage import LvVoltages
from capacity.tables.catalogue import LineType


@dataclass(frozen=True)
class Feeding:
    """A node that is to be fed anew.

    Attributes
    ----------
    bus : the node; what hangs below it comes along.
    taken_kva : its load when the transformer is loaded highest.
    left_pu : what each low node stays short of afterwards, the margin included; negative: room.
    """

    bus: int
    taken_kva: float
    left_pu: dict[int, float]

    @property
    def worst_left_pu(self) -> float:
        """What the node that is then shortest of voltage is short of."""
        return max(self.left_pu.values(), default=0.0)

    @property
    def lifts_all(self) -> bool:
        """Whether no node stays short."""
        return self.worst_left_pu <= 0.0


def places(ground: Ground, transformer_id: str, *, drops: bool = False) -> list[int]:
    """Nodes of a network below a line that is no service drop (or any with ``drops``), ascending."""
    found = []
    for bus in ground.grid.lv_buses(transformer_id):
        kind, index = ground.grid.above[bus]
        if kind == "line" and (drops or not line_at(ground, index).type_name.startswith(SINGLE_PHASE)):
            found.append(bus)
    return found


def heads(ground: Ground, transformer_id: str) -> list[int]:
    """The first nodes of a network's circuits."""
    busbar = ground.grid.busbar(transformer_id)
    return [bus for bus in places(ground, transformer_id) if ground.grid.parent[bus] == busbar]


def feeding(ground: Ground, voltages: LvVoltages, bus: int, voltage_pu: float) -> Feeding:
    """What becomes of low nodes when a node is fed with a voltage of its own.

    Behind it, the voltage is the new one less the drops on the way; before it, drops shrink as the load that is gone.
    """
    grid, taken_kva = ground.grid, ground.grid.below_kva[bus]
    above = list(grid.up(grid.parent[bus]))
    left = {}
    for low, short in voltages.short_pu.items():
        way = list(grid.up(low))
        if bus in way:
            drop = sum(voltages.drop_pu.get(one, 0.0) for one in way[: way.index(bus)])
            left[low] = short - (voltage_pu - drop - voltages.voltage_pu[low]) + ground.margin_pu
        else:
            shared = [one for one in way if one in above and one in voltages.drop_pu and grid.below_kva[one] > 0.0]
            lift = sum(voltages.drop_pu[one] * min(1.0, taken_kva / grid.below_kva[one]) for one in shared)
            left[low] = short - lift + ground.margin_pu
    return Feeding(bus, taken_kva, left)


def link_drop_pu(ground: Ground, one: LineType, length_m: float, kva: float, kv: float) -> float:
    """Voltage drop along a new line."""
    ohm = drop_ohm(one.r_ohm_per_km, one.x_ohm_per_km, ground.power_factor) * length_m / 1000.0
    return kva * ohm / (1000.0 * kv**2)


def worst_lift_pu(voltages: LvVoltages, after: Feeding, margin_pu: float) -> float:
    """By how much the lowest voltage of the network rises: what is missing most before, less what is afterwards."""
    return max(voltages.short_pu.values()) + margin_pu - after.worst_left_pu


def lift_words(voltages: LvVoltages, after: Feeding, margin_pu: float) -> tuple[str, str]:
    """That lift in both languages."""
    lifted = 100.0 * worst_lift_pu(voltages, after, margin_pu)
    short = 100.0 * max(voltages.short_pu.values())
    return (
        f"最低电压低于限值 {short:.1f} %，约提升 {lifted:.1f} %（占额定电压）",
        f"the lowest voltage lies {short:.1f} % below its limit and is lifted by about {lifted:.1f} % of nominal",
    )
