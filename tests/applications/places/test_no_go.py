"""Ways round no-go areas against a plain visibility graph over every corner, solved by networkx."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from place_cases import UTM, no_go

from capacity.applications.places.no_go import no_go_areas
from capacity.applications.places.projecting import lengths

METRES = st.integers(0, 300).map(float)
POINTS = st.tuples(METRES, METRES)
RINGS = st.lists(st.lists(POINTS, min_size=3, max_size=6, unique=True), min_size=1, max_size=4)


def plainly(areas, starts, ends) -> float:
    """The shortest way by looking along every pair of corners."""
    inner = shapely.union_all(areas.cores)
    corners = [tuple(xy) for core in areas.corners[None] for xy in core]
    graph = nx.Graph()
    graph.add_nodes_from([starts, ends])
    for one, other in combinations({starts, ends, *corners}, 2):
        if not shapely.LineString([one, other]).intersects(inner):
            graph.add_edge(one, other, weight=float(np.hypot(one[0] - other[0], one[1] - other[1])))
    return nx.shortest_path_length(graph, starts, ends, "weight") if nx.has_path(graph, starts, ends) else np.inf


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@example(
    [[(0.0, 0.0), (23.0, 0.0), (50.0, 26.0)]], [(0.0, 0.0), (23.0, 0.0)]
)  # a centimetre within the edge, at a corner
@given(RINGS, st.lists(POINTS, min_size=2, max_size=6, unique=True))
def test_ways__are_those_of_the_plain_graph(rings, points) -> None:
    shapes = [shapely.Polygon(ring).convex_hull for ring in rings]
    assume(all(shape.geom_type == "Polygon" and shape.area > 100.0 for shape in shapes))
    areas = no_go_areas(no_go(*[list(shape.exterior.coords) for shape in shapes]), UTM)
    assert areas is not None
    xy = np.array(points) + np.array([500_000.0, 2_780_000.0]) + 0.37  # beside the corners' whole metres
    assume(not areas.inside(xy).any())
    to_corners, before = areas.ways_to_corners(xy[0], 1e6)
    ends = xy[1:]
    metres = lengths(xy[0], ends)
    hidden = areas.blocks(np.broadcast_to(xy[0], ends.shape), ends)
    bound = np.full(int(hidden.sum()), 1e6)
    metres[hidden] = areas.ways_round(xy[0], to_corners, before, ends[hidden], bound)[0]
    for end, found in zip(ends, metres, strict=True):
        assert found == pytest.approx(plainly(areas, tuple(xy[0]), tuple(end)), abs=0.05)


def test_union__leaves_no_slit_between_neighbours() -> None:
    left, right = [(0.0, 0.0), (50.0, 0.0), (50.0, 100.0), (0.0, 100.0)], [(50.0, 0.0), (90.0, 0.0), (90.0, 100.0)]
    areas = no_go_areas(no_go(left, [*right, (50.0, 100.0)]), UTM)
    assert areas is not None
    ends = np.array([[500_050.0, 2_780_150.0]])
    assert areas.blocks(np.array([[500_050.0, 2_779_950.0]]), ends).tolist() == [True]


def test_many_corners__are_covered_by_fewer() -> None:
    turn = np.linspace(0.0, 2.0 * np.pi, 400, endpoint=False)
    lake = [(200.0 + 100.0 * np.cos(t), 200.0 + 100.0 * np.sin(t)) for t in turn]
    areas = no_go_areas(no_go(lake), UTM)
    assert areas is not None
    assert len(areas.corners) < 100
    edge = np.array(lake) + np.array([500_000.0, 2_780_000.0])
    assert areas.inside(edge * 0.999_999_9 + 1e-7 * edge.mean(axis=0)).all()


def test_nothing_left__is_no_area() -> None:
    assert no_go_areas(no_go([(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]), UTM) is None
