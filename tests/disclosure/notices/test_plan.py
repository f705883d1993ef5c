"""The layout is as roomy as the areas allow, and never smaller than can be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from capacity.disclosure.notices.plan import PLANS, choose_plan, rows_of


@given(areas=st.integers(0, 2000), height_mm=st.floats(60.0, 200.0))
def test_choose_plan__holds_all_areas_or_is_the_densest(areas: int, height_mm: float) -> None:
    plan = choose_plan(areas, height_mm)
    assert rows_of(plan, height_mm) >= areas or plan is PLANS[-1]
    roomier = PLANS[: PLANS.index(plan)]
    assert all(rows_of(other, height_mm) < areas for other in roomier)


def test_plans__from_roomy_to_dense_and_legible() -> None:
    room = [rows_of(plan, 150.0) for plan in PLANS]
    assert room == sorted(room)
    assert min(plan.type_pt for plan in PLANS) >= 6.5
    for plan in PLANS:
        lines = 1.66 if plan.english else 1.0  # the English line is smaller
        assert plan.row_mm > plan.type_pt * 0.3528 * lines
