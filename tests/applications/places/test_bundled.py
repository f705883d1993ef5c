"""The bundled case: every kind of place is found in its town, and every answer stands on the case's own tables."""

import math

import numpy as np
import pytest

from capacity.applications.places import GridMap, find_candidates, grid_map
from capacity.case.synthetic import BUNDLED_SEED, generate
from capacity.case.synthetic.lanxi import LANXI
from capacity.tables.case import Case
from capacity.tables.places import PlaceRequest
from capacity.tables.search import SearchRules
from capacity.tables.words import PLACE_CERTAINTY, PLACE_KIND, PLACE_REASON


@pytest.fixture(scope="module")
def case() -> Case:
    return generate(LANXI, BUNDLED_SEED)


@pytest.fixture(scope="module")
def grid(case: Case) -> GridMap:
    return grid_map(case)


def test_town__has_every_kind_of_place(case: Case, grid: GridMap, rules: SearchRules) -> None:
    buses, kinds, reasons = case.topology.buses, set(), set()
    public = set(case.transformers.loc[case.transformers["ownership"] == "public", "transformer_id"])
    lv = buses[(buses["level"] == "lv") & buses["transformer_id"].isin(public)]
    for _, bus in lv.iloc[::200].iterrows():
        found = find_candidates(grid, PlaceRequest(bus["x"] + 2e-4, bus["y"], dual_supply=True), rules)
        kinds |= {one.kind for one in found.candidates}
        reasons |= {one.reason for one in found.rejected}
        for one in found.candidates:
            assert one.route_m >= one.straight_m - 1e-6
            assert one.certainty in PLACE_CERTAINTY
            assert one.kind in ("mv_tee", "additional_transformer", "second_feeder") or one.transformer_id in public
            if one.pairs_with:
                first = next(main for main in found.candidates if main.key == one.pairs_with)
                assert first.feeder_id != one.feeder_id
        assert list(found.of("mv_tee")) == sorted(found.of("mv_tee"), key=lambda one: (round(one.route_m, 3), one.key))
    assert kinds == set(PLACE_KIND)
    assert reasons <= set(PLACE_REASON)
    assert "dedicated" in reasons


def test_distances__agree_with_the_ellipsoid(case: Case, grid: GridMap, rules: SearchRules) -> None:
    from pyproj import Geod

    bus = case.topology.buses.query("bus_id == 'T0102-LV'").iloc[0]
    point = (bus["x"] + 1e-3, bus["y"] + 1e-3)
    found = find_candidates(grid, PlaceRequest(*point), rules)
    one = next(c for c in found.candidates if c.target_id == "T0102")
    metres = Geod(ellps="WGS84").inv(*point, bus["x"], bus["y"])[2]
    assert one.straight_m == pytest.approx(metres, rel=1e-3)  # the plane of a UTM zone is true to 0.04 %


def test_every_node__can_be_asked_for(grid: GridMap, rules: SearchRules) -> None:
    rng = np.random.default_rng(3)
    for node_id in rng.choice(grid.nodes.ids, 20):
        found = find_candidates(grid, PlaceRequest(node_id=str(node_id)), rules)
        assert not math.isnan(found.longitude)
