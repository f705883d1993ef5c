"""A case's network as arrays by row, sorted by id, so that the order of the case's tables does not matter."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.applications.places.projecting import Floats
from capacity.applications.places.routes import Bools, Ints
from capacity.tables.case import Case

Texts = npt.NDArray[np.object_]
M_PER_KM = 1000.0
_CABLE = {"cs": True, "ol": False}


@dataclass(frozen=True)
class GridTables:
    """Buses (LV and MV), lines and distribution transformers. ``*_from``, ``*_hv`` … are rows of buses, -1 unknown."""

    bus_id: Texts
    bus_level: Texts
    bus_transformer: Texts
    bus_feeder: Texts
    bus_substation: Texts
    bus_energised: Bools
    bus_xy: Floats
    parent_bus: Ints
    parent_kind: Texts
    parent_line: Ints
    line_id: Texts
    line_level: Texts
    line_feeder: Texts
    line_substation: Texts
    line_live: Bools
    line_cable: tuple[bool | None, ...]
    line_from: Ints
    line_to: Ints
    line_stated_m: Floats
    line_points: tuple[tuple[tuple[float, float], ...], ...]
    trafo_id: Texts
    trafo_hv: Ints
    trafo_lv: Ints
    trafo_area: Texts
    trafo_feeder: Texts
    trafo_substation: Texts
    trafo_ownership: Texts
    trafo_energised: Bools
    couplers: tuple[tuple[int, int], ...]

    def ways_up(self) -> tuple[Floats, Ints, Ints]:
        """By bus: stated metres up to the LV busbar of its transformer, and the line and the bus next on that way.

        NaN and -1 where the bus is not below a transformer in a tree.
        """
        count = len(self.bus_id)
        metres = np.full(count, np.nan)
        metres[self.trafo_lv] = 0.0
        for row in range(count):
            chain = []
            here = row
            while here >= 0 and np.isnan(metres[here]) and self.parent_kind[here] in ("line", "switch"):
                chain.append(here)
                here = int(self.parent_bus[here])
            if here < 0 or np.isnan(metres[here]):
                continue
            for below in reversed(chain):
                line = int(self.parent_line[below])
                metres[below] = metres[self.parent_bus[below]] + (self.line_stated_m[line] if line >= 0 else 0.0)
        reached = ~np.isnan(metres) & np.isin(self.parent_kind, ("line", "switch"))
        reached[self.trafo_lv] = False
        return metres, np.where(reached, self.parent_line, -1), np.where(reached, self.parent_bus, -1)


def grid_tables(case: Case) -> GridTables:
    """Everything the map is made of."""
    buses = case.topology.buses
    buses = _by_id(buses[buses["level"].isin(["lv", "mv"])], "bus_id")
    row_of_bus = pd.Series(np.arange(len(buses)), index=buses.index)

    drawn = case.net.line[case.net.line["in_service"].astype(bool)]
    lines = case.topology.lines.loc[drawn.index]
    lines = _by_id(lines[lines["level"].isin(["lv", "mv"])], "line_id")
    drawn = drawn.loc[lines.index]
    row_of_line = pd.Series(np.arange(len(lines)), index=lines.index)

    trafos = case.topology.trafos
    trafos = _by_id(trafos[trafos["kind"] == "distribution"], "trafo_id")
    wired = case.net.trafo.loc[trafos.index]
    low = _rows(row_of_bus, wired["lv_bus"])
    trafos, wired, low = trafos[low >= 0], wired[low >= 0], low[low >= 0]
    listed = case.transformers.drop_duplicates("transformer_id").set_index("transformer_id").reindex(trafos["trafo_id"])
    retired = (listed["valid_to"] <= pd.Timestamp(case.settings.as_of)).to_numpy(dtype=bool)

    of_line = buses["parent_kind"].eq("line")
    parent_line = _rows(row_of_line, buses["parent_index"].where(of_line, -1))
    return GridTables(
        bus_id=buses["bus_id"].to_numpy(dtype=object),
        bus_level=buses["level"].to_numpy(dtype=object),
        bus_transformer=_texts(buses["transformer_id"]),
        bus_feeder=_texts(buses["feeder_id"]),
        bus_substation=_texts(buses["substation_id"]),
        bus_energised=buses["island"].to_numpy() >= 0,
        bus_xy=buses[["x", "y"]].to_numpy(dtype=float),
        parent_bus=_rows(row_of_bus, buses["parent_bus"]),
        parent_kind=buses["parent_kind"].to_numpy(dtype=object),
        parent_line=parent_line,
        line_id=lines["line_id"].to_numpy(dtype=object),
        line_level=lines["level"].to_numpy(dtype=object),
        line_feeder=_texts(lines["feeder_id"]),
        line_substation=_texts(lines["substation_id"]),
        line_live=lines["live"].to_numpy(dtype=bool),
        line_cable=tuple(_CABLE.get(one) for one in _column(drawn, "type")),
        line_from=_rows(row_of_bus, drawn["from_bus"]),
        line_to=_rows(row_of_bus, drawn["to_bus"]),
        line_stated_m=drawn["length_km"].to_numpy(dtype=float) * M_PER_KM,
        line_points=tuple(_line_points(geo) for geo in _column(drawn, "geo")),
        trafo_id=trafos["trafo_id"].to_numpy(dtype=object),
        trafo_hv=_rows(row_of_bus, wired["hv_bus"]),
        trafo_lv=low,
        trafo_area=_texts(listed["area_id"]),
        trafo_feeder=_texts(trafos["feeder_id"]),
        trafo_substation=_texts(trafos["substation_id"]),
        trafo_ownership=_texts(listed["ownership"]),
        trafo_energised=trafos["live"].to_numpy(dtype=bool) & ~retired,
        couplers=tuple(sorted(_couplers(case.net, row_of_bus))),
    )


def _by_id(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame.iloc[np.argsort(frame[column].to_numpy(dtype=str), kind="stable")]


def _rows(row_of: pd.Series, wanted: pd.Series) -> Ints:
    """Rows of pandapower indices; -1 where there is none."""
    return row_of.reindex(wanted).fillna(-1).to_numpy(dtype=np.int64)


def _texts(column: pd.Series) -> Texts:
    return column.astype("string").fillna("").to_numpy(dtype=object)


def _column(frame: pd.DataFrame, name: str) -> Iterable[Any]:
    return frame[name].tolist() if name in frame.columns else [None] * len(frame)


def _couplers(net: Any, row_of_bus: pd.Series) -> list[tuple[int, int]]:
    switch = net.switch[net.switch["et"] == "b"]
    return list(zip(_rows(row_of_bus, switch["bus"]), _rows(row_of_bus, switch["element"]), strict=True))


def _line_points(geo: Any) -> tuple[tuple[float, float], ...]:
    """The points of a line's GeoJSON; none where it has no usable geometry."""
    try:
        geometry = json.loads(geo) if isinstance(geo, str) else geo
        if not isinstance(geometry, dict) or geometry.get("type") != "LineString":
            return ()
        points = tuple((float(point[0]), float(point[1])) for point in geometry["coordinates"])
    except (TypeError, ValueError, IndexError, KeyError):
        return ()
    return points if len(points) > 1 and np.isfinite(points).all() else ()
