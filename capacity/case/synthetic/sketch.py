"""A network as plain rows before it becomes a pandapower network, which is built from them in bulk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandapower

from capacity.case import equipment
from capacity.case.synthetic.geography import Point2, to_lon_lat
from capacity.case.synthetic.plan import Conductor

MV_KV, LV_KV = 10.0, 0.4


@dataclass(frozen=True)
class BusRow:
    """A bus at a place in kilometres."""

    name: str
    vn_kv: float
    at_km: Point2


@dataclass(frozen=True)
class LineRow:
    """A line section; ``closed`` is the position of a switch ``switch`` at its first bus, where it has one."""

    name: str
    from_bus: str
    to_bus: str
    conductor: Conductor
    length_km: float
    switch: str = ""
    switch_type: str = "LBS"


@dataclass(frozen=True)
class TrafoRow:
    """A distribution transformer."""

    name: str
    hv_bus: str
    lv_bus: str
    series: str
    rated_kva: float
    tap_pos: int


@dataclass(frozen=True)
class TieRow:
    """An open switch between two buses."""

    name: str
    first_bus: str
    second_bus: str


@dataclass(frozen=True)
class SourceRow:
    """The external grid at a busbar."""

    name: str
    bus: str
    vm_pu: float


@dataclass(frozen=True)
class SupplyPoint:
    """Where customers hang: its category, its share of the transformer's load, its phases, its part of the PV.

    ``profile`` is the profile its load follows where that is not called as its category.
    """

    node_id: str
    transformer_id: str
    category: str
    share: float
    phases: str
    main: int
    pv_kwp: float = 0.0
    profile: str = ""


@dataclass
class Sketch:
    """Rows collected while drawing."""

    buses: list[BusRow] = field(default_factory=list)
    lines: list[LineRow] = field(default_factory=list)
    trafos: list[TrafoRow] = field(default_factory=list)
    ties: list[TieRow] = field(default_factory=list)
    sources: list[SourceRow] = field(default_factory=list)
    supply_points: list[SupplyPoint] = field(default_factory=list)


def to_network(
    sketch: Sketch, name: str, origin: Point2, scale_kw: dict[str, float], tan_phi: dict[str, float]
) -> pandapower.pandapowerNet:
    """The pandapower network of a sketch.

    Parameters
    ----------
    scale_kw : by transformer, what a share of 1 at a profile value of 1 means in kW.
    tan_phi : reactive over active power by load category.
    """
    net = pandapower.create_empty_network(name=name)
    geodata = [to_lon_lat(bus.at_km, origin) for bus in sketch.buses]
    index = pandapower.create_buses(
        net,
        len(sketch.buses),
        vn_kv=[bus.vn_kv for bus in sketch.buses],
        name=[bus.name for bus in sketch.buses],
        geodata=geodata,
    )
    bus_of = {bus.name: int(i) for bus, i in zip(sketch.buses, index, strict=True)}
    for source in sketch.sources:
        pandapower.create_ext_grid(net, bus_of[source.bus], vm_pu=source.vm_pu, name=source.name)
    _add_lines(net, sketch.lines, bus_of)
    _add_trafos(net, sketch.trafos, bus_of)
    for tie in sketch.ties:
        pandapower.create_switch(
            net, bus_of[tie.first_bus], bus_of[tie.second_bus], et="b", closed=False, type="LBS", name=tie.name
        )
    _add_injections(net, sketch.supply_points, bus_of, scale_kw, tan_phi)
    return net


def _add_lines(net: Any, lines: list[LineRow], bus_of: dict[str, int]) -> None:
    equipment.add_lines(
        net,
        [bus_of[row.from_bus] for row in lines],
        [bus_of[row.to_bus] for row in lines],
        [f"{row.conductor.family}-{row.conductor.cross_section_mm2}" for row in lines],
        [row.length_km for row in lines],
        [row.name for row in lines],
    )
    line_of = {name: int(i) for i, name in net.line["name"].items()}
    switched = [row for row in lines if row.switch]
    if switched:
        pandapower.create_switches(
            net,
            [bus_of[row.from_bus] for row in switched],
            [line_of[row.name] for row in switched],
            et="l",
            type=[row.switch_type for row in switched],
            name=[row.switch for row in switched],
        )


def _add_trafos(net: Any, trafos: list[TrafoRow], bus_of: dict[str, int]) -> None:
    equipment.add_transformers(
        net,
        [bus_of[row.hv_bus] for row in trafos],
        [bus_of[row.lv_bus] for row in trafos],
        [row.series for row in trafos],
        [row.rated_kva for row in trafos],
        [row.name for row in trafos],
        [row.tap_pos for row in trafos],
    )


def _add_injections(
    net: Any,
    points: list[SupplyPoint],
    bus_of: dict[str, int],
    scale_kw: dict[str, float],
    tan_phi: dict[str, float],
) -> None:
    p_mw = [point.share * scale_kw[point.transformer_id] / 1000.0 for point in points]
    pandapower.create_loads(
        net,
        [bus_of[point.node_id] for point in points],
        p_mw=p_mw,
        q_mvar=[p * tan_phi[point.category] for p, point in zip(p_mw, points, strict=True)],
        name=[f"{point.node_id}-{point.category}" for point in points],
        profile=[point.profile or point.category for point in points],
    )
    roofs = [point for point in points if point.pv_kwp > 0.0]
    if roofs:
        pandapower.create_sgens(
            net,
            [bus_of[point.node_id] for point in roofs],
            p_mw=[point.pv_kwp / 1000.0 for point in roofs],
            q_mvar=0.0,
            sn_mva=[point.pv_kwp / 1000.0 for point in roofs],
            name=[f"{point.node_id}-pv" for point in roofs],
            type="PV",
            profile=["pv"] * len(roofs),
        )
