"""Small inputs of a report: sample runs as folders, a matrix of two scenarios and three draws by hand, sample plans."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
from sample_plan import sample_plan, sample_record
from sample_run import Recipe, build_run

from capacity.matrix.store import cell_file, write_cell, write_record
from capacity.runs import write_run
from capacity.runs.plan_store import write_plan
from capacity.tables.matrix import CellFacts, MatrixRecord
from capacity.tables.run import Run

SCENARIOS, YEARS, DRAWS = ("low", "high"), (2027, 2028), 3


def month_run(as_of: dt.date, **changes: object) -> Run:
    """The sample run of a month; its curves are short."""
    run = build_run(Recipe(days=3, as_of=as_of, **changes))  # type: ignore[arg-type]
    name = f"sample-{as_of}"
    return replace(run, manifest=run.manifest.model_copy(update={"run_name": name, "created_at": _made(as_of)}))


def _made(as_of: dt.date) -> dt.datetime:
    return dt.datetime.combine(as_of, dt.time(6))


def write_month(folder: Path, as_of: dt.date, **changes: object) -> Path:
    """Its folder."""
    write_run(month_run(as_of, **changes), folder, workbook=False)
    return folder


def write_matrix(folder: Path, case_name: str = "sample") -> Path:
    """Two areas. P4 at A01: in ``low`` by one draw of three in 2028, in ``high`` by all from 2027 on. A02: never."""
    for scenario in SCENARIOS:
        for year in YEARS:
            for draw in range(DRAWS + 1):
                raised = scenario == "high" or (year == 2028 and draw == 1)
                facts = CellFacts(
                    scenario=scenario, year=year, draw=draw, basis="critical_steps", key="k", adopters=10 * draw
                )
                write_cell(cell_file(folder, scenario, year, draw), _cell(raised, 100.0 - draw), facts)
    write_record(
        folder,
        MatrixRecord(
            case_name=case_name, case_title_zh="示例县", case_title_en="Sample county", as_of=dt.date(2026, 1, 1),
            synthetic=True, input_hashes={"network.json": "a" * 64}, policy="baoshan-2021",
            scenarios=dict.fromkeys(SCENARIOS, "b" * 64), years=YEARS, draws=DRAWS, seed=1, full_year="none",
            basis_zh="仅计算关键时刻", basis_en="critical steps only", cells=16, cells_kept=0, critical_steps_mean=9.0,
            program="test", wall_time_s=1.0,
        ),
    )  # fmt: skip
    return folder


def _cell(raised: bool, allowed_kva: float) -> pd.DataFrame:
    common = {"level": "area", "p3": 0, "p5": 0, "p6": 0, "p10": 0, "status": "open", "max_loading_percent": 60.0}
    return pd.DataFrame(
        [
            common | {"element_id": "A01", "area_id": "A01", "p4": int(raised), "allowed_kva": allowed_kva},
            common | {"element_id": "A02", "area_id": "A02", "p4": 0, "allowed_kva": None},
        ]
    )


def write_sample_plan(folder: Path, *, scenario: str = "growth", case_name: str = "two", **frames: object) -> Path:
    """The sample plan under another scenario or of another case."""
    made = dt.datetime(2026, 11, 2, 9, 30) + dt.timedelta(minutes=len(scenario) + 100 * len(case_name))
    titles = {"scenario_title_zh": f"情景{scenario}", "scenario_title_en": f"scenario {scenario}"}
    record = sample_record(scenario=scenario, case_name=case_name, created_at=made, **titles)
    write_plan(sample_plan(record=record, **frames), folder)
    return folder
