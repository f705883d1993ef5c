"""pandapower for given steps: the same as the load flow's own engine, for the whole network and for one feeder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd
import pytest
from loadflow_cases import load_flow_of, make_case, profile_table, window

from capacity.loadflow import LoadFlow
from capacity.loadflow.reference_steps import ReferenceSteps
from capacity.tables.solved import Snapshot

STEPS = np.array([0, 3, 7, 11])


def two_feeders(*, modelled: bool = False, n_steps: int = 12) -> LoadFlow:
    """A busbar with two feeders of two transformers each, tied by a line that is open at one end."""
    net = pp.create_empty_network(sn_mva=1.0)
    busbar = pp.create_bus(net, 10.0, name="busbar")
    if modelled:
        above = pp.create_bus(net, 110.0, name="above")
        pp.create_ext_grid(net, above, vm_pu=1.0)
        pp.create_transformer_from_parameters(net, above, busbar, 10.0, 110.0, 10.0, 0.5, 10.0, 10.0, 0.1, name="main")
    else:
        pp.create_ext_grid(net, busbar, vm_pu=1.01)
    ends = []
    for feeder in "AB":
        last = busbar
        for number in (1, 2):
            station = pp.create_bus(net, 10.0, name=f"{feeder}{number}")
            low = pp.create_bus(net, 0.4, name=f"{feeder}{number}-LV")
            pp.create_line_from_parameters(net, last, station, 1.5, 0.3, 0.34, 250.0, 0.3, name=f"{feeder}-{number}")
            pp.create_transformer_from_parameters(
                net, station, low, 0.4, 10.0, 0.4, 1.0, 4.0, 0.57, 0.25, name=f"T{feeder}{number}"
            )
            pp.create_load(net, low, 0.15, 0.05, name=f"load {feeder}{number}", profile="day")
            last = station
        ends.append(last)
    tie = pp.create_line_from_parameters(net, *ends, 2.0, 0.3, 0.34, 250.0, 0.3, name="tie")
    pp.create_switch(net, ends[1], tie, et="l", closed=False)
    day = 1.0 + 0.5 * np.sin(np.arange(n_steps))
    return load_flow_of(make_case(net, profile_table(n_steps, day=day)), window(n_steps))


def bus_of(load_flow: LoadFlow, name: str) -> int:
    names = load_flow.case.net.bus["name"]
    return int(names.index[names.eq(name)][0])


def same(ours: Snapshot, theirs: Snapshot) -> None:
    """Everything the reference shows is as our engine has it."""
    for index, mine, own, yours in (
        (ours.bus_index, ours.voltage_pu, theirs.bus_index, theirs.voltage_pu),
        (ours.line_index, ours.line_loading_percent, theirs.line_index, theirs.line_loading_percent),
        (ours.trafo_index, ours.trafo_loading_percent, theirs.trafo_index, theirs.trafo_loading_percent),
    ):
        one = pd.DataFrame(mine, columns=index)
        other = pd.DataFrame(yours, columns=own).dropna(axis=1, how="all")
        assert len(other.columns)
        np.testing.assert_allclose(other, one[other.columns], rtol=1e-6)
    np.testing.assert_allclose(theirs.substation_kva, ours.substation_kva, rtol=1e-6)


@pytest.mark.parametrize("feeder", ["", "A-1"])
def test_reference_steps__as_the_own_engine(feeder: str) -> None:
    load_flow = two_feeders()
    base = {bus_of(load_flow, "B2-LV"): 60 + 20j, bus_of(load_flow, "A1-LV"): 10 + 0j}
    reference = ReferenceSteps(load_flow, load_flow.solve_year(crosscheck=False, added_kw=base))
    loaded = base | {bus_of(load_flow, "A2-LV"): 120 + 40j}
    theirs = reference(STEPS, loaded, feeder)
    same(load_flow(STEPS, loaded), theirs)
    assert (len(theirs.trafo_index) == 2) is bool(feeder)  # one feeder is solved alone
    again = reference(STEPS, base, feeder)  # nothing of the former question is left in the network
    same(load_flow(STEPS, base), again)


def test_reference_steps__below_a_modelled_transformer_the_whole_network_answers() -> None:
    load_flow = two_feeders(modelled=True)
    reference = ReferenceSteps(load_flow, load_flow.solve_year(crosscheck=False))
    loaded = {bus_of(load_flow, "A2-LV"): 120 + 40j}
    theirs = reference(STEPS, loaded, "A-1")
    same(load_flow(STEPS, loaded), theirs)
    assert len(theirs.trafo_index) == len(load_flow.case.net.trafo)


def test_reference_steps__step_without_solution_is_failed_and_the_next_is_solved() -> None:
    load_flow = two_feeders()
    reference = ReferenceSteps(load_flow)
    lost = reference(STEPS, {bus_of(load_flow, "A2-LV"): 50_000 + 0j})
    assert lost.failed.all()
    assert np.isnan(lost.voltage_pu).all()
    sound = reference(STEPS, {})
    assert not sound.failed.any()
    same(load_flow(STEPS), sound)


def test_reference_steps__recycled_steps_that_differ_are_solved_from_scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    load_flow = two_feeders()
    reference = ReferenceSteps(load_flow)

    def stale(net: Any) -> bool:
        return True  # leaves the results of the step before

    monkeypatch.setattr("capacity.loadflow.reference_steps._recycled", stale)
    same(load_flow(STEPS), reference(STEPS, {}))


def test_reference_steps__nothing_of_the_case_is_touched() -> None:
    load_flow = two_feeders()
    before = load_flow.case.net.load.copy()
    ReferenceSteps(load_flow, load_flow.solve_year(crosscheck=False))(
        STEPS, {bus_of(load_flow, "A2-LV"): 5 + 1j}, "A-1"
    )
    pd.testing.assert_frame_equal(load_flow.case.net.load, before)
    assert replace(load_flow.window) == load_flow.window
