"""Verdicts on the hand-worked case: the exact figure agrees, a larger one is false-open, a smaller one false-blocked.

The exact figures are found by bisection with plain pandapower at the two peaks, from the readings (see
``verification_cases.py``); the one of the plain case is also redone on paper.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandapower as pp
import pandas as pd
import pytest
from hand_case import PEAK_AT, application, hand_case
from verification_cases import FLOOR_LV, WINDOW, Stated, bisected, exact_kva, street_case, with_figures

from capacity import policy
from capacity.case import derive_topology
from capacity.proof import full_window_judge
from capacity.tables.case import Case
from capacity.tables.policy import Policy
from capacity.tables.run import Run
from capacity.verification import Judge, Verdict

UNTRIED = {"crosscheck_steps": 0, "sample_nodes": 0}
"""The run need not be put to the test: its figures are dropped, and the judge solves it again."""
T1_PEAK, T2_PEAK = PEAK_AT["T1"], PEAK_AT["T2"]


def judge_of(run: Run, case: Case, rules: Policy | None = None) -> Judge:
    """A judge of the full window who looks at few worst steps first: pandapower takes its time."""
    judge = full_window_judge(case, rules or policy.policy_of(case), run, workers=1)
    return replace(judge, worst_count=6)


def verdicts(case: Case, node: str, stated: dict[str, Stated], rules: Policy | None = None) -> dict[str, Verdict]:
    """Several figures of one node before one judge."""
    run = with_figures(case, {}, rules=rules, **UNTRIED)
    judge = judge_of(run, case, rules)
    found = {}
    for name, one in stated.items():
        row = run.nodes[run.nodes["node_id"].eq(node)].iloc[0].copy()
        row["allowed_kva"], row["reason"] = one.allowed_kva, one.reason
        row["binding_criterion"], row["binding_element"], row["binding_at"] = one.criterion, one.element, one.at
        found[name] = judge.verdict(row)
    return found


def outcomes(found: dict[str, Verdict]) -> dict[str, str]:
    return {name: one.outcome for name, one in found.items()}


@dataclass(frozen=True)
class Worked:
    """A case in which one limit binds one node."""

    case: Callable[[], Case]
    node: str
    criterion: str
    element: str
    at: pd.Timestamp
    limits: dict[str, Any]


WORKED = {
    "transformer": Worked(hand_case, "T1-LV", "transformer_loading", "T1", T1_PEAK, {}),
    "conductor": Worked(lambda: street_case(wire_ka=0.1), "house", "line_loading", "wire", T1_PEAK, {}),
    "voltage": Worked(lambda: street_case(metres=250.0), "house", "voltage_min", "house", T1_PEAK, {}),
    "section": Worked(lambda: hand_case(line_max_i_ka=0.02), "T1-LV", "section_loading", "L1", T2_PEAK, {}),
    "stated section limit": Worked(
        lambda: hand_case(line_max_i_ka=0.04, limit_percent=50.0),
        "T1-LV",
        "section_loading",
        "L1",
        T2_PEAK,
        {"sections_percent": 50.0},
    ),
    "substation": Worked(
        lambda: hand_case(substation_kva=500.0),
        "T1-LV",
        "substation_loading",
        "S1",
        T2_PEAK,
        {"substation_kva": 400.0},
    ),
}


@pytest.mark.parametrize("name", WORKED)
def test_verdict__exact_larger_and_smaller_figures(name: str) -> None:
    worked = WORKED[name]
    case = worked.case()
    exact = exact_kva(case, worked.node, **worked.limits)
    assert 20.0 < exact < 150.0

    def stated(kva: float, element: str = worked.element) -> Stated:
        return Stated(kva, worked.criterion, element, worked.at)

    found = verdicts(
        case,
        worked.node,
        {
            "exact": stated(exact - 0.01),
            "just inside the tolerance": stated(exact - 0.9),
            "too large": stated(exact * 1.002),
            "too small": stated(exact - 1.2),
            "wrong element": stated(exact - 0.01, "elsewhere"),
        },
    )
    assert outcomes(found) == {
        "exact": "agrees",
        "just inside the tolerance": "agrees",
        "too large": "false_open",
        "too small": "false_blocked",
        "wrong element": "agrees",
    }
    assert found["exact"].binding_agrees is True
    assert found["wrong element"].binding_agrees is False
    broken = found["too large"]
    assert (broken.broken_criterion, broken.broken_element) == (worked.criterion, worked.element)
    assert broken.broken_at == str(worked.at)
    assert found["exact"].tried_kva == pytest.approx(exact - 0.01 + max(0.005 * (exact - 0.01), 1.0))
    assert (found["exact"].steps, found["exact"].reference_steps) == (192, 6)


def test_exact_figure_of_the_plain_case__on_paper() -> None:
    """T1's HV side carries the LV side's power and its own losses: at 320 kVA 80 % of 400.

    uk 4 % with 1 % copper loss: at 80 % load 0.64 · 4 kW and 0.64 · 15.49 kvar; iron 0.57 kW, no-load 0.82 kvar.
    """
    exact = exact_kva(hand_case(), "T1-LV")
    p_kw = 160.0 + 0.95 * exact + 0.64 * 4.0 + 0.57
    q_kvar = 120.0 + math.sqrt(1.0 - 0.95**2) * exact + 0.64 * 15.49 + 0.82
    assert math.hypot(p_kw, q_kvar) == pytest.approx(320.0, rel=1e-3)


def test_verdict__what_is_reserved_comes_first() -> None:
    """38 kW at cos φ 0.95 are 40 kVA of T1's room, taken before the figure is added; T2's are T2's."""
    plain = exact_kva(hand_case(), "T1-LV")
    case = hand_case(applications=pd.DataFrame([application("N1", "T1", 38.0), application("N2", "T2", 19.0)]))
    at = Stated(0.0, "transformer_loading", "T1", T1_PEAK)
    found = verdicts(
        case,
        "T1-LV",
        {"as if nothing were": replace(at, allowed_kva=plain), "less 40 kVA": replace(at, allowed_kva=plain - 40.0)},
    )
    assert found["as if nothing were"].outcome == "false_open"
    assert found["less 40 kVA"].outcome == "agrees"


def test_verdict__zero_needs_a_reason() -> None:
    case = hand_case(peak={"T1": (256.0, 192.0), "T2": (80.0, 60.0)})  # T1 stands at 80 % on its LV side already
    found = verdicts(
        case,
        "T1-LV",
        {"full": Stated(0.0, "transformer_loading", "T1", T1_PEAK, "over_limit"), "more": Stated(0.5)},
    )
    assert outcomes(found) == {"full": "agrees", "more": "false_open"}
    assert found["full"].binding_agrees is True
    free = verdicts(case, "T2-LV", {"none": Stated(0.0, "transformer_loading", "T2", T2_PEAK)})
    assert free["none"].outcome == "false_blocked"


def low_street() -> Case:
    """60 kW over 350 m of thin wire lose some 46 V: the house stands below 353.4 V without any new load."""
    return street_case(metres=350.0, house_kw=60.0)


def test_verdict__existing_violation_in_the_own_network_justifies_zero() -> None:
    zero = Stated(0.0, "voltage_min", "house", T1_PEAK, "existing_violation")
    found = verdicts(low_street(), "T1-LV", {"zero": zero, "not zero": Stated(1.0, "voltage_min", "house", T1_PEAK)})
    assert found["zero"].outcome == "agrees"
    assert found["zero"].binding_agrees is True
    assert found["not zero"].outcome == "false_open"
    assert (found["not zero"].broken_criterion, found["not zero"].broken_element) == ("voltage_min", "house")


def test_verdict__existing_violation_elsewhere_does_not() -> None:
    case = low_street()
    exact = exact_kva(case, "T2-LV", own_trafo="T2", floor={"house": 0.0})
    found = verdicts(
        case,
        "T2-LV",
        {
            "zero": Stated(0.0, "voltage_min", "house", T1_PEAK, "existing_violation"),
            "its own room": Stated(exact - 0.01, "transformer_loading", "T2", T2_PEAK),
        },
    )
    assert outcomes(found) == {"zero": "false_blocked", "its own room": "agrees"}


def test_verdict__existing_violation_elsewhere_may_fall_by_epsilon_and_no_further() -> None:
    """With an epsilon of 2e-5 pu the house below T1 forbids what T2 itself still had room for."""
    case = low_street()
    rules = policy.policy_of(case)
    epsilon = rules.choices["existing_violation_epsilon_pu"].model_copy(update={"value": 2e-5})
    strict = rules.model_copy(update={"choices": rules.choices | {"existing_violation_epsilon_pu": epsilon}})
    base = judge_of(with_figures(case, {}, **UNTRIED), case).base_year.buses["voltage_min_pu"]
    house_pu = float(base[case.net.bus["name"].eq("house")].iloc[0])
    assert house_pu < FLOOR_LV
    limited = exact_kva(case, "T2-LV", own_trafo="T2", floor={"house": house_pu - 2e-5})
    assert 2.0 < limited < 30.0
    at = Stated(limited - 0.05, "voltage_min", "house", T1_PEAK)
    found = verdicts(case, "T2-LV", {"all": at, "more": replace(at, allowed_kva=limited + 0.2)}, strict)
    assert outcomes(found) == {"all": "agrees", "more": "false_open"}
    assert found["all"].binding_agrees is True
    assert verdicts(case, "T2-LV", {"all": at})["all"].outcome == "false_blocked"  # the policy's own epsilon: 0.005 pu


def test_verdict__overloaded_section_above_justifies_zero_and_beside_does_not() -> None:
    """L2 leads to T2 only: overloaded, it blocks T2 and leaves T1 its room."""
    case = hand_case()
    case.net.line.loc[case.net.line["name"].eq("L2"), "max_i_ka"] = 0.012
    zero = Stated(0.0, "section_loading", "L2", T2_PEAK, "existing_violation")
    assert verdicts(case, "T2-LV", {"zero": zero})["zero"].outcome == "agrees"
    exact = exact_kva(hand_case(), "T1-LV")
    found = verdicts(case, "T1-LV", {"zero": zero, "room": Stated(exact - 0.01, "transformer_loading", "T1", T1_PEAK)})
    assert outcomes(found) == {"zero": "false_blocked", "room": "agrees"}


def solar_street() -> Case:
    """No meters; a house that draws 20 kW day and night and at noon feeds back 100 kW over a wire for 70 kW.

    T1 also has 30 kW at its busbar, T2 has 10.
    """
    case = street_case(meterless=("T1", "T2"), wire_ka=0.11)
    net = case.net
    net.load.drop(index=net.load.index, inplace=True)
    house = int(net.bus.index[net.bus["name"].eq("house")][0])
    pp.create_load(net, house, 0.02, 0.0, name="house-load")
    pp.create_load(net, int(net.trafo.at[0, "lv_bus"]), 0.03, 0.0, name="shop")
    pp.create_load(net, int(net.trafo.at[1, "lv_bus"]), 0.01, 0.0, name="hut")
    pp.create_sgen(net, house, 0.12, 0.0, name="roof", profile="sun")
    steps = WINDOW.timestamps
    sun = pd.DataFrame({"timestamp": steps, "sun": np.where(steps.hour == 12, 1.0, 0.0)})
    topology = derive_topology(net, case.settings, case.substations, case.feeders)
    return replace(case, profiles=sun, topology=topology)


def test_verdict__load_that_lowers_an_export_is_free_to_do_so() -> None:
    """At noon the wire is above its rating by export, which a load lowers; what binds is the night."""
    case = solar_street()
    judge = judge_of(with_figures(case, {}, **UNTRIED), case)
    wire = case.net.line.index[case.net.line["name"].eq("wire")][0]
    assert judge.base_year.lines.at[wire, "max_loading_percent"] > 110.0
    exact = night_kva(case)
    assert 40.0 < exact < 70.0
    night = WINDOW.start
    found = verdicts(
        case,
        "house",
        {
            "zero": Stated(0.0, "line_loading", "wire", WINDOW.start + pd.Timedelta(hours=12), "existing_violation"),
            "the night's": Stated(exact - 0.01, "line_loading", "wire", night),
            "more than the night's": Stated(exact + 0.3, "line_loading", "wire", night),
        },
    )
    assert outcomes(found) == {
        "zero": "false_blocked",
        "the night's": "agrees",
        "more than the night's": "false_open",
    }


def night_kva(case: Case) -> float:
    """What the wire still carries at night, by bisection with pandapower."""
    net = copy.deepcopy(case.net)
    net.sgen["p_mw"] = 0.0
    wire = net.line.index[net.line["name"].eq("wire")][0]
    return bisected([net], "house", lambda solved: bool(solved.res_line.at[wire, "loading_percent"] <= 100.0))


def test_verdict__more_than_the_grid_can_carry_is_false_open() -> None:
    found = verdicts(hand_case(), "T1-LV", {"absurd": Stated(1e6, "transformer_loading", "T1", T1_PEAK)})
    assert found["absurd"].outcome == "false_open"
    assert found["absurd"].broken_criterion == "no_solution"


def test_verdict__search_ceiling_need_only_pass() -> None:
    found = verdicts(
        hand_case(),
        "T1-LV",
        {"kept": Stated(50.0, reason="search_ceiling"), "broken": Stated(150.0, reason="search_ceiling")},
    )
    assert outcomes(found) == {"kept": "agrees", "broken": "false_open"}
