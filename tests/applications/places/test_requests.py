"""Requests that cannot be answered as asked: every fault at once, in both languages."""

import math
import pickle

import pytest
from place_cases import degrees, drawn, no_go, village

from capacity.applications.places import find_candidates, grid_map
from capacity.errors import RequestError
from capacity.tables.places import PlaceRequest
from capacity.tables.search import SearchRules

LAKE = [(500.0, 50.0), (600.0, 50.0), (600.0, 150.0), (500.0, 150.0)]


def faults(request: PlaceRequest, rules: SearchRules, **more) -> tuple[list[str], list[str]]:
    with pytest.raises(RequestError) as caught:
        find_candidates(grid_map(drawn(village()), **more), request, rules)
    assert len(caught.value.faults_zh) == len(caught.value.faults_en)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    return list(caught.value.faults_zh), list(caught.value.faults_en)


def test_several__at_once(rules: SearchRules) -> None:
    zh, en = faults(PlaceRequest(math.nan, 95.0, node_id="Bx", transformer_id="T9"), rules)
    assert [sentence.split(" ")[0] for sentence in en] == ["Give", "There", "There", "The", "The"]
    assert "exactly one" in en[0]
    assert "did you mean B" in en[1]
    assert "经度不是数值。" in zh


def test_nothing_or_half__is_said(rules: SearchRules) -> None:
    assert faults(PlaceRequest(), rules)[1] == ["Give a point, a node or a transformer: exactly one of them."]
    assert faults(PlaceRequest(longitude=99.0), rules)[1] == ["Longitude and latitude have to be given together."]


def test_in_a_lake__is_named(rules: SearchRules) -> None:
    zh, en = faults(PlaceRequest(*degrees((550.0, 100.0))), rules, no_go=no_go(LAKE, names=["明湖"]))
    assert en == ["The point lies in the no-go area '明湖'; check the location."]
    assert "明湖" in zh[0]


def test_swapped__is_detected(rules: SearchRules) -> None:
    longitude, latitude = degrees((300.0, 60.0))
    zh, en = faults(PlaceRequest(latitude, longitude), rules)
    assert len(en) == 1
    assert "exchanged" in en[0]
    assert "填反" in zh[0]


def test_far_from_everything__says_how_far(rules: SearchRules) -> None:
    zh, en = faults(PlaceRequest(*degrees((10_800.0, 0.0))), rules)
    assert "10.0 km away" in en[0]
    assert "lies in no area" in en[0]
    assert "5 公里" in zh[0]
    assert "more than 500 km" in faults(PlaceRequest(-60.0, -20.0), rules)[1][0]


def test_lake_far_away__both_are_said(rules: SearchRules) -> None:
    far = [(x + 10_000.0, y) for x, y in LAKE]
    assert len(faults(PlaceRequest(*degrees((10_550.0, 100.0))), rules, no_go=no_go(far))[0]) == 2


def test_rules__that_make_no_sense_are_refused(rules: SearchRules) -> None:
    for values in ({"detour_factor": 0.9}, {"tees": 1.5}, {"lv_radius_m": -1.0}, {"route_limit_factor": 1.2}):
        with pytest.raises(ValueError):  # noqa: PT011 - pydantic's own error, whose text names the field
            rules.with_values(**values)
