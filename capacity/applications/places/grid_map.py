"""The network as a map: nodes, transformers and lines on a plane in metres, and the routes they form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from capacity.applications.places.no_go import NoGo, no_go_areas
from capacity.applications.places.placing import placed, stations_of_lines
from capacity.applications.places.projecting import DEGREES, Floats, lengths, projected, utm_zone
from capacity.applications.places.reading import GridTables, grid_tables
from capacity.applications.places.refusing import refused_nodes, refused_sections, refused_transformers
from capacity.applications.places.routes import Bools, Ints, RouteGraph, Stations, drawn_lines, route_graph
from capacity.tables.case import Case

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

STATION_SPACING_M = 50.0
"""Resolution of the map: on a long section without bends, a route can be joined or left every so many metres."""
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Nodes:
    """LV and MV buses, ascending by id. Texts are empty where unknown; ``station`` is -1 without coordinates.

    ``takes`` are LV buses that a customer can be connected to as far as their state goes, ``refused`` those that would
    do but for the ``why``.
    """

    ids: Texts
    level: Texts
    transformer_id: Texts
    feeder_id: Texts
    substation_id: Texts
    area_id: Texts
    takes: Bools
    refused: Bools
    why: Texts
    station: Ints
    borrowed: Bools


@dataclass(frozen=True)
class Transformers:
    """Distribution transformers, ascending by id. ``node`` is the row of the LV busbar; ``lv_modelled``: it has lines.

    ``takes``, ``refused``, ``why`` as of nodes.
    """

    ids: Texts
    node: Ints
    area_id: Texts
    feeder_id: Texts
    substation_id: Texts
    ownership: Texts
    lv_modelled: Bools
    takes: Bools
    refused: Bools
    why: Texts
    station: Ints
    borrowed: Bools


@dataclass(frozen=True)
class Lines:
    """LV and MV lines, ascending by id; ``shape`` is None without coordinates, drawn from ``from_bus``.

    ``reached_m``: metres drawn from the first station to each further one. ``stated_ratio``: stated over drawn length;
    NaN where the geometry is known. ``takes``: MV sections that can be teed, ``refused`` and ``why`` as of nodes;
    ``tree`` holds both, by ``tree_rows``.
    """

    ids: Texts
    level: Texts
    feeder_id: Texts
    substation_id: Texts
    takes: Bools
    refused: Bools
    why: Texts
    cable: tuple[bool | None, ...]
    from_node: Ints
    to_node: Ints
    stated_m: Floats
    drawn_m: Floats
    geometry_known: Bools
    shape: npt.NDArray[Any]
    stations: tuple[tuple[int, ...], ...]
    reached_m: tuple[Floats, ...]
    stated_ratio: Floats
    tree: shapely.STRtree
    tree_rows: Ints


@dataclass(frozen=True)
class Areas:
    """LV grid areas with a polygon, ascending by id."""

    ids: Texts
    shapes: npt.NDArray[Any]

    def holding(self, at: Floats) -> str:
        """The area that a point lies in, the first by id where areas overlap; empty where none does."""
        here = np.flatnonzero(shapely.intersects(self.shapes, shapely.Point(at)))
        return str(self.ids[here[0]]) if len(here) else ""


@dataclass(frozen=True)
class GridMap:
    """A case's network on a plane; made once, asked thousands of times. Nothing in it changes.

    Attributes
    ----------
    crs : the plane, a UTM zone; every length and coordinate is metres on it.
    supply_m : by node, metres of stated line length from the node up to its transformer's LV busbar; NaN where the
        node is not below one in a tree.
    supply_line, above : by node, the line (row, -1) and the node (row, -1) next on that way up.
    """

    crs: str
    nodes: Nodes
    transformers: Transformers
    lines: Lines
    areas: Areas
    routes: RouteGraph
    supply_m: Floats
    supply_line: Ints
    above: Ints
    no_go: NoGo | None
    stretch_closed: Bools
    station_inside: Bools

    @property
    def lv_coverage(self) -> str:
        """``all``, ``some`` or ``none`` of the public transformers have modelled LV lines."""
        public = self.transformers.lv_modelled[self.transformers.ownership == "public"]
        return "all" if public.all() and len(public) else "some" if public.any() else "none"

    @property
    def not_placed(self) -> list[str]:
        """Ids of nodes and transformers that would do but for their missing coordinates."""
        bare = (things.ids[things.takes & (things.station < 0)] for things in (self.nodes, self.transformers))
        return [str(one) for ids in bare for one in ids]

    def row_of_node(self, node_id: str) -> int:
        """The row of a node; -1 where there is none of that id."""
        return _row(self.nodes.ids, node_id)

    def row_of_transformer(self, transformer_id: str) -> int:
        """The row of a transformer; -1 where there is none of that id."""
        return _row(self.transformers.ids, transformer_id)

    def at(self, station: int) -> Floats:
        """Coordinates of a station; NaN for -1."""
        return self.routes.xy[station] if station >= 0 else np.full(2, np.nan)

    def degrees(self, xy: Floats) -> Floats:
        """Longitude and latitude of points ``(n, 2)``."""
        return projected(np.asarray(xy, dtype=float).reshape(-1, 2), self.crs, DEGREES)


def grid_map(case: Case, *, no_go: GeoDataFrame | None = None, station_spacing_m: float = STATION_SPACING_M) -> GridMap:
    """The map of a case. It does not depend on the order of the case's tables.

    Parameters
    ----------
    no_go : polygons that no new line may enter; see :func:`with_no_go`.
    station_spacing_m : on long sections a route can be joined or left every so many metres.

    Notes
    -----
    A line follows its geometry where the network holds one (``net.line.geo``), else it is drawn straight between its
    ends. A bus without coordinates takes those of the end of a line that has geometry, else of the other side of its
    transformer, and is marked. Coordinates that the case's reference system cannot hold count as missing.
    """
    tables = grid_tables(case)
    crs = utm_zone(projected(tables.bus_xy, case.settings.crs, DEGREES))
    bus_xy, line_points, borrowed = placed(tables, case.settings.crs, crs)

    stations = Stations()
    station = np.array([stations.at(x, y) if np.isfinite(x) else -1 for x, y in bus_xy], dtype=np.int64)
    along = stations_of_lines(tables, bus_xy, line_points, stations, station_spacing_m)
    known = np.array([len(points) > 1 for points in line_points], dtype=bool)
    routes, drawn_m, stated_ratio = route_graph(stations, along, known, tables.line_stated_m, _links(tables, station))

    areas = _areas(case, crs)
    nodes = _nodes(tables, areas, station, borrowed, routes.xy)
    low, why_trafo, why_line = tables.trafo_lv, refused_transformers(tables), refused_sections(tables)
    shapes = drawn_lines(routes.xy, along)
    sections = tables.line_level == "mv"
    teed = np.flatnonzero(sections & (shapes != np.array(None)))
    transformers = Transformers(
        ids=tables.trafo_id,
        node=low,
        area_id=tables.trafo_area,
        feeder_id=tables.trafo_feeder,
        substation_id=tables.trafo_substation,
        ownership=tables.trafo_ownership,
        takes=why_trafo == "",
        refused=why_trafo != "",
        why=why_trafo,
        lv_modelled=np.isin(low, np.concatenate([tables.line_from, tables.line_to])),
        station=station[low] if len(low) else low,
        borrowed=borrowed[low] if len(low) else low.astype(bool),
    )
    lines = Lines(
        ids=tables.line_id,
        level=tables.line_level,
        feeder_id=tables.line_feeder,
        substation_id=tables.line_substation,
        takes=sections & (why_line == ""),
        refused=sections & (why_line != ""),
        why=why_line,
        cable=tables.line_cable,
        from_node=tables.line_from,
        to_node=tables.line_to,
        stated_m=tables.line_stated_m,
        drawn_m=drawn_m,
        geometry_known=known,
        shape=shapes,
        stations=tuple(tuple(one) for one in along),
        reached_m=tuple(np.cumsum(lengths(routes.xy[one[:-1]], routes.xy[one[1:]])) for one in along),
        stated_ratio=stated_ratio,
        tree=shapely.STRtree(shapes[teed]),
        tree_rows=teed,
    )
    supply_m, supply_line, above = tables.ways_up()
    made = GridMap(
        crs=crs,
        nodes=nodes,
        transformers=transformers,
        lines=lines,
        areas=areas,
        routes=routes,
        supply_m=supply_m,
        supply_line=supply_line,
        above=above,
        no_go=None,
        stretch_closed=np.zeros(len(routes.start), dtype=bool),
        station_inside=np.zeros(len(routes.xy), dtype=bool),
    )
    return with_no_go(made, no_go) if no_go is not None else made


def with_no_go(grid: GridMap, no_go: GeoDataFrame) -> GridMap:
    """The same map with these no-go areas instead of its own.

    Polygons may be in any reference system (none stated: EPSG:4326); a column ``name`` names them. New lines go round
    them, along their edges at the nearest. A polygon of more than 64 corners is widened by 5 m to make it simpler.
    """
    areas = no_go_areas(no_go, grid.crs)
    if areas is None:
        closed, inside = np.zeros(len(grid.routes.start), dtype=bool), np.zeros(len(grid.routes.xy), dtype=bool)
    else:
        closed = areas.blocks(grid.routes.xy[grid.routes.start], grid.routes.xy[grid.routes.end])
        inside = areas.inside(grid.routes.xy)
    return replace(grid, no_go=areas, stretch_closed=closed, station_inside=inside)


def _row(ids: Texts, wanted: str) -> int:
    place = int(np.searchsorted(ids.astype(str), wanted)) if len(ids) else 0
    return place if place < len(ids) and ids[place] == wanted else -1


def _links(tables: GridTables, station: Ints) -> list[tuple[int, int]]:
    """Ways inside transformer stations and switchgear, where their parts have places of their own."""
    ends = [*zip(tables.trafo_hv, tables.trafo_lv, strict=True), *tables.couplers]
    pairs = [(int(station[a]), int(station[b])) for a, b in ends if a >= 0 and b >= 0]
    return [(a, b) for a, b in pairs if a >= 0 and b >= 0 and a != b]


def _areas(case: Case, crs: str) -> Areas:
    shown = case.areas[case.areas.geometry.notna() & ~case.areas.geometry.is_empty]
    shown = shown.iloc[np.argsort(shown["area_id"].to_numpy(dtype=str), kind="stable")]
    metric = shown.geometry.to_crs(crs) if shown.crs is not None else shown.geometry.set_crs(DEGREES).to_crs(crs)
    shapes = shapely.make_valid(np.asarray(metric.array, dtype=object))
    shapely.prepare(shapes)
    return Areas(shown["area_id"].to_numpy(dtype=object), shapes)


def _nodes(tables: GridTables, areas: Areas, station: Ints, borrowed: Bools, xy: Floats) -> Nodes:
    """Nodes with their area: the transformer's below one, else that of the polygon they stand in."""
    area_of = dict(zip(tables.trafo_id, tables.trafo_area, strict=True))
    area_id = np.array([area_of.get(one, "") for one in tables.bus_transformer], dtype=object)
    without = np.flatnonzero((tables.bus_level == "mv") & (station >= 0))
    if len(without) and len(areas.ids):
        point, shape = shapely.STRtree(areas.shapes).query(shapely.points(xy[station[without]]), predicate="intersects")
        for place in np.lexsort((shape, point))[::-1]:  # the first area by id is written last
            area_id[without[point[place]]] = areas.ids[shape[place]]
    below = tables.bus_level == "lv"
    below[tables.trafo_lv] = False
    why = refused_nodes(tables)
    return Nodes(
        ids=tables.bus_id,
        level=tables.bus_level,
        transformer_id=tables.bus_transformer,
        feeder_id=tables.bus_feeder,
        substation_id=tables.bus_substation,
        area_id=area_id,
        takes=below & (why == ""),
        refused=below & (why != ""),
        why=why,
        station=station,
        borrowed=borrowed,
    )
