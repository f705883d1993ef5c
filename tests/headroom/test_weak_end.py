"""A transformer behind a weak section must not hold back the one beside the substation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hand_case import WINDOW, hand_case

from capacity.case import derive_topology
from capacity.loadflow import LoadFlow
from capacity.study import run_study
from capacity.tables.case import Case
from capacity.tables.run import Run


def weak_end_case(section_ka: float = 0.0128) -> Case:
    """The hand-worked case with a thin second section: T1 (room 120) before it, T2 (room 40) behind."""
    case = hand_case()
    case.net.line.loc[case.net.line["name"].eq("L2"), "max_i_ka"] = section_ka
    return replace(case, topology=derive_topology(case.net, case.settings, case.substations, case.feeders))


def whole_window(case: Case, run: Run, factor: float = 1.0) -> pd.Series:
    """Highest loading of each line over every step of the window with the shares drawn, %."""
    flow = LoadFlow(case, WINDOW, levels_percent=(80.0, 100.0))
    busbar = case.net.trafo.set_index("name")["lv_bus"]
    unit = complex(0.95, np.sqrt(1.0 - 0.95**2))
    shares = run.transformers.set_index("transformer_id")["share_kva"]
    shown = flow(np.arange(flow.n_steps), {int(busbar[name]): factor * kva * unit for name, kva in shares.items()})
    highest = pd.Series(shown.line_loading_percent.max(axis=0), index=case.net.line.loc[shown.line_index, "name"])
    return highest.dropna()


def test_area__weak_section_holds_back_only_what_is_behind_it() -> None:
    """L2 may carry 12.8 A: 221.7 kVA at 10 kV, 221.1 at the 0.9973 pu that are left there.

    At its peak T2 draws 169.6 + j127.2 kVA at its LV side (at 0.97 pu); its losses are 0.57 + 3.15 · (212/315/0.97)²
    = 2.1 kW and 0.55 + 12.2 · (212/315/0.97)² = 6.4 kvar, so 171.7 + j133.6: 217.5 kVA, 3.6 below the limit. A kVA
    added at cos φ 0.95 (18.2°) to these at 37.9° adds cos 19.7° = 0.942 kVA, and 2 to 3 % of losses: 3.6 / 0.966 = 3.7
    kVA for T2. Proportional shares would give everybody 3.7 / 40 of its room: 14.8 kVA in all. T1 is not behind L2:
    120 + 3.7.
    """
    run = run_study(weak_end_case(), window=WINDOW)
    area = run.areas.iloc[0]
    shares = run.transformers.set_index("transformer_id")["share_kva"]
    assert shares["T1"] == pytest.approx(120.0, rel=1e-3)
    assert shares["T2"] == pytest.approx(3.7, abs=0.2)
    assert area["allowed_kva"] == pytest.approx(shares.sum())
    assert (area["binding_criterion"], area["binding_element"]) == ("section_loading", "L2")
    assert area["allowed_sum_kva"] == 160.0
    feeder, substation = run.feeders.iloc[0], run.substations.iloc[0]
    assert feeder["allowed_kva"] == substation["allowed_kva"] == area["allowed_kva"]
    assert feeder["allowed_sum_kva"] == substation["allowed_sum_kva"] == 160.0


@pytest.mark.parametrize("section_ka", [0.0128, 0.0135, 0.0145])
def test_area__no_step_of_the_window_breaks_and_more_would(section_ka: float) -> None:
    case = weak_end_case(section_ka)
    run = run_study(case, window=WINDOW)
    assert whole_window(case, run).max() <= 100.0
    assert whole_window(case, run, factor=1.05).max() > 100.0


def test_cells__grid_limits_the_hour_of_the_peak_and_not_the_calm_ones() -> None:
    case = weak_end_case()
    run = run_study(case, window=WINDOW)
    cells = run.capacity_12x24.set_index("hour")
    assert (cells["allowed_kva"] <= cells["allowed_sum_kva"] + 1e-9).all()
    assert (cells["allowed_kva"] >= run.areas.iloc[0]["allowed_kva"] - 1e-9).all()
    assert cells.at[20, "allowed_kva"] < cells.at[20, "allowed_sum_kva"] - 30.0  # T2's peak, 20:00
    assert cells.at[20, "allowed_sum_kva"] > 160.0  # T1's own peak is at 19:15
    # in every other hour T2 draws at most half of its peak, about 107 kVA; L2 carries 221: some 110 are left
    assert (cells.drop(index=20)["allowed_kva"] > 120.0 + 60.0).all()


def test_cells__where_nothing_above_limits_both_figures_are_one() -> None:
    cells = run_study(hand_case(), window=WINDOW).capacity_12x24
    assert cells["allowed_kva"].tolist() == cells["allowed_sum_kva"].tolist()
    assert len(cells) == 24


def test_cells__every_hour_holds_when_solved() -> None:
    """What a cell promises, T1 full and T2 the rest, drawn at every step of that hour: no section breaks."""
    case = weak_end_case()
    run = run_study(case, window=WINDOW)
    flow = LoadFlow(case, WINDOW, levels_percent=(80.0, 100.0))
    busbar = case.net.trafo.set_index("name")["lv_bus"]
    unit = complex(0.95, np.sqrt(1.0 - 0.95**2))
    metered = np.hypot(case.measurements["p_kw"], case.measurements["q_kvar"])
    t1 = case.measurements["transformer_id"].eq("T1")
    smax = metered[t1].groupby(case.measurements["timestamp"].dt.hour).max()
    for cell in run.capacity_12x24.itertuples():
        first = 320.0 - smax[cell.hour]
        added = {int(busbar["T1"]): first * unit, int(busbar["T2"]): (cell.allowed_kva - first) * unit}
        steps = np.flatnonzero(WINDOW.timestamps.hour == cell.hour)
        assert np.nanmax(flow(steps, added).line_loading_percent) <= 100.0
