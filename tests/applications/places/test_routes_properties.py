"""On any network: no route is shorter than straight, order decides nothing, fewer no-go areas never lengthen one."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from place_cases import Sketch, degrees, drawn, no_go

from capacity.applications.places import find_candidates, grid_map, with_no_go
from capacity.errors import RequestError
from capacity.policy import load_policy
from capacity.tables.places import Candidates, PlaceRequest

_OPTIONS = load_policy("baoshan-2021").options
assert _OPTIONS is not None
RULES = _OPTIONS.with_values(lv_nodes=50, transformers=50, neighbours=50, tees=50, tees_per_feeder=50)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
METRES = st.integers(0, 1000).map(float)
POINTS = st.tuples(METRES, METRES)


@st.composite
def sketches(draw: st.DrawFn) -> Sketch:
    """A trunk through some points, a transformer at some of them, an LV line from each through some more."""
    trunk = draw(st.lists(POINTS, min_size=3, max_size=6, unique=True))
    mv = {"BB" if n == 0 else f"M{n}": xy for n, xy in enumerate(trunk)}
    names = list(mv)
    stated = st.integers(1, 2500).map(float)
    sections = [(f"S{n}", names[n - 1], names[n], draw(stated)) for n in range(1, len(names))]
    transformers = {f"T{n}": (f"M{n}", draw(st.sampled_from(["A1", "A2"]))) for n in range(1, len(names), 2)}
    lv, lines = {}, []
    for one in transformers:
        before = f"{one}-LV"
        for n, xy in enumerate(draw(st.lists(POINTS, max_size=3, unique=True))):
            lv[f"{one}-N{n}"] = xy
            lines.append((f"{one}-L{n}", before, f"{one}-N{n}", draw(stated)))
            before = f"{one}-N{n}"
    return Sketch(mv=mv, sections=sections, transformers=transformers, lv=lv, lv_lines=lines)


@st.composite
def boxes(draw: st.DrawFn) -> list[tuple[float, float]]:
    x, y, wide, high = draw(METRES), draw(METRES), draw(st.integers(20, 400)), draw(st.integers(20, 400))
    return [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]


def routes(found: Candidates) -> dict[str, float]:
    return {one.key: one.route_m for one in found.candidates}


def ask(grid, xy, **more) -> Candidates | None:
    try:
        return find_candidates(grid, PlaceRequest(*degrees(xy), **more), RULES)
    except RequestError:
        return None


@FEW
@given(sketches(), POINTS, st.lists(boxes(), max_size=3))
def test_route__is_no_shorter_than_straight_and_its_legs_add_up(sketch, xy, rings) -> None:
    grid = grid_map(drawn(sketch))
    found = ask(with_no_go(grid, no_go(*rings)) if rings else grid, xy, dual_supply=True)
    for one in found.candidates if found else ():
        assert one.route_m >= one.straight_m - 1e-6
        assert abs(one.route_m - sum(leg.length_m for leg in one.legs)) < 1e-6
        assert all(leg.length_m >= leg.drawn_m - 1e-6 for leg in one.legs)
        for leg, following in zip(one.legs[:-1], one.legs[1:], strict=True):
            assert np.allclose(leg.points[-1], following.points[0], atol=1e-8)


@FEW
@given(sketches(), POINTS, st.lists(boxes(), min_size=1, max_size=4))
def test_no_go__taking_one_away_never_lengthens_a_route(sketch, xy, rings) -> None:
    grid = grid_map(drawn(sketch))
    whole = ask(with_no_go(grid, no_go(*rings)), xy)
    fewer = ask(with_no_go(grid, no_go(*rings[1:])) if rings[1:] else grid, xy)
    if whole is None or fewer is None:
        return
    shorter = routes(fewer)
    home_moved = whole.home_transformer_id != fewer.home_transformer_id
    for key, metres in routes(whole).items():
        if key in shorter:
            assert shorter[key] <= metres + 1e-3
        else:  # a key vanishes only where another transformer has become the nearest, or sections meet at one point
            assert home_moved or key.startswith(("mv_tee", "additional"))


@FEW
@given(sketches(), POINTS, st.lists(boxes(), max_size=2), st.integers(0, 2**16))
def test_order__of_the_tables_decides_nothing(sketch, xy, rings, seed) -> None:
    answers = []
    for case in (drawn(sketch), drawn(sketch, np.random.default_rng(seed))):
        grid = grid_map(case)
        answers.append(ask(with_no_go(grid, no_go(*rings)) if rings else grid, xy, dual_supply=True))
    first, second = answers
    assert repr(first) == repr(second)  # repr, since NaN is not equal to itself
