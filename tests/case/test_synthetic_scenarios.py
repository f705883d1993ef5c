"""The bundled scenarios name things the bundled case has, and leave it radial."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from bundled_case import bundled_case

from capacity.case.scenarios.scenario import apply_scenario
from capacity.tables.case import Case
from capacity.tables.scenario import Scenario

FOLDER = Path(__file__).parents[2] / "scenarios"
NAMES = ("growth-5-years", "new-market-and-ev-station", "transfer-and-upgrade")


@pytest.fixture(scope="module")
def case() -> Case:
    return bundled_case()


def _scenario(name: str) -> Scenario:
    return Scenario.model_validate(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NAMES)
def test_scenario__applies_to_the_bundled_case(name: str, case: Case) -> None:
    scenario = _scenario(name)
    assert scenario.name == name
    changed = apply_scenario(case, scenario)
    islands = changed.topology.islands
    assert (islands["loops"] == 0).all()
    assert (islands["sources"] == 1).all()
    assert (changed.topology.buses["island"] >= 0).all()


def test_scenario__transfer_moves_an_area_to_the_other_substation(case: Case) -> None:
    changed = apply_scenario(case, _scenario("transfer-and-upgrade"))
    before = case.topology.trafos.set_index("trafo_id")
    after = changed.topology.trafos.set_index("trafo_id")
    assert before.loc["T1701", "feeder_id"] == "F05"
    assert after.loc["T1701", "feeder_id"] == "F07"
    assert after.loc["T1701", "substation_id"] == "SS2"
    assert after.loc["T1601", "feeder_id"] == "F05"
    ratings = changed.transformers.set_index("transformer_id")["rated_kva"]
    assert (ratings["T0901"], ratings["T1901"]) == (630.0, 200.0)


def test_scenario__new_customers_add_their_power(case: Case) -> None:
    changed = apply_scenario(case, _scenario("new-market-and-ev-station"))
    added_mw = changed.net.load["p_mw"].sum() - case.net.load["p_mw"].sum()
    assert added_mw == pytest.approx(0.250)
