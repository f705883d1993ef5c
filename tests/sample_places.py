"""Places round a customer in the bundled case, as they were found there: candidates with their routes, written out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from capacity.tables.places import Candidate, Candidates, Certainty, PlaceKind, Point, Rejection, RouteLeg

CUSTOMER: Point = (99.203, 25.103)
JOINS: Point = (99.202801, 25.102899)  # where a route of T0102 joins the existing line
POLE: Point = (99.202716, 25.102679)
T0102: Point = (99.202577, 25.102205)
_NEW = RouteLeg(True, "", 29.8, 22.954, (CUSTOMER, JOINS))
_TO_T0102 = (
    _NEW,
    RouteLeg(False, "T0102-M5L2", 25.9, 25.789, (JOINS, POLE)),
    RouteLeg(False, "T0102-M5L1", 54.4, 54.325, (POLE, (99.202646, 25.102442), T0102)),
)


def straight(to: Point, drawn_m: float) -> tuple[RouteLeg, ...]:
    """A route of one new leg, with the detour factor of 1.3."""
    return (RouteLeg(True, "", round(drawn_m * 1.3, 1), drawn_m, (CUSTOMER, to)),)


def found(
    kind: PlaceKind,
    target_id: str,
    *,
    node_id: str = "",
    line_id: str = "",
    position_m: float = math.nan,
    transformer_id: str = "",
    feeder_id: str = "F01",
    area_id: str = "A01",
    at: Point | None,
    straight_m: float,
    legs: Sequence[RouteLeg],
    certainty: Certainty = "straight_assumed",
    pairs_with: str = "",
    shared_m: float = 0.0,
) -> Candidate:
    """A candidate; its metres are those of its legs."""
    new_m = math.fsum(leg.length_m for leg in legs if leg.new)
    along_m = math.fsum(leg.length_m for leg in legs if not leg.new)
    longitude, latitude = at or (math.nan, math.nan)
    return Candidate(
        kind=kind, target_id=target_id, node_id=node_id, line_id=line_id,
        position_share=position_m / 2659.5 if line_id else math.nan, position_m=position_m,
        cable=True if line_id else None, transformer_id=transformer_id, feeder_id=feeder_id, substation_id="SS1",
        area_id=area_id, longitude=longitude, latitude=latitude, straight_m=straight_m, route_m=new_m + along_m,
        new_m=new_m, along_m=along_m, legs=tuple(legs), certainty=certainty, pairs_with=pairs_with,
        other_substation=False if pairs_with else None, shared_m=shared_m,
    )  # fmt: skip


LV_NODE = found(
    "lv_node", "T0102-M5P2", node_id="T0102-M5P2", transformer_id="T0102", at=(99.202887, 25.103118),
    straight_m=17.3, legs=straight((99.202887, 25.103118), 17.336), certainty="line_geometry",
)  # fmt: skip
WEAK_NODE = found(
    "lv_node", "T0102-M5P2S2", node_id="T0102-M5P2S2", transformer_id="T0102", at=(99.203027, 25.103074),
    straight_m=8.6, legs=straight((99.203027, 25.103074), 8.634), certainty="line_geometry",
)  # fmt: skip
FULL_NODE = found(
    "lv_node", "T0102-M5P1S1", node_id="T0102-M5P1S1", transformer_id="T0102", at=(99.202572, 25.102713),
    straight_m=53.6, legs=straight((99.202572, 25.102713), 53.593), certainty="line_geometry",
)  # fmt: skip
LARGER = found(
    "larger_transformer", "T0102", node_id="T0102-LV", transformer_id="T0102", at=T0102, straight_m=97.8, legs=_TO_T0102
)
DEDICATED = found(
    "dedicated_circuit", "T0103", node_id="T0103-LV", transformer_id="T0103", at=(99.199813, 25.101867),
    straight_m=345.0,
    legs=(
        RouteLeg(True, "", 402.2, 309.350, (CUSTOMER, (99.200242, 25.101776))),
        RouteLeg(False, "T0103-M2L1", 44.4, 44.4, ((99.200242, 25.101776), (99.199813, 25.101867))),
    ),
)  # fmt: skip
NEIGHBOUR = found(
    "neighbour_transformer", "T1103", node_id="T1103-LV", transformer_id="T1103", feeder_id="F04", area_id="A11",
    at=(99.200957, 25.104484), straight_m=263.5,
    legs=(
        RouteLeg(True, "", 297.2, 228.581, (CUSTOMER, (99.201405, 25.104467))),
        RouteLeg(False, "T1103-M2L1", 45.2, 45.2, ((99.201405, 25.104467), (99.200957, 25.104484))),
    ),
)  # fmt: skip
ADDITIONAL = found(
    "additional_transformer", "F03-S02", line_id="F03-S02", position_m=692.7, feeder_id="F03",
    at=(99.203803, 25.102179), straight_m=121.8, legs=straight((99.203803, 25.102179), 121.777),
)  # fmt: skip
TEE = found(
    "mv_tee", "F01-S01", line_id="F01-S01", position_m=2548.3, at=(99.203258, 25.102714), straight_m=41.0,
    legs=straight((99.203258, 25.102714), 40.952),
)  # fmt: skip
SECOND = found(
    "second_feeder", "F02-S02", line_id="F02-S02", position_m=841.1, feeder_id="F02", area_id="A11",
    at=(99.202183, 25.104098), straight_m=146.8, legs=straight((99.202183, 25.104098), 146.812),
    pairs_with="mv_tee:F01-S01", shared_m=10.0,
)  # fmt: skip
UNPLACED = found(
    "lv_node", "T0102-M5P2", node_id="T0102-M5P2", transformer_id="T0102", at=None, straight_m=math.nan,
    legs=(RouteLeg(False, "T0102-M5L3", 37.5, 0.0, ()),), certainty="no_coordinates",
)  # fmt: skip
UNPLACED_LARGER = found(
    "larger_transformer", "T0102", node_id="T0102-LV", transformer_id="T0102", at=None, straight_m=math.nan,
    legs=(RouteLeg(False, "T0102-M5L3", 37.5, 0.0, ()), RouteLeg(False, "T0102-M5L1", 54.4, 0.0, ())),
    certainty="no_coordinates",
)  # fmt: skip

OTHERS = (
    Rejection(
        "dedicated_circuit", "D1201", "dedicated", 412.5, math.nan, math.nan,
        "配变低压专用出线：配变 D1201 未采用，专变（用户资产）。",
        "dedicated LV circuit from the transformer: transformer D1201 rejected, dedicated: owned by a customer.",
    ),
    Rejection(
        "neighbour_transformer", "T0202", "out_of_radius", 843.0, 843.0, 800.0,
        "邻近配变（其他网格或线路）：配变 T0202 未采用，直线距离 843 米，超出搜索半径 800 米。",
        "neighbouring transformer of another area or feeder: transformer T0202 rejected, it is 843 m away in a "
        "straight line, the search radius is 800 m.",
    ),
)  # fmt: skip


def places_of(candidates: Sequence[Candidate], *, coordinates: bool = True) -> Candidates:
    """The answer of the search with these candidates."""
    longitude, latitude = CUSTOMER if coordinates else (math.nan, math.nan)
    return Candidates(
        longitude=longitude, latitude=latitude, area_id="A01", home_transformer_id="T0102", detour_factor=1.3,
        candidates=tuple(sorted(candidates, key=lambda one: (bool(one.pairs_with), one.route_m, one.key))),
        rejected=OTHERS if coordinates else (),
    )  # fmt: skip
