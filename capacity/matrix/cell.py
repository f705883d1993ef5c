"""One cell of a matrix: a scenario's year in one draw, solved at its critical steps or at every step."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity import headroom, policy
from capacity.case.scenarios.following import factors_at, followed
from capacity.case.scenarios.future import Laid, Staged, lay_future
from capacity.case.scenarios.meters import Meters
from capacity.loadflow import LoadFlow
from capacity.loadflow.grid import Grid, build_grid
from capacity.matrix.figures import figures_of
from capacity.matrix.ground import Ground
from capacity.matrix.steps import ChosenSteps, Load, choose, modelled_power
from capacity.tables.case import Window
from capacity.tables.inputs.profiles import TIMESTAMP
from capacity.tables.matrix import Basis
from capacity.tables.policy import Policy
from capacity.tables.readings import JudgedReadings, ReadingState
from capacity.tables.scenario import Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Solved:
    """A cell's figures (``tables.matrix.CELLS`` without its first columns) and what they rest on."""

    figures: pd.DataFrame
    steps: int
    steps_by_reason: dict[str, int]
    steps_failed: int
    adopters: int
    seconds: float


@dataclass(frozen=True)
class Prepared:
    """The network of a scenario in a year, the same for all draws: electrical model and supply relations."""

    staged: Staged
    grid: Grid
    supply: headroom.Network


def prepared(staged: Staged) -> Prepared:
    """What all draws of a staged case share."""
    return Prepared(staged, build_grid(staged.case.net), headroom.supply_network(staged.case))


def solve_cell(
    ground: Ground, network: Prepared, scenario: Scenario, year: int, draw: int, seed: int, basis: Basis
) -> Solved:
    """Lay a future over the ground and find its triggers, load rates, allowed capacity and voltages."""
    began = time.perf_counter()
    rules = policy.with_variant(ground.rules, scenario)
    meters = Meters.judged(ground.readings)  # storages follow them, as they will be
    laid = lay_future(network.staged, scenario, year, draw, seed, demand_factors=rules.demand_factors, meters=meters)
    times = ground.window.timestamps
    factors = factors_at(laid.case.profiles.set_index(TIMESTAMP), laid.shift.profiles, times)
    ids = ground.readings.transformer_ids
    grown = followed({"p_kw": ground.load_kw, "q_kvar": ground.load_kvar}, ids, laid.shift, factors)
    reasons: dict[str, Ints] = {}
    at: slice | Ints = slice(None)
    window = ground.window
    if basis == "critical_steps":
        reasons = choose(laid.case, _loads(ground, laid, grown, times), len(times), ground.base_steps)
        at = np.unique(np.concatenate(list(reasons.values())))
        window = ChosenSteps(ground.window.start, ground.window.end, ground.window.step_minutes, times[at])
    readings, simulated = _readings(ground, laid, grown, factors, at, window, rules)
    case = replace(laid.case, profiles=_at(laid.case.profiles, times[at]))
    levels = (rules.choice("heavy_percent"), rules.choice("overload_percent"))
    flow = LoadFlow(case, window, levels_percent=levels, workers=1, readings=simulated, grid=network.grid)
    solved = flow.solve_year(crosscheck=False)
    figures = figures_of(case, whatever_coverage(rules), readings, flow, solved, network.supply)
    drawn = laid.drawn
    return Solved(
        figures,
        len(window.timestamps),
        {reason: len(steps) for reason, steps in reasons.items()},
        int(solved.failed.any(axis=0).sum()),
        int(drawn["units"].sum()),
        time.perf_counter() - began,
    )


def _loads(ground: Ground, laid: Laid, grown: Mapping[str, Floats], times: pd.DatetimeIndex) -> dict[str, Load]:
    """The load of every distribution transformer of which one is known, before anything is solved."""
    case = laid.case
    metered = {name: row for row, name in enumerate(ground.readings.transformer_ids)}
    ids = tuple(str(name) for name in case.transformers["transformer_id"])
    on_top = modelled_power(case, times, on_top=True)
    others = modelled_power(case, times, on_top=False, of=[name for name in ids if name not in metered])
    valid = ground.readings.valid
    loads: dict[str, Load] = {}
    for name in ids:
        if name in metered:
            row, added = metered[name], on_top.get(name)
            kw, kvar = grown["p_kw"][row], grown["q_kvar"][row]
            if added is not None:
                kw, kvar = kw + added[0], kvar + added[1]
            loads[name] = Load(kw, kvar, valid[row], None if added is None else added[0])
        elif name in others:
            loads[name] = Load(*others[name], None, None)
    return loads


def _readings(
    ground: Ground,
    laid: Laid,
    grown: Mapping[str, Floats],
    factors: Floats,
    at: slice | Ints,
    window: Window,
    rules: Policy,
) -> tuple[JudgedReadings, JudgedReadings]:
    """The readings of the future at its steps: as the load rates see them, and filled, as the load flow sees them.

    Transformers with too little data in the base year keep having too little (P1).
    """
    base, times = ground.readings, window.timestamps
    raw = {"p_kw": base.p_kw[:, at], "q_kvar": base.q_kvar[:, at], "s_kva": base.s_kva[:, at]}
    new = followed(raw, base.transformer_ids, laid.shift, factors[:, at])
    state = base.state[:, at].copy()
    state[ground.coverage_percent < rules.choice("coverage_min_percent")] = ReadingState.MISSING
    unknown_a = np.full(state.shape, np.nan)
    ids, read = base.transformer_ids, (new["p_kw"], new["q_kvar"], new["s_kva"], unknown_a)
    seen = JudgedReadings(times, ids, *read, state)
    if isinstance(at, slice):  # the load flow of a whole year fills gaps by itself
        return seen, JudgedReadings(times, ids, *read, base.state)
    p_kw, q_kvar = grown["p_kw"][:, at], grown["q_kvar"][:, at]
    s_kva = np.hypot(p_kw, q_kvar)
    there = np.where(np.isfinite(s_kva), ReadingState.VALID, ReadingState.MISSING).astype(np.uint8)
    return seen, JudgedReadings(times, ids, p_kw, q_kvar, s_kva, unknown_a, there)


def _at(profiles: pd.DataFrame, times: pd.DatetimeIndex) -> pd.DataFrame:
    """Profiles at some of their times."""
    rows = pd.DatetimeIndex(profiles[TIMESTAMP]).get_indexer(times)
    return profiles.iloc[rows[rows >= 0]].reset_index(drop=True)


def whatever_coverage(rules: Policy) -> Policy:
    """The rules with no demand on coverage: what has too little is missing already, and chosen steps are no sample."""
    choice = rules.choices["coverage_min_percent"].model_copy(update={"value": 0.0})
    return rules.model_copy(update={"choices": {**rules.choices, "coverage_min_percent": choice}})
