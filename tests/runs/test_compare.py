"""What moved between two runs, and the cause of each moved value (P22)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from sample_run import Recipe, build_run

from capacity.runs import Comparison, compare_runs, write_comparison
from capacity.tables.run import Run


@pytest.fixture(scope="module")
def before() -> Run:
    return build_run(Recipe(accepted=()))


def _compare(before: Run, **changes: object) -> Comparison:
    return compare_runs(before, build_run(Recipe(**({"accepted": ()} | changes))))  # type: ignore[arg-type]


def _move(comparison: Comparison, area: str, quantity: str) -> pd.Series:
    moves = comparison.moves
    found = moves[(moves["area_id"] == area) & (moves["quantity_en"] == quantity)]
    assert len(found) == 1
    return found.iloc[0]


def test_compare_runs__a_run_with_itself_moves_nothing(before: Run) -> None:
    same = compare_runs(before, before)
    assert same.moves.empty
    assert same.transformers.empty
    assert same.inputs.empty
    assert same.quality.empty
    assert set(same.alerts["state"]) == {"continuing"}
    assert not same.areas["changed"].any()


def test_compare_runs__load(before: Run) -> None:
    after = _compare(before, peaks_percent={"T008": 54.0})  # 400 kVA: 44 % -> 54 %, 40 kVA more
    move = _move(after, "A03", "sum of allowed capacity")
    assert move["change"] == pytest.approx(-40.0)
    assert "+40.0 kVA" in move["cause_en"]
    assert "T008" in move["cause_en"]
    assert "T008" in move["cause_zh"]
    assert set(after.moves["area_id"]) == {"A03"}


def test_compare_runs__status_and_alerts(before: Run) -> None:
    comparison = _compare(before, peaks_percent={"T005": 60.0})
    assert _move(comparison, "A02", "status")[["before", "after"]].tolist() == ["受限 blocked", "预管控 pre-control"]
    alerts = comparison.alerts[comparison.alerts["element_id"] == "T005"].set_index("rule")
    assert alerts["state"].to_dict() == {"P3": "continuing", "P4": "cleared"}
    assert "Smax moved by" in alerts.loc["P4", "cause_en"]
    area = comparison.areas.set_index("area_id").loc["A02"]
    assert area[["alerts_new", "alerts_cleared"]].tolist() == [0, 1]


def test_compare_runs__reservation_names_the_application(before: Run) -> None:
    accepted = _compare(before, accepted=(("A-003", "T001", 25.0),))
    assert "accepted A-003" in _move(accepted, "A01", "sum of allowed capacity")["cause_en"]
    released = compare_runs(build_run(Recipe(accepted=(("A-003", "T001", 25.0),))), before)
    assert "A-003 no longer reserved" in _move(released, "A01", "sum of allowed capacity")["cause_en"]


def test_compare_runs__rating(before: Run) -> None:
    comparison = _compare(before, ratings_kva={"T013": 100.0}, peaks_percent={"T013": 36.0})
    move = _move(comparison, "A04", "sum of allowed capacity")
    assert move["change"] == pytest.approx(40.0)  # the same 36 kVA on twice 50 kVA, at k = 0.8
    assert "from 50 to 100 kVA" in move["cause_en"]


def test_compare_runs__data_lost_is_unknown_not_zero(before: Run) -> None:
    comparison = _compare(before, peaks_percent={"T018": None})
    move = _move(comparison, "A06", "simultaneous allowed capacity")
    assert move["after"] == "未知 unknown"
    assert pd.isna(move["change"])
    assert "data now insufficient" in move["cause_en"]


def test_compare_runs__policy_value(before: Run) -> None:
    comparison = _compare(before, policy_values={"pre_control": 40.0})
    move = _move(comparison, "A04", "status")
    assert "160 → 40" in move["cause_en"]
    assert "P5" in move["cause_zh"]
    changed = comparison.inputs[comparison.inputs["kind_en"] == "policy value"]
    assert changed[["name", "before", "after"]].values.tolist() == [["pre_control", "160", "40"]]


def test_compare_runs__a_policy_value_is_not_blamed_for_what_it_cannot_move(before: Run) -> None:
    comparison = _compare(before, policy_values={"pre_control": 40.0}, peaks_percent={"T008": 54.0})
    assert "pre-control" not in _move(comparison, "A03", "sum of allowed capacity")["cause_en"]


def test_compare_runs__scenario(before: Run) -> None:
    comparison = _compare(before, scenario="growth", peaks_percent={"T008": 54.0})
    cause = _move(comparison, "A03", "sum of allowed capacity")["cause_en"]
    assert "the scenario changed from 'none' to 'growth'" in cause


def test_compare_runs__inputs_versions_window(before: Run) -> None:
    comparison = _compare(
        before,
        input_hashes={"measurements.parquet": "d" * 64, "customers.csv": "e" * 64},
        package_versions={"pandapower": "3.5.7"},
        as_of=dt.date(2026, 2, 1),
    )
    named = set(comparison.inputs["name"])
    assert {"measurements.parquet", "customers.csv", "pandapower", "as_of", "window_start"} <= named
    assert "network.json" not in named


def test_compare_runs__a_move_nobody_explains_falls_back_on_files_then_says_so(before: Run) -> None:
    areas = before.areas.copy()
    areas.loc[areas["area_id"] == "A01", "allowed_kva"] = 1.0
    silent = compare_runs(before, replace(before, areas=areas))
    assert "please report" in _move(silent, "A01", "simultaneous allowed capacity")["cause_en"]
    manifest = before.manifest.model_copy(update={"input_hashes": before.manifest.input_hashes | {"network.json": "x"}})
    told = compare_runs(before, replace(before, areas=areas, manifest=manifest))
    assert "network.json" in _move(told, "A01", "simultaneous allowed capacity")["cause_en"]


def test_compare_runs__areas_that_come_and_go(before: Run) -> None:
    without = replace(before, areas=before.areas[before.areas["area_id"] != "A06"])
    assert _move(compare_runs(without, before), "A06", "status")["cause_en"] == "the area is new"
    assert _move(compare_runs(before, without), "A06", "status")["cause_en"] == "the area is gone"


def test_compare_runs__quality(before: Run) -> None:
    comparison = compare_runs(before, replace(before, quality=before.quality.iloc[1:].reset_index(drop=True)))
    assert comparison.quality[["state", "ids"]].values.tolist() == [["cleared", "T014"]]


def test_write_comparison__sheets_and_words(before: Run, tmp_path: Path) -> None:
    comparison = _compare(before, peaks_percent={"T005": 60.0})
    write_comparison(comparison, tmp_path / "c.xlsx")
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    assert book.sheetnames[0] == "网格变化 areas"
    states = {row[0].value for row in book["预警变化 alerts"].iter_rows(min_row=3)}
    assert states == {"消除 cleared", "延续 continuing"}
