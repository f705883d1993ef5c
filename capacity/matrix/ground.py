"""What all cells of a matrix stand on, found once: judged readings, filled loads, critical steps of the base year."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity import checks
from capacity.errors import InputError
from capacity.loadflow import LoadFlow
from capacity.loadflow.readings import complex_readings, filled
from capacity.study import check
from capacity.tables._schema import empty
from capacity.tables.case import Case, Window
from capacity.tables.inputs.measurements import MEASUREMENTS
from capacity.tables.policy import Policy
from capacity.tables.readings import JudgedReadings
from capacity.tables.solved import HeadFlows, SolvedYear

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LINES, SECTIONS, BUSES, HEADS = 3, 4, 3, 3
"""Per LV network its most loaded lines and lowest buses, per feeder its most loaded sections, per head its highest
imports: of these the steps are taken."""


@dataclass(frozen=True)
class Ground:
    """The base year of a case.

    Attributes
    ----------
    case : without readings; they are in ``readings``.
    rules : the policy, before any variant.
    window : the base year.
    readings : judged, as the load rates see them.
    load_kw, load_kvar : the same with gaps filled, as the load flow sees them, ``(n, n_steps)``; NaN where nothing
        stands in.
    coverage_percent : of the readings, per metered transformer.
    base_steps : critical steps of the base year by reason: positions in the window.
    """

    case: Case
    rules: Policy
    window: Window
    readings: JudgedReadings
    load_kw: Floats
    load_kvar: Floats
    coverage_percent: Floats
    base_steps: dict[str, Ints]


def prepare_ground(case: Case, rules: Policy, window: Window, *, workers: int | None = None) -> Ground:
    """Check the case, judge its readings and solve its base year.

    Raises
    ------
    InputError
        The case has errors.
    """
    issues = check(case, window, rules=rules)
    if any(issue.severity == "error" for issue in issues):
        raise InputError(issues)
    readings = checks.judge_readings(case, window)
    power = filled(complex_readings(readings, case.settings.power_factor), readings.timestamps, window.step_minutes)
    levels = (rules.choice("heavy_percent"), rules.choice("overload_percent"))
    flow = LoadFlow(case, window, levels_percent=levels, workers=workers, readings=readings)
    solved = flow.solve_year(crosscheck=False)
    return Ground(
        case=replace(case, measurements=empty(MEASUREMENTS), daily_maxima=case.daily_maxima.iloc[:0]),
        rules=rules,
        window=window,
        readings=replace(readings, i_max_a=np.empty((len(readings.transformer_ids), 0))),
        load_kw=np.ascontiguousarray(power.real),
        load_kvar=np.ascontiguousarray(power.imag),
        coverage_percent=readings.coverage_percent,
        base_steps=_base_steps(case, solved),
    )


def _base_steps(case: Case, solved: SolvedYear) -> dict[str, Ints]:
    topology, times = case.topology, solved.timestamps
    lines = solved.lines.join(topology.lines[["level", "transformer_id", "feeder_id"]])
    lv, mv = lines[lines["level"].eq("lv")], lines[lines["level"].eq("mv")]
    buses = solved.buses.join(topology.buses[["level", "transformer_id", "feeder_id"]])
    columns = ["max_loading_at", "second_loading_at", "third_loading_at"]
    return {
        "base_line_loading": _positions(
            times, _largest(lv, "max_loading_percent", "transformer_id", LINES)[columns[:1]]
        ),
        "base_section_loading": _positions(
            times, _largest(mv, "max_loading_percent", "feeder_id", SECTIONS)[columns]
        ),
        "base_low_voltage": _positions(
            times,
            pd.concat(
                [
                    _largest(buses.assign(low=-buses["voltage_min_pu"]), "low", key, BUSES)[["voltage_min_at"]]
                    for key in ("transformer_id", "feeder_id")
                ]
            ),
        ),
        "base_heads": np.unique(np.concatenate([_imports(solved.feeders), _imports(solved.substations)])),
    }  # fmt: skip


def _largest(frame: pd.DataFrame, value: str, key: str, most: int) -> pd.DataFrame:
    known = frame.dropna(subset=[value, key]).sort_values(value, ascending=False, kind="stable")
    return known.groupby(key, sort=False).head(most)


def _positions(times: pd.DatetimeIndex, moments: pd.DataFrame) -> Ints:
    found = times.get_indexer(pd.DatetimeIndex(pd.unique(moments.to_numpy().ravel())).dropna())
    return np.unique(found[found >= 0]).astype(np.int64)


def _imports(flows: HeadFlows) -> Ints:
    power = np.nan_to_num(np.where(flows.p_kw >= 0.0, np.hypot(flows.p_kw, flows.q_kvar), -1.0), nan=-1.0)
    return np.unique(np.argpartition(-power, min(HEADS, power.shape[1] - 1), axis=1)[:, :HEADS]).astype(np.int64)
