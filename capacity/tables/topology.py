"""What hangs on what, derived from the network's operating state (switches as they stand).

Indices are pandapower's own (``net.bus.index`` …), ids are element names.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Topology:
    """Supply relations of an operating state.

    Attributes
    ----------
    buses : index pandapower bus; columns
        ``bus_id`` (name), ``level`` (hv/mv/lv; hv above 35 kV, mv above 1 kV), ``vn_kv``, ``island`` (number of the
        energised island, -1 unenergised), ``substation_id``, ``feeder_id``, ``transformer_id`` (distribution
        transformer that supplies an LV bus; missing at MV and HV), ``parent_bus``, ``parent_kind``
        (line/trafo/switch/source), ``parent_index`` (pandapower index of that element; of the first where several
        are parallel), ``depth`` (branches from the source; -1 where the island is meshed or unenergised), ``x``, ``y``.
        Missing text is ``pd.NA``; ``parent_*`` is -1 / "" at sources and in meshed islands.
    lines : index pandapower line; columns ``line_id``, ``level``, ``island``, ``substation_id``, ``feeder_id``,
        ``transformer_id`` (LV lines), ``live`` (in service, both ends closed and energised).
    trafos : index pandapower trafo; columns ``trafo_id``, ``kind`` (``substation`` when the LV side is above 1 kV,
        else ``distribution``), ``island``, ``substation_id``, ``feeder_id``, ``live``.
    feeders : columns of ``tables.inputs.feeders`` plus ``head_line`` (pandapower line index, -1 none), ``head_bus``
        (bus of the head section on the busbar side, -1 none), ``derived``.
    substations : columns of ``tables.inputs.substations`` plus ``busbar`` (pandapower bus index), ``derived``.
    islands : columns ``island``, ``sources`` (count of external grids), ``buses``, ``loops`` (independent loops left
        after fusing closed bus switches and merging parallel branches), so ``loops == 0 and sources == 1`` is a tree.
    """

    buses: pd.DataFrame
    lines: pd.DataFrame
    trafos: pd.DataFrame
    feeders: pd.DataFrame
    substations: pd.DataFrame
    islands: pd.DataFrame

    def supply_path(self, bus: int) -> list[tuple[str, int]]:
        """The elements from ``bus`` up to its source, nearest first, as ``(kind, pandapower index)``.

        Empty in meshed or unenergised islands. Parallel elements are represented by the first of them.
        """
        path: list[tuple[str, int]] = []
        parent_bus, kind, index = (self.buses[c] for c in ("parent_bus", "parent_kind", "parent_index"))
        while parent_bus.at[bus] >= 0:
            path.append((str(kind.at[bus]), int(index.at[bus])))
            bus = int(parent_bus.at[bus])
        return path
