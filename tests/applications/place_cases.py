"""Networks on a plane of whole metres: the case's reference system is the UTM zone itself, so distances are plain."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandapower as pp
import pandas as pd
import pyproj
from hand_case import hand_case
from shapely.geometry import Polygon, box

from capacity.case import derive_topology
from capacity.tables._schema import conform
from capacity.tables.case import Case
from capacity.tables.inputs.feeders import FEEDERS
from capacity.tables.inputs.substations import SUBSTATIONS
from capacity.tables.inputs.transformers import TRANSFORMERS
from capacity.tables.settings import CaseSettings

UTM = "EPSG:32647"
ORIGIN = (500_000.0, 2_780_000.0)
"""Where (0, 0) of the test networks lies."""
XY = tuple[float, float]


@dataclass
class Sketch:
    """A network in words: MV buses, sections, transformers at MV buses, LV nodes and lines."""

    mv: dict[str, XY | None]
    sections: list[tuple[str, str, str, float]]  # line id, from, to, stated metres
    transformers: dict[str, tuple[str, str]] = field(default_factory=dict)  # id: MV bus, area
    lv: dict[str, XY | None] = field(default_factory=dict)
    lv_lines: list[tuple[str, str, str, float]] = field(default_factory=list)
    busbars: tuple[str, ...] = ("BB",)
    dedicated: tuple[str, ...] = ()
    open_lines: tuple[str, ...] = ()
    geometry: dict[str, Sequence[XY]] = field(default_factory=dict)
    low_xy: dict[str, XY | None] = field(default_factory=dict)  # LV busbar, where not at the MV bus


def place(xy: XY) -> XY:
    """Metres of a sketch in the case's coordinates."""
    return (ORIGIN[0] + xy[0], ORIGIN[1] + xy[1])


def degrees(xy: XY) -> XY:
    """Longitude and latitude of a point of a sketch."""
    return pyproj.Transformer.from_crs(UTM, "EPSG:4326", always_xy=True).transform(*place(xy))


def no_go(*corners: Sequence[XY], names: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """No-go polygons of a sketch."""
    shapes = [Polygon([place(xy) for xy in ring]) for ring in corners]
    return gpd.GeoDataFrame({"name": list(names) or [f"N{n}" for n in range(len(shapes))]}, geometry=shapes, crs=UTM)


def drawn(sketch: Sketch, shuffle: np.random.Generator | None = None) -> Case:
    """The case of a sketch; ``shuffle`` gives every table and the network another order."""

    def order(things: Sequence[object]) -> list:
        return [things[i] for i in (shuffle.permutation(len(things)) if shuffle else range(len(things)))]

    net = pp.create_empty_network(name="sketch")
    index: dict[str, int] = {}
    low_xy = {
        f"{one}-LV": sketch.low_xy.get(f"{one}-LV", sketch.mv[bus]) for one, (bus, _) in sketch.transformers.items()
    }
    buses = [(n, 10.0, xy) for n, xy in sketch.mv.items()]
    buses += [(n, 0.4, xy) for n, xy in (low_xy | sketch.lv).items()]
    for name, vn_kv, xy in order(buses):
        index[name] = pp.create_bus(net, vn_kv, name=name, geodata=place(xy) if xy else None)
    for name, start, end, metres in order([*sketch.sections, *sketch.lv_lines]):
        line = pp.create_line_from_parameters(
            net, index[start], index[end], metres / 1000.0, 0.27, 0.34, 9.0, 0.325, name=name, type="ol"
        )
        if name in sketch.geometry:
            points = [place(xy) for xy in sketch.geometry[name]]
            net.line.loc[line, "geo"] = json.dumps({"type": "LineString", "coordinates": points})
        if name in sketch.open_lines:
            pp.create_switch(net, index[end], line, "l", closed=False)
    for name, (bus, _) in order(list(sketch.transformers.items())):
        pp.create_transformer_from_parameters(
            net, index[bus], index[f"{name}-LV"], 0.4, 10.0, 0.4, 1.0, 4.0, 0.57, 0.25, shift_degree=330.0, name=name
        )
    for busbar in sketch.busbars:
        pp.create_ext_grid(net, index[busbar], name=busbar)
    return _case(sketch, net, order)


def _case(sketch: Sketch, net: object, order) -> Case:
    settings = CaseSettings(
        name="sketch", title_zh="草图", title_en="sketch", as_of=dt.date(2026, 1, 3), synthetic=True, crs=UTM
    )
    heads = {end: (f"F-{name}", name, start) for name, start, end, _ in sketch.sections if start in sketch.busbars}
    substations = conform(
        pd.DataFrame({"substation_id": order(sketch.busbars), "rated_kva": np.nan}).assign(
            name=lambda f: f["substation_id"], busbar_id=lambda f: f["substation_id"]
        ),
        SUBSTATIONS,
    )
    feeders = pd.DataFrame(
        order([(f, f, station, line) for f, line, station in heads.values()]),
        columns=["feeder_id", "name", "substation_id", "head_line_id"],
    )
    feeders = conform(feeders, FEEDERS)
    ids = order(list(sketch.transformers))
    transformers = pd.DataFrame(
        {
            "transformer_id": ids,
            "area_id": [sketch.transformers[one][1] for one in ids],
            "ownership": ["dedicated" if one in sketch.dedicated else "public" for one in ids],
            "rated_kva": 400.0,
        }
    )
    names = order(sorted({area for _, area in sketch.transformers.values()}) or ["A1"])
    areas = gpd.GeoDataFrame(
        {"area_id": pd.array(names, dtype="string"), "name": names, "area_class": "rural"},
        geometry=[box(*place((-100.0, -100.0)), *place((1500.0, 1500.0))) for _ in names],
        crs=UTM,
    )
    return replace(
        hand_case(),
        settings=settings,
        net=net,
        topology=derive_topology(net, settings, substations, feeders),
        areas=areas,
        substations=substations,
        feeders=feeders,
        transformers=conform(transformers, TRANSFORMERS) if ids else conform(transformers.iloc[:0], TRANSFORMERS),
    )


def village(**changes: object) -> Sketch:
    """One feeder going east along y = 0; T1 at (300, 0) with an LV line north; T2 at (800, 0) without LV lines.

    LV of T1: (300, 0) – A (300, 60) – B (300, 120) – C (400, 120).
    """
    base = Sketch(
        mv={"BB": (0.0, 0.0), "M1": (300.0, 0.0), "M2": (800.0, 0.0)},
        sections=[("S1", "BB", "M1", 300.0), ("S2", "M1", "M2", 500.0)],
        transformers={"T1": ("M1", "A1"), "T2": ("M2", "A2")},
        lv={"A": (300.0, 60.0), "B": (300.0, 120.0), "C": (400.0, 120.0)},
        lv_lines=[("L1", "T1-LV", "A", 60.0), ("L2", "A", "B", 60.0), ("L3", "B", "C", 100.0)],
    )
    return replace(base, **changes)


Values = Mapping[str, float]
