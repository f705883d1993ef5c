"""All candidates of a feeder: they can be laid over the case, their ids are unique, the result is always the same."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capacity.assessing.toolbox import catalogue
from capacity.case import apply_changes, load_case
from capacity.planning.candidates import bundled_choices, candidates, combinations, read_choices
from capacity.planning.candidates.grid import Grid
from capacity.tables.case import Case
from capacity.tables.measure import MEASURE_KINDS, Measure, Need, Rule
from capacity.tables.situation import Market, Situation
from capacity.works import bundled_prices, cost_of

FEEDER, TRANSFORMER, AREA = "F01", "T0301", "A03"


def made_up(case: Case) -> Situation:
    """A cable feeder with neighbours and a tie: a transformer at 75 % whose LV voltages fall by 1.2 % a node, a loaded
    LV line and loaded first sections. Loads as modelled, every other transformer at a quarter of its rating."""
    register = case.transformers
    rate = register["transformer_id"].eq(TRANSFORMER).map({True: 75.0, False: 25.0})
    smax = pd.Series((rate * register["rated_kva"] / 100.0).to_numpy(), register["transformer_id"].astype(str))
    grid = Grid(case, smax)
    transformers = register[["transformer_id", "area_id", "ownership", "rated_kva"]].assign(
        feeder_id=case.topology.trafos.set_index("trafo_id")["feeder_id"].reindex(register["transformer_id"]).to_numpy(),
        in_service=True, max_loading_percent=rate, max_direction="import", smax_import_kva=smax.to_numpy(),
        max_loading_at=pd.Timestamp("2026-01-18 19:30"), reserved_kva=0.0,
        allowed_kva=np.maximum(0.0, 0.8 * register["rated_kva"] - smax.to_numpy()),
    )  # fmt: skip
    kva = {line: grid.below_kva[bus] for line, bus in grid.far_bus.items()}
    table = case.topology.lines
    kv = case.net.bus["vn_kv"].reindex(case.net.line["from_bus"]).to_numpy()
    current_a = table.index.map(kva).to_numpy(dtype=float) / (np.sqrt(3.0) * kv)
    rated_a = 1000.0 * case.net.line["max_i_ka"].to_numpy()
    lines = pd.DataFrame({"line_id": table["line_id"], "rated_a": rated_a, "max_i_a": current_a})
    lines["max_loading_percent"] = 100.0 * current_a / rated_a
    lines.loc[lines["line_id"].isin(["F01-S01", "F01-S02", f"{TRANSFORMER}-M1L1"]), "max_loading_percent"] = 71.0
    lines["max_i_a"] = lines["max_loading_percent"] / 100.0 * rated_a
    lv = case.topology.buses[case.topology.buses["level"].eq("lv")]
    steps = (lv["depth"] - lv["depth"].loc[grid.busbar(TRANSFORMER)]).where(lv["transformer_id"].eq(TRANSFORMER), 0)
    nodes = lv.rename(columns={"bus_id": "node_id"})[["node_id", "transformer_id"]].assign(
        voltage_min_pu=0.94 - 0.012 * steps, voltage_max_pu=0.95, voltage_lower_pu=0.8835, voltage_upper_pu=1.0165
    )
    areas = case.areas[["area_id"]].assign(
        allowed_sum_kva=100.0, allowed_kva=100.0, binding_element=None, binding_criterion=None
    )
    wanted: list[tuple[Rule, str]] = [
        ("P4", TRANSFORMER), ("P10", TRANSFORMER), ("P4", f"{TRANSFORMER}-M1L1"), ("P4", "F01-S01"), ("P5", AREA),
    ]  # fmt: skip
    day = dt.date(2027, 1, 1)
    needs = [Need(f"{rule}:{one}", rule, FEEDER, AREA, one, day, (2027,), True) for rule, one in wanted]
    return Situation(FEEDER, case, tuple(needs), transformers, lines, nodes, areas)


def priced() -> Market:
    choice = {"transformer_limit_percent": 80.0, "section_limit_percent": 100.0}
    return Market(
        catalogue(),
        lambda works, area_class: cost_of(works, bundled_prices(), split=None, area_class=area_class),
        lambda works: 30,
        choice.__getitem__,
        {"P3": 50.0, "P4": 70.0, "P5": 160.0, "P6": 80.0},
    )


@pytest.fixture(scope="module")
def situation(bundled: Path) -> Situation:
    return made_up(load_case(bundled))


@pytest.fixture(scope="module")
def found(situation: Situation) -> tuple[Measure, ...]:
    return candidates(situation, priced())


def test_candidates__complete_in_kind_and_few(found: tuple[Measure, ...]) -> None:
    """No electric vehicles come on top here, so there is no charging to manage."""
    assert {one.kind for one in found} == set(MEASURE_KINDS) - {"managed_charging"}
    assert len(found) <= 40
    assert all(one.cost is not None and one.works and one.note.zh and one.note.en for one in found)


def test_candidates__ids_unique_and_always_the_same(situation: Situation, found: tuple[Measure, ...]) -> None:
    ids = [one.measure_id for one in found]
    assert len(set(ids)) == len(ids)
    assert candidates(situation, priced()) == found


def test_candidates__can_be_laid_over_the_case(situation: Situation, found: tuple[Measure, ...]) -> None:
    """Ids exist or are free, types are known, no loop is closed and nobody loses supply."""
    for one in found:
        apply_changes(situation.case, one.changes)


def test_combinations__pairs_of_one_network(situation: Situation, found: tuple[Measure, ...]) -> None:
    kind = {one.measure_id: one.kind for one in found}
    sets = combinations(found, situation.needs)
    assert 1 <= len(sets) <= bundled_choices().values.sets_per_network.value
    assert all(len({kind[name] for name in names}) == 2 for names in sets)
    assert {"rebalance_loads", "tap_change"} in [{kind[name] for name in names} for names in sets]
    assert combinations(found, [one for one in situation.needs if one.rule == "P5"]) == ()


def test_choices__a_faulty_file_is_refused_with_what_is_wrong() -> None:
    with pytest.raises(Exception, match="name"):
        read_choices("name: ''")
