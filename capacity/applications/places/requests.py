"""What is asked, put on the map; everything that is wrong with it at once."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass

import numpy as np

from capacity.applications.places.grid_map import GridMap, Texts
from capacity.applications.places.projecting import DEGREES, Floats, lengths, projected
from capacity.errors import RequestError
from capacity.tables.places import PlaceRequest
from capacity.tables.search import SearchRules

FARTHEST_SHOWN_M = 500_000.0
"""Beyond this a distance on the plane is not worth a number."""


@dataclass(frozen=True)
class Customer:
    """Where the customer is: a point on the plane (NaN unknown), and the rows of node or transformer asked for (-1)."""

    at: Floats
    longitude: float
    latitude: float
    node: int
    transformer: int
    area_id: str


@dataclass
class _Faults:
    zh: list[str]
    en: list[str]

    def add(self, zh: str, en: str) -> None:
        self.zh.append(zh)
        self.en.append(en)


def located(grid: GridMap, request: PlaceRequest, rules: SearchRules) -> Customer:
    """Where the customer is.

    Raises
    ------
    RequestError
        With every fault: nothing or several things given, numbers that are no place, ids that do not exist, a point in
        a no-go area, far from everything, or with longitude and latitude swapped.
    """
    faults = _Faults([], [])
    _check_what_is_given(request, faults)
    node = transformer = -1
    at, longitude, latitude = np.full(2, np.nan), math.nan, math.nan
    if request.node_id is not None:
        node = grid.row_of_node(request.node_id)
        if node < 0:
            faults.add(*_unknown("节点", "node", request.node_id, grid.nodes.ids))
        else:
            at = grid.at(int(grid.nodes.station[node]))
    if request.transformer_id is not None:
        transformer = grid.row_of_transformer(request.transformer_id)
        if transformer < 0:
            faults.add(*_unknown("配变", "distribution transformer", request.transformer_id, grid.transformers.ids))
        else:
            at = grid.at(int(grid.transformers.station[transformer]))
    if request.longitude is not None and request.latitude is not None:
        longitude, latitude = float(request.longitude), float(request.latitude)
        if _is_place(longitude, latitude, faults, grid, rules):
            at = projected(np.array([[longitude, latitude]]), DEGREES, grid.crs)[0]
            _check_point(grid, at, longitude, latitude, rules, faults)
    elif np.isfinite(at).all():
        longitude, latitude = (float(one) for one in grid.degrees(at)[0])
    if grid.no_go is not None and np.isfinite(at).all():
        for name in grid.no_go.holding(at):
            faults.add(
                f"用电点位于禁区“{name}”内，请核对位置。",
                f"The point lies in the no-go area '{name}'; check the location.",
            )
    if faults.zh:
        raise RequestError(faults.zh, faults.en)
    area_id = grid.areas.holding(at) if np.isfinite(at).all() else ""
    if not area_id:
        area_id = str(grid.nodes.area_id[node]) if node >= 0 else area_id
        area_id = str(grid.transformers.area_id[transformer]) if transformer >= 0 else area_id
    return Customer(at, longitude, latitude, node, transformer, area_id)


def _check_what_is_given(request: PlaceRequest, faults: _Faults) -> None:
    halves = [request.longitude is not None, request.latitude is not None]
    if any(halves) and not all(halves):
        faults.add("经度和纬度须同时给出。", "Longitude and latitude have to be given together.")
    given = [any(halves), request.node_id is not None, request.transformer_id is not None]
    if sum(given) != 1:
        faults.add(
            "须给出经纬度、节点编号、配变编号三者之一，且只能给出一个。",
            "Give a point, a node or a transformer: exactly one of them.",
        )


def _unknown(kind_zh: str, kind_en: str, wanted: str, known: Texts) -> tuple[str, str]:
    close = difflib.get_close_matches(wanted, known.tolist(), n=3)
    zh = f"，是否指 {'、'.join(close)}" if close else ""
    en = f"; did you mean {', '.join(close)}" if close else ""
    return f"没有编号为“{wanted}”的{kind_zh}{zh}。", f"There is no {kind_en} '{wanted}'{en}."


def _is_place(longitude: float, latitude: float, faults: _Faults, grid: GridMap, rules: SearchRules) -> bool:
    """Whether the numbers can be degrees at all."""
    sound = True
    for value, limit, zh, en in ((longitude, 180.0, "经度", "longitude"), (latitude, 90.0, "纬度", "latitude")):
        if not math.isfinite(value):
            sound = False
            faults.add(f"{zh}不是数值。", f"The {en} is not a number.")
        elif abs(value) > limit:
            sound = False
            if not _is_near(grid, latitude, longitude, rules):
                faults.add(f"{zh} {value:g} 超出 ±{limit:g} 度。", f"The {en} {value:g} is outside ±{limit:g} degrees.")
    if not sound and _is_near(grid, latitude, longitude, rules):
        faults.add(*_swapped(longitude, latitude))
    return sound


def _check_point(
    grid: GridMap, at: Floats, longitude: float, latitude: float, rules: SearchRules, faults: _Faults
) -> None:
    """A point that nothing of the network is near."""
    if not len(grid.routes.xy):
        faults.add(
            "本算例的电网没有坐标，无法按经纬度查找；请给出节点或配变编号。",
            "The network of this case has no coordinates: ask by node or by transformer instead of by point.",
        )
        return
    limit = largest_radius_m(rules)
    distance = float(np.min(lengths(at, grid.routes.xy))) if np.isfinite(at).all() else math.inf
    if distance <= limit:
        return
    if _is_near(grid, latitude, longitude, rules):
        faults.add(*_swapped(longitude, latitude))
        return
    if distance < FARTHEST_SHOWN_M:
        far_zh, far_en = f"为 {distance / 1000.0:.1f} 公里", f"is {distance / 1000.0:.1f} km away"
    else:
        far_zh, far_en = "在 500 公里以外", "is more than 500 km away"
    outside = not grid.areas.holding(at) if distance < FARTHEST_SHOWN_M else True
    faults.add(
        f"用电点（{longitude:g}，{latitude:g}）{'不在任何网格内，' if outside else ''}距最近的电网设备{far_zh}，"
        f"超出最大搜索半径 {limit / 1000.0:g} 公里；请核对位置。",
        f"The point ({longitude:g}, {latitude:g}) {'lies in no area, and the' if outside else 'is far off: the'} "
        f"nearest part of the network {far_en}, beyond the largest search radius of {limit / 1000.0:g} km; "
        f"check the location.",
    )


def largest_radius_m(rules: SearchRules) -> float:
    """The farthest that anything is looked for."""
    return max(
        rules.lv_radius_m.value,
        rules.transformer_radius_m.value,
        rules.neighbour_radius_m.value,
        rules.mv_radius_m.value,
        rules.second_feeder_radius_m.value,
    )


def _is_near(grid: GridMap, longitude: float, latitude: float, rules: SearchRules) -> bool:
    if not (abs(longitude) <= 180.0 and abs(latitude) <= 90.0 and len(grid.routes.xy)):
        return False
    at = projected(np.array([[longitude, latitude]]), DEGREES, grid.crs)[0]
    return bool(np.isfinite(at).all() and np.min(lengths(at, grid.routes.xy)) <= largest_radius_m(rules))


def _swapped(longitude: float, latitude: float) -> tuple[str, str]:
    return (
        f"经度 {longitude:g}、纬度 {latitude:g} 处没有电网，对调后则在本电网范围内：经纬度可能填反，请核对。",
        f"There is no network at longitude {longitude:g}, latitude {latitude:g}, but there is with the two swapped: "
        f"they were probably exchanged; check them.",
    )
