"""Where things stand: street blocks, village lands, transformers — in kilometres, and from there to degrees."""

from __future__ import annotations

import math
from collections.abc import Sequence

import geopandas
import numpy as np
import shapely
from shapely.geometry import MultiPoint, Point, Polygon

from capacity.case.synthetic.plan import AreaPlan, Block, Plan, Town, TransformerPlan, Village

KM_PER_DEGREE = 111.2
Point2 = tuple[float, float]


def to_lon_lat(at_km: Point2, origin: Point2) -> Point2:
    """Degrees of a point given in kilometres from ``origin`` (lon, lat); plane enough for a county."""
    east = KM_PER_DEGREE * math.cos(math.radians(origin[1]))
    return (round(origin[0] + at_km[0] / east, 6), round(origin[1] + at_km[1] / KM_PER_DEGREE, 6))


def area_polygons(plan: Plan, rng: np.random.Generator) -> dict[str, Polygon]:
    """One polygon (km) per area: street blocks as they lie, village lands cut where two of them would overlap."""
    corners = {town.name: _block_corners(town, rng) for town in plan.towns}
    blocks = {a.area_id: _block(corners[a.place.town], a.place) for a in plan.areas if isinstance(a.place, Block)}
    town_ground = shapely.union_all([block.buffer(0.12) for block in blocks.values()])
    villages = [area for area in plan.areas if isinstance(area.place, Village)]
    lands = _village_lands(villages, rng)
    return {**blocks, **{key: _largest(land.difference(town_ground)) for key, land in lands.items()}}


def transformer_positions(plan: Plan, polygons: dict[str, Polygon], rng: np.random.Generator) -> dict[str, Point2]:
    """Where each transformer stands (km): inside its stop's polygon unless the plan says where."""
    positions: dict[str, Point2] = {}
    for area in plan.areas:
        here = [t for t in plan.transformers if t.stop == area.area_id]
        positions |= _spread(area, polygons[area.area_id], here, rng)
    return positions


def areas_frame(plan: Plan, polygons: dict[str, Polygon], crs: str) -> geopandas.GeoDataFrame:
    """The areas table with its geometry in the case CRS."""
    rows = [(a.area_id, a.name, a.area_class, a.branch, a.supply_station) for a in plan.areas]
    geometry = [
        Polygon([to_lon_lat(point, plan.origin_lon_lat) for point in polygons[a.area_id].exterior.coords])
        for a in plan.areas
    ]
    columns = ["area_id", "name", "area_class", "branch", "supply_station"]
    frame = geopandas.GeoDataFrame(rows, columns=columns, geometry=geometry, crs=crs)
    return frame.astype(dict.fromkeys(columns, "string"))


def centre_of(area: AreaPlan, polygons: dict[str, Polygon]) -> Point2:
    """The village's own point, or the middle of the block."""
    if isinstance(area.place, Village):
        return area.place.at_km
    middle = polygons[area.area_id].centroid
    return (middle.x, middle.y)


def distance_km(a: Point2, b: Point2) -> float:
    """Straight distance."""
    return math.dist(a, b)


def _block_corners(town: Town, rng: np.random.Generator) -> np.ndarray:
    """Street corners ``(columns + 1, rows + 1, 2)``, each a little off the ruled grid."""
    i, j = np.meshgrid(np.arange(town.columns + 1), np.arange(town.rows + 1), indexing="ij")
    x, y = i * town.block_km[0], j * town.block_km[1]
    wobble = rng.uniform(-0.06, 0.06, (2, *x.shape))
    x, y = x + wobble[0], y + wobble[1]
    turn = math.radians(town.turn_degree)
    east = town.corner_km[0] + x * math.cos(turn) - y * math.sin(turn)
    north = town.corner_km[1] + x * math.sin(turn) + y * math.cos(turn)
    return np.stack([east, north], axis=-1)


def _block(corners: np.ndarray, block: Block) -> Polygon:
    i, j = block.column, block.row
    return Polygon([corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]])


def _village_lands(villages: Sequence[AreaPlan], rng: np.random.Generator) -> dict[str, Polygon]:
    """A wobbly round of fields about each village, kept to the ground nearer to it than to the next (Voronoi)."""
    points = MultiPoint([_at(v) for v in villages])
    everywhere = points.buffer(10.0)
    cells = [everywhere] * len(villages)
    if len(villages) > 1:
        cells = shapely.voronoi_polygons(points, extend_to=everywhere, ordered=True).geoms
    lands = {}
    for village, cell in zip(villages, cells, strict=True):
        assert isinstance(village.place, Village)
        angles = np.linspace(0.0, 2.0 * math.pi, 18, endpoint=False)
        radii = village.place.radius_km * (1.0 + rng.uniform(-0.14, 0.14, len(angles)))
        x, y = village.place.at_km
        fields = Polygon(np.column_stack([x + radii * np.cos(angles), y + radii * np.sin(angles)]))
        lands[village.area_id] = _largest(fields.intersection(cell.buffer(-0.02)))
    return lands


def _at(area: AreaPlan) -> Point2:
    assert isinstance(area.place, Village)
    return area.place.at_km


def _largest(shape: shapely.Geometry) -> Polygon:
    if isinstance(shape, Polygon):
        return shape
    return max(shape.geoms, key=lambda part: part.area)


def _spread(
    area: AreaPlan, polygon: Polygon, here: Sequence[TransformerPlan], rng: np.random.Generator
) -> dict[str, Point2]:
    """Transformers on a ring about the middle, at fixed angles from a drawn start, drawn in until they lie inside."""
    x, y = centre_of(area, {area.area_id: polygon})
    reach = 0.55 if isinstance(area.place, Village) else 0.17
    start = rng.uniform(0.0, 2.0 * math.pi)
    inside = polygon.buffer(-0.05)
    positions = {}
    for k, plan in enumerate(here):
        if plan.at_km is not None:
            positions[plan.transformer_id] = plan.at_km
            continue
        angle = start + 2.0 * math.pi * k / len(here)
        radius = reach * rng.uniform(0.75, 1.25)
        while not inside.contains(Point(x + radius * math.cos(angle), y + radius * math.sin(angle))):
            radius *= 0.9
        positions[plan.transformer_id] = (x + radius * math.cos(angle), y + radius * math.sin(angle))
    return positions
