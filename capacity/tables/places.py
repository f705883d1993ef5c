"""Where a customer could be connected and over which route: the question, and the answer's parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PlaceKind = Literal[
    "lv_node",
    "dedicated_circuit",
    "larger_transformer",
    "neighbour_transformer",
    "additional_transformer",
    "mv_tee",
    "second_feeder",
]
Certainty = Literal["line_geometry", "straight_assumed", "no_coordinates"]
Reason = Literal[
    "out_of_radius",
    "route_too_long",
    "in_no_go",
    "no_way_round",
    "no_coordinates",
    "de_energised",
    "dedicated",
    "meshed",
    "not_listed",
    "not_disjoint",
]
Point = tuple[float, float]
"""Longitude and latitude in degrees (EPSG:4326)."""


@dataclass(frozen=True)
class PlaceRequest:
    """Where the customer is: a point, or an existing node or transformer; exactly one of the three.

    Attributes
    ----------
    longitude, latitude : degrees, EPSG:4326.
    node_id : an existing node of the network, LV or MV.
    transformer_id : an existing distribution transformer.
    dual_supply : also look for a second feeder.
    """

    longitude: float | None = None
    latitude: float | None = None
    node_id: str | None = None
    transformer_id: str | None = None
    dual_supply: bool = False


@dataclass(frozen=True)
class RouteLeg:
    """A part of a route: new, or along one existing line.

    Attributes
    ----------
    new : nothing runs there yet.
    line_id : the existing line that it follows; empty where new, or between two parts of one station.
    length_m : metres to be reckoned with: drawn metres times the detour factor where new; drawn metres along a line
        with geometry; the stated length's share along a line without.
    drawn_m : metres of ``points`` as drawn; never more than ``length_m``.
    points : as drawn, from the customer towards the grid; empty where coordinates are missing.
    """

    new: bool
    line_id: str
    length_m: float
    drawn_m: float
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Candidate:
    """A place where the customer could be connected, with the shortest route there.

    Attributes
    ----------
    kind : one of ``words.PLACE_KIND``.
    target_id : what it is connected to: node, transformer or line; ``kind`` and ``target_id`` make the candidate's key.
    node_id : the node that takes the connection: the LV node, the transformer's LV busbar, the node a tee falls on;
        empty for a tee between nodes.
    line_id, position_share : the section teed and where, as a share of its length from its ``from_bus``.
    position_m : the same in metres of the section's stated length; NaN where nothing is teed.
    cable : whether the section teed is a cable; None where not stated.
    longitude, latitude : of the target; NaN where it has no coordinates.
    straight_m : straight from the customer; NaN without coordinates.
    route_m : ``new_m`` + ``along_m``; never less than ``straight_m``.
    new_m, along_m : of the route, new and along existing lines.
    legs : the route from the customer to the target.
    certainty : of the distances, one of ``words.PLACE_CERTAINTY``: the weakest of the lines followed and teed.
    position_borrowed : the target's coordinates are those of the other side of its transformer.
    pairs_with : key of the first supply that a second feeder goes with; else empty.
    other_substation : for a second feeder: whether it comes from another substation than the first.
    shared_m : for a second feeder: metres of its route in the corridor of the first.
    """

    kind: PlaceKind
    target_id: str
    node_id: str
    line_id: str
    position_share: float
    position_m: float
    cable: bool | None
    transformer_id: str
    feeder_id: str
    substation_id: str
    area_id: str
    longitude: float
    latitude: float
    straight_m: float
    route_m: float
    new_m: float
    along_m: float
    legs: tuple[RouteLeg, ...]
    certainty: Certainty
    position_borrowed: bool = False
    pairs_with: str = ""
    other_substation: bool | None = None
    shared_m: float = 0.0

    @property
    def key(self) -> str:
        """Unique among the candidates of one answer."""
        return f"{self.kind}:{self.target_id}" + (f"+{self.pairs_with}" if self.pairs_with else "")


@dataclass(frozen=True)
class Rejection:
    """A place that was looked at and will not do.

    Attributes
    ----------
    reason : one of ``words.PLACE_REASON``.
    value_m, limit_m : the distance against its limit, where a distance is the reason; else NaN.
    """

    kind: PlaceKind
    target_id: str
    reason: Reason
    straight_m: float
    value_m: float
    limit_m: float
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True)
class Remark:
    """Something about the answer as a whole, such as missing LV lines."""

    code: str
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True)
class Candidates:
    """The answer. ``candidates`` are ordered by route distance, then by key; ``rejected`` by straight distance.

    Attributes
    ----------
    longitude, latitude : of the customer; NaN when the node or transformer asked for has no coordinates.
    area_id : the area whose polygon holds the point, else of the node or transformer asked for; else empty.
    home_transformer_id : the public transformer nearest by its LV network or itself; neighbours are told from it.
    detour_factor : of the new parts, as used.
    """

    longitude: float
    latitude: float
    area_id: str
    home_transformer_id: str
    detour_factor: float
    candidates: tuple[Candidate, ...]
    rejected: tuple[Rejection, ...]
    remarks: tuple[Remark, ...] = field(default=())

    def of(self, kind: PlaceKind) -> tuple[Candidate, ...]:
        """The candidates of one kind, nearest first."""
        return tuple(one for one in self.candidates if one.kind == kind)
