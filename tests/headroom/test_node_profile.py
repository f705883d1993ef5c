"""A node's capacity by month and hour: against pandapower, against its figure of the year, and in broken hours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hand_case import PEAK_AT, WINDOW
from verification_cases import exact_kva, street_case

from capacity import policy
from capacity.headroom import node_profile
from capacity.headroom.node_profile import EXACT_KVA, EXACT_PERCENT, Question
from capacity.headroom.placing import unit_power
from capacity.hours import kept_limits
from capacity.proof import solved_again
from capacity.study import run_study
from capacity.tables.case import Case
from capacity.tables.run import Run


def question(case: Case, run: Run, node: str) -> Question:
    rules = policy.policy_of(case)
    again = solved_again(case, rules, run, workers=1)
    kept = kept_limits(case, rules, run, again, node)
    return Question(again.flow, kept, again.base, unit_power(case), 10_000.0, again.year.timestamps)


@pytest.fixture(scope="module")
def street() -> tuple[Case, Run]:
    case = street_case()
    return case, run_study(case, window=WINDOW)


@pytest.fixture(scope="module")
def of_house(street: tuple[Case, Run]) -> pd.DataFrame:
    return node_profile(question(*street, "house"))


def at(profile: pd.DataFrame, hour: int) -> pd.Series:
    return profile.set_index(["month", "hour"]).loc[(1, hour)]


@pytest.mark.parametrize("node", ["house", "T1-LV", "T2-LV"])
def test_node_profile__lowest_cell_is_the_figure_of_the_year(street: tuple[Case, Run], node: str) -> None:
    stated = street[1].nodes.set_index("node_id").loc[node]
    profile = node_profile(question(*street, node))
    lowest = profile.loc[profile["allowed_kva"].idxmin()]
    tolerance = max(EXACT_PERCENT / 100.0 * stated["allowed_kva"], EXACT_KVA)
    assert stated["allowed_kva"] > 10.0
    assert lowest["allowed_kva"] == pytest.approx(stated["allowed_kva"], abs=tolerance)
    assert lowest["binding_criterion"] == stated["binding_criterion"]
    assert lowest["binding_element"] == stated["binding_element"]
    assert lowest["binding_at"] == stated["binding_at"]


@pytest.mark.parametrize("hour", [3, 19])
def test_node_profile__a_cell_is_what_pandapower_finds_at_its_steps(
    street: tuple[Case, Run], of_house: pd.DataFrame, hour: int
) -> None:
    steps = WINDOW.timestamps[WINDOW.timestamps.hour == hour]
    exact = exact_kva(street[0], "house", at=tuple(steps))
    found = at(of_house, hour)["allowed_kva"]
    tolerance = max(EXACT_PERCENT / 100.0 * exact, EXACT_KVA) + 0.02
    assert exact - tolerance <= found <= exact + 0.02


def test_node_profile__hours_outside_the_window_are_unknown(of_house: pd.DataFrame) -> None:
    later = of_house[of_house["month"] > 1]
    assert len(of_house) == 288
    assert later["allowed_kva"].isna().all()
    assert set(later["reason"]) == {"not_computed"}
    assert of_house.loc[of_house["month"] == 1, "allowed_kva"].notna().all()


def test_node_profile__same_with_any_number_of_workers_and_any_guess(
    street: tuple[Case, Run], of_house: pd.DataFrame
) -> None:
    again = node_profile(question(*street, "house"), workers=3, guess_kva=5.0)
    np.testing.assert_allclose(again["allowed_kva"], of_house["allowed_kva"], atol=2 * EXACT_KVA)


def test_node_profile__only_the_hours_that_are_broken_are_blocked() -> None:
    """The section is over its limit in one hour alone: nothing then, something at night."""
    case = street_case(line_max_i_ka=0.024, limit_percent=70.0)
    run = run_study(case, window=WINDOW)
    stated = run.nodes.set_index("node_id").loc["house"]
    assert (stated["allowed_kva"], stated["reason"]) == (0.0, "existing_violation")
    profile = node_profile(question(case, run, "house"))
    peak, night = at(profile, stated["binding_at"].hour), at(profile, 3)
    assert (peak["allowed_kva"], peak["reason"]) == (0.0, "existing_violation")
    assert (peak["binding_criterion"], peak["binding_at"]) == ("section_loading", stated["binding_at"])
    assert night["allowed_kva"] > 1.0
    assert night["reason"] == "ok"
    exact = exact_kva(case, "house", sections_percent=70.0, at=tuple(WINDOW.timestamps[WINDOW.timestamps.hour == 3]))
    assert night["allowed_kva"] == pytest.approx(exact, abs=EXACT_KVA + 0.02)


def test_node_profile__own_transformer_over_its_limit(tmp_path: Path) -> None:
    case = street_case(peak={"T1": (260.0, 200.0), "T2": (169.6, 127.2)})
    run = run_study(case, window=WINDOW)
    profile = node_profile(question(case, run, "T1-LV"))
    peak = at(profile, PEAK_AT["T1"].hour)
    assert (peak["allowed_kva"], peak["reason"], peak["binding_element"]) == (0.0, "over_limit", "T1")
    assert at(profile, 3)["allowed_kva"] > 10.0


def test_node_profile__no_solution_is_unknown(street: tuple[Case, Run]) -> None:
    asked = question(*street, "house")

    def failing(steps: object, added_kw: dict[int, complex] | None = None) -> object:
        solved = asked.solve(steps, added_kw)  # type: ignore[arg-type]
        return replace(solved, failed=np.asarray(WINDOW.timestamps.hour[solved.steps] == 5))

    profile = node_profile(replace(asked, solve=failing))  # type: ignore[arg-type]
    assert np.isnan(at(profile, 5)["allowed_kva"])
    assert at(profile, 5)["reason"] == "solver_failure"
    assert at(profile, 6)["reason"] == "ok"
