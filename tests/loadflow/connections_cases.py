"""Connections in networks of one line of text (:mod:`addition_cases`), checked and put to the test by building them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from addition_cases import FLOOR_LV, FLOOR_MV, Asked, ask
from built_case import Built, Trial, built, floors, flow_of, truth, with_new

from capacity.loadflow import LoadFlow
from capacity.loadflow.connections import Limits, Question, Standing, check_connection, stand
from capacity.tables.additions import Addition
from capacity.tables.case import Case
from capacity.tables.connection import Connection, Finding, NewLine, NewTransformer
from capacity.tables.readings import JudgedReadings
from capacity.verification.bounds import Bounds
from capacity.verification.breaches import NO_SOLUTION

SINGLE_PHASE = 342.0 / 400.0
CABLE = NewLine("YJV22-4x120", 0.4, 100.0, 0.153, 0.077, 0.28)
BRANCH = NewLine("JKLYJ-10/120", 10.0, 800.0, 0.27, 0.335, 0.39)
S400 = NewTransformer("S20-400", 400.0, 4.0, 1.075, 0.41, 0.5)
S630 = NewTransformer("S20-630", 630.0, 4.5, 0.984, 0.57, 0.45)


def floor_pu(vn_kv: float, single_phase: bool) -> float:
    """P10's lower limit: 9 300 V, 353.4 V, and 342 V (198 V · √3) of a single phase."""
    if vn_kv > 1.0:
        return FLOOR_MV
    return SINGLE_PHASE if single_phase else FLOOR_LV


LIMITS = Limits(floor_pu, 100.0, 100.0, 80.0)


def cable(length_m: float, **changes: Any) -> NewLine:
    """The cable at some length."""
    return replace(CABLE, length_m=length_m, **changes)


def branch(length_m: float, **changes: Any) -> NewLine:
    """The 10 kV line at some length."""
    return replace(BRANCH, length_m=length_m, **changes)


def power(power_factor: float) -> complex:
    """A kVA in kW + j kvar."""
    return complex(power_factor, math.sqrt(1.0 - power_factor**2))


@dataclass
class Grid:
    """A grid as it stands, to be asked."""

    asked: Asked
    limits: Limits = LIMITS
    readings: JudgedReadings | None = None

    @cached_property
    def standing(self) -> Standing:
        """Everything reserved connected."""
        flow = self.asked.flow
        return stand(flow, flow.solve_year(crosscheck=False), self.asked.bounds, self.asked.addition)

    def addition(self, power_factor: float = 0.95, factor: Any = None) -> Addition:
        """A kVA of some power factor and shape."""
        stated = self.asked.addition
        shape = stated.factor if factor is None else np.asarray(factor, dtype=np.float64)
        return replace(stated, kw_per_kva=power(power_factor), factor=shape)

    def check(self, connection: Connection, asked_kva: float = 50.0, **changes: Any) -> Finding:
        """What is found about a connection."""
        return check_connection(self.standing, connection, Question(self.addition(**changes), asked_kva, self.limits))

    def built(self, connection: Connection) -> Built:
        """The connection built and the window solved."""
        asked, case = self.asked, built(self.asked.case, connection)
        flow = flow_of(case, asked.flow, self.readings)
        base = asked.bounds.connected_kw
        before = asked.flow.solve_year(crosscheck=False, added_kw=base)
        return Built.of(flow, self._limits(case, connection.single_phase), base, before)

    def trial(self, connection: Connection, **changes: Any) -> Trial:
        """The connection built, its customer before the judge."""
        return self.built(connection).trial(connection, self.addition(**changes))

    def wrong(self, connection: Connection, asked_kva: float = 50.0, **changes: Any) -> list[str]:
        """What is wrong with a finding: its figures, the load rate, the voltage and what it says breaks."""
        return faults(
            self.check(connection, asked_kva, **changes), self.trial(connection, **changes), self.limits, asked_kva
        )

    def _limits(self, case: Case, single_phase: bool) -> Bounds:
        stated = self.asked.bounds
        substation = pd.Series(np.inf, index=pd.Index(case.topology.substations["substation_id"].astype(str)))
        substation.update(stated.substation_kva.astype("float64"))
        floor = floors(case, stated.voltage_pu, self.limits.floor_pu, single_phase)
        bounds = Bounds(
            floor.reindex(case.topology.buses.index).fillna(-np.inf),
            stated.line_percent.astype("float64").fillna(np.inf),
            stated.trafo_percent,
            substation,
            stated.epsilon_pu,
            stated.epsilon_percent,
        )
        return with_new(case, bounds, self.limits)


def grid(text: str, n_steps: int = 1, **options: Any) -> Grid:
    """A grid of one line of text."""
    return Grid(ask(text, n_steps, **options))


def faults(finding: Finding, trial: Trial, limits: Limits, asked_kva: float) -> list[str]:
    """What a finding says that the year of the built case does not."""
    found = trial.checked(finding, limits.transformer_percent, 100.0, trial.addition.ceiling_kva)
    if math.isnan(finding.strict.kva):
        return found
    if any(one.criterion == NO_SOLUTION for one in trial.broken_by(asked_kva, 100.0)):
        return found + ([] if math.isnan(finding.voltage_min_v) else ["a voltage is stated where nothing is solved"])
    real = truth(trial, asked_kva)
    vn_v = 1000.0 * float(trial.built.case.net.bus.at[trial.bus, "vn_kv"])
    if not math.isnan(real.load_rate_percent) and abs(finding.load_rate_percent - real.load_rate_percent) > 0.01:
        found.append(f"load rate {finding.load_rate_percent:.4f} % for {real.load_rate_percent:.4f} %")
    if abs(finding.voltage_min_v - vn_v * real.voltage_min_pu) > 0.05 * max(1.0, vn_v / 400.0):
        found.append(f"voltage {finding.voltage_min_v:.3f} V for {vn_v * real.voltage_min_pu:.3f} V")
    if finding.strict.reason == "existing_violation":
        return found  # the judge tells how it was before
    return found + _values(finding, trial, asked_kva)


def _values(finding: Finding, trial: Trial, asked_kva: float) -> list[str]:
    """What breaks with the load asked for, with its values."""
    real = {(one.criterion, one.element): one for one in trial.broken_by(asked_kva, 100.0)}
    found: list[str] = []
    if any(criterion == NO_SOLUTION for criterion, _ in real):
        return found
    for one in finding.broken:
        names = trial.names(one)
        breach = next((real[one.criterion, name] for name in names if (one.criterion, name) in real), None)
        if breach is None:
            if asked_kva <= finding.rated.kva * 1.006 + 1.0:
                continue  # the limit that binds, within the tolerance of the figure
            found.append(f"{one.criterion} {one.element_id} is said to break")
            continue
        volts = 1000.0 * _vn_kv(trial.built.case, names) if one.unit == "V" else 1.0
        if not math.isnan(one.value) and abs(one.value - volts * breach.value) > 2e-4 * abs(one.value):
            found.append(f"{one.criterion} {one.element_id}: {one.value:.4f} {one.unit} for {volts * breach.value:.4f}")
    return found


def _vn_kv(case: Case, node_ids: list[str]) -> float:
    buses = case.topology.buses
    return float(buses.loc[buses["bus_id"].isin(node_ids), "vn_kv"].iloc[0])


def load_flow(case: Case, before: LoadFlow) -> LoadFlow:
    """The load flow of a built case, for tests that look at its steps."""
    return flow_of(case, before)
