"""What hangs on what in a case, and roughly how much of it: the tree that candidates are designed on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from capacity.tables.case import Case
from capacity.units import apparent_kva


@dataclass(frozen=True)
class Grid:
    """The supply tree of a case in its operating state; buses and lines are pandapower's indices.

    ``smax_kva`` is the highest load of each transformer by its id (missing: unknown), from the results.
    """

    case: Case
    smax_kva: pd.Series

    @cached_property
    def buses(self) -> pd.DataFrame:
        """``topology.buses``."""
        return self.case.topology.buses

    @property
    def net(self) -> Any:
        """The pandapower network."""
        return self.case.net

    @cached_property
    def bus_of(self) -> dict[str, int]:
        """Bus by its id."""
        return {str(name): int(bus) for bus, name in self.buses["bus_id"].items()}

    @cached_property
    def line_of(self) -> dict[str, int]:
        """Line by its id."""
        return {str(name): int(line) for line, name in self.case.topology.lines["line_id"].items()}

    @cached_property
    def trafo_of(self) -> dict[str, int]:
        """Transformer by its id."""
        return {str(name): int(one) for one, name in self.case.topology.trafos["trafo_id"].items()}

    @cached_property
    def parent(self) -> dict[int, int]:
        """The bus above, by bus; -1 at sources and where there is no tree."""
        return {int(bus): int(above) for bus, above in self.buses["parent_bus"].items()}

    @cached_property
    def above(self) -> dict[int, tuple[str, int]]:
        """Kind and index of the element between a bus and the bus above it."""
        kinds, indices = self.buses["parent_kind"].astype(str), self.buses["parent_index"].astype(int)
        return {int(b): (kind, int(index)) for b, kind, index in zip(self.buses.index, kinds, indices, strict=True)}

    @cached_property
    def children(self) -> dict[int, list[int]]:
        """The buses below, by bus, ascending."""
        found: dict[int, list[int]] = {}
        for bus, above in self.parent.items():
            if above >= 0:
                found.setdefault(above, []).append(bus)
        return {above: sorted(below) for above, below in found.items()}

    @cached_property
    def far_bus(self) -> dict[int, int]:
        """The bus at the lower end of each line of the tree."""
        return {index: bus for bus, (kind, index) in self.above.items() if kind == "line"}

    def bus_id(self, bus: int) -> str:
        """The id of a bus."""
        return str(self.buses.at[bus, "bus_id"])

    def line_id(self, line: int) -> str:
        """The id of a line."""
        return str(self.case.topology.lines.at[line, "line_id"])

    def up(self, bus: int) -> Iterator[int]:
        """A bus and those above it, up to the source."""
        while bus >= 0:
            yield bus
            bus = self.parent[bus]

    def lines_up(self, bus: int, level: str) -> list[int]:
        """The lines of one level between a bus and its source, nearest first."""
        above = [self.above[one] for one in self.up(bus)]
        of_level = self.case.topology.lines["level"]
        return [index for kind, index in above if kind == "line" and of_level.at[index] == level]

    def subtree(self, bus: int) -> list[int]:
        """A bus and everything below it, ascending."""
        found, open_ = [], [bus]
        while open_:
            one = open_.pop()
            found.append(one)
            open_.extend(self.children.get(one, ()))
        return sorted(found)

    def lv_buses(self, transformer_id: str) -> list[int]:
        """The LV buses that a transformer supplies, ascending."""
        supplied = self.buses["transformer_id"].eq(transformer_id).fillna(False).to_numpy(dtype=bool)
        return [int(bus) for bus in self.buses.index[supplied]]

    def busbar(self, transformer_id: str) -> int:
        """The LV busbar of a transformer."""
        return int(self.net.trafo.at[self.trafo_of[transformer_id], "lv_bus"])

    @cached_property
    def modelled_kva(self) -> pd.Series:
        """Load as modelled at each bus."""
        load = self.net.load[self.net.load["in_service"].astype(bool)]
        scale = 1000.0 * load["scaling"].astype(float)
        kva = apparent_kva(
            (load["p_mw"].astype(float) * scale).to_numpy(), (load["q_mvar"].astype(float) * scale).to_numpy()
        )
        return pd.Series(kva, load["bus"].to_numpy()).groupby(level=0).sum().reindex(self.buses.index, fill_value=0.0)

    @cached_property
    def load_kva(self) -> dict[int, float]:
        """Load at each bus when its transformer is loaded highest: its share of the model of that highest load.

        As modelled where the transformer's highest load is unknown.
        """
        supplier = self.buses["transformer_id"].astype(object)
        whole = self.modelled_kva.groupby(supplier).sum()
        factor = (self.smax_kva.reindex(whole.index) / whole.where(whole > 0.0)).fillna(1.0)
        scaled = self.modelled_kva * supplier.map(factor).astype(float).fillna(1.0)
        return {int(bus): float(kva) for bus, kva in scaled.items()}

    @cached_property
    def below_kva(self) -> dict[int, float]:
        """Load at and below each bus, as the sum of :attr:`load_kva`: highest loads, as if at the same time."""
        total = dict(self.load_kva)
        order = self.buses["depth"].to_numpy().argsort(kind="stable")[::-1]
        for bus in self.buses.index.to_numpy()[order]:
            above = self.parent[int(bus)]
            if above >= 0:
                total[above] += total[int(bus)]
        return total

    def ohm_per_km(self, line: int, power_factor: float) -> float:
        """What a line's current meets as voltage drop: r·cos φ + x·sin φ, parallel circuits together."""
        row = self.net.line.loc[line]
        r, x = float(row["r_ohm_per_km"]), float(row["x_ohm_per_km"])
        parallel = row.get("parallel", 1)
        return drop_ohm(r, x, power_factor) / (1.0 if pd.isna(parallel) else float(parallel))


def drop_ohm(r_ohm: float, x_ohm: float, power_factor: float) -> float:
    """r·cos φ + x·sin φ."""
    return r_ohm * power_factor + x_ohm * float(np.sqrt(1.0 - power_factor**2))
