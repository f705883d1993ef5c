"""A year of a future as a case and what its meters would show."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from capacity import policy
from capacity.case.scenarios.following import factors_at, followed
from capacity.case.scenarios.future import lay_future, stage
from capacity.case.scenarios.meters import Meters
from capacity.matrix.ground import Ground
from capacity.reinforcing.solving import Load
from capacity.tables._schema import conform
from capacity.tables.case import Case
from capacity.tables.inputs.measurements import MEASUREMENTS
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.policy import Policy
from capacity.tables.readings import ReadingState
from capacity.tables.scenario import Scenario


@dataclass(frozen=True)
class FutureYear:
    """A year of a future: ``case`` without readings, ``load`` of every step, the rules that hold then."""

    year: int
    case: Case
    load: Load
    rules: Policy


def future_year(ground: Ground, scenario: Scenario, year: int, draw: int, seed: int) -> FutureYear:
    """The grid of a year of a scenario; readings follow the load, and count where the base year's did."""
    rules = policy.with_variant(ground.rules, scenario)
    times, ids = ground.window.timestamps, ground.readings.transformer_ids
    powers = {"p_kw": ground.load_kw, "q_kvar": ground.load_kvar}
    laid = lay_future(
        stage(ground.case, scenario, year),
        scenario,
        year,
        draw,
        seed,
        demand_factors=rules.demand_factors,
        meters=Meters(ids, times, powers | {"s_kva": np.hypot(ground.load_kw, ground.load_kvar)}),
    )
    profiles = laid.case.profiles
    factors = factors_at(profiles.set_index(TIMESTAMP), laid.shift.profiles, times)
    grown = followed(powers, ids, laid.shift, factors)
    state = ground.readings.state.copy()
    state[ground.coverage_percent < rules.choice("coverage_min_percent")] = ReadingState.MISSING
    state[~np.isfinite(grown["p_kw"])] = ReadingState.MISSING
    case = replace(laid.case, profiles=profiles[profiles[TIMESTAMP].isin(times)].reset_index(drop=True))
    return FutureYear(year, case, Load(ids, grown["p_kw"], grown["q_kvar"], state), rules)


def with_mean_readings(ground: Ground) -> Ground:
    """The ground with one row of readings per transformer, its mean: how large its load is beside its model's.

    Load that moves from one meter to another is scaled by it; the readings themselves are in the ground's arrays.
    """
    mean_kw = np.nanmean(np.where(np.isfinite(ground.load_kw), ground.load_kw, np.nan), axis=1)
    rows = pd.DataFrame(
        {
            "timestamp": ground.window.timestamps[0],
            "transformer_id": list(ground.readings.transformer_ids),
            "p_kw": mean_kw,
        }
    )
    return replace(ground, case=replace(ground.case, measurements=conform(rows, MEASUREMENTS)))
