"""What every LV node can take (P9): bounds from the policy, the search from the load flow, the answer in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity.headroom.limits import voltage_floor
from capacity.headroom.reserved import waited_for
from capacity.headroom.shapes import FLAT, load_shape, rooftop_pv
from capacity.tables.additions import Addition, Additions, Bounds
from capacity.tables.case import Case
from capacity.tables.policy import Policy

Floats = npt.NDArray[np.float64]
Largest = Callable[[Bounds, Addition], Additions]
"""The load flow's search: the largest addition at every LV bus."""

UNKNOWN = ("dedicated", "out_of_service", "solver_failure", "no_source", "insufficient_data")
"""Reasons of a transformer (P7) that leave nothing to be said of the nodes below it."""
UPSTREAM = ("section_loading", "substation_loading")
EQUATOR_DEG = 0.0
"""Latitude for a case without coordinates: nowhere does the sun stand higher, so nothing is promised in excess."""


def node_headroom(
    case: Case,
    policy: Policy,
    largest: Largest,
    transformers: pd.DataFrame,
    nodes: pd.DataFrame,
    connected_kw: dict[int, complex],
    timestamps: pd.DatetimeIndex,
    *,
    shape: str = FLAT,
    generation: bool = True,
) -> pd.DataFrame:
    """``nodes`` with their allowed capacity, what limits it and what would limit it next (P9).

    Parameters
    ----------
    largest : the load flow's search.
    transformers : with their reasons (P7): below a transformer of which too little is known, nothing is known.
    nodes : ``rates.node_voltages``, by pandapower bus.
    connected_kw : what is reserved, and assumed of transformers without data, by bus (kW + j kvar).
    shape : of the load over time; flat unless stated.
    generation : whether rooftop PV is sought as well.
    """
    bounds = node_bounds(case, policy, nodes, connected_kw, "load")
    load = node_figures(case, largest(bounds, load_addition(case, policy, timestamps, shape)), nodes, transformers)
    full = nodes.assign(**{column: load[column] for column in load.columns})
    if not generation:
        return full
    bounds = node_bounds(case, policy, nodes, connected_kw, "generation")
    fed = node_figures(case, largest(bounds, pv_addition(case, policy, timestamps)), nodes, transformers)
    return full.assign(
        generation_kva=fed["allowed_kva"],
        generation_element=fed["binding_element"],
        generation_criterion=fed["binding_criterion"],
        generation_at=fed["binding_at"],
        generation_reason=fed["reason"],
    )


def load_addition(case: Case, policy: Policy, timestamps: pd.DatetimeIndex, shape: str = FLAT) -> Addition:
    """New load at the case's power factor (P9), lagging.

    Raises
    ------
    ValueError
        If there is no load shape of that name.
    """
    factor = case.settings.power_factor
    unit = complex(factor, math.sqrt(1.0 - factor**2))
    return Addition("load", unit, load_shape(shape, timestamps), policy.choice("search_ceiling_kva"), timestamps)


def pv_addition(case: Case, policy: Policy, timestamps: pd.DatetimeIndex) -> Addition:
    """New rooftop PV at unity power factor under a clear sky, at the place of the case."""
    longitude, latitude = _place(case)
    zone = ZoneInfo(case.settings.time_zone)
    offset = pd.Timestamp(timestamps[0].year, 1, 1, tz=zone).utcoffset()
    hours = 8.0 if offset is None else offset.total_seconds() / 3600.0
    factor = rooftop_pv(timestamps, latitude, longitude, hours)
    return Addition("generation", complex(-1.0, 0.0), factor, policy.choice("search_ceiling_kva"), timestamps)


def _place(case: Case) -> tuple[float | None, float]:
    """Longitude and latitude of the middle of a case's network in degrees; the equator where there is none."""
    import pyproj

    buses = case.topology.buses.dropna(subset=["x", "y"])
    if buses.empty:
        return None, EQUATOR_DEG
    to_degrees = pyproj.Transformer.from_crs(case.settings.crs, "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(float(buses["x"].median()), float(buses["y"].median()))
    usable = math.isfinite(longitude) and math.isfinite(latitude) and abs(latitude) <= 90.0
    return (longitude, latitude) if usable else (None, EQUATOR_DEG)


def node_bounds(
    case: Case, policy: Policy, nodes: pd.DataFrame, connected_kw: dict[int, complex], direction: str
) -> Bounds:
    """The limits of P9 by pandapower index."""
    topology = case.topology
    feeders = topology.feeders.drop_duplicates("feeder_id").set_index("feeder_id")["limit_percent"].astype("float64")
    lines = topology.lines
    section = lines["feeder_id"].map(feeders).astype("float64").fillna(policy.choice("section_limit_percent"))
    conductor = pd.Series(policy.choice("lv_line_limit_percent"), index=lines.index)
    percent = conductor.where(lines["level"].eq("lv"), section.where(lines["level"].eq("mv")))
    rated_kva = topology.substations.set_index("substation_id")["rated_kva"].astype("float64")
    load = direction == "load"
    return Bounds(
        voltage_pu=voltage_floor(case, policy, nodes) if load else _voltage_ceiling(case, policy, nodes),
        line_percent=percent,
        trafo_percent=policy.choice("transformer_limit_percent"),
        substation_kva=policy.choice("substation_limit_percent") / 100.0 * rated_kva,
        feeder=topology.buses["feeder_id"],
        epsilon_pu=policy.choice("existing_violation_epsilon_pu"),
        epsilon_percent=policy.choice("existing_violation_epsilon_percent"),
        connected_kw=connected_kw,
    )


def _voltage_ceiling(case: Case, policy: Policy, nodes: pd.DataFrame) -> pd.Series:
    """The upper limit of every MV and LV bus by pandapower index (P10)."""
    standard = policy.voltage_standards[case.settings.voltage_standard]
    buses = case.topology.buses
    at_mv = buses["vn_kv"].map({vn: standard.band(vn).upper_pu(vn) for vn in buses["vn_kv"].unique() if vn > 0.0})
    return nodes["voltage_upper_pu"].reindex(buses.index).fillna(at_mv.where(buses["level"].eq("mv")))


@dataclass(frozen=True)
class _Names:
    """Ids of what can bind."""

    bus: pd.Series
    line: pd.Series
    trafo: pd.Series
    substations: pd.Series
    transformer_of_bus: pd.Series
    transformer_of_line: pd.Series

    @classmethod
    def of(cls, case: Case) -> _Names:
        topology = case.topology
        return cls(
            topology.buses["bus_id"],
            topology.lines["line_id"],
            topology.trafos["trafo_id"],
            topology.substations["substation_id"].reset_index(drop=True),
            topology.buses["transformer_id"],
            topology.lines["transformer_id"],
        )

    def elements(self, tables: pd.Series, elements: pd.Series) -> pd.Series:
        """Ids by table and index, missing where nothing binds."""
        names = pd.Series(pd.NA, index=tables.index, dtype="string")
        for table, ids in (
            ("bus", self.bus),
            ("line", self.line),
            ("trafo", self.trafo),
            ("substation", self.substations),
        ):
            mine = tables.eq(table).fillna(False).to_numpy(bool)
            names[mine] = elements[mine].map(ids).astype("string")
        return names


def node_figures(case: Case, additions: Additions, nodes: pd.DataFrame, transformers: pd.DataFrame) -> pd.DataFrame:
    """The answer of the search in the columns of ``tables.results.nodes``, by pandapower bus."""
    found = additions.table.reindex(nodes.index)
    names = _Names.of(case)
    voltage = "voltage_min" if additions.addition.direction == "load" else "voltage_max"
    elsewhere = pd.Series(False, index=found.index)
    for table, supplier in (("bus", names.transformer_of_bus), ("line", names.transformer_of_line)):
        elsewhere |= found["table"].eq(table) & ~_same(found["element"].map(supplier), nodes["transformer_id"])
    kinds = _criteria(found["kind"], found["table"], found["element"], case, voltage)
    next_kinds = _criteria(found["next_kind"], found["next_table"], found["next_element"], case, voltage)
    upstream = kinds.isin(UPSTREAM) | elsewhere
    reason = found["reason"].astype(object).where(found["reason"].notna(), "meshed")
    reason = reason.mask(reason.eq("ok") & upstream.to_numpy(bool), "grid_limited")
    known = transformers.drop_duplicates("transformer_id").set_index("transformer_id")["reason"]
    of_transformer = nodes["transformer_id"].map(known)
    reason = reason.mask(of_transformer.isin(UNKNOWN), of_transformer).mask(nodes["transformer_id"].isna(), "no_source")
    unknown = reason.isin([*UNKNOWN, "meshed"])
    times = additions.addition.timestamps.to_numpy()
    figures = pd.DataFrame(
        {
            "allowed_kva": found["kva"],
            "binding_element": names.elements(found["table"], found["element"]),
            "binding_criterion": kinds,
            "binding_at": _moments(times, found["step"]),
            "next_criterion": next_kinds,
            "next_element": names.elements(found["next_table"], found["next_element"]),
            "next_margin_kva": (found["next_kva"] - found["kva"]).clip(lower=0.0),
        },
        index=nodes.index,
    )
    figures = figures.mask(unknown).assign(reason=reason.astype("string"))
    return figures if additions.addition.direction != "load" else _full(figures, nodes["transformer_id"], case)


def _full(figures: pd.DataFrame, transformer_id: pd.Series, case: Case) -> pd.DataFrame:
    """Nothing can be added below a transformer that promises wait to see replaced, until a larger one stands there."""
    full = transformer_id.isin(waited_for(case)) & figures["allowed_kva"].notna()
    if not full.any():
        return figures
    nothing = figures.loc[full].assign(
        allowed_kva=0.0, binding_element=transformer_id[full], binding_criterion="transformer_loading",
        binding_at=pd.NaT, next_criterion=None, next_element=None, next_margin_kva=np.nan, reason="over_limit",
    )  # fmt: skip
    figures.loc[full] = nothing
    return figures


def _same(one: pd.Series, other: pd.Series) -> pd.Series:
    return one.eq(other.set_axis(one.index)).fillna(False).astype(bool)


def _criteria(kind: pd.Series, table: pd.Series, element: pd.Series, case: Case, voltage: str) -> pd.Series:
    """Words of ``tables.words.CRITERION``; what a line is depends on its level."""
    level = element.map(case.topology.lines["level"])
    words = kind.astype("string").replace({"voltage": voltage})
    line = table.eq("line").fillna(False)
    words = words.mask(line & level.eq("lv").fillna(False), "line_loading")
    return words.mask(line & level.eq("mv").fillna(False), "section_loading")


def _moments(times: npt.NDArray[np.datetime64], step: pd.Series) -> pd.Series:
    position = step.fillna(-1).to_numpy(np.int64)
    values = np.where(position >= 0, times[np.maximum(position, 0)], np.datetime64("NaT"))
    return pd.Series(values, index=step.index)
