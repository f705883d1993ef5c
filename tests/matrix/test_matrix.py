"""A matrix of futures on a case small enough to check: figures, resumption, equality with the whole year."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hand_case import AS_OF, WINDOW, hand_case
from typer.testing import CliRunner

from capacity import policy
from capacity.case import write_case
from capacity.cli import app
from capacity.errors import InputError, PolicyError, RequestError
from capacity.matrix import fan_of, outlook_of, read_cells, run_matrix
from capacity.matrix.store import cell_file, facts_of, read_record
from capacity.runs.matrix_book import write_matrix
from capacity.tables._schema import conform
from capacity.tables.inputs.customers import CUSTOMERS
from capacity.tables.inputs.exclusions import EXCLUSIONS
from capacity.tables.matrix import CELLS
from capacity.tables.scenario import Scenario
from capacity.tables.settings import BusbarVoltage

KEYS = ["scenario", "year", "draw", "level", "element_id"]
FIGURES = ["max_loading_percent", "allowed_sum_kva", "allowed_kva", "voltage_min_pu", "p3", "p4", "p5", "p6", "p10"]


def made(name: str = "s", **keys) -> Scenario:
    return Scenario.model_validate({"name": name, "title_zh": "情景", "title_en": name, "horizon_years": 3} | keys)


GROWTH = {"growth": [{"percent_per_year": {"low": 0, "mid": 3, "high": 6}}]}
EV = {"adoption": [{"device": "ev_home", "share": {"table": {2026: 0, 2029: 60}}}], "pathway": "drawn"} | GROWTH
PV = {"adoption": [{"device": "rooftop_pv", "share": {"table": {2026: 0, 2029: 50}}}]}


@pytest.fixture(scope="module")
def case():
    """The hand case with customers, and some readings excluded."""
    rows = [
        {"customer_id": f"c{n}", "transformer_id": f"T{1 + n % 2}", "node_id": f"T{1 + n % 2}-LV", "contract_kva": 8.0,
         "category": "residential"}
        for n in range(60)
    ]  # fmt: skip
    gaps = conform(
        pd.DataFrame({"transformer_id": ["T1"], "from": [AS_OF - pd.Timedelta("20h")],
                      "to": [AS_OF - pd.Timedelta("14h")], "reason": ["r"], "author": ["a"]}),
        EXCLUSIONS,
    )  # fmt: skip
    return replace(hand_case(), customers=conform(pd.DataFrame(rows), CUSTOMERS), exclusions=gaps)


@pytest.fixture(scope="module")
def pool():
    with ThreadPoolExecutor(1) as executor:
        yield executor


def run(case, scenarios, target, pool, **how):
    return run_matrix(case, scenarios, target, window=WINDOW, executor=pool, **how)


@pytest.fixture(scope="module")
def done(case, pool, tmp_path_factory):
    target = tmp_path_factory.mktemp("matrix")
    record = run(case, [made(**EV), made("pv", **PV)], target, pool, years=[2027, 2029], draws=3)
    return target, record


def test_matrix__every_cell_with_its_basis(done):
    target, record = done
    assert (record.cells, record.cells_kept, record.cells_failed) == (16, 0, ())
    cells = read_cells(target)
    assert len(cells.drop_duplicates(["scenario", "year", "draw"])) == 16
    whole = cells[cells["basis"] == "full_year"].drop_duplicates(["scenario", "year", "draw"])
    assert sorted(zip(whole["scenario"], whole["year"], whole["draw"], strict=True)) == [
        ("pv", 2029, 0),
        ("s", 2029, 0),
    ]
    facts = facts_of(cell_file(target, "s", 2029, 1))
    assert facts is not None
    assert facts.steps < len(WINDOW.timestamps)
    assert "highest_load" in facts.steps_by_reason


def test_matrix__central_growth_by_hand(case, pool, tmp_path):
    """3 % on 50.0 and 67.3 %: 51.5 and 69.3 % in the first year; 160 kVA less 6.0 and 6.36 kVA is under P5."""
    record = run(case, [made(**GROWTH)], tmp_path, pool, years=[2026, 2027], draws=0, full_year="none")
    assert record.cells_failed == ()
    cells = read_cells(tmp_path).set_index(["year", "level", "element_id"])
    assert cells.loc[(2026, "transformer", "T1"), "max_loading_percent"] == pytest.approx(50.0)
    assert cells.loc[(2027, "transformer", "T1"), "max_loading_percent"] == pytest.approx(51.5)
    area = cells.loc[(2027, "area", "A1")]
    assert area["allowed_sum_kva"] == pytest.approx(120.0 - 6.0 + 40.0 - 6.36)
    assert (area["p3"], area["p4"], area["p5"], area["status"]) == (2, 0, 1, "pre_control")
    assert cells.loc[(2026, "area", "A1"), "p5"] == 0


@pytest.mark.parametrize("kind", [EV, PV, GROWTH])
def test_critical_steps__say_what_the_whole_year_says(case, pool, tmp_path, kind):
    scenario = made(**kind)
    for basis, target in (("none", tmp_path / "some"), ("central", tmp_path / "all")):
        run(case, [scenario], target, pool, years=[2028], draws=0, full_year=basis)
    some, whole = (read_cells(tmp_path / name).set_index(KEYS).sort_index() for name in ("some", "all"))
    assert set(some["basis"]) == {"critical_steps"}
    assert set(whole["basis"]) == {"full_year"}
    for name in FIGURES:
        np.testing.assert_allclose(some[name].astype("float64"), whole[name].astype("float64"), rtol=2e-6, err_msg=name)
    assert some["max_loading_at"].equals(whole["max_loading_at"])


def test_matrix__goes_on_where_it_stopped(case, pool, tmp_path):
    scenarios = [made(**EV)]
    first = run(case, scenarios, tmp_path, pool, draws=2)
    before = read_cells(tmp_path)
    lost = [cell_file(tmp_path, "s", 2027, 1), cell_file(tmp_path, "s", 2029, 0)]
    for file in lost:
        file.unlink()
    damaged = cell_file(tmp_path, "s", 2028, 2)
    damaged.write_bytes(damaged.read_bytes()[:100])
    stamps = {file: file.stat().st_mtime_ns for file in (tmp_path / "cells").rglob("*.parquet") if file != damaged}
    again = run(case, scenarios, tmp_path, pool, draws=2)
    assert (first.cells, again.cells, again.cells_kept) == (9, 9, 6)
    assert all(file.stat().st_mtime_ns == stamp for file, stamp in stamps.items())
    pd.testing.assert_frame_equal(read_cells(tmp_path), before)
    assert not list(tmp_path.glob(".ground*"))


def test_matrix__another_seed_or_scenario_is_made_anew(case, pool, tmp_path):
    run(case, [made(**GROWTH)], tmp_path, pool, years=[2027], draws=1)
    assert run(case, [made(**GROWTH)], tmp_path, pool, years=[2027], draws=1).cells_kept == 2
    assert run(case, [made(**GROWTH)], tmp_path, pool, years=[2027], draws=1, seed=5).cells_kept == 0
    other = made(growth=[{"percent_per_year": 9}])
    assert run(case, [other], tmp_path, pool, years=[2027], draws=1, seed=5).cells_kept == 0
    assert run(case, [other], tmp_path, pool, years=[2027], draws=0, seed=5, full_year="none").cells_kept == 0


def test_fan__over_the_draws(done):
    target, _ = done
    fan = fan_of(read_cells(target))
    row = fan.set_index(["scenario", "year", "quantity"]).loc[("s", 2029, "p4")]
    cells = read_cells(target, level="area")
    mine = cells[(cells["scenario"] == "s") & (cells["year"] == 2029) & (cells["draw"] > 0)]
    assert row["draws"] == 3
    assert row["median_value"] == np.median(mine["p4"].gt(0).groupby(mine["draw"]).sum())
    assert row["central_basis"] == "full_year"
    outlook = outlook_of(cells).set_index(["scenario", "year"])
    assert outlook.loc[("s", 2029), "p4_percent"] == pytest.approx(mine["p4"].gt(0).mean() * 100.0)


def test_fan__unknown_areas_are_no_zeros():
    """Draw 1: A1 raises P4 and takes 90 kVA, A2 is unknown; draw 2: A1 takes 100 kVA, A2 60; the central one: nothing
    is known. 10 % of counts 1 and 0 is 0.1, of 90 and 160 kVA is 97."""
    known, none = {"p3": 1, "p5": 0, "p6": 0}, {"p3": None, "p4": None, "p5": None, "p6": 0, "allowed_kva": None}
    rows = [
        {"draw": 0, "area_id": "A1", **none},
        {"draw": 0, "area_id": "A2", **none},
        {"draw": 1, "area_id": "A1", **known, "p4": 1, "allowed_kva": 90.0},
        {"draw": 1, "area_id": "A2", **none},
        {"draw": 2, "area_id": "A1", **known, "p4": 0, "allowed_kva": 100.0},
        {"draw": 2, "area_id": "A2", **known, "p4": 0, "allowed_kva": 60.0},
    ]
    common = {"scenario": "s", "year": 2030, "basis": "critical_steps", "level": "area"}
    cells = pd.DataFrame([common | row | {"element_id": row["area_id"]} for row in rows])
    fan = fan_of(conform(cells, CELLS)).set_index("quantity")
    assert fan.loc["p4", ["p10_value", "median_value"]].tolist() == pytest.approx([0.1, 0.5])
    assert fan.loc["allowed_kva", ["p10_value", "median_value"]].tolist() == pytest.approx([97.0, 125.0])
    assert fan["central_value"].drop("p6").isna().all()
    assert fan.loc["p10", ["p10_value", "median_value", "p90_value"]].isna().all()  # no node is modelled
    assert fan["unknown_areas"].to_dict() == {"p3": 2, "p4": 2, "p5": 2, "p6": 0, "p10": 2, "allowed_kva": 2}


def test_book__and_csv(done, tmp_path):
    target, record = done
    cells = read_cells(target)
    files = write_matrix(record, fan_of(cells), outlook_of(cells), tmp_path)
    assert [sheet.title for sheet in openpyxl.load_workbook(files[0])][:2] == ["触发 triggers", "网格展望 areas"]
    assert files[1].read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(pd.read_csv(files[1])) == len(fan_of(cells))


def test_policy_variant__moves_thresholds(case, pool, tmp_path):
    strict = made(
        "strict", policy={"triggers": {"must_initiate": 51.0}, "choices": {"transformer_limit_percent": 60}}, **GROWTH
    )
    run(case, [strict], tmp_path, pool, years=[2027], draws=0)
    cells = read_cells(tmp_path).set_index(["level", "element_id"])
    assert cells.loc[("area", "A1"), ["p3", "p4"]].tolist() == [0, 2]
    assert cells.loc[("transformer", "T1"), "allowed_kva"] == pytest.approx(0.6 * 400 - 206.0)
    with pytest.raises(PolicyError, match="no_such"):
        policy.with_variant(policy.policy_of(case), made(policy={"choices": {"no_such": 1.0}}))


def test_refusals__told_before_anything_is_computed(case, tmp_path):
    with pytest.raises(RequestError) as caught:
        run_matrix(case, [made(), made()], tmp_path, years=[2020], draws=1)
    assert len(caught.value.faults_en) == 2
    with pytest.raises(InputError, match="T77"):
        run_matrix(case, [made(point_loads=[{"load_id": "x", "transformer_id": "T77", "p_kw": 1}])], tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_cell_that_fails__is_named_and_the_others_go_on(case, pool, tmp_path, monkeypatch):
    from capacity.matrix import work

    solve = work.solve_cell

    def broken(*args):
        if args[4] == 1:
            raise ZeroDivisionError("no luck")
        return solve(*args)

    monkeypatch.setattr(work, "solve_cell", broken)
    record = run(case, [made(**GROWTH)], tmp_path, pool, years=[2027], draws=2)
    assert record.cells == 2
    assert record.cells_failed[0].startswith("s 2027 draw 1: a fault of the program, ZeroDivisionError")
    monkeypatch.setattr(work, "solve_cell", solve)
    assert run(case, [made(**GROWTH)], tmp_path, pool, years=[2027], draws=2).cells_failed == ()


@pytest.mark.whole
def test_command__in_fresh_processes(tmp_path):
    settings = hand_case().settings
    assert settings.busbar_voltage == {"S1": BusbarVoltage(source="setpoint", vm_pu=1.0)}
    write_case(hand_case(), tmp_path / "hand")
    (tmp_path / "s.yaml").write_text(json.dumps(made(**GROWTH).model_dump(mode="json")), encoding="utf-8")
    words = ["--lang", "en", "matrix", str(tmp_path / "hand"), "--scenarios", str(tmp_path / "s.yaml"),
             "--years", "1-2", "--draws", "2", "--to", str(tmp_path / "out"), "--workers", "2", "--json"]  # fmt: skip
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    record = read_record(tmp_path / "out")
    assert record.years == (2027, 2028)
    assert (tmp_path / "out" / "matrix.xlsx").is_file()


def test_storage__cells_keep_the_level_of_the_year(case, pool, tmp_path):
    """10 % growth lifts T1 from 200 to 220 kVA; a battery from 2027 on keeps it at 185.9 kVA, 46.475 % of 400."""
    storage = {"kind": "add_storage", "storage_id": "B", "transformer_id": "T1", "rated_kw": 50, "energy_kwh": 100,
               "discharge_above_kva": 185.9, "in_service_on": "2027-01-01"}  # fmt: skip
    growth = [{"percent_per_year": 10.0}]
    scenarios = [made("plain", growth=growth), made("stored", growth=growth, changes=[storage])]
    record = run(case, scenarios, tmp_path / "m", pool, years=[2027], draws=1)
    assert record.cells_failed == ()
    cells = read_cells(tmp_path / "m")
    assert set(cells["basis"]) == {"full_year", "critical_steps"}
    highest = cells[cells["element_id"] == "T1"].groupby("scenario")["max_loading_percent"].agg(["min", "max"])
    np.testing.assert_allclose(highest, [[55.0, 55.0], [46.475, 46.475]])
