"""From the bundled case to ledger and meter files and back, with the faults of real offices on the way.

The export has no LV lines; then rows of one meter go missing, one CT ratio is wrong, one 台区 is renamed in the meter
export. ``check`` names each planted fault, and where data are sound the results are those of the case itself.
"""

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from capacity.case import load_case
from capacity.case.ledger import export_readings, export_workbook, import_workbook
from capacity.study import check, run_study
from capacity.tables.case import Case, Window
from capacity.tables.issue import Issue
from capacity.tables.run import Run

MISSING_ROWS, WRONG_CT, RENAMED = "T0102", "T0201", "T0301"
JANUARY = Window(pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01"), 15)


@pytest.fixture(scope="module")
def original(bundled: Path) -> Case:
    return load_case(bundled)


@pytest.fixture(scope="module")
def again(original: Case, tmp_path_factory: pytest.TempPathFactory) -> Case:
    office = tmp_path_factory.mktemp("office")
    ledger, meters = office / "ledger.xlsx", office / "meters.csv"
    export_workbook(original, ledger, lv_lines=False)
    export_readings(original, meters)
    plant_faults(original, ledger, meters)
    import_workbook(ledger, office / "case", [meters])
    return load_case(office / "case")


def plant_faults(case: Case, ledger: Path, meters: Path) -> None:
    book = openpyxl.load_workbook(ledger)
    replaced = 0
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if any(cell.value == WRONG_CT for cell in row):
                for cell in row:
                    if isinstance(cell.value, str) and cell.value.endswith("/5") and cell.value[0].isdigit():
                        cell.value, replaced = "50/5", replaced + 1
    assert replaced == 1
    book.save(ledger)
    codes = case.transformers.set_index("transformer_id")["system_code"]
    table = pd.read_csv(meters, encoding="utf-8-sig", dtype=str)
    name_column = next(column for column in table.columns if table[column].isin([codes[RENAMED], RENAMED]).any())
    by_code = codes[RENAMED] in set(table[name_column])
    key = codes if by_code else pd.Series(codes.index, index=codes.index)
    table[name_column] = table[name_column].replace({key[RENAMED]: f"{key[RENAMED]}-改"})
    mine = np.flatnonzero(table[name_column].eq(key[MISSING_ROWS]))
    table = table.drop(index=table.index[mine[: len(mine) * 6 // 10]])
    table.to_csv(meters, index=False, encoding="utf-8-sig")


@pytest.fixture(scope="module")
def issues(again: Case) -> tuple[Issue, ...]:
    return check(again)


def told(issues: tuple[Issue, ...], transformer_id: str) -> set[str]:
    return {issue.check for issue in issues if transformer_id in issue.ids}


def test_check__names_the_missing_rows(issues: tuple[Issue, ...]) -> None:
    assert {"coverage.insufficient", "coverage.gaps"} & told(issues, MISSING_ROWS)


def test_check__names_the_wrong_ct_ratio(issues: tuple[Issue, ...]) -> None:
    assert "meters.ct_ratio" in told(issues, WRONG_CT)


def test_check__names_the_renamed_transformer(issues: tuple[Issue, ...]) -> None:
    assert any("-改" in issue.sentence_en for issue in issues)
    assert "coverage.no_readings" in told(issues, RENAMED)


def test_check__nothing_else_became_an_error(issues: tuple[Issue, ...]) -> None:
    assert [issue.sentence_en for issue in issues if issue.severity == "error"] == []


@pytest.fixture(scope="module")
def runs(original: Case, again: Case) -> tuple[Run, Run]:
    untried = {"node_capacity": False, "crosscheck_steps": 0, "sample_nodes": 0}
    return run_study(original, window=JANUARY, **untried), run_study(again, window=JANUARY, **untried)


def test_run__same_transformers_where_data_are_sound(runs: tuple[Run, Run]) -> None:
    before, after = (run.transformers.set_index("transformer_id") for run in runs)
    assert list(after.index) == list(before.index)
    sound = before.index[before["source"].eq("measured") & ~before.index.isin([MISSING_ROWS, RENAMED])]
    assert len(sound) >= 60
    columns = [
        "max_loading_percent",
        "smax_import_kva",
        "hours_ge_80",
        "coverage_percent",
        "reserved_kva",
        "allowed_kva",
    ]
    for column in columns:
        np.testing.assert_allclose(after.loc[sound, column], before.loc[sound, column], rtol=1e-6, atol=1e-6)
    assert (after.loc[sound, "reason"] == before.loc[sound, "reason"]).all()


def test_run__faulty_data_are_unknown_not_zero(runs: tuple[Run, Run]) -> None:
    after = runs[1].transformers.set_index("transformer_id")
    assert after.loc[RENAMED, ["source", "reason"]].tolist() == ["none", "no_source"]
    assert np.isnan(after.at[RENAMED, "allowed_kva"])


def test_run__same_areas_where_data_are_sound(runs: tuple[Run, Run]) -> None:
    before, after = (run.areas.set_index("area_id") for run in runs)
    transformers = runs[0].transformers.set_index("transformer_id")
    unsound = transformers.loc[[MISSING_ROWS, RENAMED], "area_id"].tolist()
    simulated = transformers.loc[transformers["source"].eq("simulated"), "area_id"].dropna().tolist()
    sound = before.index.difference(unsound + simulated)
    assert len(sound) >= 20
    for column in ("allowed_sum_kva", "rated_kva", "reserved_kva", "transformer_count"):
        np.testing.assert_allclose(
            after.loc[sound, column].astype(float), before.loc[sound, column].astype(float), rtol=1e-6
        )
    assert not after["lv_modelled"].any()
    # without LV wiring no LV line can be the most loaded element and no LV voltage can bind
    same = sound[before.loc[sound, "binding_criterion"].ne("voltage_min").fillna(True)]
    same = same[before.loc[same, "max_loading_type"].eq("transformer")]
    np.testing.assert_allclose(
        after.loc[same, "max_loading_percent"], before.loc[same, "max_loading_percent"], rtol=1e-6
    )
    assert (after.loc[same, "status"] == before.loc[same, "status"]).all()
